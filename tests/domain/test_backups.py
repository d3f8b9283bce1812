"""What a verification of stored data says."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.backups import DataVerification, FileFault, FileFaultKind, comparison, without_repeats
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
