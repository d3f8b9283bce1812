"""Regular expressions of offices: which may be published, and how they are looked for."""

import re
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import product

import attrs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires.patterns import PATTERN_LIMIT, fault, found_in
from tests.domain.given import ANY_TEXT

HARMLESS = [
    "",
    "geen",
    r"^[0-9]{4} ?[A-Z]{2}$",
    r"^[A-Z]+( [A-Z]+)*$",
    r"^[^@]+@[^@]+\.[a-z]+$",
    r"^\S+@\S+\.\S+$",
    r"^(NL)?[0-9]{9}$",
    r"^(NL)?[0-9]{9}B[0-9]{2}$",
    r"^([A-Z0-9]{4} ?){4,7}[A-Z0-9]{1,4}$",
    r"^NL\d{2}[A-Z]{4}\d{10}$",
    r"^(van )?(de )?(der )?[a-z ]+$",
    r"^(jan|jun|jul|januari)$",
    r"^\d{1,3}(\.\d{3})*(,\d{2})?$",
    r"^[A-Za-z\u00C0-\u017F' -]+$",
    r"^([01]\d|2[0-3]):[0-5]\d$",
    r"^(\+31|0)[1-9]([ -]?\d){8}$",
    r"^(.{1,80}\n){1,6}$",
    r"^.{10,1000}$",
    r"^(?:[A-Z]|[0-9]){20}$",
    r"^(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}$",
    r"^[^\W\d_]+?\s*$",
    r"^([^;]+;)*$",
    r"^(\D+\d)*$",
    r"a|\||[|]|[^\s\S]",
    r"^(?P<jaar>\d{4})-\d\d$",
    r"\bpand\B",
    r"^[^\u0000-\u001F]{1,1000}$",
    r"^[\u0100-\uFFFF]{1000}$",
    "." * PATTERN_LIMIT,
    "(" * 100 + ")" * 100,
]
RISKY = [
    "(a+)+$",
    "([a-z]+)*",
    "(a*)*",
    "(a|a)*",
    "(a|b|a)*",
    "([a-z]|b)*",
    r"(\w|\d)+",
    "([^a]|b)+",
    "([^a-z]|1)+",
    r"( |\s)+",
    "(a|aa)+",
    "(a|b|ab)*",
    "(|a)+",
    "(|)*",
    "(?:||){40}x",
    "((a|b)?){2,}",
    r"(\w+\s?)*",
    r"(\w+?\s?)+?",
    r"(\d{3}|\d{4})*",
    r"(\d{3}|\d{4}){20}",
    "(x+x+)+y",
    "(b|(a+)+)?c",
    "(?:a?){30}a{30}",
    "(.*a){20}",
    "(a{1,64}){1,64}",
    "(a{1000}){1000}",
    "((a{40}){40}){40}",
    "a?" * 100 + "a" * 100,
    "a*" * 20 + "b",
    "(a|a)" * 60,
    f"(?:{'(a|a)' * 8}){{2}}",
    "a{0,30}" * 4 + "b",
    "(.|.)" * 90,
    ".*.*.*.*=",
    f"(?:{'a{40}' * 11})*b|(?:{'a{40}' * 11}a)*c",  # Harmless, yet too intricate to tell.
    r"(a)\1",
    r"(?P<a>a)(?P=a)",
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?<!a)",
]
INVALID = [
    "(",
    "a)",
    "*",
    "a**",
    "[",
    "[z-a]",
    "a{3,2}",
    "\\",
    r"\p{Lu}",
    r"\Z",
    r"\C",
    "a{1001}",
    "a{99999999999999999999}",
    "\ud800",
    "(?i)a",
    "(?i:a)",
    "(?s-i:a)",
    "(?x) a",
    "(?#a)",
    "a{,3}",
    "a{,}",
    "[]a]",
    "[^]a]",
    "[[a]",
    "[[:alpha:]]",
    "[a[:alpha:]]",
    "[a--b]",
    "[a&&b]",
    "[a||b]",
    "[a~~b]",
]


@attrs.frozen
class Written:
    """A regular expression over ``a`` and ``b``, and what it consists of."""

    text: str
    kind: str
    parts: tuple["Written", ...] = ()
    low: int = 1
    high: int = 1


def _repeated(body: Written, low: int, more: int) -> Written:
    return Written(f"(?:{body.text}){{{low},{low + more}}}", "repeat", (body,), low, low + more)


def _endless(body: Written, low: int) -> Written:
    return Written(f"(?:{body.text}){'*+'[low]}", "repeat", (body,), low, 1000)


def _grown(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    several = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        several.map(lambda parts: Written("".join(f"(?:{part.text})" for part in parts), "sequence", parts)),
        several.map(lambda parts: Written("|".join(part.text for part in parts), "choice", parts)),
        st.builds(_repeated, inner, st.integers(0, 3), st.integers(0, 3)),
        st.builds(_endless, inner, st.integers(0, 1)),
    )


LETTERS = st.sampled_from([Written("a", "a"), Written("b", "b"), Written("[ab]", "ab"), Written("", "sequence")])
WRITTEN = st.recursive(LETTERS, _grown, max_leaves=8)
AB = st.text("ab", max_size=12)


def _ends(what: Written, text: str, at: int) -> Iterator[int]:
    """Backtrack as a simple engine does: give every way to read from *at*, by where it ends."""
    match what.kind, what.parts:
        case "sequence", ():
            yield at
        case "sequence", (first, *others):
            for end in _ends(first, text, at):
                yield from _ends(attrs.evolve(what, parts=tuple(others)), text, end)
        case "choice", parts:
            for part in parts:
                yield from _ends(part, text, at)
        case "repeat", (body,):
            yield from _turns(what, body, text, at)
        case letters, _:
            if text[at : at + 1] and text[at] in letters:
                yield at + 1


def _turns(what: Written, body: Written, text: str, at: int) -> Iterator[int]:
    if what.high:
        left = attrs.evolve(what, low=max(what.low - 1, 0), high=what.high - 1)
        for end in _ends(body, text, at):
            if end > at or what.low:
                yield from _ends(left, text, end)
    if not what.low:
        yield at


@pytest.mark.parametrize("pattern", HARMLESS)
def test_harmless(pattern: str) -> None:
    """QU-1: a pattern that every engine reads quickly may be published."""
    assert fault(pattern) is None


@pytest.mark.parametrize("pattern", RISKY)
def test_risky(pattern: str) -> None:
    """QU-1: a pattern that can make an engine backtrack for ever, or that looks ahead or back, is refused."""
    assert fault(pattern) is FaultCode.PATTERN_RISKY


@pytest.mark.parametrize("pattern", INVALID)
def test_invalid(pattern: str) -> None:
    """QU-1: what is no regular expression, or another one to another engine, is refused."""
    assert fault(pattern) is FaultCode.PATTERN_INVALID


def test_too_long() -> None:
    """QU-1: a pattern of 501 characters is too long, whatever is in it."""
    assert {fault("a" * 501), fault("(" * 501)} == {FaultCode.PATTERN_TOO_LONG}
    assert fault("a" * 500) is None


def test_deep() -> None:
    """QU-1: a pattern nested deeper than can be judged is refused, not an error."""

    def judged_at(depth: int) -> FaultCode | None:
        return judged_at(depth - 1) if depth else fault("(" * 249 + "a+" + ")" * 249)

    assert judged_at(sys.getrecursionlimit() - 400) is FaultCode.PATTERN_RISKY


@given(st.one_of(ANY_TEXT, st.text("ab(|)[^]*+?{1,2}\\d.-$:&")), ANY_TEXT)
@example("[[", "a")
@example("[[\\", "a")
def test_anything(pattern: str, text: str) -> None:
    """QU-1: whatever is published as a pattern is let in or refused, never an error; what is let in can be found."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refused = fault(pattern)
    assert refused is not None or found_in(pattern, text) in (True, False)


@given(WRITTEN, AB)
@example(Written("(?:a?)" * 8 + "a" * 8, "sequence"), "a" * 12)
def test_as_python(written: Written, text: str) -> None:
    """QU-1: a pattern that was let in finds what Python's engine finds, which is quick over it too."""
    assume(fault(written.text) is None)
    for hostile in (text, text * 20 + "!", "a" * 200 + "!", "ab" * 100 + "!"):
        assert found_in(f"^(?:{written.text})$", hostile) == bool(re.search(rf"^(?:{written.text})\Z", hostile))


@given(WRITTEN)
def test_ways(written: Written) -> None:
    """QU-1: what was let in can be read in few ways: none multiplies with the length of the text."""
    assume(fault(written.text) is None)
    for letters in product("ab", repeat=7):
        ways = Counter(_ends(written, "".join(letters), 0))
        assert max(ways.values(), default=0) <= 300


@settings(max_examples=400)
@given(st.one_of(WRITTEN, st.builds(_endless, WRITTEN, st.integers(0, 1))))
def test_refused_with_reason(written: Written) -> None:
    """QU-1: a pattern with one way to read each text is let in, unless it repeats what may be empty."""
    assume(not re.search(r"\{0,0\}|\{1,1\}", written.text))
    endless = _unbounded(written)
    assume(_without_empty_turns(endless))
    if not _is_ambiguous(endless):
        assert fault(written.text) is None
        assert _are_read_one_way(endless, ["".join(letters) for letters in product("ab", repeat=6)])


def _without_empty_turns(what: Written) -> bool:
    empty = what.kind == "repeat" and 0 in _ends(what.parts[0], "", 0)
    return not empty and all(_without_empty_turns(part) for part in what.parts)


def _unbounded(what: Written) -> Written:
    """Take each repeat that can be made twice for endless, as the rule does."""
    parts = tuple(_unbounded(part) for part in what.parts)
    endless = what.kind == "repeat" and what.high > 1
    return attrs.evolve(what, parts=parts, low=0 if endless else what.low, high=1000 if endless else what.high)


def _are_read_one_way(what: Written, texts: list[str]) -> bool:
    return all(max(Counter(_ends(what, text, 0)).values(), default=0) <= 1 for text in texts)


def _is_ambiguous(what: Written) -> bool:
    """Look for two ways through the letters of a pattern (its positions, Glushkov 1961) that read the same text."""
    letters: list[str] = []
    following: set[tuple[int, int]] = set()
    twice_empty, _empty, first, last = _walked(what, letters, following)
    waiting = [(one, other, one != other) for one, other in product(first, repeat=2)]
    seen = set(waiting)
    for one, other, parted in waiting:
        if not set(letters[one]) & set(letters[other]):
            continue
        if parted and {one, other} <= last:
            return True
        ahead = product(*({after for before, after in following if before == each} for each in (one, other)))
        fresh = {(this, that, parted or this != that) for this, that in ahead} - seen
        seen |= fresh
        waiting += fresh
    return twice_empty


def _walked(
    what: Written, letters: list[str], following: set[tuple[int, int]]
) -> tuple[bool, bool, set[int], set[int]]:
    """Number the letters, and note which may follow which.

    Gives whether there are two ways to read nothing, whether there is one, and the letters to begin and end with.
    """
    walked = [_walked(part, letters, following) for part in what.parts]
    twice = any(each for each, _empty, _first, _last in walked)
    match what.kind:
        case "sequence":
            empty, first, last = True, set[int](), set[int]()
            for _twice, its_empty, its_first, its_last in walked:
                following |= set(product(last, its_first))
                first |= its_first if empty else set()
                last = its_last | (last if its_empty else set())
                empty = empty and its_empty
            return twice, empty, first, last
        case "choice":
            empties = sum(empty for _twice, empty, _first, _last in walked)
            first, last = set().union(*(each[2] for each in walked)), set().union(*(each[3] for each in walked))
            return twice or empties > 1, empties > 0, first, last
        case "repeat":
            ((_twice, empty, first, last),) = walked
            following |= set(product(last, first)) if what.high > 1 else set()
            return twice, empty or not what.low, first, last
        case _:
            letters.append(what.kind)
            return False, False, {len(letters) - 1}, {len(letters) - 1}


@pytest.mark.parametrize(
    "pattern,text,found",
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        ("", "", True),
        ("^$", "\n", False),
        ("^[0-9]{4}$", "1234", True),
        ("^[0-9]{4}$", "1234\n", False),
        ("^[0-9]{4}$", "\n1234", False),
        ("^a$", "b\na\nb", False),
        ("a.b", "a\nb", False),
        ("a.b", "a€b", True),
        ("^.$", "\U0001f600", True),
        (r"^\d$", "7", True),
        (r"^\d$", "٣", False),
        (r"^\d$", "\uff17", False),
        (r"^\D$", "٣", True),
        (r"^\w$", "é", False),
        (r"^\w$", "_", True),
        (r"^[\u00C0-\u017F]+$", "éÿž", True),
        (r"^\\u00e9$", "\\u00e9", True),
        (r"^\\u00e9$", "é", False),
        (r"\x41\t", "A\t", True),
        ("\0", "\0", True),
        ("straße", "strasse", False),
        ("A", "a", False),
        ("^[^a]*$", "\ud800a", False),
    ],
)
def test_found(pattern: str, text: str, found: bool) -> None:
    """QU-1: a pattern is found anywhere in the text; digits and letters are ASCII's, and $ is the very end."""
    assert fault(pattern) is None
    assert found_in(pattern, text) is found


@pytest.mark.parametrize("pattern", [*HARMLESS, "(a+)+$", "(?:a?){30}a{30}", "(.*a){20}"])
def test_long_texts(pattern: str) -> None:
    """QU-1: a text of 100,000 characters is answered, also by a pattern that should not have been let in."""
    for text in ("a" * 100_000 + "!", "0 A@." * 20_000, "\ud800" * 100_000):
        assert found_in(pattern, text) in (True, False)


def test_quiet() -> None:
    """QU-1: RE2 is not loaded before a pattern is looked for, and a pattern that it refuses leaves no line in a log."""
    asked = (
        "import sys; from klantportaal.domain.questionnaires.patterns import fault; loaded = 're2' in sys.modules;"
        r"print(loaded, fault(r'\_'), fault(r'\Z'), fault('a{1001}'), 're2' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("False None pattern_invalid pattern_invalid True\n", "")
