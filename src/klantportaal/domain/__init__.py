"""The rules of the portal: value classes, and functions that return new values and events.

This package does no input or output, and uses no clock and no randomness. ``docs/rules.md`` lists the rule numbers.
"""
