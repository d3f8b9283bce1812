"""The ports: the protocols that adapters implement. The docstrings state all that an adapter promises.

An adapter can be written from these docstrings alone. ``klantportaal.testing.contracts`` tests adapters against them.
"""
