"""Looks up Dutch addresses."""
