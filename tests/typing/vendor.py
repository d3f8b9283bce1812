"""A vendor's code that uses every side of the portal; mypy and pyright must find no errors in it.

It is never run. Each function stands for a module of a vendor: its mail, its start, its screens, its pages.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request
from fastapi import Response as Reply
from flask import Flask, Response, jsonify
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from klantportaal import (
    STRICT,
    Absent,
    AccountId,
    AccountRole,
    AccountState,
    ActionKey,
    Actor,
    AddressView,
    AdmissionProblem,
    ApiAccess,
    ApiArea,
    ApiKey,
    ApiKeyId,
    AppTokens,
    Archive,
    AssignmentId,
    Assurance,
    Authentication,
    Backup,
    CaseHandlerId,
    ClientCard,
    ClientId,
    ClientKind,
    CodeDue,
    Conflict,
    ContactCard,
    Corners,
    CurrentStep,
    DatabaseHealth,
    DatabaseUnfit,
    DataPart,
    DataProgress,
    DataVerification,
    Decision,
    DeliveredFile,
    Delivery,
    DeliveryId,
    Density,
    DiskHealth,
    DiskLimits,
    DiskSpace,
    DocumentId,
    DocumentKind,
    DocumentRequest,
    DossierId,
    DossierQuery,
    Download,
    Entrance,
    EventId,
    EventPage,
    EventType,
    FailingTask,
    Fault,
    FaultCode,
    FilesHealth,
    Finding,
    FormForAnother,
    FormOwner,
    FoundAddress,
    Halfway,
    Health,
    HomeNews,
    ItemId,
    ItemState,
    Lane,
    LaneHealth,
    Language,
    MadeApiKey,
    MessageId,
    MessageLimits,
    MessageText,
    NewAddressView,
    NewApiKey,
    NewClient,
    NewExtraAccount,
    NewItem,
    NewRequest,
    NewWebhook,
    NotAdmitted,
    NotConfirmed,
    Notifications,
    OfficeActor,
    OfficeId,
    OfficeNotices,
    OfficeProfile,
    OpenThing,
    OtherAccount,
    OutboxHealth,
    PageForm,
    PersonId,
    Portal,
    PortalError,
    Profile,
    Progress,
    Publication,
    PublicEvent,
    QuarantinedFile,
    QuarantineHealth,
    QuarantineRow,
    QuarantineState,
    QuestionnaireDraft,
    QuestionnaireDraftId,
    QuestionnaireDraftRow,
    QuestionnaireFragment,
    ReceiptId,
    Refused,
    Reminder,
    ReminderKey,
    ReminderKind,
    ReminderRow,
    ReminderRules,
    RequestedItem,
    RequestId,
    RequestRow,
    RequestState,
    RequestView,
    ScannerHealth,
    ScanOutcome,
    ScanPolicy,
    ScanVerdict,
    SealerHealth,
    SessionEnd,
    SessionTimes,
    Settings,
    ShownAs,
    Step,
    StepState,
    Subject,
    SubmissionId,
    SubmissionKey,
    Tab,
    TaskState,
    TemplateRow,
    Texts,
    Typeface,
    Unavailable,
    Unscanned,
    UnseenKey,
    UnseenKind,
    UnseenRow,
    UploadLimits,
    VendorSignIn,
    Verdict,
    Visitor,
    Waiting,
    WaitingDossier,
    WaitingFor,
    WaitingKey,
    WebhookDelivery,
    WebhookDeliveryId,
    WebhookDeliveryState,
    WebhookFailure,
    WebhookId,
    WebhookProblem,
    WebhookRow,
    WebhookSecret,
    WebhookState,
    Worker,
    WrongSecrets,
    WrongWords,
    __version__,
    embedded,
    open_portal,
    progress_template_schema,
    questionnaires,
    request_template_schema,
)
from klantportaal.adapters import fastapi as for_fastapi
from klantportaal.adapters import flask as for_flask
from klantportaal.adapters import health
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.mail import Mail, MailSender, MailUnavailable, Undeliverable
from klantportaal.ports.scanner import Scanner
from klantportaal.questionnaires import Answering, Answers, Definition, Imported, Projection
from klantportaal.serialisation import converter, from_json, from_plain, to_json, to_plain
from klantportaal.text import address, day, is_blank, plain_line, plain_text
from klantportaal.trail import KINDS, Seal, SealingRun, read_anchor


# ------------------------------------------------------------------ the vendor's adapters
class OwnMail:
    """Prints mails."""

    def send(self, mail: Mail, *, key: str) -> None:
        """Print one."""
        if address(mail.to) is None:
            raise Undeliverable(mail.to)
        if not key:
            raise MailUnavailable("try again")
        print(mail.subject, mail.text)

    def close(self) -> None:
        """Do nothing: it has no connections."""


class OwnScanner:
    """Finds nothing."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Let the file pass."""
        yield from blocks
        return ScanVerdict(outcome=ScanOutcome.CLEAN)


# ------------------------------------------------------------------ the start
def start(folder: Path, pepper: bytes) -> Portal:
    """Open a portal with settings."""
    settings = Settings(
        passwords=STRICT,
        sessions=SessionTimes(idle=timedelta(minutes=15)),
        messages=MessageLimits(body=2000),
        uploads=UploadLimits(files=5),
        scanning=ScanPolicy(take_encrypted=True, unscanned=Unscanned.QUARANTINE, publication_size=100 * 2**20),
        disk=DiskLimits(low=2**29, low_share=0.05),
    )
    mail: MailSender = OwnMail()
    scanner: Scanner = OwnScanner()
    anchors: Anchors = MemoryAnchors()
    portal = embedded.portal(folder, mail=mail, pepper=pepper, scanner=scanner, anchors=anchors, settings=settings)
    for deviation in portal.deviations:
        print(__version__, deviation.setting, deviation.sentence)
    return portal


def start_restored(backup: Path, folder: Path) -> None:
    """Restore a backup."""
    embedded.restore(backup, folder, progress=print)


def start_in_production(mail: MailSender, pepper: bytes) -> Portal:
    """Open a portal by the variables of the environment, or by words."""
    try:
        return open_portal.from_environment(scanner=OwnScanner(), settings=Settings(), migrate=False)
    except WrongWords as wrong:
        print(wrong.faults)
    except (DatabaseUnfit, WrongSecrets) as unfit:
        print(unfit)
    return open_portal(
        database="sqlite:///srv/portal.sqlite3",
        files="file:///srv/files",
        mail=mail,
        scanner="clamd://host",
        pepper=[pepper],
    )


def doors(portal: Portal) -> OfficeActor:
    """Use the calls for the vendor itself."""
    profile = OfficeProfile(name="Smit", contact_address="post@smit.nl")
    office: OfficeId = portal.offices.ensure("smit", "https://example.nl/portaal", profile)
    found = portal.offices.get(office)
    print(found.profile.name, found.base_url)
    with_logo: Download = portal.offices.logo(office)
    with_logo.close()
    with_dark_logo: Download = portal.offices.dark_logo(office)
    with_dark_logo.close()
    portal.offices.move(office, "https://example.nl/elders")
    for deviation in portal.offices.deviations():
        print(deviation.setting, deviation.sentence)
    for each in portal.offices.list():
        print(each.profile.name)
    only: OfficeId = portal.offices.only()
    return OfficeActor(office_id=only, handler="mr. J. Smit")


# ------------------------------------------------------------------ the office's side
def clients(portal: Portal, smit: OfficeActor) -> Sequence[ClientCard]:
    """Invite clients."""
    calls = portal.office.clients
    new = NewClient(
        kind=ClientKind.COMPANY, name="Bakkerij", email="a@example.nl", language=Language.ENGLISH, external_id="K-1042"
    )
    client, account = calls.invite(smit, new)
    known: ClientId = calls.find(smit, "K-1042")
    print(known)
    extra = calls.add_extra_account(smit, client, NewExtraAccount(name="B", email="b@a.nl", language=Language.DUTCH))
    calls.correct(smit, account, name="Jan", email="jan@example.nl")
    calls.invite_again(smit, extra)
    calls.close_account(smit, extra)
    calls.reopen_account(smit, extra)
    calls.reset_two_step(smit, extra)
    calls.release_subject(smit, extra)
    calls.delete_account(smit, extra)
    calls.close(smit, client)
    calls.reopen(smit, client)
    card = calls.get(smit, client)
    main = [each for each in card.accounts if each.role is AccountRole.MAIN and each.state is AccountState.ACTIVE]
    problems = [each.problem for each in calls.mail_problems(smit) if each.state is TaskState.BOUNCED]
    for each in calls.mail_problems(smit, after=None):
        calls.send_mail_again(smit, each.mail_id)
    print(calls.bounced(smit, b"Content-Type: multipart/report"))
    print(
        [(each.name, each.sent.bytes) for each in calls.usage(smit, date(2026, 1, 5)).clients], calls.usage(smit).sent
    )
    print(card.client.name, main, problems)
    return calls.list(smit, search="bak", after=client)


def api_keys(portal: Portal, smit: OfficeActor) -> None:
    """Make an API key, and revoke it."""
    new_key = NewApiKey(name="boekhouding", scopes={ApiArea.DOCUMENTS: ApiAccess.WRITE}, life=timedelta(days=30))
    made: MadeApiKey = portal.office.api_keys.make(smit, new_key)
    print(made.secret, made.expires_at)
    keys: Sequence[ApiKey] = portal.office.api_keys.list(smit)
    api_key: ApiKeyId = keys[0].id
    portal.office.api_keys.revoke(smit, api_key)


def external_ids(portal: Portal, smit: OfficeActor) -> None:
    """Find things by the ids of another system."""
    dossier: DossierId = portal.office.dossiers.find(smit, "D-17")
    document: DocumentId = portal.office.documents.find(smit, "A-3")
    message: MessageId = portal.office.messages.find(smit, "B-9")
    print(dossier, document, message)


def webhooks(portal: Portal, smit: OfficeActor) -> None:
    """Tell a back office of what happens, and look what came of it."""
    calls = portal.office.webhooks
    new_webhook = NewWebhook(url="https://example.nl/hook", types=(EventType.MESSAGE_SENT, EventType.WAITING_CHANGED))
    made_webhook: WebhookSecret = calls.make(smit, new_webhook)
    webhook: WebhookId = made_webhook.webhook_id
    calls.change(smit, webhook, new_webhook)
    print(made_webhook.secret, calls.rotate_secret(smit, webhook, keep=timedelta(hours=1)).former_until)
    endpoints: Sequence[WebhookRow] = calls.list(smit)
    for each in endpoints:
        if each.state is WebhookState.DISABLED and each.failure is WebhookFailure.FAILING:
            calls.switch(smit, each.id, on=True)
    deliveries: Sequence[WebhookDelivery] = calls.deliveries(smit, webhook, after=None, size=100)
    for delivery in deliveries:
        if delivery.state is WebhookDeliveryState.FAILED and delivery.problem is WebhookProblem.TIMED_OUT:
            delivery_id: WebhookDeliveryId = delivery.id
            calls.resend(smit, delivery_id)
    print(calls.resend_since(smit, webhook, datetime(2026, 1, 5, tzinfo=UTC)))
    calls.remove(smit, webhook)


def dossiers(portal: Portal, smit: OfficeActor, client: ClientId, blocks: Iterator[bytes]) -> None:
    """Open a dossier, publish in it, and write to its party."""
    dossier = portal.office.dossiers.open(
        smit, number="2026-1", description="Koop", parties=[client], external_id="D-17"
    )
    portal.office.dossiers.change(smit, dossier, description="Koop woning", status="completed")
    portal.office.dossiers.add_party(smit, dossier, client)
    portal.office.dossiers.remove_party(smit, dossier, client)
    rows = portal.office.dossiers.list(smit, search="koop")
    print(portal.office.dossiers.list(smit, after=rows[-1].key))
    kadaster: Texts = {Language.DUTCH: "het Kadaster", Language.ENGLISH: "the land registry"}
    portal.office.dossiers.await_third_party(smit, dossier, kadaster, expected_on=date(2026, 12, 12), clients=[client])
    portal.office.dossiers.await_third_party(smit, dossier, "de bank")
    portal.office.dossiers.clear_third_party(smit, dossier)
    following(portal, smit, dossier)
    waiting: Sequence[WaitingDossier] = portal.office.dossiers.waiting(smit, whom=WaitingFor.OFFICE, size=50)
    key: WaitingKey = waiting[-1].key
    for row in portal.office.dossiers.waiting(smit, after=key):
        waits: Waiting = row.waiting
        print(row.number, row.client_name, waits.whom, waits.since, waits.count, waits.due_on, waits.third_party)
    whole = portal.office.dossiers.get(smit, dossier)
    held: Sequence[QuarantineRow] = portal.office.dossiers.quarantine(smit, size=20)
    unread: list[QuarantinedFile] = [row.held for row in held if row.held.state is QuarantineState.WAITING]
    more = portal.office.dossiers.quarantine(smit, after=unread[-1].file.key)
    print([row.dossier_number for row in (*held, *more)])
    archive: Archive = portal.office.dossiers.archive(smit, dossier, language=Language.ENGLISH)
    archive.begin()
    print(archive.name, sum(len(block) for block in archive.blocks))
    archive.close()
    print([each.downloads for each in whole.documents], [each.message.body for each in whole.messages])

    card = ContactCard(
        name="mr. A. Smit", role={Language.DUTCH: "notaris"}, telephone="020 123 45 67", email="smit@example.nl"
    )
    handler: CaseHandlerId = portal.office.case_handlers.add(smit, card)
    portal.office.case_handlers.change(smit, handler, card)
    portal.office.case_handlers.change_picture(smit, handler, name="smit.jpg", blocks=blocks)
    portal.office.dossiers.give_handler(smit, dossier, handler)
    print([each.name for each in portal.office.case_handlers.list(smit)])
    portal.office.case_handlers.remove_picture(smit, handler)
    portal.office.case_handlers.remove(smit, handler)

    notices = OfficeNotices(page="https://kantoor.example.nl/post", addresses=("post@kantoor.example.nl",))
    portal.office.profile.set_notices(smit, notices)
    portal.office.dossiers.set_notice_addresses(smit, dossier, ["smit@kantoor.example.nl"])

    publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({client}))
    document = portal.office.documents.publish(smit, dossier, publication, name="akte.pdf", blocks=blocks)
    newer = portal.office.documents.replace(smit, document, name="akte.pdf", blocks=blocks)
    portal.office.documents.withdraw(smit, newer, "Verkeerde akte")
    portal.office.documents.download(smit, newer).close()

    message = portal.office.messages.send(
        smit, dossier, client, MessageText(subject="Akte", body="Zie bijlage."), external_id="B-9"
    )
    inbox = portal.office.messages.inbox(smit, handled=False, after=message)
    whole_thread = portal.office.messages.read(smit, inbox[0].message.id)
    print([(each.message.opened_by, each.reads) for each in whole_thread.messages], whole_thread.newest)
    print(portal.office.messages.peek(smit, message).older)
    portal.office.messages.take_back(smit, message)
    portal.office.messages.handle(smit, inbox[0].message.id)
    portal.office.messages.fetch(smit, inbox[0].attachments[0].id).close()


def asking(portal: Portal, smit: OfficeActor, dossier: DossierId, client: ClientId) -> None:
    """Ask a client to fill in a questionnaire, and follow the progress."""
    calls = portal.office.questionnaires
    revision = calls.publish(smit, questionnaires.library()["intake-testament"])
    calls.revisions(smit, revision.questionnaire)
    started: QuestionnaireDraft = calls.start_draft(smit, calls.document(smit, revision.digest))
    listed: Sequence[QuestionnaireDraftRow] = calls.drafts(smit)
    draft_id: QuestionnaireDraftId = listed[0].id
    saved = calls.save_draft(smit, draft_id, started.document, version=started.version)
    calls.publish_draft(smit, draft_id, version=saved.version)
    empty = calls.draft(smit, calls.start_draft(smit).id)
    calls.discard_draft(smit, empty.id, version=empty.version)
    calls.document(smit, revision.digest)
    shared: QuestionnaireFragment = calls.save_fragment(smit, "adres", '{"questions": []}')
    shared = calls.save_fragment(smit, shared.id, shared.document, version=shared.version)
    print([each.titles for each in calls.fragments(smit)], calls.fragment(smit, "adres").fragments)
    calls.delete_fragment(smit, "adres", version=shared.version)
    calls.start_draft(smit, calls.source(smit, revision.digest))
    for change in calls.changes(smit, older=revision.digest, newer=revision.digest):
        if change.kind is questionnaires.ChangeKind.CHANGED and change.part is questionnaires.ChangedPart.QUESTION:
            print(change.paths, change.id, change.name, change.key, change.language, change.before, change.after)
            print(change.within, change.within_name)
    due, known = date(2026, 12, 31), {"naam": "J. Jansen"}
    assignment: AssignmentId = calls.assign(smit, dossier, client, revision.questionnaire, due_on=due, given=known)
    portal.office.reminders.switch_questionnaire(smit, assignment, on=False)
    calls.rebase(smit, assignment, revision.revision)
    row = calls.get(smit, assignment)
    if row.state is questionnaires.AssignmentState.COMPLETED:
        print(calls.answers(smit, assignment))
        result: questionnaires.Result = calls.result(smit, assignment)
        for asked in result.asked:
            print(result.definition.id, asked.page.id, asked.question.texts[Language.DUTCH].label, asked.answer)
        calls.pdf(smit, assignment).close()
    calls.list(smit, dossier_id=dossier, state=questionnaires.AssignmentState.OPEN)
    calls.withdraw(smit, assignment)


def following(portal: Portal, smit: OfficeActor, dossier: DossierId) -> None:
    """Let a dossier follow a template of steps, and move it."""
    steps: TemplateRow = portal.office.progress.publish_template(smit, "{}")
    print(portal.office.progress.templates(smit, steps.template), progress_template_schema())
    portal.office.progress.template_document(smit, steps.digest)
    progress: Progress = portal.office.progress.follow(
        smit, dossier, steps.template, revision=1, step="draft", reached_on=date(2026, 12, 12)
    )
    moved = portal.office.progress.move(smit, dossier, "signing", reached_on=date(2026, 12, 13))
    current: CurrentStep = moved.at
    print(current.number, current.total, current.title, progress.template, progress.revision, moved.reached_on)
    each: Step
    for each in moved.steps:
        print(each.id, each.title, each.explanation, each.reached_on, moved.state(each) is StepState.DONE)
    portal.office.progress.end(smit, dossier)


def requesting(portal: Portal, smit: OfficeActor, dossier: DossierId, client: ClientId) -> None:
    """Ask a client for documents, and decide on what it delivers."""
    calls = portal.office.requests
    row: TemplateRow = calls.publish_template(smit, "{}")
    calls.templates(smit, row.template)
    calls.template_document(smit, row.digest)
    print(request_template_schema())
    items = [
        NewItem(title="Payslip", files=2, due_on=date(2026, 12, 31)),
        NewItem(title={Language.DUTCH: "Taxatie", Language.ENGLISH: "Valuation"}, explanation="…", required=False),
    ]
    calls.make(smit, dossier, client, NewRequest(subject="Mortgage", items=items))
    request: RequestId = calls.make_from_template(smit, dossier, client, row.template, revision=1, subject="Mortgage")
    item: ItemId = calls.add_item(smit, request, items[0])
    view: RequestView = calls.get(smit, request)
    for each in view.request.items:
        if each.state is ItemState.DELIVERED:
            calls.open_item(smit, request, each.id)
            calls.fetch(smit, request, each.current_files[0].id).close()
            calls.accept_item(smit, request, each.id, version=view.request.version)
    calls.return_item(smit, request, item, "Onleesbaar.", version=None)
    calls.remind(smit, request)
    calls.withdraw_item(smit, request, item, "Niet meer nodig.")
    calls.withdraw(smit, request, "Niet meer nodig.")
    page: EventPage = portal.office.events.list(smit, after=portal.office.events.newest(smit), size=100)
    for event in page.events:
        place: tuple[EventId, int, DossierId | None, int | None] = (
            event.id,
            event.number,
            event.dossier_id,
            event.dossier_number,
        )
        print(place, event.office_id == smit.office_id, event.type is EventType.MESSAGE_SENT, event.at, event.data)
    print(page.cursor, page.missed)
    reminders = portal.office.reminders
    rules: ReminderRules | None = reminders.rules(smit)
    print(rules, ReminderRules(before=(7, 1, 0), every=7, most=5, invitations=(3, 10)))
    reminders.change(smit, ReminderRules(before=(3,), every=None))
    reminders.switch_request(smit, request, on=False)
    reminders.switch_item(smit, request, item, on=False)
    off: Sequence[UUID] = reminders.switched_off(smit, [request, item, client])
    print(off)
    reminders.switch_client(smit, client, on=True)
    sent: Sequence[ReminderRow] = reminders.sent(smit, size=20)
    key: ReminderKey = sent[-1].key
    reminder: Reminder = sent[0].reminder
    thing: OpenThing = reminder.things[0]
    print(thing.kind is ReminderKind.ITEM, thing.due_on, reminder.sent_at, sent[0].email)
    reminders.sent(smit, after=key)
    nobody: Sequence[UnseenRow] = reminders.unseen(smit, days=14, size=20)
    unopened: UnseenKey = nobody[-1].key
    print(nobody[0].kind is UnseenKind.MESSAGE, nobody[0].title[Language.DUTCH], nobody[0].since)
    reminders.unseen(smit, after=unopened)
    posted: bytes = reminders.letter(smit, dossier, client, "Dam 1\n1012 JS Amsterdam", language=Language.DUTCH)
    print(posted)
    rows: Sequence[RequestRow] = calls.list(smit, dossier_id=dossier, state=RequestState.WAITING)
    print(rows[0].due_on, calls.delivered(smit, after=rows[-1].id))


def delivering(portal: Portal, actor: Actor, dossier: DossierId, blocks: Iterator[bytes]) -> None:
    """Deliver what the office asks for."""
    calls = portal.client.requests
    row = calls.waiting(actor, dossier, size=10)[0]
    key: ActionKey = row.key
    print(calls.waiting(actor, after=key), calls.delivered(actor, after=key, size=10)[0].subject)
    print(portal.client.questionnaires.waiting(actor, after=key, size=10)[0].key)
    request: DocumentRequest = calls.open(actor, row.id).request
    print(calls.get(actor, row.id).request == request)
    item: RequestedItem = request.item(request.items[0].id)
    file = calls.stage(actor, request.id, item.id, name="a.pdf", blocks=blocks)
    calls.staged(actor, request.id, item.id)
    delivery: DeliveryId = calls.new_delivery()
    delivery = calls.deliver(actor, request.id, item.id, delivery, note="Zie bijlage", files={file.id: file.name})
    calls.unstage(actor, request.id, file.id)
    calls.take_back(actor, request.id, item.id, delivery)
    calls.declare_not_applicable(actor, request.id, item.id, calls.new_delivery(), "Wij huren.")
    delivered: Sequence[Delivery] = item.deliveries
    files: Sequence[DeliveredFile] = item.current_files
    returned: Decision | None = delivered[0].returned
    print(files[0].sha256.hex(), returned, calls.list(actor, dossier))


def office(portal: Portal, smit: OfficeActor, logo: Iterator[bytes]) -> None:
    """Change the office's profile, and read its trail."""
    profile = portal.office.profile
    print(profile.get(smit).two_step_required)
    profile.change(smit, OfficeProfile(name="Smit", contact_address="post@smit.nl", welcome={Language.DUTCH: "Dag"}))
    sober = OfficeProfile(
        name="Smit",
        contact_address="post@smit.nl",
        typeface=Typeface.SYSTEM,
        corners=Corners.SQUARE,
        density=Density.COMPACT,
    )
    profile.change(smit, sober)
    profile.require_two_step(smit, True)
    own = VendorSignIn(name="Mijn Smit", sign_in="/sso", confirm="/sso/again", least=Assurance.SUBSTANTIAL)
    profile.use_vendor_sign_in(smit, own)
    profile.allow_address_changes(smit, False)
    print(profile.get(smit).address_changes)
    profile.change_logo(smit, name="logo.png", blocks=logo)
    profile.change_dark_logo(smit, name="donker.png", blocks=logo)
    profile.remove_dark_logo(smit)
    lines = portal.office.audit.entries(smit, what=KINDS[0], since=datetime(2026, 1, 1, tzinfo=UTC), oldest_first=True)
    portal.office.audit.entries(
        smit, after=lines[-1].entry.id, person=lines[0].entry.person_id, account=lines[0].entry.account_id
    )
    anchor: Seal = read_anchor(list(portal.office.audit.export(smit))[-1])
    verified = portal.office.audit.verify(smit, anchor=anchor, progress=print)
    portal.office.audit.accept_restored(smit, reason="Reservekopie van maandag")
    print(verified.holds, [each.kind for each in verified.breaks])


# ------------------------------------------------------------------ the client's side
def entrance(portal: Portal, office: OfficeId) -> Actor:
    """Sign a client in."""
    visitor = Visitor(office_id=office, network_address="192.0.2.1", device="App")
    onboarding = portal.client.onboarding
    print(
        onboarding.look_at_invitation(visitor, "token").name, onboarding.look_at_password_link(visitor, "token").email
    )
    onboarding.ask_link(visitor, "jan@example.nl", invitation=None)
    onboarding.set_password(visitor, "token", "Welkom2026", "Welkom2026")
    came: Entrance | Halfway = portal.client.sign_in.sign_in(visitor, "jan@example.nl", "Welkom2026")
    if isinstance(came, Halfway):
        step = portal.client.second_step
        print(step.view(visitor, came.token).attempts_left)
        step.resend(visitor, came.token)
        recovered, recovery = step.recover(visitor, came.token, "XXXXX")
        print(recovered.first, recovery)
        came = step.enter(visitor, came.token, "123456")
    actor = portal.client.sign_in.whoever(office, came.token).actor
    an_app(portal, office)
    print(portal.client.sign_in.confirm(actor, "Welkom2026").token)
    said = who_is_it()
    try:
        print(portal.client.sign_in.admit(visitor, said, invitation="token"), actor.admission)
        print(portal.client.sign_in.confirm_admitted(actor, said).token)
    except NotAdmitted as refused:
        print(refused.problem is AdmissionProblem.NOT_INVITED)
    form = PageForm(route="profile")
    seal = portal.client.forms.seal(FormOwner.of(actor), form)
    try:
        portal.client.forms.require_own(FormOwner.of(actor), form, seal)
    except FormForAnother as error:
        print(error.name)
    shown = portal.client.forms.shown(office, form, seal)
    waiting = portal.client.forms.keep(shown, {"language": ["nl"]})
    print(portal.client.forms.kept_account(FormOwner.of(actor), waiting))
    print(portal.client.forms.kept(FormOwner.of(actor), waiting).typed, portal.client.sign_in.lapsed(office, "token"))
    portal.client.sign_in.sign_out(actor)
    return actor


def two_step(portal: Portal, actor: Actor) -> None:
    """Turn two-step verification on and off."""
    calls = portal.client.two_step
    calls.begin_sms(actor, "0612345678")
    calls.resend(actor)
    calls.begin_totp(actor)
    if (enrolling := calls.view(actor).enrolling) is not None and enrolling.key is not None:
        print(enrolling.key.uri, calls.enrol(actor, "123456"))
    calls.cancel(actor)
    try:
        calls.turn_off(actor)
    except (CodeDue, NotConfirmed):
        calls.ask_code(actor)
        calls.prove(actor, "123456")


def changing_the_address(portal: Portal, actor: Actor, visitor: Visitor) -> None:
    """Ask for another e-mail address, and confirm it."""
    calls = portal.client.address_changes
    try:
        calls.ready(actor)
    except (CodeDue, NotConfirmed):
        return
    calls.ask(actor, "nieuw@example.nl")
    view: AddressView = calls.view(actor)
    print(view.email, view.allowed, view.asked)
    link: NewAddressView = calls.look(visitor, "token")
    print(link.email, link.language, calls.confirm(visitor, "token"))


def home(portal: Portal, actor: Actor) -> None:
    """Show the dossiers and actions of a client."""
    print(portal.client.home.counts(actor).total)
    news: HomeNews = portal.client.home.news(actor)
    print([(row.kind, row.title, row.at) for row in news.unread], [row.due_on for row in news.waiting], news.latest)
    found = portal.client.dossiers.list(actor, DossierQuery(search="koop", size=10))
    dossier = found.rows[0].id
    print(portal.client.dossiers.open(actor, dossier).tabs[Tab.MESSAGES].unread)
    documents = portal.client.dossiers.documents(actor, dossier, DocumentKind.CORRESPONDENCE)
    portal.client.dossiers.handler_picture(actor, dossier).close()
    portal.client.dossiers.download(actor, dossier, documents[0].id).close()
    submissions = portal.client.dossiers.submissions(actor, dossier)
    delivered: Sequence[SubmissionId] = [each.id for each in submissions]
    key: SubmissionKey = submissions[-1].key
    portal.client.dossiers.submissions(actor, dossier, after=key)
    portal.client.dossiers.download_submission(actor, dossier, delivered[0]).close()
    portal.client.dossiers.archive(actor, dossier).close()
    look = portal.client.dossiers.look(actor, dossier, documents[0].id)
    if look.showing is not None and look.download is not None:
        print(look.showing.shown_as is ShownAs.PDF, look.showing.media_type)
        look.download.close()
    print(portal.client.dossiers.look_at_submission(actor, dossier, delivered[0]).file.name)
    message = portal.client.dossiers.messages(actor, dossier)[0]
    portal.client.messages.peek(actor, dossier, message.id)
    print(portal.client.messages.read(actor, dossier, message.id).body)
    print(portal.client.messages.peek_conversation(actor, dossier, message.id).newest)
    conversation = portal.client.messages.read_conversation(actor, dossier, message.id)
    if conversation.messages[-1].can_take_back:
        portal.client.messages.take_back(actor, dossier, conversation.messages[-1].id)


def writing(portal: Portal, actor: Actor, dossier: DossierId, blocks: Iterator[bytes]) -> None:
    """Write a message with a file."""
    draft = portal.client.messages.new_draft()
    upload = portal.client.attachments.stage(actor, dossier, draft, name="brief.pdf", blocks=blocks)
    print(upload.name, portal.client.messages.uploads(actor, dossier, draft), portal.client.messages.room(actor).files)
    portal.client.attachments.unstage(actor, dossier, upload.id)
    text = MessageText(subject="Vraag", body="Wanneer?")
    kept = portal.client.drafts.save(actor, dossier, draft, text)
    kept = portal.client.drafts.save(actor, dossier, draft, text, version=kept.version)
    print([(each.subject or each.opening, each.attachments) for each in portal.client.drafts.list(actor, dossier)])
    print(portal.client.drafts.get(actor, dossier, draft).expires_at)
    portal.client.drafts.delete(actor, dossier, kept.id)
    portal.client.messages.send(actor, dossier, draft, text)
    portal.client.messages.send(
        actor, dossier, draft, text, answers=None, version=kept.version, files={upload.id: upload.name}
    )


def receipts(portal: Portal, actor: Actor, visitor: Visitor, dossier: DossierId, receipt: ReceiptId) -> None:
    """Show a receipt, mail it, and check a file against it."""
    view = portal.client.receipts.get(actor, dossier, receipt)
    code = view.url.rpartition("/")[2]
    print(view.receipt.delivered_at, [(each.name, each.size, each.sha256) for each in view.receipt.files])
    Path("ontvangstbewijs.pdf").write_bytes(portal.client.receipts.pdf(actor, dossier, receipt))
    portal.client.receipts.mail(actor, dossier, receipt)
    print(portal.client.receipts.look(visitor, receipt, code).client_name)
    for sha256 in [each.sha256 for each in view.receipt.files]:
        print(portal.client.receipts.check(visitor, receipt, code, sha256))
    with Path("paspoort.pdf").open("rb") as file:
        blocks = iter(lambda: file.read(65536), b"")
        print(portal.client.receipts.check_file(visitor, receipt, code, name="paspoort.pdf", blocks=blocks))


def own_pages(definition: Definition, answering: Answering, submitted: Mapping[str, object]) -> None:
    """Show a questionnaire on pages of one's own."""
    projection: Projection = questionnaires.view(definition, answering)
    done = questionnaires.progress(definition, answering)
    page = questionnaires.resume(definition, answering)
    if page is None:
        last = questionnaires.previous(projection, None)
        print("review", last, done)
        return
    after = questionnaires.following(projection, page.page.id)
    came = questionnaires.added(page, projection, answering)
    print(questionnaires.dropped(page, answering))
    changed, _visible = questionnaires.look(definition, answering, page.page, submitted)
    print(after, came, [question.id for question in changed.questions])


def publishing(document: str) -> None:
    """Check a questionnaire before it is published."""
    definition, compact = questionnaires.read(document)
    Path("questionnaire.schema.json").write_text(to_json(questionnaires.format_schema()))
    print(definition.id, len(compact))


def importing(source: bytes) -> str:
    """Make a questionnaire of one of SurveyJS or FHIR, and tell what is not in it."""
    made: Imported = questionnaires.imported(source, id="intake", language=Language.DUTCH)
    for remark in made.remarks:
        print(remark.path, remark.code, remark.sentence(Language.DUTCH))
    return made.document


def filling_in(portal: Portal, actor: Actor, submitted: Mapping[str, object]) -> None:
    """Fill in a questionnaire."""
    calls = portal.client.questionnaires
    action = calls.waiting(actor)[0]
    found: FoundAddress | None = calls.find_address(actor, "2513 AA", "1")
    print(found and (found.street, found.place))
    print(action.due_on, calls.today())
    opened = calls.start(actor, action.id)
    definition: Definition = opened.definition
    answering = opened.assignment.answering
    if answering is not None and (page := questionnaires.resume(definition, answering)) is not None:
        projection: Projection = questionnaires.view(definition, answering)
        answers: Answers = projection.answers
        print(answers, [question.texts[Language.DUTCH].label for question in page.questions])
        calls.save(actor, action.id, page.page.id, submitted, version=answering.version)
        file = portal.client.answer_files.stage(actor, action.id, "kopie", name="a.pdf", blocks=iter([b""]))
        portal.client.answer_files.staged(actor, action.id, "kopie")
        portal.client.answer_files.unstage(actor, action.id, file.id)
        calls.complete(actor, action.id, version=answering.version)
    calls.open(actor, action.id)


def an_app(portal: Portal, office: OfficeId) -> None:
    """Sign an app in, give it new tokens, and act for another account of its person."""
    visitor = Visitor(office_id=office, device="Kantoor-app", is_app=True)
    came = portal.client.sign_in.sign_in(visitor, "jan@example.nl", "Welkom2026")
    if isinstance(came, Entrance) and came.app is not None:
        tokens: AppTokens = came.app
        print(tokens.access_ends_at)
        came = portal.client.sign_in.refresh(visitor, tokens.refresh_token)
    actor = portal.client.sign_in.whoever(office, came.token, is_app=True).actor
    there: Actor = portal.client.accounts.act_for(actor, portal.client.accounts.others(actor)[0].account_id)
    print(there.client_name, there.is_app)


def own_details(portal: Portal, actor: Actor) -> None:
    """Change the settings of a person and its account, and switch to another account of the person."""
    elsewhere: Sequence[OtherAccount] = portal.client.accounts.others(actor)
    waiting: Mapping[AccountId, int] = {each.account_id: each.unread + each.open_actions for each in elsewhere}
    portal.client.accounts.switch(actor, next(iter(waiting)))
    whose: PersonId = actor.person_id
    print(whose, actor.client_name)
    print(portal.client.profile.view(actor).email)
    portal.client.profile.save(actor, Profile(language=Language.ENGLISH, notifications=Notifications(messages=False)))
    portal.client.profile.change_password(actor, current="a", password="b", repeated="b", device="App")
    others = [each.id for each in portal.client.sessions.view(actor).rows if each.id != actor.session_id]
    end: SessionEnd = portal.client.sessions.keep(actor)
    print(end.at, [len(block) for block in portal.client.sessions.keep_during(actor, [b"stuk"])])
    portal.client.sessions.end(actor, others[0])
    portal.client.sessions.end_others(actor)
    portal.client.extra_accounts.ready(actor)
    added: AccountId = portal.client.extra_accounts.add(actor, name="Eva", email="eva@example.nl")
    portal.client.extra_accounts.get(actor, added)
    portal.client.extra_accounts.list(actor)
    portal.client.extra_accounts.invite_again(actor, added)
    portal.client.extra_accounts.delete(actor, added)


# ------------------------------------------------------------------ in the background, errors, JSON
def background(portal: Portal, office: OfficeId) -> int:
    """Run the background work."""
    portal.background.dispatcher.start()
    works: bool = portal.background.dispatcher.is_working()
    worker: Worker | None = portal.background.workers.start("worker-1")
    if worker is not None and portal.background.workers.renew(worker) in portal.background.workers.list():
        portal.background.workers.end(worker)
    print(works)
    portal.background.dispatcher.stop()
    run: SealingRun = portal.background.sealer.seal(office)
    print([(problem.kind, problem.first) for problem in run.problems])
    with portal:
        done = portal.background.dispatcher.run_once() + portal.background.sealer.run_once().sealed
    portal.close()
    portal.background.secrets.check()
    backup: Backup = portal.background.backup(Path("backup"), progress=shown)
    verified: DataVerification = portal.background.verify(progress=shown)
    if not verified.holds:
        broken: list[str] = [f"{fault.kind}: {fault.key}" for fault in (*backup.faults, *verified.faults)]
        print(broken, [office for office, trail in verified.trails.items() if not trail.holds])
    health: Health = portal.health()
    if health.verdict is not Verdict.OK:
        database: DatabaseHealth = health.database
        disk: DiskHealth = health.disk
        space: DiskSpace | None = disk.files
        print(
            list[Finding](health.findings),
            database.latency,
            database.problem,
            health.files.problem,
            space and space.free,
        )
        outbox: OutboxHealth = health.outbox
        late: dict[Lane, LaneHealth] = {each.lane: each for each in outbox.lanes if each.is_late or each.fails}
        stuck: list[FailingTask] = [task for task in outbox.failing if task.keeps_failing]
        files: FilesHealth = health.files
        sealer: SealerHealth = health.sealer
        scanner: ScannerHealth | None = health.scanner
        quarantine: QuarantineHealth = health.quarantine
        print(
            late,
            [(task.id, task.attempts, task.problem) for task in stuck],
            files,
            sealer.unsealed,
            sealer.last,
            scanner,
            quarantine.waiting,
            quarantine.age,
        )
    kept: int = sum(usage.kept for usage in portal.background.secrets.usage() if not usage.is_newest)
    return kept + done + portal.background.sweeper.run_once() + portal.background.reminders.run_once()


def listening(portal: Portal) -> None:
    """Hear of messages, for a while."""

    def hear(event: PublicEvent) -> None:
        print(event.type)

    end: Callable[[], None] = portal.events.subscribe(hear, types=[EventType.MESSAGE_SENT])
    end()


def shown(progress: DataProgress) -> None:
    """Show how far a backup is."""
    unit = "bestanden" if progress.part is DataPart.FILES else "regels"
    print(f"{progress.done} van {progress.total} {unit}, {progress.size} van {progress.total_size} bytes")


def told(error: PortalError) -> str:
    """Show an error."""
    match error:
        case Refused():
            faults: Sequence[Fault] = error.faults
            return ", ".join(f"{each.field}: {each.params}" for each in faults if each.code is FaultCode.TOO_LONG)
        case Absent() | Conflict() | Unavailable():
            return error.code
        case _:
            return str(error)


def who_is_it() -> Authentication:
    """Return the person that the vendor's own sign-in has authenticated."""
    who = Subject(issuer="https://login.smit.nl", name="4711")
    return Authentication(subject=who, method="pwd", assurance=Assurance.LOW, at=datetime.now(UTC))


def reporting_to() -> for_flask.SecurityContact:
    """Say where to report a weakness."""
    return for_flask.SecurityContact(contacts=("mailto:security@example.nl",), expires=datetime(2027, 6, 1, tzinfo=UTC))


def in_flask(portal: Portal, smit: OfficeActor) -> Flask:
    """Serve the pages and some JSON with Flask."""
    app = Flask(__name__)
    app.json = for_flask.JsonProvider(app)
    own = for_flask.blueprint(portal, proxies=["10.0.0.0/8"])
    app.register_blueprint(own, url_prefix="/portaal")
    app.register_blueprint(for_flask.client_api(portal), url_prefix="/portaal")
    support = for_flask.ApiContact(name="Support", email="api@example.nl", url="https://example.nl/developers")
    app.register_blueprint(for_flask.office_api(portal, contact=support))
    app.register_blueprint(for_flask.questionnaire_editor(portal, lambda _request: smit), url_prefix="/kantoor")
    app.register_blueprint(for_flask.security_txt(reporting_to()))
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/health": health.wsgi(portal)})  # type: ignore[method-assign]
    app.add_url_rule("/sso", view_func=lambda: own.admit(who_is_it(), next="/portaal/home"))
    app.add_url_rule("/sso/again", view_func=lambda: own.confirm(who_is_it()))

    def listed() -> Response:
        return jsonify(portal.office.clients.list(smit))

    app.add_url_rule("/clients", view_func=listed)
    return app


def in_fastapi(portal: Portal, smit: OfficeActor) -> FastAPI:
    """Serve the pages and some JSON with FastAPI."""
    app = FastAPI(lifespan=for_fastapi.lifespan(portal))
    router = APIRouter(route_class=for_fastapi.JsonRoute)

    def listed() -> Sequence[ClientCard]:
        return portal.office.clients.list(smit)

    router.add_api_route("/clients", listed)
    app.include_router(router)
    own = for_fastapi.pages(portal, proxies=["10.0.0.0/8"])
    app.include_router(own, prefix="/portaal")
    app.include_router(for_fastapi.client_api(portal), prefix="/portaal")
    app.include_router(for_fastapi.office_api(portal))
    app.include_router(for_fastapi.questionnaire_editor(portal, lambda _request: smit), prefix="/kantoor")
    app.include_router(for_fastapi.security_txt(reporting_to()))
    app.mount("/health", health.asgi(portal))

    def admitted(request: Request) -> Reply:
        return own.admit(request, who_is_it(), next="/portaal/home")

    def confirmed(request: Request) -> Reply:
        return own.confirm(request, who_is_it())

    app.get("/sso")(admitted)
    app.get("/sso/again")(confirmed)
    return app


def in_json(card: ClientCard, text: str) -> NewClient:
    """Write and read JSON."""
    print(to_json(card), ClientId(UUID(int=0)))
    own = converter()
    plain = to_plain(card)
    print(own.unstructure(card) == plain, from_plain(plain, ClientCard))
    return from_json(text, NewClient)


def typed(sender: str, subject: str, body: str, at: datetime) -> str | None:
    """Read what somebody typed as the portal does."""
    reply_to = address(sender)
    if reply_to is None or is_blank(body):
        return None
    line = plain_line(subject)
    letter = plain_text(body)
    return f"{day(at):%d-%m-%Y} {reply_to} {line}: {letter}"
