"""Regular expressions in schemas: which may be published, and the search for them.

RE2 searches. It never backtracks: at most, its time grows with the length of the text times the size of the
compiled pattern. It finds a pattern anywhere in the text, as JSON Schema has it.
"""

from functools import lru_cache
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.ecma262 import as_re2

PATTERN_LIMIT = 500
"""The longest pattern, in characters."""

_MEMORY = 512 * 1024
"""Bytes for one pattern. RE2 refuses a pattern that does not fit. If only its cache of states does not fit, it searches
more slowly: the slowest pattern that was found takes half a second for the longest answer."""
_KEPT = 128
"""Compiled patterns in the cache: more than one questionnaire has. They take 64 MiB at most."""


def found_in(pattern: str, text: str) -> bool:
    """Tell whether a published pattern is found in *text*. In text with a lone surrogate, nothing is found."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        return False
    return _compiled(pattern).match(encoded) is not None


def fault(pattern: str) -> Fault | None:
    """Tell why a pattern may not be published; None if it may. The fault has no field."""
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
    import re2  # Not at import: most processes never search for a pattern.

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(f"(?s:.)*?(?:{as_re2(pattern)})", options)
    except re2.error:  # The syntax is right, so it repeats too often or does not fit.
        raise Refused([Fault(code=FaultCode.PATTERN_TOO_LARGE)]) from None
