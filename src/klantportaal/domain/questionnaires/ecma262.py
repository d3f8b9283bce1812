r"""Rewrites a regular expression of ECMA-262 for RE2, with the same meaning.

JSON Schema names ECMA-262 with its flag ``u`` as the language of ``pattern``. RE2 reads several things in another way:

* ``.`` excludes LF only; in ECMA-262 also CR, U+2028 and U+2029.
* ``\s`` is five characters of ASCII; in ECMA-262 all white space of Unicode.
* ``\uXXXX``, ``\u{X}``, ``\cX`` and ``[\b]`` are unknown, and ``\0`` begins an octal number.
* ``{01}`` and ``{,3}`` are literal text. In ECMA-262 the first is a count and the second is no pattern.
* It takes much that is no pattern in ECMA-262: ``\Q…\E``, ``\A``, ``\z``, ``\C``, ``\a``, ``\-`` outside of sets, octal
  numbers, ``\pL``, ``(?i)``, ``(?P<name>…)``, ``[[:alpha:]]``, ``[]a]``, ``^*``, and ``]``, ``{`` or ``}`` alone.

So each term is read by the grammar of ECMA-262 and written anew for RE2. A group ``(?i:…)`` ignores case; within it,
``\b``, ``\B`` and ``\P{…}`` are refused, because RE2 does not fold them as ECMA-262 does. ``\d``, ``\w`` and ``\b`` are
about ASCII in both. ``^`` and ``$`` are the two ends of the text in both. Sources: ECMA-262 of 2025, section 22.2.1
(Patterns), without its annex B; RE2, doc/syntax.txt.
"""

import re
from collections.abc import Iterator

from klantportaal.domain.errors import Fault, FaultCode, Refused

_ESCAPE = r"""
    \\(?:
        [dDsSwW] | [pP]\{(?: L[lmotu]? | M[cen]? | N[dlo]? | P[cdefios]? | S[ckmo]? | Z[lps]? | C[cfo] )\}
      | [fnrtv] | c[A-Za-z] | 0(?![0-9]) | x[0-9A-Fa-f]{2}
      | u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2} | u[0-9A-Fa-f]{4} | u\{[0-9A-Fa-f]+\}
      | [\^$\\.*+?()\[\]{}|/]
    )
"""
"""Of the properties of Unicode, general categories by their short names. RE2's ``C`` lacks what is not assigned."""
_TERM = re.compile(
    r"""
      (?P<set> \[ (?P<negated>\^?) (?P<members> (?: \\. | [^\\\]] )* ) \] )
    | (?P<group> \( (?: \?: | (?P<folds>\?i:) | \?<(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)> | (?!\?) ) )
    | (?P<close> \) )
    | (?P<bar> \| )
    | (?P<assertion> [\^$] | \\[bB] )
    | (?P<repeat> (?: [*+?] | \{ (?P<least>[0-9]+) (?P<more>,(?P<most>[0-9]*))? \} ) \?? )
    | (?P<dot> \. )
    | (?P<literal> [^\^$\\.*+?()\[\]{}|] )
    | (?P<escape>"""
    + _ESCAPE
    + ")",
    re.VERBOSE | re.DOTALL,
)
_MEMBER = rf"(?: {_ESCAPE} | \\[b\-] | [^\\] )"
_MEMBERS = re.compile(f"(?P<low>{_MEMBER}) (?: - (?P<high>{_MEMBER}) )?", re.VERBOSE | re.DOTALL)
_COUNT_LIMIT = 1000
"""The highest count that RE2 takes."""
_REPEATABLE = ("set", "close", "dot", "literal", "escape")
_UNSUPPORTED = re.compile(
    r"""
      \(\?<?[=!]                # looks ahead or behind
    | \\[1-9][0-9]* | \\k<[^>]*>  # looks back at what a group found
    | \(\?<[^>]*>               # a name beyond ASCII
    | \(\?[ims]*-?[ims]*:       # flags for a group
    | \\[pP]\{[^}]*\}           # scripts and other properties
    """,
    re.VERBOSE,
)
_NAMED_SET = re.compile(r"\[:\^?[a-z]+:\]")
_PART = re.compile(r"\\.?|\(\?.?|.", re.DOTALL)

_SPACE = r"\t-\r\x{20}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}"
_NO_SPACE = (
    r"\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}"
    r"\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF}"
)
_SETS = {r"\s": _SPACE, r"\S": _NO_SPACE}
_NEVER_FOLDED = {"set": "P", "escape": "P", "assertion": "bB"}
"""The escapes that RE2 does not fold as ECMA-262 does, by the kind of their term."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_DOT = r"[^\n\r\x{2028}\x{2029}]"
_CONTROLS = {"0": 0x00, "b": 0x08, "t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}


def as_re2(pattern: str) -> str:
    """Rewrite a pattern for RE2; groups capture nothing, and lazy repeats become greedy ones.

    Raises:
        Refused: ``PATTERN_INVALID``: ECMA-262 does not take it. ``PATTERN_UNSUPPORTED``: RE2 cannot do it. Both have
            as ``part`` what cannot stand there. ``PATTERN_TOO_LARGE``: a count is higher than RE2's.
    """
    return "".join(_rewritten(pattern))


def _rewritten(pattern: str) -> Iterator[str]:
    folding, repeatable, names = [False], False, set[str]()  # Whether each open group ignores case, the whole first.
    for term in _terms(pattern):
        kind = str(term.lastgroup)
        if kind == "close":
            folding.pop()
        elif kind == "group":
            folding.append(folding[-1] or term["folds"] is not None)
        if not folding or (kind == "repeat" and not repeatable):
            raise _refusal(FaultCode.PATTERN_INVALID, term[0])
        if term["name"] in names or (folding[-1] and _is_never_folded(kind, term[0])):
            raise _refusal(FaultCode.PATTERN_UNSUPPORTED, term[0])
        names |= {term["name"]} - {None}
        repeatable = kind in _REPEATABLE
        yield _term(kind, term)
    if len(folding) > 1:
        raise _refusal(FaultCode.PATTERN_INVALID, "(")


def _is_never_folded(kind: str, text: str) -> bool:
    return any(each in _NEVER_FOLDED.get(kind, "") for each in _ESCAPED.findall(text))


def _terms(pattern: str) -> Iterator[re.Match[str]]:
    """Give the terms of a pattern in order: its atoms, brackets, bars, assertions and repeats."""
    position = 0
    while position < len(pattern):
        term = _TERM.match(pattern, position)
        if term is None:
            raise _not_read(pattern, position)
        yield term
        position = term.end()


def _term(kind: str, term: re.Match[str]) -> str:
    match kind:
        case "set":
            return _set(term)
        case "group":
            return "(?i:" if term["folds"] else "(?:"
        case "dot":
            return _DOT
        case "repeat":
            return _repeat(term)
        case "escape" | "literal":
            read = _read(term[0])
            return f"[{read}]" if isinstance(read, str) else _character(read)
    return term[0]


def _repeat(term: re.Match[str]) -> str:
    """Write counts without leading zeros. With them, or with more digits than it reads, RE2 takes braces for text."""
    if term["least"] is None:
        return term[0][0]
    least, most = int(term["least"]), int(term["most"]) if term["most"] else None
    if most is not None and most < least:
        raise _refusal(FaultCode.PATTERN_INVALID, term[0])
    if max(least, most or 0) > _COUNT_LIMIT:
        raise Refused([Fault(code=FaultCode.PATTERN_TOO_LARGE)])
    return f"{{{least}{',' if term['more'] else ''}{'' if most is None else most}}}"


def _set(term: re.Match[str]) -> str:
    """Rewrite a set member by member; ``[]`` and ``[^]`` would open another set to RE2, and ``[:`` a named one."""
    members = term["members"]
    if not members:
        raise _refusal(FaultCode.PATTERN_UNSUPPORTED, term[0])
    if named := _NAMED_SET.search(term[0]):
        raise _refusal(FaultCode.PATTERN_UNSUPPORTED, named[0])
    written, position = [], 0
    while position < len(members):
        member = _MEMBERS.match(members, position)
        if member is None:
            raise _not_read(members, position)
        written.append(_member(member))
        position = member.end()
    return f"[{term['negated']}{''.join(written)}]"


def _member(member: re.Match[str]) -> str:
    """Rewrite one member of a set: a character, a set, or a range between two characters."""
    low, high = _read(member["low"]), _read(member["high"] or member["low"])
    if member["high"] is None:
        return low if isinstance(low, str) else _character(low)
    if isinstance(low, str) or isinstance(high, str) or low > high:
        raise _refusal(FaultCode.PATTERN_INVALID, member[0])
    return f"{_character(low)}-{_character(high)}"


def _character(code_point: int) -> str:
    return f"\\x{{{code_point:X}}}"


def _read(atom: str) -> int | str:
    """Read an atom: a character gives its code point; a set gives what RE2 has for it between ``[`` and ``]``."""
    if atom[0] == "\\" and atom[1] in "dDsSwWpP":
        return _SETS.get(atom, atom)
    code_point = ord(atom) if len(atom) == 1 else _escaped(atom[1], atom[2:])
    if code_point > 0x10FFFF:
        raise _refusal(FaultCode.PATTERN_INVALID, atom)
    if 0xD800 <= code_point <= 0xDFFF:  # Half a character: the text that is searched has none.
        raise _refusal(FaultCode.PATTERN_UNSUPPORTED, atom)
    return code_point


def _escaped(kind: str, rest: str) -> int:
    """Give the code point that an escape stands for."""
    match kind:
        case "u" if "\\" in rest:  # \uD83D\uDE00: the two halves of one character.
            high, low = rest.split("\\u")
            return 0x10000 + (int(high, 16) - 0xD800) * 0x400 + int(low, 16) - 0xDC00
        case "u" | "x":
            return int(rest.strip("{}"), 16)
        case "c":
            return ord(rest) % 32
    return _CONTROLS.get(kind, ord(kind))


def _not_read(pattern: str, position: int) -> Refused:
    """Tell what stands where no term of the grammar does."""
    if unsupported := _UNSUPPORTED.match(pattern, position):
        return _refusal(FaultCode.PATTERN_UNSUPPORTED, unsupported[0])
    part = _PART.match(pattern, position)
    return _refusal(FaultCode.PATTERN_INVALID, part[0] if part else "")


def _refusal(code: FaultCode, part: str) -> Refused:
    shown = part.encode(errors="backslashreplace").decode()  # Half a character cannot be shown.
    return Refused([Fault(code=code, params={"part": shown})])
