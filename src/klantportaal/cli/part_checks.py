"""What ``klantportaal check`` does with each part of a portal: the database, the files, and so on.

An adapter of a vendor is checked through its port, as far as that goes. A finding says what could not be checked.
"""

import enum
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import attrs

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict
from klantportaal.domain.health import DiskLimits, DiskSpace
from klantportaal.domain.health import Finding as HealthFinding
from klantportaal.domain.offices import OfficeProfile, new_office
from klantportaal.domain.values import FileKey, OfficeId
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.files import Files
from klantportaal.ports.mail import MailSender
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.sms import SmsSender
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.scanner_limits import compared

APART = timedelta(minutes=1)
"""The largest difference of two clocks. Codes of authenticator apps are valid for about as long."""
_CONTENT = b"klantportaal check"


class Judgement(enum.StrEnum):
    """What a finding means."""

    RIGHT = "right"
    NOTE = "note"
    """Worth knowing, such as a setting that deviates from a standard."""
    WRONG = "wrong"


@attrs.frozen(kw_only=True)
class Finding:
    """The result of checking one part."""

    part: str
    judgement: Judgement = Judgement.RIGHT
    says: str
    mend: str = ""
    """What to do about it. Every wrong finding says it."""


def wrong(part: str, says: str, mend: str) -> Finding:
    """Make the finding for a wrong part."""
    return Finding(part=part, judgement=Judgement.WRONG, says=says, mend=mend)


def note(part: str, says: str, mend: str = "") -> Finding:
    """Make the finding for what is worth knowing."""
    return Finding(part=part, judgement=Judgement.NOTE, says=says, mend=mend)


class Halted(Exception):
    """A part is so wrong that nothing more can be checked of it."""

    def __init__(self, finding: Finding) -> None:
        """Keep the finding."""
        super().__init__(finding.says)
        self.finding = finding


# ------------------------------------------------------------------ database
def check_database(storage: Storage, limits: DiskLimits) -> Iterator[Finding]:
    """Check the tables, the rights, the durability, the clock and the disk of the storage.

    Raises:
        Halted: it lacks tables, or the role lacks rights.
    """
    if isinstance(storage, SqlStorage):
        yield from _rights(storage)
        if pending := storage.pending():
            raise Halted(wrong("database", f"lacks {', '.join(pending)}", "run klantportaal migrate"))
        yield Finding(part="database", says="is of this version")
    _add_and_roll_back(storage)
    yield Finding(part="database", says="can be written")
    if isinstance(storage, SqlStorage):
        yield from _durability_and_clock(storage)
    else:
        yield note(
            "database", f"is {type(storage).__name__}: its tables, durability and clock are its vendor's to check"
        )
    yield from _room("database", storage.disk_space(), limits)


def _rights(storage: SqlStorage) -> Iterator[Finding]:
    """Tell each right that the role lacks. Without one, nothing more can be checked."""
    told = [
        wrong("database", f"gives its role no right to {each.says}", f"let the owner of the tables run: {each.grant}")
        for each in storage.lacking_rights()
    ]
    if told:
        yield from told[:-1]
        raise Halted(told[-1])


def _durability_and_clock(storage: SqlStorage) -> Iterator[Finding]:
    for setting in storage.undurable():
        says = f"loses what was committed in a power failure: {setting} is off"
        yield wrong("database", says, f"turn {setting} on in PostgreSQL")
    apart = abs(storage.now() - datetime.now(UTC))
    says = f"of this machine and of the database are {apart.total_seconds():.0f} seconds apart"
    yield Finding(part="clocks", says=says) if apart <= APART else wrong("clocks", says, "use NTP on both")


def _add_and_roll_back(storage: Storage) -> None:
    profile = OfficeProfile(name="Check", contact_address="check@example.nl")
    with storage.begin() as uow:
        uow.offices.add(new_office(f"check {uuid4()}", f"https://{uuid4().hex}.example.nl", profile))


# ------------------------------------------------------------------ files and anchors
def check_files(files: Files, limits: DiskLimits) -> Iterator[Finding]:
    """Write a file, read it back and remove it."""
    key = FileKey(f"check-{uuid4().hex}")
    files.write(key, [_CONTENT])
    try:
        read, is_replaced = b"".join(files.read(key)), _is_replaced(files, key)
    finally:
        files.remove(key)
    if read == _CONTENT and not is_replaced:
        yield Finding(part="files", says="can be written and read")
    elif is_replaced:
        yield wrong("files", "are replaced by a second write", "use a store that knows If-None-Match: *")
    else:
        yield wrong("files", "give other bytes than were written", "look at the disk or the store")
    yield from _room("files", files.disk_space(), limits)


def _is_replaced(files: Files, key: FileKey) -> bool:
    """Tell whether a file is not kept from being written again."""
    try:
        files.write(key, [_CONTENT])
    except Conflict:
        return False
    return True


def _room(part: str, space: DiskSpace | None, limits: DiskLimits) -> Iterator[Finding]:
    found = None if space is None else limits.finding(space)
    if space is not None and found is not None:
        left = f"a disk with {space.free // 2**20} MiB left, {space.free / max(space.size, 1):.1%}"
        stops = ": its hosts are not ready" if found is HealthFinding.DISK_FULL else ""
        yield wrong(part, f"{'has' if part == 'database' else 'have'} {left}{stops}", "make room on it")


def check_anchors(anchors: Anchors) -> Iterator[Finding]:
    """Open the file of each office as for a head. Nothing is written, because anchors are never removed."""
    if isinstance(anchors, FileAnchors):
        anchors.probe()
        yield Finding(part="anchors", says="can be written and read")
    else:
        anchors.newest(OfficeId(uuid4()))
        yield note("anchors", f"of {type(anchors).__name__} can be read: writing them was not checked")


# ------------------------------------------------------------------ mail and SMS
def check_mail(sender: MailSender) -> Iterator[Finding]:
    """Talk to the mail server up to the sender. No mail is sent."""
    if isinstance(sender, SmtpSender):
        sender.probe()
        yield Finding(part="mail", says="can be sent: the server accepts the sender")
    elif isinstance(sender, FolderSender):
        yield note("mail", "goes into a folder: nobody is mailed")
    else:
        yield note("mail", f"goes through {type(sender).__name__}: the check sends none, so invite yourself")


def check_sms(sender: SmsSender | None) -> Iterator[Finding]:
    """Say how SMSs are sent. None is: a gateway has nothing to ask that costs nothing."""
    if sender is None:
        yield note("sms", "is not sent: two-step verification works by authenticator app only")
    elif isinstance(sender, FolderSmsSender):
        yield note("sms", "goes into a folder: nobody gets one")
    else:
        yield note("sms", f"goes through {type(sender).__name__}: the check sends none, so send a code to yourself")


# ------------------------------------------------------------------ scanner
def check_scanner(scanner: Scanner, largest: int) -> Iterator[Finding]:
    """Compare the limits of the scanner with *largest*, the size in bytes of the largest file that goes through it."""
    for found in compared(scanner, largest):
        if found.mend is None:
            yield Finding(part="scanner", says=found.says)
        else:
            yield wrong("scanner", found.says, found.mend)
