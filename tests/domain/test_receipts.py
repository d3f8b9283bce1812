"""Receipts: what they say, and which files they have (RQ-4)."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import receipts
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.receipts import Receipt, ReceiptFile
from klantportaal.domain.uploads import Submission, SubmissionKind
from klantportaal.domain.values import (
    AccountId,
    ClientId,
    DossierId,
    FileKey,
    Fingerprint,
    MessageId,
    OfficeId,
    ReceiptId,
    SubmissionId,
)

AT = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
OFFICE, DOSSIER, CLIENT = OfficeId(UUID(int=1)), DossierId(UUID(int=2)), ClientId(UUID(int=3))


def delivered(name: str, content: bytes, number: int = 9) -> Submission:
    """Make a delivered file."""
    return Submission(
        id=SubmissionId(UUID(int=number)),
        office_id=OFFICE,
        client_id=CLIENT,
        dossier_id=DOSSIER,
        account_id=AccountId(UUID(int=4)),
        kind=SubmissionKind.ATTACHMENT,
        message_id=MessageId(UUID(int=5)),
        file=StoredFile(
            key=FileKey(f"sleutel-{number}"),
            name=name,
            media_type="application/pdf",
            size=len(content),
            sha256=hashlib.sha256(content).digest(),
        ),
        delivered_at=AT,
    )


def receipt_of(*files: Submission) -> Receipt:
    """Make the receipt of a delivery."""
    dossier = Dossier(
        id=DOSSIER,
        office_id=OFFICE,
        number="2026-001",
        description="Levering",
        status=IN_PROGRESS,
        opened_at=AT,
        changed_at=AT,
    )
    return receipts.make(
        files,
        id=UUID(int=5),
        dossier=dossier,
        client_name="Bakkerij B.V.",
        delivered_by="Anna Jansen",
        fingerprint=Fingerprint(bytes(32)),
    )


def test_what_a_receipt_says() -> None:
    """RQ-4: the time, who delivered for whom, and the name, size and SHA-256 of each file, in order."""
    sha256 = hashlib.sha256(b"inhoud").hexdigest()
    assert receipt_of(delivered("b.pdf", b"inhoud"), delivered("a.pdf", b"")) == Receipt(
        id=ReceiptId(UUID(int=5)),
        office_id=OFFICE,
        dossier_id=DOSSIER,
        client_id=CLIENT,
        dossier_number="2026-001",
        client_name="Bakkerij B.V.",
        delivered_by="Anna Jansen",
        delivered_at=AT,
        files=(
            ReceiptFile(name="b.pdf", size=6, sha256=sha256),
            ReceiptFile(name="a.pdf", size=0, sha256=hashlib.sha256(b"").hexdigest()),
        ),
        fingerprint=Fingerprint(bytes(32)),
    )


@given(
    st.lists(st.tuples(st.sampled_from(["a.pdf", "b.pdf", "c.pdf"]), st.binary(max_size=3)), min_size=1, max_size=5),
    st.binary(max_size=3),
)
def test_a_file_is_on_it_or_not(files: list[tuple[str, bytes]], content: bytes) -> None:
    """RQ-4: a file is on a receipt exactly if the same bytes were delivered, under each name that they had."""
    receipt = receipt_of(*(delivered(name, each) for name, each in files))
    digest = hashlib.sha256(content).hexdigest()
    names = tuple(name for name, each in files if each == content)
    assert receipts.names_of(receipt, digest) == receipts.names_of(receipt, f" {digest.upper()}\n") == names


@pytest.mark.parametrize("typed", ["", "abc", "g" * 64, "0" * 63, "0" * 65, "\N{ARABIC-INDIC DIGIT ZERO}" * 64])
def test_what_is_no_digest(typed: str) -> None:
    """RQ-4, AL-1: what is no SHA-256 is refused by name."""
    with pytest.raises(Refused) as error:
        receipts.names_of(receipt_of(delivered("a.pdf", b"")), typed)
    assert error.value.faults == (Fault(code=FaultCode.WRONG_FORM, field="sha256"),)
