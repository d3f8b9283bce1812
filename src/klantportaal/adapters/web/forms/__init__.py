"""Turns submitted forms into values of the domain."""
