"""Range requests: which part of a file is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.web.http.ranges import Part, Unsatisfiable, asked, entity_tag
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.values import FileKey


def stored(size: int, fill: int = 0) -> StoredFile:
    """Make a file."""
    return StoredFile(
        key=FileKey("k"), name="a.pdf", media_type="application/pdf", size=size, sha256=bytes([fill]) * 32
    )


@given(size=st.integers(1, 50), start=st.none() | st.integers(0, 60), end=st.none() | st.integers(0, 60))
def test_any_range(size: int, start: int | None, end: int | None) -> None:
    """DC-2: a range gives exactly the bytes of the file that it names, as a slice does."""
    content = bytes(range(size))
    header = f"bytes={'' if start is None else start}-{'' if end is None else end}"
    try:
        part = asked(stored(size), asked_range=header, if_range=None)
    except Unsatisfiable:
        part, expected = None, b""
    else:
        expected = content if part is None else content[part.first : part.last + 1]
    if start is None:
        assert expected == (content if end is None else content[max(0, size - end) :] if end else b"")
    elif end is not None and end < start:
        assert expected == content
    else:
        assert expected == content[start : None if end is None else end + 1]
    assert part is None or 0 <= part.first <= part.last < size


@pytest.mark.parametrize(
    "header", [None, "", "bytes", "bytes=", "bytes=-", "bytes=1-2,4-5", "bytes=1", "bytes=a-b", "bytes=1-2-3", "x=1-2"]
)
def test_what_is_no_range(header: str | None) -> None:
    """DC-2: without a range of bytes, or with several, the whole file is asked for."""
    assert asked(stored(10), asked_range=header, if_range=None) is None


@pytest.mark.parametrize("header", [" bytes=1-2", "bytes=²-3", "bytes=1-2\n3", "bytes=" + "9" * 5000 + "-"])
def test_hostile_ranges(header: str) -> None:
    """DC-2: other digits, line ends and very long numbers are no range."""
    assert asked(stored(10), asked_range=header, if_range=None) is None


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"])
def test_an_empty_file_has_no_part(header: str) -> None:
    """DC-2: a range of an empty file cannot be given."""
    with pytest.raises(Unsatisfiable):
        asked(stored(0), asked_range=header, if_range=None)


def test_another_version_of_the_file() -> None:
    """DC-4: a range for a file with another tag is ignored; each content has its own tag."""
    file, other = stored(10), stored(10, 1)
    assert entity_tag(file) != entity_tag(other)
    same = asked(file, asked_range="bytes=1-2", if_range=f" {entity_tag(file)} ")
    assert same == Part(first=1, last=2)
    assert asked(file, asked_range="bytes=1-2", if_range=entity_tag(other)) is None
    assert asked(file, asked_range="bytes=90-", if_range=entity_tag(other)) is None
