"""Ids, one-time secrets and passwords."""
