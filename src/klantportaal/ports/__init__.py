"""What the portal asks of the world: one small protocol each, with its promises in the docstrings.

An adapter can be written from these alone; ``klantportaal.testing.contracts`` holds it to them.
"""
