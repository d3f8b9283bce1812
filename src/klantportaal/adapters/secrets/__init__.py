"""Adapters for ids, tokens, codes, passwords, encryption and seals."""
