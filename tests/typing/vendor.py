"""A vendor's code that uses every side of the portal; mypy and pyright must find no errors in it.

It is never run. Each function stands for a module of a vendor: its mail, its start, its screens, its pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request
from fastapi import Response as Reply
from flask import Flask, Response, jsonify

from klantportaal import (
    STRICT,
    Absent,
    AccountId,
    AccountRole,
    AccountState,
    Actor,
    AddressView,
    AdmissionProblem,
    AssignmentId,
    Assurance,
    Authentication,
    Backup,
    ClientCard,
    ClientId,
    ClientKind,
    CodeDue,
    Conflict,
    DatabaseHealth,
    DataVerification,
    DiskHealth,
    DocumentKind,
    DossierId,
    DossierQuery,
    Download,
    Entrance,
    FailingTask,
    Fault,
    FaultCode,
    FilesHealth,
    Finding,
    FormForAnother,
    FormOwner,
    Halfway,
    Health,
    Lane,
    LaneHealth,
    Language,
    MessageLimits,
    MessageText,
    NewAddressView,
    NewClient,
    NewExtraAccount,
    NotAdmitted,
    NotConfirmed,
    Notifications,
    OfficeActor,
    OfficeId,
    OfficeProfile,
    OtherAccount,
    OutboxHealth,
    PageForm,
    PersonId,
    Portal,
    PortalError,
    Profile,
    Publication,
    Refused,
    SealerHealth,
    SessionEnd,
    SessionTimes,
    Settings,
    Subject,
    SubmissionId,
    Tab,
    TaskState,
    Unavailable,
    UploadLimits,
    VendorSignIn,
    Verdict,
    Visitor,
    __version__,
    embedded,
    questionnaires,
)
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.fastapi import JsonRoute, pages
from klantportaal.adapters.flask import JsonProvider, blueprint
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.mail import Mail, MailSender, MailUnavailable, Undeliverable
from klantportaal.ports.scanner import Scanner
from klantportaal.questionnaires import Answers, Definition
from klantportaal.serialisation import converter, from_json, to_json
from klantportaal.text import address
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
        """Keep nothing open."""


class OwnScanner:
    """Refuses empty files."""

    def accepts(self, blocks: Iterator[bytes]) -> bool:
        """Read the file."""
        return any(blocks)


# ------------------------------------------------------------------ the start
def start(folder: Path, pepper: bytes) -> Portal:
    """Open a portal with settings."""
    settings = Settings(
        passwords=STRICT,
        sessions=SessionTimes(idle=timedelta(minutes=15)),
        messages=MessageLimits(body=2000),
        uploads=UploadLimits(files=5),
    )
    mail: MailSender = OwnMail()
    scanner: Scanner = OwnScanner()
    anchors: Anchors = MemoryAnchors()
    portal = embedded.portal(folder, mail=mail, pepper=pepper, scanner=scanner, anchors=anchors, settings=settings)
    for deviation in portal.deviations:
        print(__version__, deviation.setting, deviation.sentence)
    return portal


def doors(portal: Portal) -> OfficeActor:
    """Use the calls for the vendor itself."""
    profile = OfficeProfile(name="Smit", contact_address="post@smit.nl")
    office: OfficeId = portal.offices.ensure("smit", "https://example.nl/portaal", profile)
    found = portal.offices.get(office)
    print(found.profile.name, found.base_url)
    with_logo: Download = portal.offices.logo(office)
    with_logo.close()
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
    new = NewClient(kind=ClientKind.COMPANY, name="Bakkerij", email="a@example.nl", language=Language.ENGLISH)
    client, account = calls.invite(smit, new)
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


def dossiers(portal: Portal, smit: OfficeActor, client: ClientId, blocks: Iterator[bytes]) -> None:
    """Open a dossier, publish in it, and write to its party."""
    dossier = portal.office.dossiers.open(smit, number="2026-1", description="Koop", parties=[client])
    portal.office.dossiers.change(smit, dossier, description="Koop woning", status="completed")
    portal.office.dossiers.add_party(smit, dossier, client)
    portal.office.dossiers.remove_party(smit, dossier, client)
    rows = portal.office.dossiers.list(smit, search="koop")
    print(portal.office.dossiers.list(smit, after=rows[-1].key))
    whole = portal.office.dossiers.get(smit, dossier)
    print([each.downloads for each in whole.documents], [each.message.body for each in whole.messages])

    publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({client}))
    document = portal.office.documents.publish(smit, dossier, publication, name="akte.pdf", blocks=blocks)
    newer = portal.office.documents.replace(smit, document, name="akte.pdf", blocks=blocks)
    portal.office.documents.withdraw(smit, newer, "Verkeerde akte")
    portal.office.documents.download(smit, newer).close()

    message = portal.office.messages.send(smit, dossier, client, MessageText(subject="Akte", body="Zie bijlage."))
    inbox = portal.office.messages.inbox(smit, handled=False, after=message)
    portal.office.messages.handle(smit, inbox[0].message.id)
    portal.office.messages.fetch(smit, inbox[0].attachments[0].id).close()


def asking(portal: Portal, smit: OfficeActor, dossier: DossierId, client: ClientId) -> None:
    """Ask a client to fill in a questionnaire, and follow the progress."""
    calls = portal.office.questionnaires
    revision = calls.publish(smit, "{}")
    calls.revisions(smit, revision.questionnaire)
    calls.document(smit, revision.digest)
    assignment: AssignmentId = calls.assign(smit, dossier, client, revision.questionnaire, due_on=date(2026, 12, 31))
    calls.rebase(smit, assignment, revision.revision)
    row = calls.get(smit, assignment)
    if row.state is questionnaires.AssignmentState.COMPLETED:
        print(calls.answers(smit, assignment))
        calls.pdf(smit, assignment).close()
    calls.list(smit, dossier_id=dossier, state=questionnaires.AssignmentState.OPEN)
    calls.withdraw(smit, assignment)


def office(portal: Portal, smit: OfficeActor, logo: Iterator[bytes]) -> None:
    """Change the office's profile, and read its trail."""
    profile = portal.office.profile
    print(profile.get(smit).two_step_required)
    profile.change(smit, OfficeProfile(name="Smit", contact_address="post@smit.nl", welcome={Language.DUTCH: "Dag"}))
    profile.require_two_step(smit, True)
    own = VendorSignIn(name="Mijn Smit", sign_in="/sso", confirm="/sso/again", least=Assurance.SUBSTANTIAL)
    profile.use_vendor_sign_in(smit, own)
    profile.allow_address_changes(smit, False)
    print(profile.get(smit).address_changes)
    profile.change_logo(smit, name="logo.png", blocks=logo)
    lines = portal.office.audit.entries(smit, what=KINDS[0], since=datetime(2026, 1, 1, tzinfo=UTC), oldest_first=True)
    portal.office.audit.entries(
        smit, after=lines[-1].entry.id, person=lines[0].entry.person_id, account=lines[0].entry.account_id
    )
    anchor: Seal = read_anchor(list(portal.office.audit.export(smit))[-1])
    verified = portal.office.audit.verify(smit, anchor=anchor)
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
    found = portal.client.dossiers.list(actor, DossierQuery(search="koop", size=10))
    dossier = found.rows[0].id
    print(portal.client.dossiers.open(actor, dossier).tabs[Tab.MESSAGES].unread)
    documents = portal.client.dossiers.documents(actor, dossier, DocumentKind.CORRESPONDENCE)
    portal.client.dossiers.download(actor, dossier, documents[0].id).close()
    delivered: Sequence[SubmissionId] = [each.id for each in portal.client.dossiers.submissions(actor, dossier)]
    portal.client.dossiers.download_submission(actor, dossier, delivered[0]).close()
    message = portal.client.dossiers.messages(actor, dossier)[0]
    portal.client.messages.peek(actor, dossier, message.id)
    print(portal.client.messages.read(actor, dossier, message.id).body)


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


def filling_in(portal: Portal, actor: Actor, submitted: Mapping[str, object]) -> None:
    """Fill in a questionnaire."""
    calls = portal.client.questionnaires
    action = calls.waiting(actor)[0]
    print(action.due_on, calls.today())
    opened = calls.start(actor, action.id)
    definition: Definition = opened.definition
    answering = opened.assignment.answering
    if answering is not None and (page := questionnaires.resume(definition, answering)) is not None:
        answers: Answers = questionnaires.view(definition, answering).answers
        print(answers, [question.texts[Language.DUTCH].label for question in page.questions])
        calls.save(actor, action.id, page.page.id, submitted, version=answering.version)
        file = portal.client.answer_files.stage(actor, action.id, "kopie", name="a.pdf", blocks=iter([b""]))
        portal.client.answer_files.staged(actor, action.id, "kopie")
        portal.client.answer_files.unstage(actor, action.id, file.id)
        calls.complete(actor, action.id, version=answering.version)
    calls.open(actor, action.id)


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
    print(works)
    portal.background.dispatcher.stop()
    run: SealingRun = portal.background.sealer.seal(office)
    print([(problem.kind, problem.first) for problem in run.problems])
    with portal:
        done = portal.background.dispatcher.run_once() + portal.background.sealer.run_once().sealed
    portal.close()
    portal.background.secrets.check()
    backup: Backup = portal.background.backup(Path("backup"))
    verified: DataVerification = portal.background.verify()
    if not verified.holds:
        broken: list[str] = [f"{fault.kind}: {fault.key}" for fault in (*backup.faults, *verified.faults)]
        print(broken, [office for office, trail in verified.trails.items() if not trail.holds])
    health: Health = portal.health()
    if health.verdict is not Verdict.OK:
        database: DatabaseHealth = health.database
        free: DiskHealth = health.disk
        print(list[Finding](health.findings), database.latency, database.problem, health.files.problem, free.files)
        outbox: OutboxHealth = health.outbox
        late: dict[Lane, LaneHealth] = {each.lane: each for each in outbox.lanes if each.is_late or each.fails}
        stuck: list[FailingTask] = [task for task in outbox.failing if task.keeps_failing]
        files: FilesHealth = health.files
        sealer: SealerHealth = health.sealer
        print(late, [(task.id, task.attempts, task.problem) for task in stuck], files, sealer.unsealed, sealer.last)
    kept: int = sum(usage.kept for usage in portal.background.secrets.usage() if not usage.is_newest)
    return kept + done + portal.background.sweeper.run_once()


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
    """Say whom the vendor's own sign-in has authenticated."""
    who = Subject(issuer="https://login.smit.nl", name="4711")
    return Authentication(subject=who, method="pwd", assurance=Assurance.LOW, at=datetime.now(UTC))


def in_flask(portal: Portal, smit: OfficeActor) -> Flask:
    """Serve the pages and some JSON with Flask."""
    app = Flask(__name__)
    app.json = JsonProvider(app)
    own = blueprint(portal)
    app.register_blueprint(own, url_prefix="/portaal")
    app.add_url_rule("/sso", view_func=lambda: own.admit(who_is_it(), next="/portaal/home"))
    app.add_url_rule("/sso/again", view_func=lambda: own.confirm(who_is_it()))

    def listed() -> Response:
        return jsonify(portal.office.clients.list(smit))

    app.add_url_rule("/clients", view_func=listed)
    return app


def in_fastapi(portal: Portal, smit: OfficeActor) -> FastAPI:
    """Serve the pages and some JSON with FastAPI."""
    app, router = FastAPI(), APIRouter(route_class=JsonRoute)

    def listed() -> Sequence[ClientCard]:
        return portal.office.clients.list(smit)

    router.add_api_route("/clients", listed)
    app.include_router(router)
    own = pages(portal)
    app.include_router(own, prefix="/portaal")

    def admitted(request: Request) -> Reply:
        return own.admit(request, who_is_it(), next="/portaal/home")

    def confirmed(request: Request) -> Reply:
        return own.confirm(request, who_is_it())

    app.get("/sso")(admitted)
    app.get("/sso/again")(confirmed)
    return app


def in_json(card: ClientCard, text: str) -> NewClient:
    """Write and read JSON."""
    print(to_json(card), converter().unstructure(card), ClientId(UUID(int=0)))
    return from_json(text, NewClient)
