"""Files that wait for the virus scanner (AT-3)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import documents, quarantine
from klantportaal.domain.documents import SHOWN, Document, DocumentKind, DocumentState, StoredFile
from klantportaal.domain.errors import Refused
from klantportaal.domain.events import FileQuarantined, FileRejected, FileReleased, ScannerAlerted
from klantportaal.domain.quarantine import QuarantinedFile, QuarantineState
from klantportaal.domain.scanning import ScanOutcome, ScanPolicy, ScanVerdict, Unscanned, fault_of
from klantportaal.domain.values import AccountId, ClientId, DocumentId, DossierId, FileKey, OfficeId, UploadId

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
OFFICE, DOSSIER, ACCOUNT = OfficeId(UUID(int=1)), DossierId(UUID(int=2)), AccountId(UUID(int=3))
UPLOAD, DOCUMENT = UploadId(UUID(int=4)), DocumentId(UUID(int=5))
AUDIENCE = frozenset({ClientId(UUID(int=6))})
FILE = StoredFile(key=FileKey("a/b"), name="pas.pdf", media_type="application/pdf", size=3, sha256=bytes(32))

POLICIES = st.builds(ScanPolicy, take_encrypted=st.booleans(), take_too_large=st.booleans())
VERDICTS = st.builds(ScanVerdict, outcome=st.sampled_from(ScanOutcome), found=st.text(max_size=200))


def held(policy: ScanPolicy) -> QuarantinedFile:
    """Make a file of a client that waits."""
    file, _fact = quarantine.quarantine(
        FILE, policy, office_id=OFFICE, dossier_id=DOSSIER, account_id=ACCOUNT, upload_id=UPLOAD, at=NOW
    )
    return file


def document(**changes: object) -> Document:
    """Make a document."""
    made = Document(
        id=DOCUMENT,
        office_id=OFFICE,
        dossier_id=DOSSIER,
        kind=DocumentKind.DOCUMENT,
        title="Akte",
        file=FILE,
        published_at=NOW,
        published_by="mr. A. de Wit",
    )
    return attrs.evolve(made, **changes)  # type: ignore[arg-type]


def test_by_default_nothing_waits() -> None:
    """AT-3: by default, a file that cannot be scanned is refused."""
    assert ScanPolicy().unscanned is Unscanned.REFUSE


def test_what_waits() -> None:
    """AT-3: a file that waits has its place in the trail, without its name."""
    file, fact = quarantine.quarantine(
        FILE, ScanPolicy(), office_id=OFFICE, dossier_id=DOSSIER, account_id=ACCOUNT, upload_id=UPLOAD, at=NOW
    )
    assert (file.state, file.since, file.ended_at, file.found) == (QuarantineState.WAITING, NOW, None, "")
    assert fact == FileQuarantined(dossier_id=DOSSIER, file_key=FILE.key, upload_id=UPLOAD, document_id=None, at=NOW)


@given(policy=POLICIES, verdict=VERDICTS)
def test_a_file_that_waited_is_judged_as_one_that_did_not(policy: ScanPolicy, verdict: ScanVerdict) -> None:
    """AT-3: a waiting file is released exactly if it had been taken at once, and the trail has the same entry.

    A rejected one has the fault that it would have had.
    """
    later = NOW + timedelta(hours=1)
    judgement = quarantine.judge(held(policy), verdict, at=later)
    fault = fault_of(verdict, FILE.name, policy)
    assert (judgement.rejected is None) == (fault is None)
    alerts = [each for each in judgement.facts if isinstance(each, ScannerAlerted)]
    assert [(each.outcome, each.taken) for each in alerts] == (
        [] if verdict.outcome is ScanOutcome.CLEAN else [(verdict.outcome, fault is None)]
    )
    last = judgement.facts[-1]
    assert isinstance(last, FileReleased if fault is None else FileRejected)
    assert (last.dossier_id, last.file_key, last.upload_id, last.at) == (DOSSIER, FILE.key, UPLOAD, later)
    if judgement.rejected is not None:
        assert isinstance(last, FileRejected)
        assert last.account_id == ACCOUNT
        assert quarantine.faults_of([judgement.rejected]) == [fault]
        assert judgement.rejected == attrs.evolve(
            held(policy), state=QuarantineState(verdict.outcome.value), found=judgement.rejected.found, ended_at=later
        )


def test_a_file_that_waits_may_be_sent() -> None:
    """AT-3: a file that waits has no fault."""
    assert quarantine.faults_of([held(ScanPolicy())]) == []


# ------------------------------------------------------------------ documents
@given(st.none() | st.sampled_from(DocumentState))
def test_a_released_document_replaces_the_former_one(former_state: DocumentState | None) -> None:
    """AT-3, DC-3: a released document is published as of now. It replaces a former one that is available still."""
    later = NOW + timedelta(hours=1)
    former = None if former_state is None else document(id=DocumentId(UUID(int=7)), state=former_state)
    shown, replaced, fact = documents.release(documents.waiting(document()), former, audience=AUDIENCE, at=later)
    assert shown == document(published_at=later)
    assert (fact.document_id, fact.client_ids, fact.at) == (DOCUMENT, tuple(AUDIENCE), later)
    if former is not None and former_state is DocumentState.AVAILABLE:
        assert replaced == attrs.evolve(former, state=DocumentState.REPLACED, ended_at=later)
    else:
        assert replaced is None


def test_who_never_sees_a_document() -> None:
    """AT-3: a document that waits is shown to no client, nor is one that was rejected, or withdrawn meanwhile."""
    waits = documents.waiting(document())
    withdrawn, fact = documents.withdraw(waits, "verkeerd dossier", audience=AUDIENCE, at=NOW)
    cancelled = documents.cancel(waits, at=NOW)
    assert {each.state for each in (waits, withdrawn, cancelled)} == set(DocumentState) - SHOWN
    assert (withdrawn.state, withdrawn.reason, fact.client_ids) == (cancelled.state, "verkeerd dossier", ())
    for each in (waits, cancelled):
        with pytest.raises(Refused, match="wrong_state"):
            documents.require_available(each)
    with pytest.raises(Refused, match="wrong_state"):
        documents.withdraw(cancelled, "nogmaals", audience=AUDIENCE, at=NOW)
