"""A company with one thing of each kind, and all other actors who might try to access these things.

All texts that only the company may see contain the value of `SECRET`. A test fails if a response to others contains it.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, cast
from uuid import UUID
from zipfile import ZipFile

import attrs

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.messages import MessageText
from klantportaal.domain.requests import DocumentRequest, NewItem, NewRequest
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    CaseHandlerId,
    DeliveryId,
    DocumentId,
    DossierId,
    DraftId,
    ItemId,
    MessageId,
    QuestionnaireDraftId,
    ReceiptId,
    RequestId,
    SubmissionId,
    UploadId,
)
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.archiving import Archive
from klantportaal.usecases.shared.downloading import Download
from tests.usecases import intake
from tests.usecases.progress_template import TEMPLATE as STEPS
from tests.usecases.request_template import TEMPLATE
from tests.usecases.world import PASSWORD, PDF, World

SECRET = "Geheim"
BY_NOW = ("entries", "tasks", "leases")
"""Tables that record acts of anybody. The things of the company are in the other tables."""


@attrs.frozen(kw_only=True)
class Things:
    """The company's things, and the actors inside and outside the company."""

    world: World
    owner: Actor
    """The company's main account, which owns all of these things."""
    sibling: Actor
    """The company's extra account."""
    same_person: Actor
    """The owner itself, while it acts for another client of the office (PE-1)."""
    second: AccountId
    """Another account of the owner, for a client of its own."""
    invited: AccountId
    """An extra account of the company without a password."""
    other_party: Actor
    """Another party to the same dossier."""
    other_client: Actor
    other_office: OfficeActor
    other_offices_client: Actor
    dossier: DossierId
    handler: CaseHandlerId
    """The case handler of the dossier, with a picture."""
    document: DocumentId
    message: MessageId
    sent: MessageId
    """A message of the company, with a file, that the office has not opened."""
    draft: DraftId
    """Not saved, with a file."""
    kept: DraftId
    """Saved, with a file."""
    upload: UploadId
    submission: SubmissionId
    receipt: ReceiptId
    """Of the message with that file."""
    assignment: AssignmentId
    """Partly filled in, with a staged file whose page is not saved yet."""
    answer_upload: UploadId
    completed: AssignmentId
    digest: str
    questionnaire_draft: QuestionnaireDraftId
    questionnaire_fragment: str
    request: RequestId
    """Its first item is delivered, its second has a staged file, and its third is open."""
    items: tuple[ItemId, ...]
    delivery: DeliveryId
    requested: SubmissionId
    """The file of that delivery."""
    item_upload: UploadId
    template_digest: str
    steps_digest: str
    """Of the template of steps that the dossier follows."""

    def belongings(self) -> Mapping[str, Mapping[Any, Any]]:
        """Give all rows that contain the id of the company or of one of its accounts, by table."""
        storage = self.world.storage
        assert isinstance(storage, MemoryStorage)
        tables = attrs.asdict(storage._committed, recurse=False)
        own: set[UUID] = {self.owner.client_id, self.owner.account_id, self.sibling.account_id}
        return {
            name: {key: row for key, row in table.items() if own & set(_ids(key)) | own & set(_ids(row))}
            for name, table in tables.items()
            if name not in BY_NOW
        }


def _ids(value: object) -> Iterator[UUID]:
    """Find the ids in a row."""
    if isinstance(value, UUID):
        yield value
    elif attrs.has(type(value)):
        for each in attrs.astuple(cast("attrs.AttrsInstance", value), recurse=False):
            yield from _ids(each)
    elif isinstance(value, (tuple, frozenset, list)):
        for each in value:
            yield from _ids(each)


def told(answer: object) -> str:
    """Write all contents of a result as text, including those that ``repr`` hides."""
    if isinstance(answer, Download):
        return f"{answer.file.name} {b''.join(answer.blocks)!r}"
    if isinstance(answer, Archive):
        with ZipFile(BytesIO(b"".join(answer.blocks))) as archive:
            return " ".join(f"{name} {archive.read(name)!r}" for name in archive.namelist())
    if attrs.has(type(answer)):
        instance = cast("attrs.AttrsInstance", answer)
        return " ".join(told(each) for each in attrs.astuple(instance, recurse=False))
    if isinstance(answer, Mapping):
        return " ".join(f"{told(key)} {told(value)}" for key, value in answer.items())
    if isinstance(answer, (tuple, list, set, frozenset)):
        return " ".join(told(each) for each in answer)
    return str(answer)


def build(storage: Storage | None = None) -> Things:
    """Make the company and the other actors, with all things ready for the calls.

    Without a storage, each call gives a world of its own, as all of them were just after the making.
    """
    if storage is not None:
        return _made(World(storage=storage))
    things = _made_once()
    return attrs.evolve(things, world=things.world.copied())


@functools.cache
def _made_once() -> Things:
    return _made(World())


def _made(world: World) -> Things:
    owner = _company(world, f"Bakkerij {SECRET} BV", "directie@bakkerij.example.nl")
    sibling = world.extra_account(owner, "boekhouding@bakkerij.example.nl")
    name, address = f"Nieuweling {SECRET}", "nieuweling@bakkerij.example.nl"
    invited = world.portal.client.extra_accounts.add(owner, name=name, email=address)
    world.later(minutes=5)  # After this, it can be invited again.
    other_party = world.onboard("koper@example.nl", name="Jan de Koper")
    other_client = world.onboard("buur@example.nl", name="Jan de Buur")
    dossier = world.dossier(owner, other_party, number="2026-001", description="Levering bedrijfspand")
    world.dossier(other_client, number="2026-002", description="Iets anders")
    portal = world.portal
    handler = portal.office.case_handlers.add(world.handler, ContactCard(name="mr. A. de Wit"))
    portal.office.case_handlers.change_picture(
        world.handler, handler, name="a.png", blocks=[b"\x89PNG\r\n\x1a\n" + bytes(9)]
    )
    portal.office.dossiers.give_handler(world.handler, dossier, handler)
    publication = Publication(
        kind=DocumentKind.DOCUMENT, title=f"Akte {SECRET}", for_clients=frozenset({owner.client_id})
    )
    document = portal.office.documents.publish(
        world.handler, dossier, publication, name=f"Akte {SECRET}.pdf", blocks=[PDF + SECRET.encode()]
    )
    message = world.write_to(dossier, owner, f"Over {SECRET}", f"Klopt {SECRET}?")
    draft = portal.client.messages.new_draft()
    sent = portal.client.messages.new_draft()
    portal.client.attachments.stage(owner, dossier, sent, name=f"Balans {SECRET}.pdf", blocks=[PDF + SECRET.encode()])
    balance = MessageText(subject=f"Balans {SECRET}", body=SECRET)
    sent_message = portal.client.messages.send(owner, dossier, sent, balance)
    kept = portal.client.messages.new_draft()
    portal.client.drafts.save(owner, dossier, kept, MessageText(subject=f"Over {SECRET}", body=SECRET))
    portal.client.attachments.stage(owner, dossier, kept, name=f"Bijlage {SECRET}.pdf", blocks=[PDF])
    upload = portal.client.attachments.stage(owner, dossier, draft, name=f"Paspoort {SECRET}.pdf", blocks=[PDF])
    assignment = world.ask(owner, dossier)
    completed = portal.office.questionnaires.assign(world.handler, dossier, owner.client_id, "intake")
    answers = {**intake.ALL, "persoon": {**intake.PERSON, "naam": SECRET}}
    world.fill_in(owner, assignment, {page: answers[page] for page in ("persoon", "huwelijk")})
    waiting = portal.client.answer_files.stage(owner, assignment, "kopie", name=f"Kopie {SECRET}.pdf", blocks=[PDF])
    world.complete(owner, completed, answers)
    request = _request(world, owner, dossier)
    steps = portal.office.progress.publish_template(world.handler, json.dumps(STEPS))
    portal.office.progress.follow(world.handler, dossier, steps.template)
    world.deliver()
    elsewhere = world.other_office()
    same_person = world.second_account("directie@bakkerij.example.nl", name="Jan de Bakker", kind=ClientKind.PERSON)
    _client, second = world.invite("directie@bakkerij.example.nl", name="Holding van de Bakker BV")
    world.sign_in("directie@bakkerij.example.nl")  # From now on the accounts are active.
    world.deliver()
    return Things(
        world=world,
        owner=owner,
        sibling=sibling,
        same_person=same_person,
        second=second,
        invited=invited,
        other_party=other_party,
        other_client=other_client,
        other_office=elsewhere,
        other_offices_client=_client_of(world, elsewhere),
        dossier=dossier,
        handler=handler,
        document=document,
        message=message,
        sent=sent_message,
        draft=draft,
        kept=kept,
        upload=upload.id,
        submission=next(
            each.id for each in portal.client.dossiers.submissions(owner, dossier) if each.message_id is not None
        ),
        receipt=ReceiptId(sent_message),
        assignment=assignment,
        answer_upload=waiting.id,
        completed=completed,
        digest=portal.office.questionnaires.revisions(world.handler)[0].digest,
        questionnaire_draft=portal.office.questionnaires.start_draft(world.handler, intake.document()).id,
        questionnaire_fragment=portal.office.questionnaires.save_fragment(world.handler, "persoon", "{}").id,
        request=request.id,
        items=tuple(each.id for each in request.items),
        delivery=request.items[0].deliveries[0].id,
        requested=request.items[0].current_files[0].id,
        item_upload=portal.client.requests.staged(owner, request.id, request.items[1].id)[0].id,
        template_digest=portal.office.requests.templates(world.handler)[0].digest,
        steps_digest=steps.digest,
    )


def _request(world: World, owner: Actor, dossier: DossierId) -> DocumentRequest:
    """Ask the company for three documents, and let it deliver the first."""
    office, client = world.portal.office.requests, world.portal.client.requests
    office.publish_template(world.handler, json.dumps(TEMPLATE))
    items = [NewItem(title=f"{SECRET} {number}", explanation=SECRET) for number in range(3)]
    id = office.make(world.handler, dossier, owner.client_id, NewRequest(subject=f"Stukken {SECRET}", items=items))
    first, second, _third = client.get(owner, id).request.items
    for item in (first, second):
        client.stage(owner, id, item.id, name=f"Stuk {SECRET}.pdf", blocks=[PDF + SECRET.encode()])
    client.deliver(owner, id, first.id, client.new_delivery(), note=SECRET)
    return client.get(owner, id).request


def _company(world: World, name: str, email: str) -> Actor:
    world.invite(email, name=name, kind=ClientKind.COMPANY)
    world.deliver()
    entrance = world.portal.client.onboarding.set_password(
        world.visitor, world.password_link(email), PASSWORD, PASSWORD
    )
    world.deliver()
    return world.actor(entrance.token)


def _client_of(world: World, office: OfficeActor) -> Actor:
    """Onboard a client of another office, with the same address as the company's main account."""
    portal = world.portal
    email = "directie@bakkerij.example.nl"
    portal.office.clients.invite(office, NewClient(kind=ClientKind.COMPANY, name="Bakkerij Elders", email=email))
    visitor = Visitor(office_id=office.office_id)
    portal.client.onboarding.ask_link(visitor, email)
    token = world.token(world.deliver()[-1])
    entrance = portal.client.onboarding.set_password(visitor, token, PASSWORD, PASSWORD)
    world.deliver()
    return portal.client.sign_in.whoever(office.office_id, entrance.token).actor
