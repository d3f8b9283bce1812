"""Delivering what the office asks for, item by item (RQ-1 to RQ-3)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.domain import deliveries, quarantine, requests, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Conflict, FaultCode, Refused
from klantportaal.domain.requests import DocumentRequest, RequestedItem
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload
from klantportaal.domain.values import DeliveryId, DossierId, ItemId, ReceiptId, RequestId, UploadId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import PAGE, ActionKey, PageSize, RequestRow, RequestView, UploadRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.client.attachments import Attachments
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.receipt_codes import ReceiptCodes
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@attrs.frozen(kw_only=True)
class _Sending:
    """What is delivered, as ``Requests.deliver`` was told."""

    request_id: RequestId
    item_id: ItemId
    delivery_id: DeliveryId
    note: str
    files: Mapping[UploadId, str]


@checked_calls
@attrs.frozen(kw_only=True)
class Requests:
    """The requests for documents to a client. All its accounts share them."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _attachments: Attachments
    _receipt_codes: ReceiptCodes

    # ------------------------------------------------------------------ reading
    def waiting(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[RequestRow]:
        """List one page of the requests that wait for the client: by due date, then by age (RQ-1).

        They are those of one dossier, or of all.
        """
        return self._storage.read.waiting_requests(actor, dossier_id, after=after, size=size)

    def delivered(self, actor: Actor, *, after: ActionKey | None = None, size: PageSize = PAGE) -> Sequence[RequestRow]:
        """List one page of the requests that wait for the office alone, in all dossiers, oldest first (RQ-1, PG-2)."""
        return self._storage.read.delivered_requests(actor, after=after, size=size)

    def list(
        self, actor: Actor, dossier_id: DossierId, *, after: RequestId | None = None, size: PageSize = PAGE
    ) -> Sequence[RequestRow]:
        """List one page of the client's requests in a dossier, in every state, newest first."""
        return self._storage.read.requests(actor, dossier_id, after=after, size=size)

    def get(self, actor: Actor, request_id: RequestId) -> RequestView:
        """Give a request in any state, with its items and what was delivered for each. This marks nothing.

        Raises:
            Absent: the client has no such request.
        """
        return self._storage.read.request(actor, request_id)

    @once_more
    def open(self, actor: Actor, request_id: RequestId) -> RequestView:
        """Do as ``get``, and mark the request as seen by the client. Call it where a person reads the answer (RM-1).

        Raises:
            Absent: the client has no such request.
        """
        view = self.get(actor, request_id)
        if view.request.seen_at is not None:
            return view
        with self._storage.begin() as uow:
            request = uow.requests.visible_to(actor, request_id)
            seen, fact = requests.see(request, account_id=actor.account_id, at=self._clock.now())
            if fact is not None:
                uow.requests.mark(seen)
                self._recorder.record(uow, actor, fact)
                uow.commit()
        return attrs.evolve(view, request=seen)

    # ------------------------------------------------------------------ staging
    def stage(
        self, actor: Actor, request_id: RequestId, item_id: ItemId, *, name: str, blocks: Iterable[bytes]
    ) -> UploadRow:
        """Stage one file for an item. Only this account sees it until it is delivered (AT-2).

        Raises:
            Absent: the client has no such request, or the request has no such item.
            Refused: as for an attachment (AT-3); or the item is accepted or withdrawn, or has room for no more files.
            StorageFull: the file could not be stored; nothing of it is kept.
            Unavailable: the file could not be stored; or it could not be scanned, and the settings do not let it wait.
                Nothing of it is kept.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        view = self.get(actor, request_id)
        item = view.request.item(item_id)
        staged = self._staged(actor, view, item_id)
        shown = uploads.shown_name(name)
        # A file that may be kept under the name of one that is staged may be that file, sent again (AT-5).
        others = 0 if any(uploads.may_be(shown, each.name) for each in staged) else len(staged)
        deliveries.require_deliverable(item, others, shown)
        draft = deliveries.draft_of(request_id, item_id)
        return self._attachments.stage(actor, view.dossier.id, draft, name=name, blocks=blocks)

    def staged(self, actor: Actor, request_id: RequestId, item_id: ItemId) -> Sequence[UploadRow]:
        """List the files that this account staged for an item and has not delivered.

        Raises:
            Absent: the client has no such request.
        """
        return self._staged(actor, self.get(actor, request_id), item_id)

    def _staged(self, actor: Actor, view: RequestView, item_id: ItemId) -> Sequence[UploadRow]:
        draft = deliveries.draft_of(view.request.id, item_id)
        return self._storage.read.uploads(actor, view.dossier.id, draft, at=self._clock.now())

    def unstage(self, actor: Actor, request_id: RequestId, upload_id: UploadId) -> None:
        """Remove a staged file before it is delivered. Raises: Absent."""
        self._attachments.unstage(actor, self.get(actor, request_id).dossier.id, upload_id)

    # ------------------------------------------------------------------ delivering
    def new_delivery(self) -> DeliveryId:
        """Create the id of a delivery, for a form that is to deliver exactly once (AT-5)."""
        return DeliveryId(self._ids.new())

    @once_more
    def deliver(
        self,
        actor: Actor,
        request_id: RequestId,
        item_id: ItemId,
        delivery_id: DeliveryId,
        *,
        note: str = "",
        files: Mapping[UploadId, str] | None = None,
    ) -> DeliveryId:
        """Deliver the files that this account staged for an item (RQ-2). They come beside what was delivered before.

        Delivering is idempotent (AT-5): the same form sent again delivers each of its files once. Further files that
        come with the same id are another delivery, whose id is given.

        Args:
            actor: who delivers.
            request_id: the request.
            item_id: the item of it.
            delivery_id: an id from ``new_delivery``.
            note: what the client writes with it.
            files: the names of the files that the page listed, by the id from ``stage`` or ``staged``. Nothing is
                delivered without them.

        Raises:
            Absent: the client has no such request, or the request has no such item.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
            Refused: there is no file, or one for each file that expired, is gone or was rejected by the scanner; there
                are more files than the item may have; the item is accepted or withdrawn; or the note is too long.
            Conflict: a file of it was removed or swept away at the same time, twice.
        """
        sending = _Sending(
            request_id=request_id, item_id=item_id, delivery_id=delivery_id, note=note, files=files or {}
        )
        return self._deliver_once(actor, sending)

    def _deliver_once(self, actor: Actor, sending: _Sending) -> DeliveryId:
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = self._find(uow, actor, sending.request_id)
            item = request.item(sending.item_id)
            staged = uow.uploads.of_draft(actor, request.dossier_id, deliveries.draft_of(request.id, item.id))
            delivery_id, fresh = deliveries.still_to_deliver(item, sending.delivery_id, staged)
            again = [each for each in staged if each not in fresh]
            twice = {each.id for each in again}
            uow.uploads.remove(actor.office_id, sorted(twice))
            listed = {id: name for id, name in sending.files.items() if id not in twice}
            _require_timely(uow, actor, item, listed, fresh, at=now)
            if deliveries.find(item, delivery_id) is None:
                sending = attrs.evolve(sending, delivery_id=delivery_id)
                self._deliver(uow, actor, sending, request, staged=fresh, at=now)
            uow.commit()
        file_removal.remove(self._files, [each.file for each in again])
        return delivery_id

    def _deliver(
        self,
        uow: UnitOfWork,
        actor: Actor,
        sending: _Sending,
        request: DocumentRequest,
        *,
        staged: Sequence[StagedUpload],
        at: datetime,
    ) -> None:
        """Turn staged files into submissions of the client, in the same transaction (AT-2)."""
        delivered, submissions, fact = deliveries.deliver(
            request,
            sending.item_id,
            staged,
            id=sending.delivery_id,
            account_id=actor.account_id,
            author=actor.name,
            note=sending.note,
            at=at,
        )
        uow.requests.save(delivered)
        uow.submissions.add(submissions)
        ids = [each.id for each in staged]
        if uow.uploads.remove(actor.office_id, ids) != len(ids):
            raise Conflict
        dossier = uow.dossiers.get(actor.office_id, request.dossier_id)
        self._receipt_codes.issue(
            uow,
            submissions,
            id=sending.delivery_id,
            dossier=dossier,
            client_name=actor.client_name,
            delivered_by=actor.name,
        )
        self._recorder.record(uow, actor, fact)

    @once_more
    def declare_not_applicable(
        self, actor: Actor, request_id: RequestId, item_id: ItemId, delivery_id: DeliveryId, reason: str
    ) -> None:
        """Declare that an item does not apply, with a reason (RQ-2). The same declaration again changes nothing.

        Raises:
            Absent: the client has no such request, or the request has no such item.
            Refused: the item does not wait for the client, or the reason is missing or too long.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = self._find(uow, actor, request_id)
            id = deliveries.declaration_id(request.item(item_id), delivery_id)
            if id is None:
                return
            declared, fact = deliveries.declare_not_applicable(
                request,
                item_id,
                reason,
                id=id,
                account_id=actor.account_id,
                author=actor.name,
                at=now,
            )
            uow.requests.save(declared)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    @once_more
    def take_back(self, actor: Actor, request_id: RequestId, item_id: ItemId, delivery_id: DeliveryId) -> None:
        """Take back a delivery, or the declaration that an item does not apply, until the office opened it (RQ-3).

        Every account of the client may do this, also after the office withdrew the item. The files and their receipt
        are deleted.

        Raises:
            Absent: the client has no such request, or no such item or delivery is in it, or it was taken back.
            Refused: the office opened, accepted or returned it.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        with self._storage.begin() as uow:
            request = self._find(uow, actor, request_id)
            taken, ids, fact = deliveries.take_back(
                request, item_id, delivery_id, account_id=actor.account_id, at=self._clock.now()
            )
            uow.requests.save(taken)
            dropped = uow.submissions.remove(actor.office_id, ids)
            if dropped:  # Only a delivery with files has a receipt. The id of another one may be that of somebody's.
                uow.receipts.remove(actor.office_id, ReceiptId(delivery_id))
            self._recorder.record(uow, actor, fact)
            uow.commit()
        file_removal.remove(self._files, [each.file for each in dropped])

    def _find(self, uow: UnitOfWork, actor: Actor, request_id: RequestId) -> DocumentRequest:
        """Find the request to change, and require that the account is still active (XA-3)."""
        request = uow.requests.visible_to(actor, request_id)
        uow.accounts.hold(actor)
        return request


def _require_timely(
    uow: UnitOfWork,
    actor: Actor,
    item: RequestedItem,
    listed: Mapping[UploadId, str],
    staged: Sequence[StagedUpload],
    *,
    at: datetime,
) -> None:
    """Require that no file expired, is gone or was rejected. Remove expired files.

    Raises:
        Refused: one fault for each.
    """
    if names := deliveries.gone(item, listed, staged, at=at):
        uow.uploads.remove(actor.office_id, [each.id for each in staged if not uploads.is_waiting(each, at=at)])
        uow.commit()
        raise Refused([uploads.file_fault(FaultCode.UPLOAD_GONE, each) for each in names])
    held = uow.quarantine.among(actor.office_id, [each.file.key for each in staged])
    if rejected := quarantine.faults_of(held):
        raise Refused(rejected)
