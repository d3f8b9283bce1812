"""Names that Windows and macOS both take (NW-4)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.archive_names import LONGEST, distinct, fitting, key, with_row

DEVICES = ["CON", "nul", "Aux", "com1", "LPT9", "COM¹", "CONIN$", "prn"]
PIECES = st.sampled_from(
    [
        *DEVICES,
        *"./\\:? \0\n",
        *("..", "akte", "AKTE", "é", "e\u0301", "\u00df", "ss", "\u202e", "\u200b", ".pdf", ".tar.gz", "\ud800"),
        *("…", " (2)", "\ufb01", "fi", "😀", "K", "\u212a", "\u0130", "x" * 90, "\ufe0f", "\u0345"),
    ]
)
"""Parts of names with which names go wrong."""
NAMES = st.one_of(st.text(max_size=140), st.lists(PIECES, max_size=8).map("".join))


def is_made_everywhere(name: str) -> bool:
    """Tell whether Windows and macOS make a file of this name (Microsoft, "Naming Files, Paths, and Namespaces")."""
    stem = name.partition(".")[0].rstrip(" ").upper()
    return (
        0 < len(name.encode("utf-16-le")) // 2 <= LONGEST
        and len(unicodedata.normalize("NFD", name)) <= 255 * 2
        and not set(name) & set('<>:"/\\|?*')
        and all(unicodedata.category(each) not in ("Cc", "Cf", "Cs") for each in name)
        and not name.endswith((" ", "."))
        and not name.startswith(" ")
        and stem not in {each.upper() for each in DEVICES}
        and unicodedata.is_normalized("NFC", name)
    )


@given(NAMES)
def test_every_name_can_be_made(name: str) -> None:
    """NW-4: whatever a file is called, its name in the archive can be made on Windows and macOS."""
    made = fitting(name)
    assert is_made_everywhere(made), repr(made)
    assert fitting(made) == made


@given(NAMES, NAMES)
def test_names_with_a_row(name: str, row: str) -> None:
    """NW-4: a file that belongs to a row of a questionnaire is named by it, whatever both are called."""
    made = with_row(name, row)
    assert is_made_everywhere(made), repr(made)
    assert fitting(made) == made


def test_a_name_with_a_row() -> None:
    """NW-4: the row stands before the ending; of long names each part keeps its beginning."""
    assert with_row("paspoort.pdf", "Kind 1: Eva") == "paspoort (Kind 1 Eva).pdf"
    assert with_row(f"{'a' * 99}.pdf", f"Kind 1: {'b' * 99}") == f"{'a' * 52}… (Kind 1 {'b' * 32}…).pdf"


@given(st.lists(NAMES, max_size=12))
def test_no_two_names_are_the_same(names: list[str]) -> None:
    """NW-4: names that differ only in case or in how accents are written become different names."""
    made = distinct(names)
    assert all(map(is_made_everywhere, made)), made
    assert len(made) == len(names) == len({key(each) for each in made})
    assert len({unicodedata.normalize("NFD", each).casefold() for each in made}) == len(names)
    assert list(distinct(made)) == list(made)


@pytest.mark.parametrize(
    "name, made",
    [
        ("Concept akte é.pdf", "Concept akte é.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("con .txt", "_con .txt"),
        ("a:b/c?.pdf", "a_b_c_.pdf"),
        ("factuur\u202efdp.exe", "factuurfdp.exe"),
        ("akte. . ", "akte"),
        (" .", "_"),
        (".htaccess", ".htaccess"),
        ("x" * 120 + ".pdf", "x" * 95 + "….pdf"),
    ],
)
def test_some_names(name: str, made: str) -> None:
    """NW-4: what the names of some files become."""
    assert fitting(name) == made


def test_some_duplicates() -> None:
    """NW-4: the first keeps its name, the others get a number that nothing else has."""
    assert distinct(["akte.pdf", "Akte.pdf", "akte (2).pdf", "cafe\u0301", "café"]) == [
        "akte.pdf",
        "Akte (3).pdf",
        "akte (2).pdf",
        "café",
        "café (2)",
    ]


def test_thousands_of_the_same_name() -> None:
    """NW-4: many files of one name are numbered without counting from the beginning each time."""
    made = distinct(["akte.pdf"] * 5000)
    assert (made[0], made[-1], len(set(made))) == ("akte.pdf", "akte (5000).pdf", 5000)
