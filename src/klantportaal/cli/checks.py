"""What ``klantportaal check`` looks at: each part by itself, so that one that is wrong hides no other.

No data is changed: a file that is written is removed, an office that is added is rolled back, and no mail is sent. What
opening makes, such as a folder for the files, stays.
"""

import enum
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import uuid4

import attrs

from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.storage.sql import DatabaseUnfit, SqlStorage
from klantportaal.adapters.web.http.paths import PATHS
from klantportaal.domain.errors import PortalError
from klantportaal.domain.health import DISK_FULL, DISK_LOW
from klantportaal.domain.offices import OfficeProfile, new_office
from klantportaal.domain.values import FileKey
from klantportaal.opening import open_files, open_mail, open_portal, open_storage
from klantportaal.portal import Portal
from klantportaal.ports.mail import MailUnavailable

APART = timedelta(minutes=1)
"""How far two clocks may be apart: codes of authenticator apps are valid for about as long."""
PATIENCE = 10.0
"""In seconds, for a page of an office."""
_CONTENT = b"klantportaal check"


class Judgement(enum.StrEnum):
    """What a finding means."""

    RIGHT = "right"
    NOTE = "note"
    """Worth knowing, such as a setting that deviates from a standard."""
    WRONG = "wrong"


@attrs.frozen(kw_only=True)
class Finding:
    """What was found about one part."""

    part: str
    judgement: Judgement = Judgement.RIGHT
    says: str
    mend: str = ""
    """What to do about it."""


def wrong(part: str, says: str, mend: str = "") -> Finding:
    """Make the finding of something wrong."""
    return Finding(part=part, judgement=Judgement.WRONG, says=says, mend=mend)


Check = Callable[[], Iterator[Finding]]


def checks(environment: Mapping[str, str], named: Callable[[], Portal] | None) -> Iterator[Finding]:
    """Check everything, and give each finding as soon as it is known.

    Args:
        environment: the variables.
        named: makes the vendor's own assembly. None: the portal is what the variables name.
    """
    if named is not None:
        yield from _guarded("portal", lambda: _portal(named))
        return
    faults = open_portal.wrong_variables(environment)
    yield from (wrong(name, fault) for name, fault in faults.items())
    for part, check in (("database", _database), ("files", _files), ("mail", _mail)):
        name = f"KLANTPORTAAL_{part.upper()}"
        if name not in faults:
            yield from _guarded(part, partial(check, environment[name]))
    if not faults:
        yield from _guarded("portal", partial(_started, environment["KLANTPORTAAL_DATABASE"]))


def _guarded(part: str, check: Check) -> Iterator[Finding]:
    """Turn an error into a finding. The sentence of an error of the portal says what to do."""
    try:
        yield from check()
    except (PortalError, DatabaseUnfit, MailUnavailable, ValueError, OSError) as error:
        yield wrong(part, str(error) or type(error).__name__)


# ------------------------------------------------------------------ parts
def _database(word: str) -> Iterator[Finding]:
    with closing(open_storage(word)) as storage:
        if pending := storage.pending():
            yield wrong("database", f"lacks {len(pending)} migrations", "run klantportaal migrate")
            return
        yield Finding(part="database", says="is of this version")
        _add_and_roll_back(storage)
        yield Finding(part="database", says="can be written")
        for setting in storage.undurable():
            says = f"loses what was committed in a power failure: {setting} is off"
            yield wrong("database", says, f"turn {setting} on in PostgreSQL")
        apart = abs(storage.now() - datetime.now(UTC))
        says = f"of this machine and of the database are {apart.total_seconds():.0f} seconds apart"
        yield Finding(part="clocks", says=says) if apart <= APART else wrong("clocks", says, "use NTP on both")
        yield from _room("database", storage.free_bytes())


def _add_and_roll_back(storage: SqlStorage) -> None:
    profile = OfficeProfile(name="Check", contact_address="check@example.nl")
    with storage.begin() as uow:
        uow.offices.add(new_office(f"check {uuid4()}", f"https://{uuid4().hex}.example.nl", profile))


def _files(word: str) -> Iterator[Finding]:
    files, key = open_files(word), FileKey(f"check-{uuid4().hex}")
    files.write(key, [_CONTENT])
    try:
        read = b"".join(files.read(key))
    finally:
        files.remove(key)
    if read == _CONTENT:
        yield Finding(part="files", says="can be written and read")
    else:
        yield wrong("files", "give other bytes than were written", "look at the disk")
    yield from _room("files", files.free_bytes())


def _room(part: str, free: int | None) -> Iterator[Finding]:
    if free is not None and free < DISK_LOW:
        says = f"have a disk with {free // 2**20} MiB left" + (": uploads are refused" if free < DISK_FULL else "")
        yield wrong(part, says, "make room on it")


def _mail(word: str) -> Iterator[Finding]:
    sender = open_mail(word)
    if isinstance(sender, SmtpSender):
        sender.probe()
        yield Finding(part="mail", says="can be sent: the server accepts the sender")
    else:
        yield Finding(part="mail", judgement=Judgement.NOTE, says="goes into a folder: nobody is mailed")


def _started(word: str) -> Iterator[Finding]:
    """Check the portal of the variables, if it was started before. Its first start keeps the ids of its secrets."""
    with closing(open_storage(word)) as storage:
        if storage.pending():
            return
        is_first = not storage.read.key_records()
    if is_first:
        says = "were not used yet: the first start decides which they are"
        yield Finding(part="secrets", judgement=Judgement.NOTE, says=says)
    else:
        yield from _portal(partial(open_portal.from_environment, migrate=False))


def _portal(make: Callable[[], Portal]) -> Iterator[Finding]:
    with closing(make()) as portal:
        yield Finding(part="secrets", says="are those of earlier starts")
        for deviation in (*portal.deviations, *portal.offices.deviations()):
            yield Finding(part="setting", judgement=Judgement.NOTE, says=str(deviation))
        for found in portal.health().findings:
            yield wrong("health", found.value)
        offices = portal.offices.list()
        if not offices:
            yield wrong("offices", "are none", "call portal.offices.ensure at the start of the host")
        for office in offices:
            yield _page(office.base_url)


def _page(base_url: str) -> Finding:
    """Ask for the sign-in page of an office, as a client would."""
    part = f"office {base_url}"
    try:
        with urlopen(f"{base_url}/{PATHS['sign_in']}", timeout=PATIENCE) as reply:  # noqa: S310 - http or https (OF-2)
            if b'name="password"' in reply.read():
                return Finding(part=part, says="shows the page for signing in")
        says = "shows another page than that for signing in"
    except HTTPError as error:
        says = f"answers {error.code}"
    except (OSError, HTTPException) as error:
        says = f"does not answer: {error}"
    return wrong(part, says, "mount the portal there, or move the office with portal.offices.move")
