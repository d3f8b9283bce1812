"""What a virus scanner says about a file, and which files are taken all the same (AT-3)."""

import re

from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.scanning import FOUND_LIMIT, ScanOutcome, ScanPolicy, ScanVerdict, fault_of, safe_name
from klantportaal.domain.uploads import UploadLimits


@given(outcome=st.sampled_from(ScanOutcome), encrypted=st.booleans(), too_large=st.booleans())
def test_which_files_are_taken(outcome: ScanOutcome, encrypted: bool, too_large: bool) -> None:
    """AT-3: a clean file is taken, an infected one never, and any other one only by its setting."""
    policy = ScanPolicy(take_encrypted=encrypted, take_too_large=too_large)
    fault = fault_of(ScanVerdict(outcome=outcome), "akte.pdf", policy)
    expected = {
        ScanOutcome.CLEAN: None,
        ScanOutcome.INFECTED: FaultCode.FILE_SUSPECT,
        ScanOutcome.ENCRYPTED: None if encrypted else FaultCode.FILE_ENCRYPTED,
        ScanOutcome.TOO_LARGE: None if too_large else FaultCode.FILE_TOO_LARGE_TO_SCAN,
    }[outcome]
    assert (fault and fault.code) == expected
    assert fault is None or (fault.field, fault.params) == ("files", {"name": "akte.pdf"})


def test_by_default_only_clean_files_are_taken() -> None:
    """AT-3: the defaults take nothing that the scanner could not look at, and scan what the office publishes."""
    policy = ScanPolicy()
    assert [outcome for outcome in ScanOutcome if policy.takes(outcome)] == [ScanOutcome.CLEAN]
    assert policy.publications


@given(upload=st.integers(1, 10**12), publication=st.integers(1, 10**12), scanned=st.booleans())
def test_the_largest_file_that_is_scanned(upload: int, publication: int, scanned: bool) -> None:
    """AT-3: the scanner must scan the largest file of a client and, if these are scanned, of an office."""
    policy = ScanPolicy(publications=scanned, publication_size=publication)
    sizes = {upload, publication} if scanned else {upload}
    assert policy.largest(UploadLimits(file_size=upload)) == max(sizes)


@given(st.text(max_size=300))
def test_names_of_what_was_found(found: str) -> None:
    """AT-3, SI-5: whatever a scanner calls it, the trail has at most 100 plain characters of it."""
    assert re.fullmatch(r"[A-Za-z0-9._:/()+-]*", safe_name(found)) is not None
    assert len(safe_name(found)) <= FOUND_LIMIT


def test_a_usual_name_stays() -> None:
    """AT-3: the names that clamd gives are kept as they are."""
    for name in ("Win.Test.EICAR_HDB-1", "Heuristics.Limits.Exceeded.MaxFileSize", "PUA.Pdf.Trojan-6(a+b):/1"):
        assert safe_name(name) == name
    assert safe_name("two words\nand <more>") == "two_words_and_more_"
