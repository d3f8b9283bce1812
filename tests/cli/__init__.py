"""The commands of ``klantportaal``."""
