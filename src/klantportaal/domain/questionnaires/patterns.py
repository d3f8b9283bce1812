r"""Regular expressions in schemas: which may be published, and how they are looked for.

RE2 looks for them. It never backtracks: its time grows with the text and the pattern, whatever the pattern. It finds
them anywhere in the text, as JSON Schema has it.
"""

from functools import lru_cache
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.ecma262 import as_re2

PATTERN_LIMIT = 500
"""The longest pattern, in characters."""

_MEMORY = 512 * 1024
"""Bytes for one pattern. RE2 refuses a pattern that does not fit. Where only its cache of states does not fit, it goes
over the text more slowly: half a second for the longest answer, at the worst that was found."""
_KEPT = 128
"""How many patterns are kept compiled: more than one questionnaire has, in 64 MiB at most."""


def found_in(pattern: str, text: str) -> bool:
    """Tell whether a pattern that was let in is found in *text*; in text with half a character, nothing is."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        return False
    return _compiled(pattern).match(encoded) is not None


def fault(pattern: str) -> Fault | None:
    """Tell what keeps a pattern from being published, if anything does; without a field."""
    if len(pattern) > PATTERN_LIMIT:
        return Fault(code=FaultCode.PATTERN_TOO_LONG)
    try:
        _compiled(pattern)
    except Refused as refused:
        return refused.faults[0]
    return None


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> Any:
    r"""Compile a pattern so that a match from the start of a text finds it anywhere.

    RE2's own search looks at each byte: it finds ``\B`` within a character of several bytes.

    Raises:
        Refused: it may not be published.
    """
    import re2  # Not at import: most who import this package never match a pattern.

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(f"(?s:.)*?(?:{as_re2(pattern)})", options)
    except re2.error:  # It reads as a pattern: what is left is that it repeats too often, or is too large.
        raise Refused([Fault(code=FaultCode.PATTERN_TOO_LARGE)]) from None
