"""Receipts: what a client delivered, in names, sizes and SHA-256, so that a file can be checked against it (RQ-4).

A receipt is made in the transaction of its delivery, and never changes, also when a name changes afterwards. It is
removed with its files if the client takes the delivery back. Whoever holds a receipt has its code, and can check a file
without signing in.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.uploads import Submission
from klantportaal.domain.values import ClientId, DossierId, Fingerprint, OfficeId, ReceiptId

_SHA256 = re.compile("[0-9a-f]{64}", re.ASCII)


@attrs.frozen(kw_only=True, field_transformer=checked)
class ReceiptFile:
    """One delivered file."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    """64 hexadecimal digits, in lower case."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Receipt:
    """The receipt of one delivery."""

    id: ReceiptId
    """The id of what was delivered, such as a message: a delivery has one receipt."""
    office_id: OfficeId
    dossier_id: DossierId
    client_id: ClientId
    dossier_number: str
    client_name: str
    delivered_by: str
    """The name of the account at the time."""
    delivered_at: datetime
    files: tuple[ReceiptFile, ...]
    fingerprint: Fingerprint
    """The fingerprint of the code that was made with it. The code works, also under a key that is gone since."""


def make(
    delivered: Sequence[Submission],
    *,
    id: UUID,
    dossier: Dossier,
    client_name: str,
    delivered_by: str,
    fingerprint: Fingerprint,
) -> Receipt:
    """Make the receipt of one delivery.

    Args:
        delivered: the files, at least one, in the order in which they are shown.
        id: the id of what they were delivered with.
        dossier: the dossier.
        client_name: the name of the client.
        delivered_by: the name of the account.
        fingerprint: the fingerprint of the receipt's code.
    """
    first = delivered[0]
    return Receipt(
        id=ReceiptId(id),
        office_id=first.office_id,
        dossier_id=first.dossier_id,
        client_id=first.client_id,
        dossier_number=dossier.number,
        client_name=client_name,
        delivered_by=delivered_by,
        delivered_at=first.delivered_at,
        files=tuple(
            ReceiptFile(name=each.file.name, size=each.file.size, sha256=each.file.sha256.hex()) for each in delivered
        ),
        fingerprint=fingerprint,
    )


def names_of(receipt: Receipt, sha256: str) -> tuple[str, ...]:
    """Give the names under which a file is on a receipt. There are none if the file was not delivered, or differs.

    Raises:
        Refused: *sha256* is not a SHA-256 in hexadecimal digits.
    """
    digits = sha256.strip().lower()
    if not _SHA256.fullmatch(digits):
        raise Refused([Fault(code=FaultCode.WRONG_FORM, field="sha256")])
    return tuple(each.name for each in receipt.files if each.sha256 == digits)
