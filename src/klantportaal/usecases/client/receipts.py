"""Receipts of what a client delivered, and checks of files against them (RQ-4).

The calls for an actor give a receipt to its client. Those for a visitor take its code instead: whoever holds a receipt
can check a file without signing in.
"""

import hashlib
from collections.abc import Iterable, Sequence

import attrs

from klantportaal.domain import receipts
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Unavailable
from klantportaal.domain.events import ReceiptMailAsked
from klantportaal.domain.offices import Office
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.uploads import within
from klantportaal.domain.values import DossierId, ReceiptId
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.receipt_codes import ReceiptCodes
from klantportaal.usecases.shared.receipt_sheets import ReceiptSheets
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Throttle


@attrs.frozen(kw_only=True)
class ReceiptView:
    """A receipt, and where whoever gets it can check a file."""

    receipt: Receipt
    url: str = attrs.field(repr=False)
    """The address of its page for everyone, with its code."""


@checked_calls
@attrs.frozen(kw_only=True)
class Receipts:
    """The receipts of what clients delivered."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _receipt_codes: ReceiptCodes
    _sheets: ReceiptSheets
    _throttle: Throttle
    _file_size: int

    def get(self, actor: Actor, dossier_id: DossierId, receipt_id: ReceiptId) -> ReceiptView:
        """Give a receipt of the client, with the address for who is to check a file.

        Raises:
            Absent: the client has no such receipt in this dossier.
        """
        return self._shown(actor, dossier_id, receipt_id, self._storage.read.office(actor.office_id))

    def _shown(self, actor: Actor, dossier_id: DossierId, receipt_id: ReceiptId, office: Office) -> ReceiptView:
        receipt = self._storage.read.receipt(actor.office_id, receipt_id)
        if (receipt.client_id, receipt.dossier_id) != (actor.client_id, dossier_id):
            raise Absent("receipt")
        self._storage.read.dossier(actor, dossier_id)
        return ReceiptView(receipt=receipt, url=self._sheets.url(office, receipt))

    def pdf(self, actor: Actor, dossier_id: DossierId, receipt_id: ReceiptId) -> bytes:
        """Make the PDF of a receipt, in the language of the session.

        Raises:
            Absent: the client has no such receipt in this dossier.
        """
        office = self._storage.read.office(actor.office_id)
        view = self._shown(actor, dossier_id, receipt_id, office)
        return self._sheets.pdf(office, view.receipt, actor.language)

    @once_more
    def mail(self, actor: Actor, dossier_id: DossierId, receipt_id: ReceiptId) -> None:
        """Mail a receipt to the actor's own address. An account gets each receipt once a day at most.

        Raises:
            Absent: the client has no such receipt in this dossier.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        self.get(actor, dossier_id, receipt_id)
        fact = ReceiptMailAsked(
            receipt_id=receipt_id,
            dossier_id=dossier_id,
            account_id=actor.account_id,
            person_id=actor.person_id,
            at=self._clock.now(),
        )
        with self._storage.begin() as uow:
            uow.accounts.hold(actor)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def look(self, visitor: Visitor, receipt_id: ReceiptId, code: str) -> Receipt:
        """Give a receipt to whoever holds it.

        Raises:
            Absent: there is no such receipt, or the code is not its own. The answer is the same.
        """
        receipt = self._storage.read.receipt(visitor.office_id, receipt_id)
        self._receipt_codes.require(receipt, code)
        return receipt

    def check(self, visitor: Visitor, receipt_id: ReceiptId, code: str, sha256: str) -> Sequence[str]:
        """Give the names under which a file is on a receipt, by its SHA-256. None: it was not delivered, or differs.

        Raises:
            Absent: there is no such receipt, or the code is not its own.
            Refused: *sha256* is not a SHA-256 in hexadecimal digits.
            Unavailable: too many checks came from this network address.
        """
        receipt = self.look(visitor, receipt_id, code)
        self._count(visitor)
        return receipts.names_of(receipt, sha256)

    def check_file(
        self, visitor: Visitor, receipt_id: ReceiptId, code: str, *, name: str, blocks: Iterable[bytes]
    ) -> Sequence[str]:
        """Do as `check`, for a file that streams in. Nothing of it is kept.

        Raises:
            Absent, Unavailable: see `check`. Nothing of the file was read.
            Refused: the file is larger than any file that can be delivered. Raised while it streams.
        """
        receipt = self.look(visitor, receipt_id, code)
        self._count(visitor)
        digest = hashlib.sha256()
        for block in within(blocks, name, self._file_size):
            digest.update(block)
        return receipts.names_of(receipt, digest.hexdigest())

    def _count(self, visitor: Visitor) -> None:
        """Count a check for the network address of a visitor. Raises: Unavailable."""
        with self._storage.begin() as uow:
            attempt = self._throttle.check_receipt(uow, visitor)
            uow.commit()
        if not attempt.is_open:
            raise Unavailable
