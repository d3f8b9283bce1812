"""A portal in one folder, with SQLite and files on disk. It needs no other services."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.domain.backups import DataProgress, reported
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import FileDamaged
from klantportaal.domain.type_checks import CheckedInside
from klantportaal.folders import filling, flush, make_folder, write_file
from klantportaal.opening import open_portal
from klantportaal.portal import Portal
from klantportaal.ports.addresses import AddressLookup
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.files import BLOCK
from klantportaal.ports.mail import MailSender
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.sms import SmsSender
from klantportaal.settings import Settings
from klantportaal.usecases.background.backups import MANIFEST, SUMS, digest_of


@checked_call
def restore(
    backup: Path | str, folder: Path | str, *, progress: Callable[[DataProgress], object] | None = None
) -> None:
    """Copy a backup of ``portal.background.backup`` into a new folder, and check every byte of it.

    The folder can then be opened with `portal`, with the same pepper and key as before. The copy of a PostgreSQL
    database in it is restored with ``pg_restore``. The folder gets its name once everything in it is written.

    Args:
        backup: the folder of the backup.
        folder: the new folder. There is nothing, or an empty folder.
        progress: is told of each file of the backup; the database is one too. Without it, they are not counted before.

    Raises:
        FileExistsError: there is something at *folder*. Nothing is written.
        FileNotFoundError: *backup* is not a complete backup.
        FileDamaged: files of the backup are missing or damaged. The message names them all. Nothing is kept.
    """
    source = Path(backup)
    if not (source / MANIFEST).is_file():
        raise FileNotFoundError(f"{source} is not a complete backup: it has no {MANIFEST}")
    with filling(Path(folder)) as place:
        damaged = [] if _is_listed(source) else [SUMS]
        damaged += [
            name
            for digest, name in reported(partial(_lines, source / SUMS), partial(_size, source), progress)
            if Path(name).is_absolute() or not _copied(source / name, place / name, digest)
        ]
        if damaged:
            raise FileDamaged(f"the backup is damaged: {', '.join(damaged)}")


def _is_listed(source: Path) -> bool:
    """Tell whether the list of digests is the one that the manifest was made with."""
    told: str = json.loads((source / MANIFEST).read_text())["sums"]
    return digest_of(source / SUMS).hex() == told


def _lines(sums: Path) -> Iterator[tuple[bytes, str]]:
    with sums.open() as lines:
        for line in lines:
            digest, name = line.rstrip("\n").split("  ", 1)
            yield bytes.fromhex(digest), name


def _size(source: Path, line: tuple[bytes, str]) -> int:
    """Give the bytes of a file of the backup. 0 if it is missing."""
    place = source / line[1]
    return place.stat().st_size if place.is_file() else 0


def _copied(source: Path, place: Path, digest: bytes) -> bool:
    """Copy a file, and tell whether it exists and has the digest. False for a name that leads out of the backup."""
    if ".." in source.parts or source.is_symlink() or not source.is_file():
        return False
    make_folder(place.parent)
    write_file(place, _blocks(source))
    flush(place.parent)
    return digest_of(place) == digest


def _blocks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


@checked_call
def portal(
    folder: Path | str,
    *,
    mail: MailSender,
    pepper: Annotated[bytes | Sequence[bytes], CheckedInside()],
    key: Annotated[bytes | Sequence[bytes] | None, CheckedInside()] = None,
    sms: SmsSender | None = None,
    scanner: Scanner | None = None,
    addresses: AddressLookup | None = None,
    anchors: Anchors | None = None,
    settings: Settings | None = None,
) -> Portal:
    """Assemble a portal that stores everything in *folder*. Create the folder and migrate the database if needed.

    Args:
        folder: has ``portal.sqlite3``, ``files/`` and ``anchors/``. Back it up with ``portal.background.backup``: a
            plain copy loses files or is damaged while the portal is used.
        mail: sends mails.
        pepper: at least 32 secret bytes. Use the same at every start, and store it outside the folder. Without it no
            password, no code and no audit trail can be verified. To replace it, give a list: the new pepper first,
            then the older ones that stored values were made with.
        key: at least 32 secret bytes for encryption, such as of the keys of authenticator apps. Without it, the pepper
            is used; a separate key is derived for each use. To replace it, give a list as for the pepper.
        sms: sends SMSs. Without it, two-step verification works by authenticator app only.
        scanner: scans files for viruses. Without it, files are not scanned.
        addresses: looks up the street and place of a postcode. Without it, clients type them.
        anchors: keeps the newest head of each audit trail. Without it, they are kept in ``anchors/`` of the folder.
            Somebody who can change the database there can change them too: give ``FileAnchors`` of another place.
        settings: the times, limits and policies. Without them, the defaults of the manual.

    Raises:
        TypeError: an argument has a wrong type, such as a *pepper* that is text.
        ValueError: *pepper* or *key* is too short.
        WrongSecrets: *pepper* or *key* is another one than before. It is a ValueError too.
        Unavailable: the database cannot be used now.
    """
    HmacSeals(pepper)  # Refuse wrong secrets before anything is made.
    if key is not None:
        AesVault(key)
    place = Path(folder).resolve()
    make_folder(place)
    return open_portal(
        database=f"sqlite://{quote(str(place / 'portal.sqlite3'))}",
        files=(place / "files").as_uri(),
        anchors=anchors or (place / "anchors").as_uri(),
        mail=mail,
        pepper=pepper,
        key=key,
        sms=sms,
        scanner=scanner,
        addresses=addresses,
        settings=settings,
    )
