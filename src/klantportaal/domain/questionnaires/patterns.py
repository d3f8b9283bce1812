r"""Regular expressions in schemas: which are let in, and how they are looked for.

They are read as JSON Schema reads them: found anywhere in the text, ``\d`` and ``\w`` of ASCII alone, ``$`` at the very
end. RE2 finds them in a time that grows with the text and no faster, whatever the pattern. What is published must mean
the same to other engines too, and must not make one that backtracks take for ever.
"""

import re
from functools import lru_cache
from typing import Any

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import ambiguity

PATTERN_LIMIT = 500
"""The longest pattern, in characters."""

_MEMORY = 512 * 1024
"""The most that RE2 takes for one pattern, in bytes; short of it, it reads on more slowly."""
_KEPT = 128
"""The patterns that are kept compiled: those of a whole questionnaire, in 24 MiB at the most."""
_TOKEN = re.compile(
    r"\\.|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]?)|(?P<flags>\(\?[a-zA-Z-]+[:)])|(?P<most>\{,\d*\})", re.DOTALL
)
_SET_IN_SET = re.compile(r"^\[\^?\]|\[\[|\[:|--|&&|~~|\|\|")
_CODE_POINT = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


def found_in(pattern: str, text: str) -> bool:
    """Tell whether a pattern that was let in is found in *text*; in half a character, nothing is."""
    return _compiled(pattern).search(text.encode(errors="surrogatepass")) is not None


def fault(pattern: str) -> FaultCode | None:
    """Tell what keeps a pattern from being published, if anything does."""
    if len(pattern) > PATTERN_LIMIT:
        return FaultCode.PATTERN_TOO_LONG
    if _differs_by_engine(pattern):
        return FaultCode.PATTERN_INVALID
    try:
        if ambiguity.backtracks(pattern):
            return FaultCode.PATTERN_RISKY
    except (re.error, OverflowError):
        return FaultCode.PATTERN_INVALID
    return None if _is_known_to_re2(pattern) else FaultCode.PATTERN_INVALID


def _differs_by_engine(pattern: str) -> bool:
    """Tell whether engines read *pattern* differently: flags, ``{,3}``, and sets that look like sets of sets."""
    for token in _TOKEN.finditer(pattern):
        if token["flags"] or token["most"] or (token["set"] and _SET_IN_SET.search(token["set"])):
            return True
    return False


def _is_known_to_re2(pattern: str) -> bool:
    import re2

    try:
        _compiled(pattern)
    except (re2.error, UnicodeEncodeError):
        return False
    return True


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> Any:
    import re2  # Not at import: most who import this package never match a pattern.

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(_CODE_POINT.sub(lambda found: rf"\x{{{found[1]}}}" if found[1] else found[0], pattern), options)
