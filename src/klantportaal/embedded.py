"""A portal in one folder, with SQLite and files on disk. It needs no other services."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.common_passwords import CommonPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import RandomTokens
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.type_checks import CheckedInside
from klantportaal.portal import Portal
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.mail import MailSender
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.sms import SmsSender
from klantportaal.settings import Settings


@checked_call
def portal(
    folder: Path | str,
    *,
    mail: MailSender,
    pepper: Annotated[bytes | Sequence[bytes], CheckedInside()],
    key: Annotated[bytes | Sequence[bytes] | None, CheckedInside()] = None,
    sms: SmsSender | None = None,
    scanner: Scanner | None = None,
    anchors: Anchors | None = None,
    settings: Settings | None = None,
) -> Portal:
    """Assemble a portal that stores everything in *folder*. Create the folder and migrate the database if needed.

    Args:
        folder: has ``portal.sqlite3``, ``files/`` and ``anchors/``. Back up the whole folder.
        mail: sends mails.
        pepper: at least 32 secret bytes. Use the same at every start, and store it outside the folder. Without it no
            password, no code and no audit trail can be verified. To replace it, give a list: the new pepper first,
            then the older ones that stored values were made with.
        key: at least 32 secret bytes for encryption, such as of the keys of authenticator apps. Without it, the pepper
            is used; a separate key is derived for each use. To replace it, give a list as for the pepper.
        sms: sends SMSs. Without it, two-step verification works by authenticator app only.
        scanner: scans uploads for viruses. Without it, uploads are not scanned.
        anchors: keeps the newest head of each audit trail. Without it, they are kept in ``anchors/`` of the folder.
            Somebody who can change the database there can change them too: give ``FileAnchors`` of another place.
        settings: the times, limits and policies. Without them, the defaults of the manual.

    Raises:
        TypeError: an argument has a wrong type, such as a *pepper* that is text.
        ValueError: *pepper* or *key* is too short.
        WrongSecrets: *pepper* or *key* is another one than before. It is a ValueError too.
        Unavailable: the database cannot be used now.
    """
    passwords, seals, codes = BcryptPasswords(pepper), HmacSeals(pepper), HmacCodes(pepper)
    vault = AesVault(pepper if key is None else key)
    place = Path(folder)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    storage = SqlStorage.sqlite(place / "portal.sqlite3")
    with ExitStack() as undoing:
        undoing.callback(storage.close)
        storage.migrate()
        assembled = Portal.assemble(
            storage=storage,
            files=DiskFiles(place / "files"),
            anchors=anchors or FileAnchors(place / "anchors"),
            mail=mail,
            mail_writer=JinjaMailWriter(),
            pdf=FpdfWriter(),
            clock=SystemClock(),
            ids=Uuid7Ids(),
            tokens=RandomTokens(),
            passwords=passwords,
            blocklist=CommonPasswords(),
            seals=seals,
            codes=codes,
            vault=vault,
            sms=sms,
            sms_writer=JinjaSmsWriter(),
            scanner=scanner,
            settings=settings,
            closing=storage.close,
        )
        undoing.pop_all()
    return assembled
