"""Streaming a ZIP file (NW-4)."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.ports.files import BLOCK
from klantportaal.usecases.shared.zipping import Member, zipped

AT = datetime(2026, 3, 2, 11, 30, 15, tzinfo=UTC)
MEBIBYTE = 1024 * 1024


def member(path: str, content: bytes, at: datetime = AT, *, is_text: bool = False) -> Member:
    """Make a member of one block."""
    return Member(path=path, at=at, size=len(content), blocks=iter([content]), is_text=is_text)


@given(st.dictionaries(st.text("abcé/ ", min_size=1), st.tuples(st.binary(), st.booleans()), max_size=8))
def test_what_goes_in_comes_out(contents: dict[str, tuple[bytes, bool]]) -> None:
    """NW-4: Python's zipfile reads every file back under its name."""
    members = [member(f"f/{path}x", content, is_text=is_text) for path, (content, is_text) in contents.items()]
    with zipfile.ZipFile(BytesIO(b"".join(zipped(members)))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"f/{path}x": content for path, (content, _is_text) in contents.items()
        }


def test_the_times() -> None:
    """NW-4: files have the times of Amsterdam. Years that a ZIP file cannot have become the nearest ones."""
    times = [AT, AT.replace(year=1970), AT.replace(year=2200)]
    members = [member(str(at.year), b"x", at) for at in times]
    with zipfile.ZipFile(BytesIO(b"".join(zipped(members)))) as archive:
        assert [each.date_time for each in archive.infolist()] == [
            (2026, 3, 2, 12, 30, 14),
            (1980, 3, 2, 12, 30, 14),
            (2107, 3, 2, 12, 30, 14),
        ]


def test_no_more_than_a_block_is_held() -> None:
    """NW-4: a large file passes in blocks: none is read before the one before it was given away."""
    read = 0

    def blocks() -> Iterator[bytes]:
        nonlocal read
        for _number in range(64):
            read += BLOCK
            yield bytes(BLOCK)

    large = Member(path="groot.bin", at=AT, size=64 * BLOCK, blocks=blocks())
    given_, most = 0, 0
    for block in zipped([large]):
        given_ += len(block)
        most = max(most, read - given_)
    assert most <= BLOCK
    assert given_ > 64 * BLOCK


def test_large_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-4: sizes and places beyond the limits of a plain ZIP file have ZIP64 records. The limit is lowered here."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", MEBIBYTE)
    large = Member(path="groot.bin", at=AT, size=2 * MEBIBYTE, blocks=iter([bytes(MEBIBYTE)] * 2))
    content = b"".join(zipped([large, member("klein.txt", b"klein")]))
    assert b"PK\x06\x06" in content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert [each.file_size for each in archive.infolist()] == [2 * MEBIBYTE, 5]
