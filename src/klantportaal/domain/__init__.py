"""The rules of the portal: values, and functions from values to new values and the facts that follow.

No input or output, no clock and no randomness in here; see ``docs/rules.md`` for the numbers the tests name.
"""
