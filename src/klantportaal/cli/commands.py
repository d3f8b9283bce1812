"""The commands, one function each."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler, make_server

import attrs
import click
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from klantportaal import embedded
from klantportaal.adapters.health import wsgi
from klantportaal.cli.checks import Judgement, checks
from klantportaal.cli.output import Output
from klantportaal.cli.session import LATER, Session, Unusable, told
from klantportaal.domain.errors import Refused
from klantportaal.domain.health import Verdict
from klantportaal.domain.questionnaires.publishing import read
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId, TaskId
from klantportaal.opening import open_storage
from klantportaal.portal import Portal
from klantportaal.usecases.shared.repetitions import Failures

HANDLER = "klantportaal (command)"
"""Who acts, in the audit trail, when a command does something in the name of an office."""
BEAT = 5.0
"""Seconds between two heartbeats of a worker."""
SWEEP_AGAIN = 60.0
"""Seconds after which a sweep that failed is tried again."""
_LOG = logging.getLogger(__name__)
_MARKS = {Judgement.RIGHT: "[green]✓[/]", Judgement.NOTE: "[yellow]•[/]", Judgement.WRONG: "[red]✗[/]"}
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all is well, 1 something is wrong, 2 the command or a word is wrong, 3 try again later.",
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
    logging.basicConfig(
        level=logging.WARNING,
        format="%(message)s",
        handlers=[RichHandler(console=Console(stderr=True), show_path=False)],
    )


@main.command()
@click.pass_obj
def check(session: Session) -> None:
    """Check everything that the portal needs, and say how to mend what is wrong. It changes no data.

    It reads the words, writes to the database and to the files and takes it back, compares the clocks and the secrets,
    talks to the mail server up to the sender, and asks for the page of each office. Exit code 1 if something is wrong.
    """
    found = []
    for finding in checks(os.environ, session.make if session.named else None):
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
@main.command()
@click.option("--check", is_flag=True, help="Only list what would be done. Exit code 1 if there is anything.")
@click.pass_obj
def migrate(session: Session, check: bool) -> None:
    """Bring the tables of KLANTPORTAAL_DATABASE to this version.

    Several of these may run at the same time: one does the work, and the others wait for it.
    """
    word = os.environ.get("KLANTPORTAAL_DATABASE", "")
    if not word:
        raise Unusable("KLANTPORTAAL_DATABASE: set this variable")
    with told():
        storage = open_storage(word)
        try:
            pending = storage.pending()
            if not check:
                storage.migrate()
        finally:
            storage.close()
    done = "to do" if check else "done"
    session.output.value(
        {"pending": pending if check else [], "done": [] if check else pending},
        *([f"{done}: {each}" for each in pending] or ["the tables are of this version"]),
    )
    if check and pending:
        session.wrong()


# ------------------------------------------------------------------ background work
@main.command()
@click.option("--heartbeat", type=FILE, help="A file whose time is renewed every 5 seconds while all work goes on.")
@click.option(
    "--health",
    "health_port",
    type=click.IntRange(0, 65535),
    help="Answer /live and /ready on this port of 127.0.0.1; 0 takes a free one.",
)
@click.option("--sweep-every", type=click.FloatRange(min=0.01), default=24.0, show_default=True, help="In hours.")
@click.pass_obj
def worker(session: Session, heartbeat: Path | None, health_port: int | None, sweep_every: float) -> None:
    """Do the background work until SIGTERM or Ctrl-C.

    It sends mails and SMSs, makes PDFs, seals the audit trails, and sweeps.

    Any number of workers may run. At a signal, it finishes what it has in hand. A service manager may restart it at any
    time: what was not finished is done by another worker.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_told: stopping.set())
    with session.portal() as portal, _answering(portal, health_port) as port:
        portal.background.dispatcher.start()
        sweeping = threading.Thread(target=sweep_on, args=(portal, sweep_every * 3600, stopping), daemon=True)
        sweeping.start()
        where = "" if port is None else f", and answers http://127.0.0.1:{port}/ready"
        session.output.value({"worker": os.getpid(), "port": port}, f"worker {os.getpid()} works until SIGTERM{where}")
        while not stopping.is_set():
            if not portal.background.dispatcher.is_working():
                raise click.ClickException("a thread of the worker has ended")
            if heartbeat is not None:
                heartbeat.touch()
            stopping.wait(BEAT)
        sweeping.join(BEAT)  # What is left of a long sweep is swept by another worker.


def sweep_on(portal: Portal, every: float, stopping: threading.Event) -> None:
    """Sweep every so many seconds until *stopping*. After an error, sweep again a minute later.

    It has a thread of its own, because a sweep may take longer than a heartbeat.
    """
    failures = Failures()
    while not stopping.is_set():
        try:
            portal.background.sweeper.run_once()
        except Exception:  # noqa: BLE001 - whatever is wrong may pass, and a worker does more than sweep
            if (times := failures.add("sweep")) is not None:
                _LOG.exception("sweeping cannot go on for now, failure %d in a row", times)
            stopping.wait(SWEEP_AGAIN)
        else:
            failures.end("sweep")
            stopping.wait(every)


@contextmanager
def _answering(portal: Portal, port: int | None) -> Iterator[int | None]:
    """Answer whether the portal is ready, in a thread, while the context is open. Give the port."""
    if port is None:
        yield None
        return
    with told(), make_server("127.0.0.1", port, wsgi(portal), handler_class=_Quiet) as server:
        threading.Thread(target=server.serve_forever, name="klantportaal-health", daemon=True).start()
        yield server.server_port
        server.shutdown()


class _Quiet(WSGIRequestHandler):
    """Logs no request."""

    def log_message(self, *_told: object) -> None:
        """Log nothing."""


@main.command()
@click.pass_obj
def sweep(session: Session) -> None:
    """Remove expired data and unused files. Once a day is enough; a worker does it too."""
    with session.portal() as portal, _waiting("sweeping"):
        swept = portal.background.sweeper.run_once()
    session.output.value({"swept": swept}, f"{swept} swept")


@main.command()
@click.pass_obj
def seal(session: Session) -> None:
    """Seal the audit trail of every office. Exit code 1 if entries cannot be sealed."""
    with session.portal() as portal:
        run = portal.background.sealer.run_once()
    problems = [f"office {each.office_id}: {each.kind}, {each.entries} entries" for each in run.problems]
    session.output.value(run, f"{run.sealed} sealed", *problems)
    if run.problems:
        session.wrong()


@main.command()
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
@main.command()
@click.pass_obj
def verify(session: Session) -> None:
    """Verify every stored file and every audit trail. Exit code 1 if something differs."""
    with session.portal() as portal, _waiting("reading every file and trail"):
        found = portal.background.verify()
    trails = [f"office {id}: the trail {'holds' if each.holds else 'is broken'}" for id, each in found.trails.items()]
    faults = [f"file {each.key}: {each.kind}" for each in found.faults]
    session.output.value(found, f"{found.files} files, {found.size} bytes", *trails, *faults)
    if not found.holds:
        session.wrong()


@main.command()
@click.argument("to", type=FOLDER)
@click.pass_obj
def backup(session: Session, to: Path) -> None:
    """Make a backup in a new folder TO. The portal may be used. Exit code 1 if a file was damaged already."""
    with session.portal() as portal, _waiting("copying the database and every file"):
        made = portal.background.backup(to)
    faults = [f"left out: file {each.key}, {each.kind}" for each in made.faults]
    session.output.value(made, f"{made.files} files, {made.size} bytes in {to}", *faults)
    if not made.is_whole:
        session.wrong()


@main.command()
@click.argument("source", type=FOLDER)
@click.argument("to", type=FOLDER)
@click.pass_obj
def restore(session: Session, source: Path, to: Path) -> None:
    """Restore the backup SOURCE in a new folder TO, and check every byte of it."""
    with told(), _waiting("copying and checking"):
        embedded.restore(source, to)
    session.output.value({"restored": str(to)}, f"restored in {to}")


# ------------------------------------------------------------------ offices
@main.command()
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
    """See and mend mails that did not arrive."""


@mail.command()
@click.argument("office", type=click.UUID)
@click.pass_obj
def problems(session: Session, office: UUID) -> None:
    """List the mails of OFFICE that are not accepted yet, were refused, or bounced, newest first."""
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    rows: list[dict[str, Any]] = []
    after: TaskId | None = None
    with session.portal() as portal:
        while page := portal.office.clients.mail_problems(actor, after=after):
            after = page[-1].mail_id
            rows += [
                {
                    "mail": str(each.mail_id),
                    "kind": each.kind.value,
                    "state": each.state.value,
                    "attempts": each.attempts,
                    "to": each.email,
                    "problem": each.problem,
                }
                for each in page
            ]
    session.output.table(rows, empty="every mail was accepted")


@mail.command()
@click.argument("office", type=click.UUID)
@click.argument("mails", type=click.UUID, nargs=-1, required=True)
@click.pass_obj
def again(session: Session, office: UUID, mails: tuple[UUID, ...]) -> None:
    """Send MAILS of OFFICE again, by the ids that `mail problems` lists."""
    actor = OfficeActor(office_id=OfficeId(office), handler=HANDLER)
    with session.portal() as portal:
        for each in mails:
            portal.office.clients.send_mail_again(actor, TaskId(each))
    session.output.value({"again": [str(each) for each in mails]}, f"{len(mails)} go out again")


# ------------------------------------------------------------------ questionnaires
@main.group()
def questionnaire() -> None:
    """Check the documents of questionnaires."""


@questionnaire.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def check_questionnaire(session: Session, file: Path) -> None:
    """Check the questionnaire in FILE, and list every fault with its place. Exit code 1 if there are any."""
    try:
        definition, _document = read(file.read_bytes())
    except Refused as refused:
        rows = [
            {"place": each.field, "fault": each.code.value, "details": dict(each.params)} for each in refused.faults
        ]
        session.output.table(rows, empty="")
        session.wrong()
    questions = sum(len(page.questions) for page in definition.pages)
    session.output.value(
        {"id": definition.id, "revision": definition.revision, "pages": len(definition.pages), "questions": questions},
        f"{definition.id}, revision {definition.revision}: no faults in {questions} questions",
    )


def _waiting(what: str) -> Progress:
    """Show on a terminal that something takes its time."""
    columns, terminal = (SpinnerColumn(), TextColumn(what), TimeElapsedColumn()), Console(stderr=True)
    progress = Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)
    progress.add_task(what, total=None)
    return progress
