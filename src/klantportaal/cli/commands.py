"""The commands about the portal as a whole, one function each, and the group of all commands."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import click
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape

from klantportaal import embedded
from klantportaal.cli.checks import checks
from klantportaal.cli.command import FILE, FOLDER, Main, example
from klantportaal.cli.copying import copy_files
from klantportaal.cli.key_commands import keys
from klantportaal.cli.mail_commands import mail
from klantportaal.cli.output import Output
from klantportaal.cli.part_checks import Judgement
from klantportaal.cli.questionnaire_commands import questionnaire
from klantportaal.cli.session import LATER, Session, Unusable, told
from klantportaal.cli.working import work
from klantportaal.domain.health import Verdict
from klantportaal.opening import open_files, open_storage

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


def _log() -> None:
    """Log to stderr: for people on a terminal; elsewhere one line for each entry, with its time, level and logger."""
    console = Console(stderr=True)
    if console.is_terminal:
        handler: logging.Handler = RichHandler(console=console, show_path=False)
        logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    else:
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


@click.group(
    cls=Main,
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


@main.command(epilog=example("klantportaal check", "klantportaal check --workers 2", "klantportaal check --json"))
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
@main.command(epilog=example("klantportaal migrate --check", "klantportaal migrate"))
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
@main.command(epilog=example("klantportaal worker --name worker-1 --heartbeat /run/klantportaal/beat --health 8081"))
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


@main.command(epilog=example("klantportaal sweep"))
@click.pass_obj
def sweep(session: Session) -> None:
    """Remove expired data and unused files. Once a day is enough; a worker does it every hour."""
    with session.portal() as portal, session.output.waiting("sweeping"):
        swept = portal.background.sweeper.run_once()
    session.output.value({"swept": swept}, f"{swept} swept")


@main.command(epilog=example("klantportaal seal"))
@click.pass_obj
def seal(session: Session) -> None:
    """Seal the audit trail of every office. Exit code 1 if entries cannot be sealed."""
    with session.portal() as portal:
        run = portal.background.sealer.run_once()
    problems = [f"office {each.office_id}: {each.kind}, {each.entries} entries" for each in run.problems]
    session.output.value(run, f"{run.sealed} sealed", *problems)
    if run.problems:
        session.wrong()


@main.command(epilog=example("klantportaal health"))
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
@main.command(epilog=example("klantportaal verify"))
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


@main.command(epilog=example("klantportaal backup /srv/backups/2026-11-30"))
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


@main.command(epilog=example("klantportaal restore /srv/backups/2026-11-30 /srv/restored"))
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
    epilog=example("klantportaal copy-files file:///srv/portal/files 's3://portaal/kantoren?region=eu-central-1'"),
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
@main.command(epilog=example("klantportaal offices"))
@click.pass_obj
def offices(session: Session) -> None:
    """List the offices, oldest first."""
    with session.portal() as portal:
        rows: list[dict[str, Any]] = [
            {"id": str(each.id), "name": each.profile.name, "base_url": each.base_url} for each in portal.offices.list()
        ]
    session.output.table(rows, empty="there is no office yet")


for group in (mail, keys, questionnaire):
    main.add_command(group)
