"""Asking clients for documents, and deciding on what they deliver (RQ-1, RQ-3)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

import attrs

from klantportaal.domain import persons, reminders, request_decisions, request_templates, requests
from klantportaal.domain.accounts import is_open
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.events import Event, SubmissionDownloaded
from klantportaal.domain.requests import DocumentRequest, NewItem, NewRequest, RequestState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ClientId, DossierId, ItemId, PersonId, RequestId, SubmissionId, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import PAGE, PageSize, RequestRow, RequestView, TemplateRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import opening
from klantportaal.usecases.shared.downloading import Download, Downloads, open_found
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.templates import Templates


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeRequests:
    """The requests for documents of an office, and their templates."""

    _storage: Storage
    _downloads: Downloads
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _templates: Templates

    # ------------------------------------------------------------------ templates
    def publish_template(self, actor: OfficeActor, document: str | bytes) -> TemplateRow:
        """Publish a revision of a template of requests from a JSON document.

        Publishing the newest revision again changes nothing and gives that revision.

        Raises:
            Refused: one fault for each error in the document, with the JSON path as field; or the revision is not
                higher than the newest one.
        """
        return self._templates.publish(actor, *request_templates.read(document))

    def templates(self, actor: OfficeActor, template: str | None = None) -> Sequence[TemplateRow]:
        """List the revisions of one template, or of all templates, newest first."""
        return self._storage.read.office_request_templates(actor, template=template)

    def template_document(self, actor: OfficeActor, digest: str) -> str:
        """Give the published JSON document that has this digest. Raises: Absent."""
        return self._storage.read.request_template(actor.office_id, digest)

    # ------------------------------------------------------------------ asking
    def make(self, actor: OfficeActor, dossier_id: DossierId, client_id: ClientId, request: NewRequest) -> RequestId:
        """Ask a client for documents, in a dossier (RQ-1).

        Raises:
            Absent: the office has no such dossier or client.
            Refused: the client is not a party to the dossier, or one fault for each rule that the request breaks: 1 to
                50 items, each with a title, 1 to 20 files and a due date that has not passed.
        """
        return self._make(actor, dossier_id, client_id, lambda _uow, _today: request)

    def make_from_template(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        client_id: ClientId,
        template: str,
        *,
        revision: int | None = None,
        subject: str = "",
    ) -> RequestId:
        """Ask a client for the documents of a template, in a dossier (RQ-1).

        Args:
            actor: the office that asks.
            dossier_id: the dossier; the client must be a party to it.
            client_id: the client.
            template: the id of the template.
            revision: the revision; None means the newest.
            subject: the title that the client sees; empty means the template's title, in the client's language.

        Raises:
            Absent: the office has no such dossier, client or template.
            Refused: the client is not a party to the dossier, or the subject is too long.
        """

        def asked(uow: UnitOfWork, today: date) -> NewRequest:
            published = self._templates.find(uow, actor.office_id, template, revision)
            found = request_templates.restored(published.document)
            return request_templates.request_of(found, subject=subject, today=today)

        return self._make(actor, dossier_id, client_id, asked)

    def _make(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        client_id: ClientId,
        asked: Callable[[UnitOfWork, date], NewRequest],
    ) -> RequestId:
        now = self._clock.now()
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            client = uow.clients.get(actor.office_id, client_id)
            request, fact = requests.make(
                asked(uow, day(now)),
                id=RequestId(self._ids.new()),
                office_id=actor.office_id,
                client_id=client.id,
                dossier_id=dossier.id,
                is_party=client.id in uow.dossiers.parties(actor.office_id, dossier.id),
                handler=actor.handler,
                today=day(now),
                at=now,
            )
            uow.requests.add(request)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return request.id

    @once_more
    def add_item(self, actor: OfficeActor, request_id: RequestId, item: NewItem) -> ItemId:
        """Ask for one more item in a request (RQ-1).

        Raises:
            Absent: the office has no such request.
            Refused: the request is done or withdrawn, has 50 items already, or the item breaks a rule as in ``make``.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            added, fact = requests.add_item(request, item, today=day(now), at=now)
            self._save(uow, actor, added, fact)
        return fact.item_id

    @once_more
    def withdraw_item(self, actor: OfficeActor, request_id: RequestId, item_id: ItemId, reason: str) -> None:
        """Withdraw an item, with a reason that the client reads. Files that were delivered stay delivered.

        Raises:
            Absent: the office has no such request or item.
            Refused: the item is accepted or withdrawn already, or the reason is missing or too long.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            withdrawn, fact = request_decisions.withdraw_item(request, item_id, reason, handler=actor.handler, at=now)
            self._save(uow, actor, withdrawn, fact)

    @once_more
    def withdraw(self, actor: OfficeActor, request_id: RequestId, reason: str) -> None:
        """Withdraw every item of a request that is not accepted, with a reason that the client reads.

        Raises:
            Absent: the office has no such request.
            Refused: every item is accepted or withdrawn already, or the reason is missing or too long.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            withdrawn, fact = request_decisions.withdraw(request, reason, handler=actor.handler, at=now)
            self._save(uow, actor, withdrawn, fact)

    @once_more
    def remind(self, actor: OfficeActor, request_id: RequestId) -> None:
        """Remind the client of a request within a minute, or in the morning if it is night (RM-1).

        It is one mail with all that the person is reminded of that day, at most one a day, and at most five of an item.
        It goes to the accounts that want notifications of questionnaires and requests (PR-2). It goes too if reminders
        are switched off, and if the items have no due date.

        Raises:
            Absent: the office has no such request.
            Refused: no item waits for the client; each person had a reminder today; or nobody would get the reminder.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            reminded, fact = request_decisions.remind(request, at=now)
            since = reminders.counted_since(reminders.of_request(reminded), at=now)
            sent = [uow.reminders.sent_to(actor.office_id, each, since=since) for each in _readers(uow, request)]
            reminders.require_reader(reminded, sent, at=now)
            self._mark(uow, actor, reminded, fact)

    # ------------------------------------------------------------------ deciding
    @once_more
    def accept_item(
        self, actor: OfficeActor, request_id: RequestId, item_id: ItemId, *, version: int | None = None
    ) -> None:
        """Accept what was delivered for an item, or that it does not apply. This is final (RQ-3).

        Args:
            actor: the office.
            request_id: the request.
            item_id: the item of it.
            version: the version of the request that was shown. None: do not compare.

        Raises:
            Absent: the office has no such request or item.
            Conflict: the request changed since *version*, such as by another delivery.
            Refused: nothing waits for the office there; or one fault for each file of the item that is in quarantine.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            request_decisions.require_version(request, version)
            held = uow.quarantine.of_request(actor.office_id, request_id)
            accepted, fact = request_decisions.accept_item(
                request, item_id, quarantined=held, handler=actor.handler, at=now
            )
            self._save(uow, actor, accepted, fact)

    @once_more
    def return_item(
        self, actor: OfficeActor, request_id: RequestId, item_id: ItemId, reason: str, *, version: int | None = None
    ) -> None:
        """Return an item to the client, with a reason that it reads and a notification (RQ-3).

        Args:
            actor: the office.
            request_id: the request.
            item_id: the item of it.
            reason: one line, at most 300 characters.
            version: the version of the request that was shown. None: do not compare.

        Raises:
            Absent: the office has no such request or item.
            Conflict: the request changed since *version*, such as by another delivery.
            Refused: nothing waits for the office there, or the reason is missing or too long.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            request_decisions.require_version(request, version)
            returned, fact = request_decisions.return_item(request, item_id, reason, handler=actor.handler, at=now)
            self._save(uow, actor, returned, fact)

    def _save(self, uow: UnitOfWork, actor: OfficeActor, changed: DocumentRequest, fact: Event) -> None:
        uow.requests.save(changed)
        self._recorder.record(uow, actor, fact)
        uow.commit()

    def _mark(self, uow: UnitOfWork, actor: OfficeActor, marked: DocumentRequest, fact: Event) -> None:
        uow.requests.mark(marked)
        self._recorder.record(uow, actor, fact)
        uow.commit()

    # ------------------------------------------------------------------ reading
    def list(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: RequestState | None = None,
        after: RequestId | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[RequestRow]:
        """List one page of the requests, newest first."""
        return self._storage.read.office_requests(actor, dossier_id=dossier_id, state=state, after=after, size=size)

    def delivered(
        self, actor: OfficeActor, *, after: RequestId | None = None, size: PageSize = PAGE
    ) -> Sequence[RequestRow]:
        """List one page of the requests with an item that waits for the office, newest first."""
        return self._storage.read.office_delivered_requests(actor, after=after, size=size)

    def get(self, actor: OfficeActor, request_id: RequestId) -> RequestView:
        """Give a request with its items and what was delivered for each. This opens nothing.

        Raises:
            Absent: the office has no such request.
        """
        return self._storage.read.office_request(actor, request_id)

    @once_more
    def open_item(self, actor: OfficeActor, request_id: RequestId, item_id: ItemId) -> None:
        """Mark what was delivered for an item as opened. From then on the client cannot take it back (RQ-3).

        Raises:
            Absent: the office has no such request or item.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            opened, fact = request_decisions.open_item(request, item_id, at=now)
            if fact is not None:
                self._mark(uow, actor, opened, fact)

    def fetch(self, actor: OfficeActor, request_id: RequestId, submission_id: SubmissionId) -> Download:
        """Download a file that was delivered for an item. This marks its delivery as opened (RQ-3).

        Raises:
            Absent: the office has no such request, or the file was taken back.
            FileWithheld: the file is in quarantine.
            FileDamaged: the stored file differs from the file that was delivered (DC-4).
        """
        ended = partial(SubmissionDownloaded, submission_id=submission_id)
        download = open_found(
            partial(self._storage.read.office_submission_file, actor, submission_id),
            partial(self._downloads.open, by=actor, ended=ended, submission_id=submission_id),
        )
        # After the checks of the file: what cannot be read was not opened.
        opening.open_file(
            self._storage,
            self._recorder,
            actor,
            request_id=request_id,
            submission_id=submission_id,
            at=self._clock.now(),
        )
        return download


def _readers(uow: UnitOfWork, request: DocumentRequest) -> Iterator[PersonId]:
    """Give the persons that can sign in, may see a request, and want mails about it (PR-2)."""
    if request.client_id not in uow.dossiers.parties(request.office_id, request.dossier_id):
        return
    office, client = uow.offices.get(request.office_id), uow.clients.get(request.office_id, request.client_id)
    for account in uow.accounts.of_clients(office.id, [client.id]):
        person = uow.persons.get(office.id, account.person_id)
        wants = is_open(account, client) and account.notifications.questionnaires
        if wants and persons.has_way_in(person, office.vendor_sign_in):
            yield person.id
