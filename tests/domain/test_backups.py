"""What a verification of stored data says."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.backups import (
    DataPart,
    DataProgress,
    DataVerification,
    FileFault,
    FileFaultKind,
    comparison,
    reported,
    without_repeats,
)
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.sealing import NONE_YET, Break, BreakKind, Verification
from klantportaal.domain.values import FileKey, OfficeId
from klantportaal.testing.fakes import CountingIds

KEYS = st.lists(st.sampled_from("abcdef")).map(sorted)


def file(key: str, *, size: int = 1, sha256: bytes = bytes(32)) -> StoredFile:
    """Describe a file."""
    return StoredFile(key=FileKey(key), name="a.pdf", media_type="application/pdf", size=size, sha256=sha256)


@given(KEYS)
def test_a_file_of_two_rows_counts_once(keys: list[str]) -> None:
    """DC-4: of files in the order of their keys, each key is given once."""
    assert [each.key for each in without_repeats(map(file, keys))] == [key for key, _same in groupby(keys)]


@given(st.lists(st.integers(0, 2**40), max_size=8))
def test_progress_goes_from_nothing_to_everything(sizes: list[int]) -> None:
    """AL-6: all files are given, in order. Before each and at the end, what is done and what there is are told."""
    told: list[DataProgress] = []
    for number, size in enumerate(reported(lambda: sizes, int, told.append)):
        assert (size, told[-1].done, told[-1].size) == (sizes[number], number, sum(sizes[:number]))
    assert [each.done for each in told] == list(range(len(sizes) + 1))
    assert {(each.part, each.total, each.total_size) for each in told} == {(DataPart.FILES, len(sizes), sum(sizes))}
    assert told[-1].size == sum(sizes)


def test_without_a_listener_nothing_is_counted() -> None:
    """AL-6: files that nobody wants to be told of are listed once."""
    lists = iter([["a", "b"]])
    assert list(reported(lambda: next(lists), len, None)) == ["a", "b"]


@given(st.integers(0, 2), st.integers(0, 2), st.sampled_from([bytes(32), b"x" * 32]))
def test_size_and_digest_decide(size: int, read: int, sha256: bytes) -> None:
    """DC-4: a file is as it was stored if both its size and its SHA-256 are those of its row."""
    found = comparison(file("a", size=size, sha256=sha256), size=read, sha256=bytes(32))
    assert found == (None if size == read and sha256 == bytes(32) else FileFaultKind.ALTERED)


def test_one_fault_or_one_broken_trail_is_enough() -> None:
    """DC-4, SI-5: what is stored holds if no file has a fault and no trail is broken."""
    ids = CountingIds()
    broken = Break(kind=BreakKind.MISSING, first=1, last=1, entry_id=None)
    good = Verification(head=NONE_YET, anchor=None, sealed=0, unsealed=0, broken=0, breaks=())
    bad = Verification(head=NONE_YET, anchor=None, sealed=0, unsealed=0, broken=1, breaks=(broken,))
    fault = FileFault(kind=FileFaultKind.MISSING, key=FileKey("a"))
    for faults, trails, holds in (
        ((), (), True),
        ((), (good, good), True),
        ((fault,), (good,), False),
        ((), (good, bad), False),
    ):
        of = {OfficeId(ids.new()): trail for trail in trails}
        assert DataVerification(files=1, size=1, faults=faults, trails=of).holds is holds
