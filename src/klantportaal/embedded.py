"""A portal in one folder: SQLite for what is known, files on disk, nothing else to install or configure."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

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
    settings: Settings | None = None,
) -> Portal:
    """Assemble a portal that keeps everything in *folder*, which is made, and brought up to date, where needed.

    Args:
        folder: where ``portal.sqlite3`` and ``files/`` are; back it up whole.
        mail: who hands mail to the world.
        pepper: at least 32 secret bytes, the same at every start and kept apart from the folder; without them no
            password and no code can be verified, nor the audit trail. To replace it, a list: the new one first, then
            those that what is kept was made with.
        key: at least 32 secret bytes for what is encrypted, such as the keys of authenticator apps, where they are to
            be others than the pepper; of either one the portal derives what it needs. It is replaced as the pepper is.
        sms: who hands SMSs to a gateway; without it two-step verification is by authenticator app only.
        scanner: who looks at uploads before they are kept, if anybody.
        settings: the rules' numbers, where they are not the manual's.

    Raises:
        TypeError: *pepper* or *key* is not bytes, such as text.
        ValueError: *pepper* or *key* is too short. Or it is another one than before (``WrongSecrets``).
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
