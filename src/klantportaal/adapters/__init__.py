"""Implementations of the ports (databases, files, mail, secrets and so on), and the two hosts."""
