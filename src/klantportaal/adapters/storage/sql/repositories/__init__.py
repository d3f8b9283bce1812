"""Repositories: the statements that a unit of work runs, one module a subject."""
