"""Making receipts of deliveries, and the codes by which whoever holds a receipt gets at it (RQ-4).

A code follows from the id of its receipt, under the keys of the links in mails, and is never one of these. The receipt
has its fingerprint. So the code on a sheet of paper works for good, also after its key was replaced and removed.
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

import attrs

from klantportaal.domain import receipts
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Absent
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.uploads import Submission
from klantportaal.ports.secrets import Tokens
from klantportaal.ports.storage import UnitOfWork

PATH = "/ontvangstbewijs/"
"""The path of the page of a receipt, relative to the office's base URL. Both hosts have this route."""


@attrs.frozen(kw_only=True)
class ReceiptCodes:
    """Makes receipts and their codes."""

    _tokens: Tokens

    def issue(
        self,
        uow: UnitOfWork,
        delivered: Sequence[Submission],
        *,
        id: UUID,
        dossier: Dossier,
        client_name: str,
        delivered_by: str,
    ) -> None:
        """Add the receipt of a delivery, in its transaction. *id* is that of what the files were delivered with."""
        fingerprint = self._tokens.fingerprint(self._codes(id)[0])
        uow.receipts.add(
            receipts.make(
                delivered,
                id=id,
                dossier=dossier,
                client_name=client_name,
                delivered_by=delivered_by,
                fingerprint=fingerprint,
            )
        )

    def path(self, receipt: Receipt) -> str:
        """Give the path of the page of a receipt, with its code, relative to the office's base URL."""
        return f"{PATH}{receipt.id}/{self.code(receipt)}"

    def code(self, receipt: Receipt) -> str:
        """Give the code of a receipt. It is always the same, as long as the key is there that it was made with."""
        codes = {self._tokens.fingerprint(code): code for code in self._codes(receipt.id)}
        return codes.get(receipt.fingerprint) or next(iter(codes.values()))

    def require(self, receipt: Receipt, code: str) -> None:
        """Require that a code is that of a receipt. Raises: Absent, as for a receipt that does not exist."""
        good = {receipt.fingerprint, *map(self._tokens.fingerprint, self._codes(receipt.id))}
        if self._tokens.fingerprint(code) not in good:
            raise Absent("receipt")

    def _codes(self, id: UUID) -> Sequence[str]:
        """Give the code of a receipt under each key, the newest first.

        A browser may choose the id of a delivery. So the token of that id itself, which may be that of a link, is not
        the code: nobody finds an id whose derived one is the id of a mail's task.
        """
        return self._tokens.derived(uuid5(id, "receipt"))
