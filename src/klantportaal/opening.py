"""`open_portal`: opens a portal whose parts are named by words, such as ``database="postgresql://…"``.

A word is a URL. Its scheme says which adapter, and the rest says where. An object of the vendor's own can take the
place of any word.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.building import require_sender
from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.common_passwords import CommonPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.sms.apprise import AppriseSmsSender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.locations import SCHEMA, connection_settings, schema_name, sqlite_path
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.type_checks import CheckedInside
from klantportaal.portal import Portal
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.files import Files
from klantportaal.ports.mail import MailSender
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.sms import SmsSender
from klantportaal.ports.storage import Storage
from klantportaal.settings import Settings

Part = TypeVar("Part")
Secrets = bytes | Sequence[bytes]
_PREFIX = "KLANTPORTAAL_"
_NEEDED = ("database", "files", "mail", "pepper")
_HEX = re.compile(r"(?:[0-9a-f]{2})+", re.IGNORECASE)
_TLS: Mapping[str, tuple[Literal["starttls", "tls", "none"], int]] = {
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp": ("none", 25),
}
"""For each scheme of a mail server: its TLS, and its usual port."""


class WrongWords(ValueError):
    """Some words name nothing that the portal can use. Nothing was opened.

    The message names each of them, and says what would be right. It repeats none, because a word can have a password.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep the sentence about each argument."""
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


class Opening:
    """Opens portals. ``open_portal`` is its one instance."""

    @checked_call
    def __call__(
        self,
        *,
        database: str | Storage,
        files: str | Files,
        mail: str | MailSender,
        pepper: Annotated[Secrets, CheckedInside()],
        key: Annotated[Secrets | None, CheckedInside()] = None,
        sms: str | SmsSender | None = None,
        scanner: Scanner | None = None,
        anchors: str | Anchors | None = None,
        settings: Settings | None = None,
        migrate: bool = True,
    ) -> Portal:
        """Open a portal. Every path in a word is absolute. What is special in a URL is percent-encoded.

        Args:
            database: ``postgresql://user:password@host:5432/name`` or ``sqlite:///srv/portal/portal.sqlite3``. For
                PostgreSQL, ``?schema=`` names the schema, and ``?connections=`` the most connections for reading.
            files: ``file:///srv/portal/files``, a folder. It is made if it does not exist.
            mail: ``smtp+starttls://user:password@host:587?sender=portal@office.nl``; ``smtps://…`` for TLS from the
                first byte; ``smtp://localhost:25?sender=…`` without TLS and without a user; or
                ``folder:///srv/portal/mail``, a folder with a file for each mail.
            pepper: at least 32 secret bytes. Use the same at every start. Without it no password, no code and no audit
                trail can be verified. To replace it, give a list: the new pepper first, then the older ones.
            key: at least 32 secret bytes for encryption. Without it, the pepper is used; a separate key is derived for
                each use. To replace it, give a list as for the pepper.
            sms: the URL of a gateway in apprise's format, with ``{to}`` where the number goes, or ``folder:///…``.
                Without it, two-step verification works by authenticator app only.
            scanner: scans uploads for viruses. Without it, uploads are not scanned.
            anchors: ``file:///…``, a folder for the newest head of each audit trail. Without it, the folder ``anchors``
                beside that of the files. Keep it where whoever administers the database cannot write.
            settings: the times, limits and policies. Without them, the defaults of the manual.
            migrate: whether to make or renew the tables of a database that a word names. Otherwise it must have been
                done.

        Raises:
            WrongWords: a word names nothing that the portal can use. Nothing was opened.
            TypeError: an argument has a wrong type.
            ValueError: *pepper* or *key* is too short.
            WrongSecrets: *pepper* or *key* is another one than before. It is a ValueError too.
            DatabaseUnfit: the database cannot be used, such as one without tables and without *migrate*. The message
                says why.
            Unavailable: the database cannot be used now.
        """
        faults: dict[str, str] = {}
        open_storage = _opener("database", database, _database, faults)
        open_files = _opener("files", files, _folder_of_files, faults)
        open_mail = _opener("mail", mail, _mail, faults)
        open_sms = _opener("sms", sms, _sms, faults)
        open_anchors = _anchors_opener(anchors, files, faults)
        if faults:
            raise WrongWords(faults)
        passwords, seals, codes = BcryptPasswords(pepper), HmacSeals(pepper), HmacCodes(pepper)
        vault = AesVault(pepper if key is None else key)
        with ExitStack() as undoing:
            storage, closing = open_storage(), _nothing
            if isinstance(storage, SqlStorage) and storage is not database:  # It was opened here.
                closing = storage.close
                undoing.callback(closing)
                if migrate:
                    storage.migrate()
            portal = Portal.assemble(
                storage=storage,
                files=open_files(),
                anchors=open_anchors(),
                mail=open_mail(),
                mail_writer=JinjaMailWriter(),
                pdf=FpdfWriter(),
                clock=SystemClock(),
                ids=Uuid7Ids(),
                tokens=HmacTokens(pepper),
                passwords=passwords,
                blocklist=CommonPasswords(),
                seals=seals,
                codes=codes,
                vault=vault,
                sms=open_sms(),
                sms_writer=JinjaSmsWriter(),
                scanner=scanner,
                settings=settings,
                closing=closing,
            )
            undoing.pop_all()
        return portal

    @checked_call
    def from_environment(
        self, *, scanner: Scanner | None = None, settings: Settings | None = None, migrate: bool | None = None
    ) -> Portal:
        """Open a portal by the variables of the environment.

        They are ``KLANTPORTAAL_DATABASE``, ``…_FILES``, ``…_MAIL``, ``…_SMS``, ``…_ANCHORS``, ``…_PEPPER``, ``…_KEY``
        and ``…_MIGRATE``. A pepper and a key are hexadecimal digits, as ``openssl rand -hex 32`` makes them. To replace
        one, write the new one, a comma, and the older one. ``KLANTPORTAAL_MIGRATE=no`` leaves the tables as they are.

        Args:
            scanner: scans uploads for viruses.
            settings: the times, limits and policies.
            migrate: whether to make or renew the tables. None: as ``KLANTPORTAAL_MIGRATE`` says.

        Raises:
            WrongWords: a variable is missing or wrong. The message has the names of the variables.
            ValueError: the pepper or the key is too short.
            WrongSecrets: the pepper or the key is another one than before.
            Unavailable: the database cannot be used now.
        """
        arguments, faults = _from_variables(os.environ)
        if faults:
            raise WrongWords(faults)
        if migrate is not None:
            arguments["migrate"] = migrate
        return self(scanner=scanner, settings=settings, **arguments)

    @staticmethod
    def wrong_variables(environment: Mapping[str, str]) -> Mapping[str, str]:
        """Tell what is missing or wrong in variables, by their names. This opens nothing."""
        return _from_variables(environment)[1]


open_portal = Opening()


def _nothing() -> None:
    """Close nothing: what a vendor opened, the vendor closes."""


# ------------------------------------------------------------------ variables
def _variable(name: str) -> str:
    return f"{_PREFIX}{name.upper()}"


def _from_variables(environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the arguments from variables. Give them, and what is missing or wrong, by the name of its variable."""
    given = {name: environment.get(_variable(name), "") for name in (*_READERS, "pepper", "key", "migrate")}
    faults = {name: "set this variable" for name in _NEEDED if not given[name]}
    arguments: dict[str, Any] = {name: given[name] for name in _READERS if given[name]}
    for name, word in arguments.items():
        _opener(name, word, _READERS[name], faults)
    for name in ("pepper", "key"):
        digits = given[name].replace(" ", "").split(",")
        if given[name] and all(map(_HEX.fullmatch, digits)):
            arguments[name] = [bytes.fromhex(each) for each in digits]
        elif given[name]:
            faults[name] = "write hexadecimal digits, as openssl rand -hex 32 makes them"
    if given["migrate"] not in ("", "yes", "no"):
        faults["migrate"] = "write yes or no"
    arguments["migrate"] = given["migrate"] != "no"
    return arguments, {_variable(name): fault for name, fault in faults.items()}


# ------------------------------------------------------------------ words
def _opener(
    name: str, given: str | Part, read: Callable[[str], Callable[[], Any]], faults: dict[str, str]
) -> Callable[[], Part]:
    """Read the word of a part, and return what opens the part. What is wrong with it goes into *faults*."""
    if not isinstance(given, str):
        return lambda: given
    try:
        return read(given)
    except (ValueError, OSError, ModuleNotFoundError) as error:
        faults[name] = str(error)
    return _nothing  # type: ignore[return-value]  # There are faults, so nothing is opened.


def open_storage(word: str) -> SqlStorage:
    """Open the database that a word names, without migrating it.

    Raises:
        WrongWords: it names nothing that the portal can use.
    """
    return _opened("database", word, _database)


def open_files(word: str) -> Files:
    """Open the files that a word names. Raises: WrongWords."""
    return _opened("files", word, _folder_of_files)


def open_mail(word: str) -> MailSender:
    """Open the mail sender that a word names. Raises: WrongWords."""
    return _opened("mail", word, _mail)


def _opened(name: str, word: str, read: Callable[[str], Callable[[], Part]]) -> Part:
    faults: dict[str, str] = {}
    opener: Callable[[], Part] = _opener(name, word, read, faults)
    if faults:
        raise WrongWords(faults)
    return opener()


def _database(word: str) -> Callable[[], SqlStorage]:
    scheme = _scheme(word)
    if scheme == "sqlite":
        return partial(SqlStorage.sqlite, sqlite_path(_path(word)))
    if not scheme.startswith("postgres"):
        raise ValueError("use postgresql://user:password@host/name or sqlite:///srv/portal/portal.sqlite3")
    dsn, own = _without_own(word, ("schema", "connections"))
    schema = schema_name(own.get("schema", SCHEMA))
    connections = own.get("connections", "10")
    if not re.fullmatch("[1-9][0-9]{0,3}", connections, re.ASCII):
        raise ValueError("connections is a number from 1 to 9999")
    connection_settings(dsn, schema=schema, patience=1)  # Checks the word, and connects to nothing.
    return partial(SqlStorage.postgresql, dsn, schema=schema, connections=int(connections))


def _folder_of_files(word: str) -> Callable[[], Files]:
    if _scheme(word) != "file":
        raise ValueError("use file:///srv/portal/files")
    return partial(DiskFiles, _path(word))


def _anchors_opener(anchors: str | Anchors | None, files: str | Files, faults: dict[str, str]) -> Callable[[], Anchors]:
    """Read the word of the anchors. Without one, they are beside the folder of the files."""
    if anchors is not None:
        return _opener("anchors", anchors, _anchors, faults)
    if not isinstance(files, str):
        faults["anchors"] = "name a place, such as file:///srv/portal-anchors, because the files are an object"
    return lambda: FileAnchors(_path(str(files)).parent / "anchors")


def _anchors(word: str) -> Callable[[], Anchors]:
    if _scheme(word) != "file":
        raise ValueError("use file:///srv/portal-anchors")
    return partial(FileAnchors, _path(word))


def _mail(word: str) -> Callable[[], MailSender]:
    scheme = _scheme(word)
    if scheme == "folder":
        return partial(FolderSender, _path(word))
    if scheme not in _TLS:
        raise ValueError(
            "use smtp+starttls://user:password@host:587?sender=portal@office.nl, or folder:///srv/portal/mail"
        )
    tls, usual = _TLS[scheme]
    url, own = urlsplit(word), _query(word, ["sender"])
    if not url.hostname or url.path not in ("", "/") or url.fragment:
        raise ValueError(f"name the mail server, as in {scheme}://host:{usual}?sender=portal@office.nl")
    try:
        require_sender(own.get("sender", ""))
    except ValueError:
        raise ValueError("name the one address that mails come from, as in ?sender=portal@office.nl") from None
    user, password = (None if each is None else unquote(each) for each in (url.username, url.password))
    port = _port(word) or usual
    sender = SmtpSender(url.hostname, port, sender=own["sender"], username=user, password=password, tls=tls)
    return lambda: sender


def _sms(word: str) -> Callable[[], SmsSender]:
    if _scheme(word) == "folder":
        return partial(FolderSmsSender, _path(word))
    gateway = AppriseSmsSender(word)
    return lambda: gateway


def _scheme(word: str) -> str:
    """Give what stands before ``://``, in lower case. "" if there is none."""
    return word.partition("://")[0].strip().lower() if "://" in word else ""


def _path(word: str) -> Path:
    """Give the path of a file or folder of this machine.

    Raises:
        ValueError: the path is not absolute or has no folder, or there is a host or a query.
    """
    url, example = urlsplit(word), f"{_scheme(word)}:///srv/portal/…"
    if url.netloc or url.query or url.fragment:
        raise ValueError(f"write three slashes and then the whole path, percent-encoded, as in {example}")
    place = Path("/", unquote(url.path).lstrip("/"))
    if len(place.parts) < 3 or ".." in place.parts or "\0" in str(place):
        raise ValueError(f"write the whole path, with its folders, as in {example}")
    return place


def _port(word: str) -> int | None:
    try:
        return urlsplit(word).port
    except ValueError:
        raise ValueError("the port is a number up to 65535; percent-encode what is special in a password") from None


def _query(word: str, known: Collection[str]) -> dict[str, str]:
    """Read the names and values after the question mark.

    Raises:
        ValueError: a name is not among the known ones, or occurs twice.
    """
    pairs = parse_qsl(urlsplit(word).query, keep_blank_values=True)
    names = [name for name, _value in pairs]
    if len(set(names)) < len(names) or not set(names) <= set(known):
        raise ValueError(f"after the question mark, write only {', '.join(f'{name}=…' for name in known)}, each once")
    return dict(pairs)


def _without_own(word: str, own: Collection[str]) -> tuple[str, dict[str, str]]:
    """Take some names out of a query. Give what is left of the word, and the values of these names."""
    place, _mark, query = word.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    left = urlencode([pair for pair in pairs if pair[0] not in own], quote_via=quote)
    return f"{place}?{left}" if left else place, {name: value for name, value in pairs if name in own}


_READERS: Mapping[str, Callable[[str], Callable[[], Any]]] = {
    "database": _database,
    "files": _folder_of_files,
    "mail": _mail,
    "sms": _sms,
    "anchors": _anchors,
}
"""What reads the word of each part, and gives what opens it."""
