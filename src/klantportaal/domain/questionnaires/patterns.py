"""Regular expressions in schemas: which are let in, and how they are looked for."""

import re


def found_in(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found in a text."""
    return re.search(pattern, text) is not None
