"""Adapters that scan files for viruses."""
