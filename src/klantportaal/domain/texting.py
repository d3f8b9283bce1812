"""Codes by SMS: to which numbers they go (TS-1)."""

import re
from typing import NewType

E164 = NewType("E164", str)
"""A telephone number as the whole world dials it: a plus, the country, the rest; ASCII digits only (E.164)."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def is_e164(text: str) -> bool:
    """Tell whether *text* is exactly one number as E.164 has it, with nothing around or inside it."""
    return _E164.fullmatch(text) is not None
