"""Receipts of what clients delivered."""

from sqlalchemy import delete, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import RECEIPTS
from klantportaal.adapters.storage.sql.statements import adding_once, matching
from klantportaal.domain.errors import Conflict
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.values import OfficeId, ReceiptId

_receipts = schema.receipts
_ADD = adding_once(_receipts)
_REMOVE = delete(_receipts).where(matching(_receipts, "office_id", "id"))
_GET = select(*RECEIPTS.columns).where(matching(_receipts, "office_id", "id"))


class SqlReceipts(Repository):
    """Receipts."""

    def add(self, receipt: Receipt) -> None:
        """Insert a receipt.

        Raises:
            Conflict: the delivery has one already.
        """
        if self._count(_ADD, RECEIPTS.record(receipt)) == 0:
            raise Conflict

    def get(self, office_id: OfficeId, receipt_id: ReceiptId) -> Receipt:
        """Return a receipt.

        Raises:
            Absent: there is none.
        """
        return RECEIPTS.value(self._one(_GET, {"office_id": office_id, "id": receipt_id}, "receipt"))

    def remove(self, office_id: OfficeId, receipt_id: ReceiptId) -> None:
        """Delete the receipt of a delivery that was taken back, if there is one."""
        self._run(_REMOVE, {"office_id": office_id, "id": receipt_id})
