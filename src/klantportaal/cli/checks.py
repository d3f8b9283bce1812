"""The checks of ``klantportaal check``. Each part is checked by itself, so that one wrong part does not hide another.

No data is changed: the check removes the file that it writes, rolls back the office that it adds, and sends no mail and
no SMS. Folders that opening the portal makes, such as that of the files, stay. A vendor's own assembly is opened as it
opens itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from http.client import HTTPException
from ssl import SSLCertVerificationError
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import attrs
from click import ClickException

from klantportaal.adapters.storage.sql import DatabaseUnfit, SqlStorage
from klantportaal.adapters.web.http.paths import PATHS
from klantportaal.adapters.web.pages.page_mark import Marked, whose
from klantportaal.cli.part_checks import (
    Finding,
    Halted,
    Judgement,
    check_anchors,
    check_database,
    check_files,
    check_mail,
    check_scanner,
    check_sms,
    note,
    wrong,
)
from klantportaal.documentation import page
from klantportaal.domain.errors import PortalError
from klantportaal.domain.health import Finding as HealthFinding
from klantportaal.domain.offices import Office
from klantportaal.opening import open_portal, part_openers
from klantportaal.portal import Portal, adapters_of
from klantportaal.ports.mail import MailUnavailable
from klantportaal.settings import Settings

LARGEST_PAGE = 1024 * 1024
"""The most bytes that are read of a page of an office."""
PATIENCE = 10.0
"""Seconds to wait for a page of an office."""
_OF_ANOTHER = "shows the page for signing in of another office, or of a host with another pepper or key"
_LOOK_AT_THE_DATABASE = "look at the database, and at the log of a host"
_START_WORKERS = "start a worker, or the dispatcher of a host; if one runs, look at its log"
_LOOK_AT_MAIL = "look at klantportaal mail problems, and at the log of a worker"
_MENDS: Mapping[HealthFinding, str] = {
    HealthFinding.DATABASE_FAILS: _LOOK_AT_THE_DATABASE,
    HealthFinding.NOT_MIGRATED: "run klantportaal migrate",
    HealthFinding.FILES_FAIL: "look at the place of the files, and at the log of a host",
    HealthFinding.DISK_FULL: "make room on the disk",
    HealthFinding.DISK_LOW: "make room on the disk",
    HealthFinding.DISK_UNKNOWN: "look at the disk, and at the rights of this account",
    HealthFinding.OUTBOX_UNKNOWN: _LOOK_AT_THE_DATABASE,
    HealthFinding.LANE_LATE: _START_WORKERS,
    HealthFinding.LANE_FAILS: _LOOK_AT_MAIL,
    HealthFinding.LANE_STUCK: _LOOK_AT_MAIL,
    HealthFinding.TASK_KEEPS_FAILING: "look at the log of a worker: it has the task and the error",
    HealthFinding.SEALER_UNKNOWN: _LOOK_AT_THE_DATABASE,
    HealthFinding.SEALER_LATE: _START_WORKERS,
    HealthFinding.SEALER_STOPPED: f"run klantportaal verify, and see {page('how-to/audit')}",
    HealthFinding.SCANNER_FAILS: "look at the virus scanner and at its log: uploads are refused, or wait",
    HealthFinding.QUARANTINE_LATE: "look at the virus scanner and at the log of a worker: files wait to be scanned",
    HealthFinding.QUARANTINE_UNKNOWN: _LOOK_AT_THE_DATABASE,
}
"""What to do about each finding of the health report."""
_SHOWN_BY: Mapping[HealthFinding, frozenset[str]] = {
    HealthFinding.DATABASE_FAILS: frozenset({"database"}),
    HealthFinding.NOT_MIGRATED: frozenset({"database"}),
    HealthFinding.OUTBOX_UNKNOWN: frozenset({"database"}),
    HealthFinding.SEALER_UNKNOWN: frozenset({"database"}),
    HealthFinding.QUARANTINE_UNKNOWN: frozenset({"database"}),
    HealthFinding.FILES_FAIL: frozenset({"files"}),
    HealthFinding.DISK_FULL: frozenset({"database", "files"}),
    HealthFinding.DISK_LOW: frozenset({"database", "files"}),
    HealthFinding.DISK_UNKNOWN: frozenset({"database", "files"}),
    HealthFinding.SCANNER_FAILS: frozenset({"scanner"}),
}
"""The parts whose own check shows what the health report finds. If one of these is wrong, it is not told again."""
_PART_MENDS: Mapping[str, str] = {
    "database": (
        "correct KLANTPORTAAL_DATABASE, or start what it names: of PostgreSQL look at the host, the port (5432, unless"
        " yours has another), the user, the password and the name"
    ),
    "files": "correct KLANTPORTAAL_FILES, or look at the place of the files and the rights of this account",
    "anchors": "correct KLANTPORTAAL_ANCHORS, or look at the folder of the anchors and the rights of this account",
    "mail": "correct KLANTPORTAAL_MAIL, or look at the mail server",
    "sms": "correct KLANTPORTAAL_SMS",
    "scanner": "correct KLANTPORTAAL_SCANNER, or look at the virus scanner and at its log",
    "portal": "correct what opens the portal, or start what it needs",
}
"""What to do about an error of a part. The sentence of the error often says more."""

Check = Callable[[], Iterator[Finding]]


def checks(environment: Mapping[str, str], named: Callable[[], Portal] | None, *, workers: int) -> Iterator[Finding]:
    """Check everything, and give each finding as soon as it is known.

    Args:
        environment: the variables.
        named: makes the vendor's own assembly. None: the portal is what the variables name.
        workers: how many workers must run at least. 0: hosts may do their work.

    Raises:
        Unusable: *named* makes no portal.
    """
    checking = _Checking(workers)
    yield from checking.variables(environment) if named is None else checking.assembly(named)


@attrs.frozen
class _Checking:
    """One call of ``klantportaal check``."""

    _workers: int
    """How many workers must run at least."""
    _wrong: set[str] = attrs.field(factory=set)
    """The parts of which something wrong was told."""
    _halted: set[str] = attrs.field(factory=set)
    """The parts that could not be checked to the end."""
    _closed: set[str] = attrs.field(factory=set)
    """The parts that could not be opened, so that the portal cannot be either."""

    def variables(self, environment: Mapping[str, str]) -> Iterator[Finding]:
        """Check the variables, the parts that they name, and the portal of these parts."""
        faults = open_portal.wrong_variables(environment)
        mend = "klantportaal --help lists all variables"
        yield from (wrong(name, fault, mend) for name, fault in faults.items())
        openers = part_openers(environment)
        for part, opener in openers.items():
            yield from self._guarded(part, partial(self._opened, part, opener))
        if "sms" not in openers and "KLANTPORTAAL_SMS" not in faults:
            yield from check_sms(None)
        if not faults and not self._closed and "database" not in self._halted:
            yield from self._guarded("portal", partial(self._started, openers["database"]))

    def _opened(self, part: str, opener: Callable[[], Any]) -> Iterator[Finding]:
        """Check a part that a variable names. The settings are then the usual ones."""
        self._closed.add(part)
        adapter = opener()
        self._closed.remove(part)
        try:
            yield from _checked(part, adapter, Settings())
        finally:
            if isinstance(adapter, SqlStorage):
                adapter.close()

    def assembly(self, named: Callable[[], Portal]) -> Iterator[Finding]:
        """Check the vendor's own assembly, and the parts that it is made of."""
        yield from self._guarded("portal", partial(self._assembled, named))

    def _assembled(self, named: Callable[[], Portal]) -> Iterator[Finding]:
        with closing(named()) as portal:
            given = adapters_of(portal)
            for part in ("database", "files", "anchors", "mail", "sms", "scanner"):
                yield from self._guarded(part, partial(_checked, part, getattr(given, part), portal.settings))
            if "database" not in self._halted:
                yield from self._portal(portal)

    def _started(self, opener: Callable[[], SqlStorage]) -> Iterator[Finding]:
        """Check the portal of the variables, if it was started before. Its first start keeps the ids of its secrets."""
        with closing(opener()) as storage:
            is_first = not storage.read.key_records()
        if is_first:
            yield note("secrets", "were not used yet: the first start decides which they are")
            return
        with closing(open_portal.from_environment(migrate=False)) as portal:
            yield from self._portal(portal)

    def _portal(self, portal: Portal) -> Iterator[Finding]:
        yield Finding(part="secrets", says="are those of earlier starts")
        for deviation in (*portal.deviations, *portal.offices.deviations()):
            yield note("setting", str(deviation))
        for found in portal.health().findings:
            if not self._wrong & _SHOWN_BY.get(found, frozenset()):
                yield wrong("health", found.value, _MENDS[found])
        yield _workers(portal, self._workers)
        offices = portal.offices.list()
        if not offices:
            yield wrong("offices", "are none", "call portal.offices.ensure at the start of the host")
        for office in offices:
            yield _page(portal, office)

    def _guarded(self, part: str, check: Check) -> Iterator[Finding]:
        """Turn an error into a finding, and note what is wrong."""
        try:
            for finding in check():
                if finding.judgement is Judgement.WRONG:
                    self._wrong.add(finding.part)
                yield finding
        except ClickException:
            raise
        except Exception as error:  # noqa: BLE001 - the adapters of a vendor raise what they like
            self._wrong.add(part)
            self._halted.add(part)
            yield error.finding if isinstance(error, Halted) else wrong(part, _told(error), _PART_MENDS[part])


def _told(error: Exception) -> str:
    """Give the sentence of an error of the portal, or the kind and the text of another one."""
    ours = isinstance(error, PortalError | DatabaseUnfit | MailUnavailable | ValueError | OSError)
    said = " ".join(str(error).split())  # libpq writes lines.
    return (said if ours else f"{type(error).__name__}: {said}") or type(error).__name__


# ------------------------------------------------------------------ parts
def _checked(part: str, adapter: Any, settings: Settings) -> Iterator[Finding]:
    if part == "scanner":
        return iter(()) if adapter is None else check_scanner(adapter, settings.scanning.largest(settings.uploads))
    if part == "database":
        return check_database(adapter, settings.disk)
    if part == "files":
        return check_files(adapter, settings.disk)
    return _CHECKS[part](adapter)


_CHECKS: Mapping[str, Callable[[Any], Iterator[Finding]]] = {
    "anchors": check_anchors,
    "mail": check_mail,
    "sms": check_sms,
}


def _workers(portal: Portal, least: int) -> Finding:
    """Tell which workers run. A host that does their work in its own threads has no name, so it is not seen."""
    names = [each.name for each in portal.background.workers.list()]
    says = f"run: {', '.join(names)}" if names else "do not run: mail waits, unless a host starts the dispatcher"
    if len(names) < least:
        return wrong("workers", f"{says}; {least} must run", "start them with klantportaal worker")
    if not names:
        return note("workers", says, "start one with klantportaal worker; check --workers 1 then requires it")
    return Finding(part="workers", says=says)


def _page(portal: Portal, office: Office) -> Finding:
    """Ask for the sign-in page of an office, as a client would, and require that it is that office's own."""
    part, address = f"office {office.base_url}", f"{office.base_url}/{PATHS['sign_in']}"
    try:
        with urlopen(address, timeout=PATIENCE) as reply:  # noqa: S310 - http or https (OF-2)
            marked = whose(portal.client.forms, office.id, reply.read(LARGEST_PAGE))
        if marked is Marked.OWN:
            return Finding(part=part, says="shows its own page for signing in")
        says = "shows another page than that for signing in" if marked is Marked.NONE else _OF_ANOTHER
    except HTTPError as error:
        says = f"answers {error.code}"
    except (OSError, HTTPException) as error:
        says = f"does not answer: {error}"
        if isinstance(getattr(error, "reason", None), SSLCertVerificationError):
            return wrong(part, says, "renew its certificate, or name the authority that gave it in SSL_CERT_FILE")
    return wrong(
        part,
        says,
        "mount this office there, with the pepper and key of this portal, or move the office with portal.offices.move",
    )
