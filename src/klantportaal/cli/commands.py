"""The commands, one function each. The module is long because it has all of them, with their help."""

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn
from uuid import UUID

import attrs
import click
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape

from klantportaal import embedded
from klantportaal.cli.checks import checks
from klantportaal.cli.copying import copy_files
from klantportaal.cli.output import Output
from klantportaal.cli.part_checks import Judgement
from klantportaal.cli.session import LATER, Session, Unusable, told
from klantportaal.cli.working import work
from klantportaal.domain.accounts import ClientKind
from klantportaal.domain.api_keys import ApiAccess, ApiArea, NewApiKey, Scopes, written
from klantportaal.domain.errors import Refused
from klantportaal.domain.health import Verdict
from klantportaal.domain.questionnaires.publishing import read
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ApiKeyId, Language, OfficeId, TaskId
from klantportaal.opening import open_files, open_storage
from klantportaal.portal import Portal
from klantportaal.ports.reading import MailProblem
from klantportaal.questionnaire_imports import imported
from klantportaal.questionnaire_library import library

HANDLER = "klantportaal (command)"
"""The case handler in the audit trail when a command acts for an office."""
_MARKS = {Judgement.RIGHT: "[green]✓[/]", Judgement.NOTE: "[yellow]•[/]", Judgement.WRONG: "[red]✗[/]"}
_OWN_STORAGE = (
    "--portal: your own assembly migrates its storage itself, as by SqlStorage.migrate; or name its database in"
    " KLANTPORTAAL_DATABASE"
)
_VARIABLES = (
    "\b",
    "Variables name what the portal is made of. Without --portal, the first four are needed.",
    "  KLANTPORTAAL_DATABASE  postgresql://user:password@host:5432/name, or sqlite:///srv/portal/portal.sqlite3",
    "  KLANTPORTAAL_FILES     file:///srv/portal/files, s3://bucket/prefix?region=…, gs://…, or az://…",
    "  KLANTPORTAAL_MAIL      smtp+starttls://user:password@host:587?sender=portal@office.nl, smtps://…, or folder:///…",
    "  KLANTPORTAAL_PEPPER    a secret: openssl rand -hex 32",
    "  KLANTPORTAAL_KEY       a second secret, for encryption; without it the pepper is used",
    "  KLANTPORTAAL_SMS       the URL of a gateway in apprise's format, with {to} for the number, or folder:///…",
    "  KLANTPORTAAL_SCANNER   clamd://host:3310, or clamd+unix:///run/clamav/clamd.ctl",
    "  KLANTPORTAAL_ANCHORS   file:///srv/portal-anchors, for the heads of the audit trails",
    "  KLANTPORTAAL_PDF       fpdf2, or typst for PDFs with tags, or typst:///… with a folder of more fonts",
    "  KLANTPORTAAL_MIGRATE   no: only klantportaal migrate migrates the database",
    "  KLANTPORTAAL_WORKERS   how many workers klantportaal check requires",
    "  KLANTPORTAAL_PORTAL    the same as --portal",
)
"""The variables, for the help of all commands."""
_EXIT_CODES = "Exit codes: 0 all is well, 1 something is wrong, 2 the command or a word is wrong, 3 try again later."
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def _example(*lines: str) -> str:
    """Write the end of a command's help: lines to type."""
    return "\n".join(["\b", "For example:", *(f"  {line}" for line in lines)])


def _turn_to_json(context: click.Context, _option: click.Parameter, as_json: bool) -> None:
    if as_json:
        context.obj = attrs.evolve(context.obj, output=Output(as_json=True))


class _Command(click.Command):
    """A command that takes ``--json`` too, so that it may come before and after the name of the command."""

    def __init__(self, *, params: Sequence[click.Parameter] | None = None, **more: Any) -> None:
        option = click.Option(
            ["--json"], is_flag=True, expose_value=False, callback=_turn_to_json, help="Print results as JSON."
        )
        super().__init__(params=[*(params or ()), option], **more)


class _Group(_Command, click.Group):
    """A group of commands within `main`."""

    command_class = _Command


class _Main(click.Group):
    """The group of all commands."""

    command_class = _Command
    group_class = _Group


def _log() -> None:
    """Log to stderr: for people on a terminal; elsewhere one line for each entry, with its time, level and logger."""
    console = Console(stderr=True)
    if console.is_terminal:
        handler: logging.Handler = RichHandler(console=console, show_path=False)
        logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    else:
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


@click.group(
    cls=_Main,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\n".join([*_VARIABLES, "", _EXIT_CODES]),
)
@click.version_option(package_name="klantportaal")
@click.option(
    "--portal",
    "named",
    metavar="MODULE:NAME",
    envvar="KLANTPORTAAL_PORTAL",
    help="Your own assembly: a Portal, or a function that makes one. Without it, KLANTPORTAAL_DATABASE, _FILES, _MAIL,"
    " _PEPPER and so on say what the portal is made of.",
)
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
@click.pass_context
def main(context: click.Context, named: str | None, as_json: bool) -> None:
    """Operate a client portal: migrate its database, do its background work, back it up and verify it."""
    context.obj = Session(named, Output(as_json))
    _log()
    if context.invoked_subcommand != "worker":
        context.with_resource(_without_log_of_deviations())


@contextmanager
def _without_log_of_deviations() -> Iterator[None]:
    """Keep the deviations of settings out of the log: `check` lists them, and a worker logs them."""
    log = logging.getLogger("klantportaal.deviations")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


@main.command(epilog=_example("klantportaal check", "klantportaal check --workers 2", "klantportaal check --json"))
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    envvar="KLANTPORTAAL_WORKERS",
    show_envvar=True,
    help="How many workers must run at least: fewer is wrong. 0: your hosts do the background work.",
)
@click.pass_obj
def check(session: Session, workers: int) -> None:
    """Check everything that the portal needs, and say how to repair what is wrong. It changes no data.

    It reads the words, writes to the database and to the files and takes it back, compares the clocks and the secrets,
    talks to the mail server up to the sender, and asks for the page of each office. Exit code 1 if something is wrong.

    It sees workers, but not the threads of a host that do the same work: say with --workers what must run.
    """
    found = []
    for finding in checks(os.environ, session.make if session.named else None, workers=workers):
        found.append(finding)
        if not session.output.as_json:
            mark = _MARKS[finding.judgement]
            sentence = ": ".join(filter(None, [escape(f"{finding.part} {finding.says}"), escape(finding.mend)]))
            session.output.console.print(f"{mark} {sentence}", highlight=False, soft_wrap=True)
    if session.output.as_json:
        session.output.value([attrs.asdict(each) for each in found])
    if any(each.judgement is Judgement.WRONG for each in found):
        session.wrong()


# ------------------------------------------------------------------ database
@main.command(epilog=_example("klantportaal migrate --check", "klantportaal migrate"))
@click.option("--check", is_flag=True, help="Only list what would be done. Exit code 1 if there is anything.")
@click.pass_obj
def migrate(session: Session, check: bool) -> None:
    """Bring the tables of KLANTPORTAAL_DATABASE to this version.

    Several of these may run at the same time: one does the work, and the others wait for it. The storage of your own
    assembly (--portal) is yours to migrate, unless this variable names it.
    """
    word = os.environ.get("KLANTPORTAAL_DATABASE", "")
    if not word:
        raise Unusable("KLANTPORTAAL_DATABASE: set this variable" if session.named is None else _OWN_STORAGE)
    with told():
        storage = open_storage(word)
        try:
            listed = storage.pending() if check else storage.migrate()
        finally:
            storage.close()
    done = "to do" if check else "done"
    session.output.value(
        {"pending": listed if check else [], "done": [] if check else listed},
        *([f"{done}: {each}" for each in listed] or ["the tables are of this version"]),
    )
    if check and listed:
        session.wrong()


# ------------------------------------------------------------------ background work
@main.command(epilog=_example("klantportaal worker --name worker-1 --heartbeat /run/klantportaal/beat --health 8081"))
@click.option(
    "--name", help="A name of its own: a second worker of that name is refused. Without it: host and process."
)
@click.option("--heartbeat", type=FILE, help="A file whose time is renewed every 5 seconds while all work goes on.")
@click.option(
    "--health",
    "health_port",
    type=click.IntRange(0, 65535),
    help="Answer /live and /ready on this port of 127.0.0.1; 0 takes a free one.",
)
@click.option("--sweep-every", type=click.FloatRange(min=0.01), default=1.0, show_default=True, help="In hours.")
@click.pass_obj
def worker(
    session: Session, name: str | None, heartbeat: Path | None, health_port: int | None, sweep_every: float
) -> None:
    """Do the background work until SIGTERM or Ctrl-C.

    It sends mails, SMSs and webhooks, makes PDFs, scans files that wait in quarantine, sends reminders, seals the audit
    trails, and sweeps. Where OpenTelemetry is installed, it gives the health of the portal as metrics.

    It needs the settings of the hosts: their times say how long links and codes work, and how long mails wait. If your
    hosts pass settings to open_portal, name the function that does so with --portal.

    Any number of workers may run, each under its own name. At a signal, a worker finishes its current tasks. A service
    manager may restart it at any time: another worker does the unfinished tasks. After a kill, its name is free after
    half a minute; until then the exit code is 3.
    """
    work(session, name, heartbeat=heartbeat, health_port=health_port, sweep_every=sweep_every * 3600)


@main.command(epilog=_example("klantportaal sweep"))
@click.pass_obj
def sweep(session: Session) -> None:
    """Remove expired data and unused files. Once a day is enough; a worker does it every hour."""
    with session.portal() as portal, session.output.waiting("sweeping"):
        swept = portal.background.sweeper.run_once()
    session.output.value({"swept": swept}, f"{swept} swept")


@main.command(epilog=_example("klantportaal seal"))
@click.pass_obj
def seal(session: Session) -> None:
    """Seal the audit trail of every office. Exit code 1 if entries cannot be sealed."""
    with session.portal() as portal:
        run = portal.background.sealer.run_once()
    problems = [f"office {each.office_id}: {each.kind}, {each.entries} entries" for each in run.problems]
    session.output.value(run, f"{run.sealed} sealed", *problems)
    if run.problems:
        session.wrong()


@main.command(epilog=_example("klantportaal health"))
@click.pass_obj
def health(session: Session) -> None:
    """Say how the portal is doing. Exit code 1 if something waits or fails, 3 if pages cannot be served."""
    with session.portal() as portal:
        found = portal.health()
    findings = [each.value for each in found.findings]
    session.output.value(found, found.verdict.value, *findings)
    if found.verdict is Verdict.FAILING:
        raise SystemExit(LATER)
    if found.verdict is not Verdict.OK:
        session.wrong()


# ------------------------------------------------------------------ data
@main.command(epilog=_example("klantportaal verify"))
@click.pass_obj
def verify(session: Session) -> None:
    """Verify every stored file and every audit trail. Exit code 1 if something differs."""
    with session.portal() as portal, session.output.bars("reading every file") as progress:
        found = portal.background.verify(progress=progress)
    trails = [f"office {id}: the trail {'holds' if each.holds else 'is broken'}" for id, each in found.trails.items()]
    faults = [f"file {each.key}: {each.kind}" for each in found.faults]
    session.output.value(found, f"{found.files} files, {found.size} bytes", *trails, *faults)
    if not found.holds:
        session.wrong()


@main.command(epilog=_example("klantportaal backup /srv/backups/2026-11-30"))
@click.argument("to", type=FOLDER)
@click.pass_obj
def backup(session: Session, to: Path) -> None:
    """Make a backup in a new folder TO. The portal may be used. Exit code 1 if a file was damaged already."""
    with session.portal() as portal, session.output.bars("copying the database and every file") as progress:
        made = portal.background.backup(to, progress=progress)
    faults = [f"left out: file {each.key}, {each.kind}" for each in made.faults]
    session.output.value(made, f"{made.files} files, {made.size} bytes in {to}", *faults)
    if not made.is_whole:
        session.wrong()


@main.command(epilog=_example("klantportaal restore /srv/backups/2026-11-30 /srv/restored"))
@click.argument("source", type=FOLDER)
@click.argument("to", type=FOLDER)
@click.pass_obj
def restore(session: Session, source: Path, to: Path) -> None:
    """Restore the backup SOURCE in a new folder TO, and check every byte of it. Exit code 1 if it is damaged."""
    with told(), session.output.bars("copying and checking every file") as progress:
        embedded.restore(source, to, progress=progress)
    session.output.value({"restored": str(to)}, f"restored in {to}")


@main.command(
    "copy-files",
    epilog=_example("klantportaal copy-files file:///srv/portal/files 's3://portaal/kantoren?region=eu-central-1'"),
)
@click.argument("source", metavar="FROM")
@click.argument("to", metavar="TO")
@click.pass_obj
def copy(session: Session, source: str, to: str) -> None:
    """Copy every stored file FROM a place TO another one. Each is a word, as in KLANTPORTAAL_FILES.

    What is there already is left out, so the command can be called again. Exit code 1 if a file is damaged: the others
    are copied.
    """
    with told(), session.output.waiting("copying every file") as progress:
        found = copy_files(open_files(source), open_files(to), progress=progress)
    damaged = [f"left out: file {each}, damaged" for each in found.damaged]
    session.output.value(attrs.asdict(found), f"{found.copied} files copied", *damaged)
    if found.damaged:
        session.wrong()


# ------------------------------------------------------------------ offices
@main.command(epilog=_example("klantportaal offices"))
@click.pass_obj
def offices(session: Session) -> None:
    """List the offices, oldest first."""
    with session.portal() as portal:
        rows: list[dict[str, Any]] = [
            {"id": str(each.id), "name": each.profile.name, "base_url": each.base_url} for each in portal.offices.list()
        ]
    session.output.table(rows, empty="there is no office yet")


@main.group()
def mail() -> None:
    """List mails that did not arrive, and send them again."""


@mail.command(epilog=_example("klantportaal mail problems 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11"))
@click.argument("office", type=click.UUID)
@click.pass_obj
def problems(session: Session, office: UUID) -> None:
    """List the mails of OFFICE that are not accepted yet, were refused, or bounced, newest first.

    OFFICE is an id that `klantportaal offices` lists.
    """
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    with session.portal() as portal:
        rows: list[dict[str, Any]] = [
            {
                "mail": str(each.mail_id),
                "kind": each.kind.value,
                "state": each.state.value,
                "attempts": each.attempts,
                "to": each.email,
                "problem": each.problem,
            }
            for each in _problems(portal, actor)
        ]
    session.output.table(rows, empty="every mail was accepted")


@mail.command(
    epilog=_example("klantportaal mail again 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11 019cf0a4-1b2c-7e5f-8d90-3a7b5c9e1f22")
)
@click.argument("office", type=click.UUID)
@click.argument("mails", type=click.UUID, nargs=-1, required=True)
@click.pass_obj
def again(session: Session, office: UUID, mails: tuple[UUID, ...]) -> None:
    """Send MAILS of OFFICE again, by the ids that `klantportaal mail problems` lists.

    OFFICE is an id that `klantportaal offices` lists. If one of the MAILS is wrong, none is sent.
    """
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    sent: list[str] = []
    with session.portal() as portal:
        unknown = sorted(map(str, set(mails) - {each.mail_id for each in _problems(portal, actor)}))
        if unknown:
            raise Unusable(f"`mail problems` does not list {', '.join(unknown)}: no mail was sent again")
        try:
            for each in dict.fromkeys(mails):
                portal.office.clients.send_mail_again(actor, TaskId(each))
                sent.append(str(each))
        finally:  # Say what was done, also if the database goes away in between.
            session.output.value({"again": sent}, f"{len(sent)} go out again")


def _problems(portal: Portal, actor: OfficeActor) -> Iterator[MailProblem]:
    """List all mails of an office that have a problem, page by page."""
    after: TaskId | None = None
    while page := portal.office.clients.mail_problems(actor, after=after):
        yield from page
        after = page[-1].mail_id


# ------------------------------------------------------------------ API keys
@main.group()
def keys() -> None:
    """Make, list and revoke the API keys of an office."""


@keys.command(
    "make", epilog=_example("klantportaal keys make 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11 boekhouding --scope write")
)
@click.argument("office", type=click.UUID)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="AREA:ACCESS",
    help="What it may do, such as documents:write or clients:read; `read` or `write` for all areas. Repeat it.",
)
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it works.")
@click.pass_obj
def make_key(session: Session, office: UUID, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make an API key of OFFICE for what is called NAME, and print its secret, which is never shown again."""
    new = NewApiKey(name=name, scopes=_scopes(scopes), life=timedelta(days=days))
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    with session.portal() as portal, told():
        made = portal.office.api_keys.make(actor, new)
    session.output.value(
        {"id": str(made.id), "secret": made.secret, "expires_at": made.expires_at.isoformat()},
        made.secret,
        f"key {made.id}, until {made.expires_at:%Y-%m-%d}: {written(new.scopes)}",
    )


@keys.command("list", epilog=_example("klantportaal keys list 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11"))
@click.argument("office", type=click.UUID)
@click.pass_obj
def list_keys(session: Session, office: UUID) -> None:
    """List the API keys of OFFICE, newest first, without their secrets."""
    with session.portal() as portal:
        rows: list[dict[str, Any]] = [
            {
                "key": str(each.id),
                "name": each.name,
                "scopes": written(each.scopes),
                "expires": each.expires_at.isoformat(),
                "revoked": each.revoked_at and each.revoked_at.isoformat(),
                "used": each.used_at and each.used_at.isoformat(),
            }
            for each in portal.office.api_keys.list(OfficeActor(office_id=OfficeId(office), handler=HANDLER))
        ]
    session.output.table(rows, empty="there is no key")


@keys.command(
    "revoke",
    epilog=_example(
        "klantportaal keys revoke 019cf0a2-7c1e-7d3b-9a51-0c8e6f2b4d11 019cf0a4-1b2c-7e5f-8d90-3a7b5c9e1f22"
    ),
)
@click.argument("office", type=click.UUID)
@click.argument("key", type=click.UUID)
@click.pass_obj
def revoke_key(session: Session, office: UUID, key: UUID) -> None:
    """Revoke the API key KEY of OFFICE: from now on it is refused. `keys list` lists its id."""
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    with session.portal() as portal, told():
        portal.office.api_keys.revoke(actor, ApiKeyId(key))
    session.output.value({"revoked": str(key)}, "revoked")


def _scopes(words: tuple[str, ...]) -> Scopes:
    """Read the words of ``--scope``. Of two for one area, the last one holds."""
    found: dict[ApiArea, ApiAccess] = {}
    for word in words:
        area, _, access = word.rpartition(":")
        try:
            areas = [ApiArea(area)] if area else list(ApiArea)
            found |= dict.fromkeys(areas, ApiAccess(access))
        except ValueError:
            raise Unusable(
                f"--scope {word}: write AREA:read or AREA:write, of the areas {', '.join(ApiArea)}"
            ) from None
    return found


# ------------------------------------------------------------------ questionnaires
@main.group()
def questionnaire() -> None:
    """Check the documents of questionnaires, and see them as clients do."""


@questionnaire.command("check", epilog=_example("klantportaal questionnaire check testament.json"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--fragments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the fragments of the office's own: persoon.json for office:persoon.",
)
@click.pass_obj
def check_questionnaire(session: Session, file: Path, fragments: Path | None) -> None:
    """Check the questionnaire in FILE, and list every fault with its place. Exit code 1 if there are any."""
    with told():
        kept = {} if fragments is None else {each.stem: each.read_bytes() for each in fragments.glob("*.json")}
    try:
        definition, _document = read(file.read_bytes(), kept)
    except Refused as refused:
        _refuse(session, refused)
    questions = sum(len(page.questions) for page in definition.pages)
    session.output.value(
        {"id": definition.id, "revision": definition.revision, "pages": len(definition.pages), "questions": questions},
        f"{definition.id}, revision {definition.revision}: no faults in {questions} questions",
    )


def _refuse(session: Session, refused: Refused) -> NoReturn:
    """List the faults of a document, and end."""
    rows = [{"place": each.field, "fault": each.code.value, "details": dict(each.params)} for each in refused.faults]
    session.output.table(rows, empty="")
    session.wrong()


@questionnaire.command(
    "import", epilog=_example("klantportaal questionnaire import survey.json intake.json --id intake --language nl")
)
@click.argument("source", type=FILE)
@click.argument("to", type=FILE)
@click.option("--id", "id", help="The id of the questionnaire. Without it, one like its title.")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Of texts that do not say theirs.")
@click.pass_obj
def import_questionnaire(session: Session, source: Path, to: Path, id: str | None, language: str | None) -> None:
    """Turn the questionnaire of SurveyJS or FHIR in SOURCE into one of the portal, in a new file TO.

    It lists what was not taken over, or was changed, with its place in SOURCE. What is in TO publishes without a fault.
    Exit code 1 if SOURCE cannot be read, or holds no question that can be taken over.
    """
    with told():
        content = source.read_bytes()
    try:
        made = imported(content, id=id, language=Language(language) if language else None)
    except Refused as refused:
        _refuse(session, refused)
    with told(), to.open("x", encoding="utf-8") as file:
        file.write(made.document)
    rows = [
        {"place": each.path, "remark": each.code.value, "says": each.sentence(Language.ENGLISH)}
        for each in made.remarks
    ]
    session.output.table(rows, empty="everything was taken over")


@questionnaire.command(
    "library",
    epilog=_example("klantportaal questionnaire library", "klantportaal questionnaire library intake-testament"),
)
@click.argument("name", required=False)
@click.pass_obj
def library_of_questionnaires(session: Session, name: str | None) -> None:
    """List the questionnaires of the library, or write the document of NAME to standard output."""
    documents = library()
    if name is None:
        titles = {id: json.loads(document)["texts"] for id, document in documents.items()}
        rows = [{"name": id, "nl": each["nl"]["title"], "en": each["en"]["title"]} for id, each in titles.items()]
        session.output.table(rows, empty="")
    elif name in documents:
        click.echo(documents[name], nl=False)
    else:
        raise Unusable(f"{name} is not in the library: choose {', '.join(documents)}")


@questionnaire.command(
    "preview", epilog=_example("klantportaal questionnaire preview testament.json --company --language en")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True, help="0 takes a free one.")
@click.option("--company", is_flag=True, help="The client is a company. Without it, a person.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the client.")
@click.pass_obj
def preview_questionnaire(session: Session, file: Path, port: int, company: bool, language: str) -> None:
    """Serve the pages of the questionnaire in FILE on this computer, until Ctrl-C. Needs the extra `flask`.

    The first page signs a client in, who fills it in as your clients will. When FILE has changed, load that page again:
    it shows the new questionnaire, or the faults in it. Nothing is kept, and no mail goes out.
    """
    try:
        from klantportaal.cli import preview
    except ModuleNotFoundError as missing:
        raise Unusable(f"the preview needs {missing.name}: pip install klantportaal[flask]") from missing
    kind = ClientKind.COMPANY if company else ClientKind.PERSON
    with told(), TemporaryDirectory(prefix="klantportaal-preview-") as folder:
        preview.serve(
            *(Path(folder), file, port),
            kind=kind,
            language=Language(language),
            started=lambda url: session.output.value({"url": url}, f"{file.name} is at {url} until Ctrl-C"),
        )
