"""Regular expressions of offices: which may be published, and that they mean what ECMA-262 has them mean."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires.patterns import PATTERN_LIMIT, fault, found_in
from klantportaal.domain.questionnaires.schemas import TEXT_LIMIT, Schema
from tests.domain.given import ANY_TEXT
from tests.support.ecma262 import Engine
from tests.support.effort import ENDLESS

ACCEPTED = [
    "",
    "geen",
    r"^[0-9]{4} ?[A-Z]{2}$",
    r"^[^@]+@[^@]+\.[a-z]+$",
    r"^(NL)?[0-9]{9}B[0-9]{2}$",
    r"^(van )?(de )?(der )?[a-z ]+$",
    r"^(jan|jun|jul|januari)$",
    r"^\d{1,3}(\.\d{3})*(,\d{2})?$",
    r"^[A-Za-z\u00C0-\u017F' -]+$",
    r"^[\p{L}\p{M}' -]+$",
    r"^(?:\+31|0)[1-9](?:[ -]?\d){8}$",
    r"^.{10,1000}$",
    r"^[^\W\d_]+?\s*$",
    r"a|\||[|]|[^\s\S]",
    r"^(?<jaar>\d{4})-(?<maand>\d\d)$",
    r"\bpand\B",
    r"^[\u0100-\uFFFF]{1000}$",
    r"\cJ\0\x41\u0041\u{41}\uD83D\uDE00\/",
    r"[\b\-\]\^a-]",
    "[[a]",
    "[a&&b||c~~d]",
    "a{01}",
    "()*|(?:^)*",
    "." * PATTERN_LIMIT,
    "(" * 250 + ")" * 250,
]
"""What ECMA-262 takes and RE2 can do."""
INVALID = {
    "(": "(",
    "a)": ")",
    "*": "*",
    "(*a)": "*",
    "a|+": "+",
    "a**": "*",
    "a++": "+",
    "a{2}{3}": "{3}",
    "^*": "*",
    r"\b+": "+",
    "[": "[",
    "[a\\": "[",
    "[z-a]": "z-a",
    "[a--b]": "a--",
    r"[\d-z]": r"\d-z",
    r"[a-\s]": r"a-\s",
    r"[\q]": r"\q",
    "a{3,2}": "{3,2}",
    "a{,3}": "{",
    "a{": "{",
    "a}": "}",
    "a]": "]",
    "\\": "\\",
    r"\-": r"\-",
    r"\@": r"\@",
    r"\Z": r"\Z",
    r"\Aa\z": r"\A",
    r"\C": r"\C",
    r"\a": r"\a",
    r"\Qa\E": r"\Q",
    r"\pL": r"\p",
    r"\01": r"\0",
    r"\x4": r"\x",
    r"\x{41}": r"\x",
    r"\u41": r"\u",
    r"\u{110000}": r"\u{110000}",
    r"\c1": r"\c",
    "(?i)a": "(?i",
    "(?P<a>a)": "(?P",
    "(?>a)": "(?>",
    "(?#a)": "(?#",
    "(?<a": "(?<",
}
"""What is no pattern in ECMA-262, with what is wrong in it."""
UNSUPPORTED = {
    "a(?=b)": "(?=",
    "a(?!b)": "(?!",
    "(?<=a)b": "(?<=",
    "(?<!a)b": "(?<!",
    r"(a)\1": r"\1",
    r"(?<a>a)\k<a>": r"\k<a>",
    "(?s-i:a)": "(?s-i:",
    "(?-i:a)": "(?-i:",
    r"(?i:(a|\b))": r"\b",
    r"(?i:a\B)": r"\B",
    r"(?i:[a\P{L}])": r"[a\P{L}]",
    r"(?i:\P{Lu})": r"\P{Lu}",
    "(?<é>a)": "(?<é>",
    "(?<a>a)|(?<a>b)": "(?<a>",
    r"\p{Script=Latin}": r"\p{Script=Latin}",
    r"\p{C}": r"\p{C}",
    "[]": "[]",
    "[]a]": "[]",
    "[^]": "[^]",
    "[[:alpha:]": "[:alpha:]",
    "[[:alpha:]]": "[:alpha:]",
    r"\ud800": r"\ud800",
    r"[\u{DFFF}]": r"\u{DFFF}",
    "\ud800": r"\ud800",
}
"""What ECMA-262 may take and RE2 cannot do, or reads in another way."""
TOO_LARGE = [
    "a{1001}",
    "a{99999999999999999999}",
    "(a{1000}){1000}",
    "((a{40}){40}){40}",
    r"\p{L}{60}",
    ".{1000}" * 2,
    "(?:.{1,31}){1,31}" * 2,
]
EXPONENTIAL = [
    "(a+)+$",
    "^([0-9]+)+$",
    "([a-z]+)*b",
    "(a|a)*b",
    "(a|aa)+$",
    "(.*a){20}b",
    "(x+x+)+y",
    "(?:a?){30}a{30}$",
    r"(\w+\s?)*$",
]
"""What engines that backtrack take for ever over."""
WORST = ["(.{0,31}){0,32}x", "(?:(?:.?){31}){31}x", "(?:.*a){400}b", "[ab]*a[ab]{400}c", "(?:(?:[ab]?a){31}){31}c"]
"""What RE2 takes longest over, as far as was found."""
CLASSES = [".", r"\s", r"\S", r"\w", r"\W", r"\d", r"\D", "[^a]", r"[^\S]", r"[\s\u{10000}-\u{10FFFF}]", r"\b", r"\B"]
CATEGORIES = [
    *("L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf"),
    *("Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Cc", "Cf", "Co"),
]

LETTERS = "ab-_€é\u2028\u2029\r\n\t\x0b \u00a0\ufeff\u180e\U0001f600A7"
TEXTS = st.lists(st.text(LETTERS, max_size=8), min_size=1, max_size=5)
ESCAPES = st.sampled_from(
    [
        *(r"\t", r"\n", r"\r", r"\f", r"\v", r"\cJ", r"\x41", r"\u00e9", r"\uD83D\uDE00", r"\u{1F600}", r"\u{000061}"),
        *(r"\^", r"\$", r"\\", r"\.", r"\*", r"\(", r"\[", r"\]", r"\{", r"\|", r"\/"),
        *(r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", r"\p{L}", r"\P{Lu}", r"\p{Zs}"),
    ]
)
RANGES = st.sampled_from(["a-b", r"\0-\x1F", r"\u0080-\u{10FFFF}", r"\--a", r"\b-\r", "€-\U0001f600"])
MEMBERS = st.lists(
    st.one_of(ESCAPES, RANGES, st.sampled_from([*"ab€é\n [{}()*+?.$|/&~", r"\-", r"\b"])), min_size=1, max_size=4
)
SETS = st.tuples(st.sampled_from(["[", "[^", "[-", "[^-"]), MEMBERS.map("".join), st.sampled_from(["]", "-]"])).map(
    "".join
)
ATOMS = st.one_of(st.sampled_from([*"ab€é\U0001f600\n\u2028 -_:,=!<>#&~@.", "()"]), ESCAPES, SETS)
ASSERTIONS = st.sampled_from(["^", "$", r"\b", r"\B", ""])
REPEATS = st.sampled_from(["", "", *"*+?", "*?", "+?", "??", "{0}", "{2}", "{01}", "{1,}", "{0,2}", "{1,3}?"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.tuples(st.sampled_from(["(", "(?:"]), inner, st.just(")"), REPEATS).map("".join)
    choices = st.lists(inner, min_size=2, max_size=3).map("|".join)
    return st.one_of(st.lists(st.one_of(inner, groups), max_size=3).map("".join), groups, choices)


PATTERNS = st.recursive(st.one_of(st.tuples(ATOMS, REPEATS).map("".join), ASSERTIONS), _grown, max_leaves=6)
"""Patterns that both languages take."""
PIECES = st.lists(
    st.sampled_from(
        [
            *"ab0é\n-^$|*+?.()[]{},:=!<>\\#",
            *(
                r"\d",
                r"\S",
                r"\b",
                r"\B",
                r"\0",
                r"\1",
                r"\c",
                r"\x",
                r"\u",
                r"\u{",
                "D83D",
                r"\uDE00",
                r"\-",
                r"\k<a>",
            ),
            *(
                r"\p{L}",
                r"\p",
                r"\Q",
                r"\z",
                "(?:",
                "(?",
                "(?<a>",
                "(?<",
                "(?=",
                "(?i",
                "[^",
                "[]",
                "[:a:]",
                "[a",
                "b]",
            ),
            *("{0}", "{2}", "{00,2}", "{2,1}", "{,2}", "??"),
        ]
    ),
    max_size=9,
).map("".join)
"""What may be a pattern, to one language, to both or to neither."""


@pytest.mark.parametrize("pattern", [*ACCEPTED, *EXPONENTIAL, *WORST])
def test_accepted(pattern: str, ecma262: Engine) -> None:
    """QU-1: a pattern that ECMA-262 takes and RE2 can do may be published, however an engine may backtrack over it."""
    assert fault(pattern) is None
    assert ecma262.found(pattern, []) == []


@pytest.mark.parametrize("pattern,part", INVALID.items())
def test_invalid(pattern: str, part: str, ecma262: Engine) -> None:
    """QU-1: what is no pattern in ECMA-262 is refused with what is wrong in it, also where RE2 takes it."""
    assert told(pattern) == (FaultCode.PATTERN_INVALID, {"part": part})
    assert ecma262.found(pattern, []) is None


@pytest.mark.parametrize("pattern,part", UNSUPPORTED.items())
def test_unsupported(pattern: str, part: str) -> None:
    """QU-1: what RE2 cannot do, or reads in another way, is refused by name."""
    assert told(pattern) == (FaultCode.PATTERN_UNSUPPORTED, {"part": part})


@pytest.mark.parametrize("pattern", TOO_LARGE)
def test_too_large(pattern: str) -> None:
    """QU-1: a pattern that repeats too often, or that RE2 has no memory for, is refused when it is published."""
    assert told(pattern) == (FaultCode.PATTERN_TOO_LARGE, {})


def test_too_long() -> None:
    """QU-1: a pattern of 501 characters is too long, whatever is in it."""
    assert told("a" * 501) == told("(" * 501) == (FaultCode.PATTERN_TOO_LONG, {})
    assert fault("a" * 500) is None


def told(pattern: str) -> tuple[FaultCode, object] | None:
    """Give code and parameters of what is wrong with a pattern."""
    found = fault(pattern)
    return None if found is None else (found.code, found.params)


@given(ANY_TEXT, ANY_TEXT)
@example("[[\\", "a")
def test_anything(pattern: str, text: str) -> None:
    """QU-1: whatever is published as a pattern is let in or refused, never an error; what is let in can be found."""
    assert fault(pattern) is not None or found_in(pattern, text) in (True, False)


@settings(max_examples=400, derandomize=True)
@given(PATTERNS, TEXTS)
@example(r"\B", ["aéa", ""])
@example("^.$", ["\r", "\u2028", "\u0085"])
@example(r"^\s$", ["\u00a0", "\x0b", "\ufeff", "\u180e", "\u0085"])
def test_as_ecma262(ecma262: Engine, pattern: str, texts: list[str]) -> None:
    """QU-1: a pattern that both languages have is let in, and is found exactly where ECMA-262 finds it."""
    for each in (pattern, f"^(?:{pattern})$"):
        assert fault(each) is None
        assert [found_in(each, text) for text in texts] == ecma262.found(each, texts), each


@settings(max_examples=1500, derandomize=True)
@given(PIECES, TEXTS)
def test_refused_with_reason(ecma262: Engine, pattern: str, texts: list[str]) -> None:
    """QU-1: of any text, what is called no pattern is none in ECMA-262; what is let in means the same there."""
    assume("(?i:" not in pattern)  # Node.js takes it from version 23 on.
    found = fault(pattern)
    if found is None:
        assert [found_in(pattern, text) for text in texts] == ecma262.found(pattern, texts)
    elif found.code is FaultCode.PATTERN_INVALID:
        assert ecma262.found(pattern, []) is None


@settings(max_examples=400, derandomize=True)
@given(PATTERNS, TEXTS)
@example("^[a-z]{2} ?[0-9]$", ["Ab 1", "AB1", "a\u212a 7"])
@example(r"^[^k\u017F]$", ["K", "S", "s", "\u212a", "a"])
def test_ignoring_case(ecma262: Engine, pattern: str, texts: list[str]) -> None:
    """QU-1: a group ``(?i:…)`` is found exactly where ECMA-262 finds what is in it with its flag ``i``."""
    found = fault(f"(?i:{pattern})")
    if found is None:
        both = [*texts, *(text.swapcase() for text in texts)]
        assert [found_in(f"(?i:{pattern})", text) for text in both] == ecma262.found(pattern, both, flags="iu")
    else:
        assert found.code is FaultCode.PATTERN_UNSUPPORTED
        assert found.params["part"] in (r"\b", r"\B") or r"\P" in str(found.params["part"])


@pytest.mark.parametrize(
    "pattern",
    [r"\w", r"[^\w]", r"\W", r"[\W]", r"\d", r"\s", ".", "k", "[^k]", "[a-z]", r"\p{Lu}", r"[^\p{Ll}]", "ß", "Σ"],
)
def test_every_character_ignoring_case(pattern: str, ecma262: Engine) -> None:
    """QU-1: without regard to case, a set stands for the same characters as in ECMA-262, character by character."""
    characters = characters_of([range(0x190), range(0x370, 0x600), range(0x1E00, 0x2200), range(0x2C00, 0x2E00)])
    assert [found_in(f"(?i:{pattern})", each) for each in characters] == ecma262.found(pattern, characters, flags="iu")


def test_case_of_a_part() -> None:
    """QU-1: only what is within the group ignores case, and so do the groups in it."""
    pattern = "^(?i:nl(a)?)B$"
    assert fault(pattern) is None
    assert [found_in(pattern, text) for text in ("NLaB", "nLAB", "nlab", "NlB")] == [True, True, False, True]


@pytest.mark.parametrize("pattern", CLASSES)
def test_every_character(pattern: str, ecma262: Engine) -> None:
    """QU-1: what stands for a set of characters stands for the same set in ECMA-262, character by character."""
    characters = [*characters_of([range(0x10000)]), "\U00010000", "\U0001f600", "\U0010ffff"]
    assert [found_in(pattern, each) for each in characters] == ecma262.found(pattern, characters)


@pytest.mark.parametrize("category", CATEGORIES)
def test_categories(category: str, ecma262: Engine) -> None:
    """QU-1: general categories of Unicode are the same, for what has long been in it."""
    characters = characters_of([range(0x250), range(0x370, 0x374), range(0x2000, 0x2065), range(0x20A0, 0x20BF)])
    for pattern in (rf"^\p{{{category}}}$", rf"^[\P{{{category}}}]$"):
        assert [found_in(pattern, each) for each in characters] == ecma262.found(pattern, characters)


def characters_of(ranges: Iterable[range]) -> list[str]:
    """List the characters in ranges of code points, without halves."""
    return [chr(each) for code_points in ranges for each in code_points if not 0xD800 <= each <= 0xDFFF]


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
        ("a.b", "a\u2028b", False),
        ("a.b", "a€b", True),
        ("^.$", "\U0001f600", True),
        (r"^\d$", "7", True),
        (r"^\d$", "٣", False),
        (r"^\w$", "é", False),
        (r"^\s$", "\u00a0", True),
        (r"^\p{Lu}$", "É", True),
        (r"^[\u00C0-\u017F]+$", "éÿž", True),
        (r"^\\u00e9$", "\\u00e9", True),
        (r"\x41\t", "A\t", True),
        ("\0", "\0", True),
        ("straße", "strasse", False),
        ("A", "a", False),
        ("^a{02}$", "aa", True),
        (r"\B", "aéa", False),
        ("", "\ud800", False),
        ("^[^a]*$", "\ud800", False),
    ],
)
def test_found(pattern: str, text: str, found: bool) -> None:
    """QU-1: a pattern is found anywhere in the text; digits and letters are ASCII's, and $ is the very end."""
    assert fault(pattern) is None
    assert found_in(pattern, text) is found


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_exponential(pattern: str) -> None:
    """QU-1: a pattern that takes other engines for ever is answered soon, over the longest answer."""
    assert found_in(pattern, "") in (True, False)
    begun = time.process_time()
    for text in ("a" * TEXT_LIMIT, "a" * (TEXT_LIMIT - 1) + "!", "x" * TEXT_LIMIT, "a1 é" * (TEXT_LIMIT // 4)):
        assert found_in(pattern, text) in (True, False)
    assert time.process_time() - begun < ENDLESS


@pytest.mark.parametrize("pattern", WORST)
def test_worst(pattern: str) -> None:
    """QU-1: what RE2 takes longest over is answered soon, over the longest answer."""
    begun = time.process_time()
    for text in ("a" * TEXT_LIMIT, "\U0001f600a" * (TEXT_LIMIT // 2)):
        assert found_in(pattern, text) is False
    assert time.process_time() - begun < ENDLESS


@pytest.mark.parametrize(
    "around",
    [
        '{"pattern": "^\\\\d$"}',
        '{"anyOf": [{"not": {}}, {"pattern": "^\\\\d$"}]}',
        '{"$ref": "#/$defs/one", "$defs": {"one": {"pattern": "^\\\\d$"}}}',
        '{"if": {"pattern": "^\\\\d$"}, "else": false}',
    ],
)
def test_everywhere(around: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """QU-1: wherever a pattern stands in a schema, RE2 looks for it, never Python."""
    monkeypatch.setattr("jsonschema._keywords.re", None)
    monkeypatch.setattr("jsonschema._utils.re", None)
    schema = Schema(json.loads(around))
    assert (schema.accepts("7"), schema.accepts("٣")) == (True, False)
    assert (schema.refusals("7"), len(schema.refusals("٣"))) == ([], 1)


@pytest.mark.parametrize(
    "document,sound,wrong",
    [
        ({"items": {"pattern": r"^\d$"}}, ["7"], ["٣"]),
        ({"contains": {"pattern": r"^\d$"}}, ["a", "7"], ["a", "٣"]),
        ({"propertyNames": {"pattern": r"^\d$"}}, {"7": True}, {"٣": True}),
        ({"properties": {"a": {"pattern": r"^\d$"}}, "additionalProperties": False}, {"a": "7"}, {"a": "٣"}),
    ],
)
def test_within(document: dict[str, object], sound: object, wrong: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """QU-1: patterns of parts of an answer are looked for by RE2 too."""
    monkeypatch.setattr("jsonschema._keywords.re", None)
    schema = Schema(document)
    assert (schema.accepts(sound), schema.accepts(wrong)) == (True, False)


def test_quiet() -> None:
    """QU-1: RE2 is not loaded before a pattern is looked for, and a pattern that it refuses leaves no line in a log."""
    asked = (
        "import sys; from klantportaal.domain.questionnaires.patterns import fault; loaded = 're2' in sys.modules;"
        "print(loaded, fault('a{1001}').code, 're2' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("False pattern_too_large True\n", "")
