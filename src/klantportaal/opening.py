"""`open_portal`: opens a portal whose parts are named by words, such as ``database="postgresql://…"``.

A word is a URL. Its scheme names the adapter, and the rest names the place. Instead of any word, an object of the
vendor can be given.

The module is long because it has a reader for each kind of word.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.building import require_sender
from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.pictures.heif import HeifPictures
from klantportaal.adapters.scanner.clamd import LONGEST_PATIENCE, PATIENCE, PORT, ClamdScanner
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.common_passwords import CommonPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.keyring import Keyring
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.sms.apprise import AppriseSmsSender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.locations import SCHEMA, connection_settings, schema_name, sqlite_path
from klantportaal.adapters.webhooks.poster import WebhookPoster
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.type_checks import CheckedInside
from klantportaal.portal import Portal
from klantportaal.ports.addresses import AddressLookup
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.files import Files
from klantportaal.ports.mail import MailSender
from klantportaal.ports.pdf import PdfWriter
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.sms import SmsSender
from klantportaal.ports.storage import Storage
from klantportaal.settings import Settings

Part = TypeVar("Part")
Secrets = bytes | Sequence[bytes]
_PREFIX = "KLANTPORTAAL_"
_NEEDED = ("database", "files", "mail", "pepper")
_OBJECT_STORES = ("s3", "gs", "az")
"""The schemes of files in an object store."""
_ALIKE = 0.8
"""How much a misspelt name is like the right one, at least: one letter of five may differ. See difflib."""
_AS_MADE = "as openssl rand -hex 32 makes them"
_HEX = re.compile(r"(?:[0-9a-f]{2})+", re.IGNORECASE)
_TLS: Mapping[str, tuple[Literal["starttls", "tls", "none"], int]] = {
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp": ("none", 25),
}
"""For each scheme of a mail server: its TLS, and its usual port."""


class WrongWords(ValueError):
    """Some words are wrong. Nothing was opened.

    The message names the argument of each wrong word, and says what to write. It quotes no word, because a word can
    contain a password.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep the sentence about each argument."""
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)
        """What is wrong with each argument, by its name."""


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
        scanner: str | Scanner | None = None,
        anchors: str | Anchors | None = None,
        pdf: str | PdfWriter = "fpdf2",
        addresses: AddressLookup | None = None,
        settings: Settings | None = None,
        migrate: bool = True,
    ) -> Portal:
        """Open a portal. Paths in words are absolute. Special characters of URLs must be percent-encoded.

        Args:
            database: ``postgresql://user:password@host:5432/name`` or ``sqlite:///srv/portal/portal.sqlite3``. For
                PostgreSQL, ``?schema=`` names the schema, and ``?connections=`` the maximum number of connections for
                reading.
            files: ``file:///srv/portal/files``, a folder. It is made if it does not exist. Or a place in an object
                store, which needs the extra ``objects``: ``s3://bucket/prefix?region=…``, with ``&endpoint=https://…``
                for another store than Amazon's; ``gs://bucket/prefix``; ``az://container/prefix?account=…``. Its
                credentials come from the environment or from the role of the machine.
            mail: ``smtp+starttls://user:password@host:587?sender=portal@office.nl``; ``smtps://…`` for TLS from the
                first byte; ``smtp://localhost:25?sender=…`` without TLS and without a user; or
                ``folder:///srv/portal/mail``, a folder with a file for each mail.
            pepper: at least 32 secret bytes. Use the same at every start. Without it no password, no code and no audit
                trail can be verified. To replace it, give a list: the new pepper first, then the older ones.
            key: at least 32 secret bytes for encryption. Without it, the pepper is used; a separate key is derived for
                each use. To replace it, give a list as for the pepper.
            sms: the URL of a gateway in apprise's format, with ``{to}`` where the number goes, or ``folder:///…``.
                Without it, two-step verification works by authenticator app only.
            scanner: ``clamd://host:3310`` or ``clamd+unix:///run/clamav/clamd.ctl``. ``?patience=`` is the most seconds
                for scanning one file. Without a scanner, files are not scanned.
            anchors: ``file:///…``, a folder for the newest head of each audit trail. Without it, the folder ``anchors``
                beside that of the files; with files in an object store it must be named. Keep it where whoever
                administers the database cannot write.
            pdf: ``fpdf2``; or ``typst``, for PDFs that screen readers and archives can use, with the extra ``typst``.
                ``typst:///usr/share/fonts/truetype/noto`` names a folder with more fonts.
            addresses: looks up the street and place of a postcode: ``PdokAddresses()``. Without it, clients type them.
            settings: the times, limits and policies. Without them, the defaults of the manual.
            migrate: whether to migrate a database that a word names. If not, its tables must be of this version
                already.

        Raises:
            WrongWords: a word is wrong. Nothing was opened.
            TypeError: an argument has a wrong type.
            ValueError: *pepper* or *key* is too short.
            WrongSecrets: *pepper* or *key* is another one than before. It is a ValueError too.
            DatabaseUnfit: the database cannot be used, such as one without tables and without *migrate*. The message
                says why.
            Unavailable: the database cannot be used now.
        """
        faults: dict[str, str] = {}
        open_storage = _opener("database", database, _database, faults)
        open_files = _opener("files", files, _files, faults)
        open_mail = _opener("mail", mail, _mail, faults)
        open_sms = _opener("sms", sms, _sms, faults)
        open_scanner: Callable[[], Scanner | None] = _opener("scanner", scanner, _scanner, faults)
        open_anchors = _anchors_opener(anchors, files, faults)
        open_pdf: Callable[[], PdfWriter] = _opener("pdf", pdf, _pdf, faults)
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
                pdf=open_pdf(),
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
                scanner=open_scanner(),
                pictures=HeifPictures.if_installed(),
                addresses=addresses,
                webhooks=WebhookPoster.if_installed((settings or Settings()).webhooks),
                settings=settings,
                closing=closing,
            )
            undoing.pop_all()
        return portal

    @checked_call
    def from_environment(
        self,
        *,
        scanner: str | Scanner | None = None,
        addresses: AddressLookup | None = None,
        settings: Settings | None = None,
        migrate: bool | None = None,
    ) -> Portal:
        """Open a portal by the variables of the environment.

        They are ``KLANTPORTAAL_DATABASE``, ``…_FILES``, ``…_MAIL``, ``…_SMS``, ``…_SCANNER``, ``…_ANCHORS``,
        ``…_PDF``, ``…_PEPPER``, ``…_KEY`` and ``…_MIGRATE``. A pepper and a key are hexadecimal digits, as ``openssl
        rand -hex 32`` makes them. To replace one, write the new one, a comma, and the older one.
        ``KLANTPORTAAL_MIGRATE=no`` leaves the tables as they are.

        Args:
            scanner: scans files for viruses. None: as ``KLANTPORTAAL_SCANNER`` says.
            addresses: looks up the street and place of a postcode. Without it, clients type them.
            settings: the times, limits and policies.
            migrate: whether to migrate the database. None: as ``KLANTPORTAAL_MIGRATE`` says.

        Raises:
            WrongWords: a variable is missing or wrong, or its name is misspelt, such as ``KLANTPORTAAL_SCANER``. The
                message has the names of the variables.
            ValueError: the pepper or the key is too short.
            WrongSecrets: the pepper or the key is another one than before.
            Unavailable: the database cannot be used now.
        """
        arguments, faults = _from_variables(os.environ)
        if faults:
            raise WrongWords(faults)
        if migrate is not None:
            arguments["migrate"] = migrate
        if scanner is not None:
            arguments["scanner"] = scanner
        return self(addresses=addresses, settings=settings, **arguments)

    @staticmethod
    @checked_call
    def wrong_variables(environment: Mapping[str, str]) -> Mapping[str, str]:
        """List what is missing, wrong or misspelt in variables, by their names. This opens nothing."""
        return _from_variables(environment)[1]


open_portal = Opening()


def _nothing() -> None:
    """Close nothing: a vendor closes what it opened."""


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
    if not given["anchors"]:
        _anchors_opener(None, given["files"], faults)
    for name in ("pepper", "key"):
        digits = given[name].replace(" ", "").split(",")
        if given[name] and all(map(_HEX.fullmatch, digits)):
            arguments[name] = _secrets([bytes.fromhex(each) for each in digits], name, faults)
        elif given[name]:
            faults[name] = f"write hexadecimal digits, {_AS_MADE}"
    if given["migrate"] not in ("", "yes", "no"):
        faults["migrate"] = "write yes or no"
    arguments["migrate"] = given["migrate"] != "no"
    return arguments, {_variable(name): fault for name, fault in faults.items()} | _misspelt(environment)


def _secrets(given: Sequence[bytes], name: str, faults: dict[str, str]) -> Sequence[bytes]:
    """Check how long the secrets of a variable are, and that they differ. What is wrong is added to *faults*."""
    try:
        Keyring.of(given, "it")
    except ValueError as error:
        faults[name] = f"{error}; write hexadecimal digits, {_AS_MADE}"
    return given


def _misspelt(environment: Mapping[str, str]) -> dict[str, str]:
    """Find variables of unknown names that are almost known ones. Other names may be the vendor's own."""
    known = [name.upper() for name in (*_READERS, "pepper", "key", "migrate", "portal", "workers")]
    faults: dict[str, str] = {}
    for variable, value in environment.items():
        name = variable.upper().removeprefix(_PREFIX)
        if not value or not variable.upper().startswith(_PREFIX) or variable.removeprefix(_PREFIX) in known:
            continue
        if nearest := get_close_matches(name, known, n=1, cutoff=_ALIKE):
            faults[variable] = f"there is no such variable: is it {_PREFIX}{nearest[0]}?"
    return faults


def part_openers(environment: Mapping[str, str]) -> Mapping[str, Callable[[], Any]]:
    """Give a function that opens each part that a right variable names, by the part. It migrates nothing."""
    openers: dict[str, Callable[[], Any]] = {}
    for name, read in _PARTS.items():
        faults: dict[str, str] = {}
        if word := environment.get(_variable(name), ""):
            opener: Callable[[], Any] = _opener(name, word, read, faults)
        elif name == "anchors" and "files" in openers:
            opener = _anchors_opener(None, environment[_variable("files")], faults)
        else:
            continue
        if not faults:
            openers[name] = opener
    return openers


# ------------------------------------------------------------------ words
def _opener(
    name: str, given: str | Part, read: Callable[[str], Callable[[], Any]], faults: dict[str, str]
) -> Callable[[], Part]:
    """Read the word of a part, and return the function that opens the part. Faults are added to *faults*."""
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
        WrongWords: the word is wrong.
    """
    return _opened("database", word, _database)


def open_files(word: str) -> Files:
    """Open the files that a word names. Raises: WrongWords."""
    return _opened("files", word, _files)


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
    connection_settings(dsn, schema=schema, patience=1)  # Checks the word, and does not connect.
    return partial(SqlStorage.postgresql, dsn, schema=schema, connections=int(connections))


def _files(word: str) -> Callable[[], Files]:
    scheme = _scheme(word)
    if scheme == "file":
        return partial(DiskFiles, _path(word))
    if scheme not in _OBJECT_STORES:
        raise ValueError(
            "use file:///srv/portal/files, or a place in an object store: s3://bucket/prefix, gs://bucket/prefix or "
            "az://container/prefix"
        )
    from klantportaal.adapters.files.objects import ObjectFiles

    files = ObjectFiles(word)  # Checks the word, and sends nothing.
    return lambda: files


def _anchors_opener(anchors: str | Anchors | None, files: str | Files, faults: dict[str, str]) -> Callable[[], Anchors]:
    """Read the word of the anchors. Without a word, the anchors are beside the folder of the files."""
    if anchors is not None:
        return _opener("anchors", anchors, _anchors, faults)
    if not isinstance(files, str) or _scheme(files) in _OBJECT_STORES:
        faults["anchors"] = "name a folder, such as file:///srv/portal-anchors, because the files are not in one"
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
    url, own = _url(word), _query(word, ["sender"])
    if not url.hostname or url.path not in ("", "/") or url.fragment:
        raise ValueError(f"name the mail server, as in {scheme}://host:{usual}?sender=portal@office.nl")
    try:
        require_sender(own.get("sender", ""))
    except ValueError:
        raise ValueError("name the one address that mails come from, as in ?sender=portal@office.nl") from None
    user, password = (unquote(each) if each else None for each in (url.username, url.password))
    if (user is None) != (password is None):
        raise ValueError(f"name both the user and the password, as in {scheme}://user:password@host")
    port = _port(word) or usual
    sender = SmtpSender(url.hostname, port, sender=own["sender"], username=user, password=password, tls=tls)
    return lambda: sender


def _sms(word: str) -> Callable[[], SmsSender]:
    if _scheme(word) == "folder":
        return partial(FolderSmsSender, _path(word))
    gateway = AppriseSmsSender(word)
    return lambda: gateway


def _scanner(word: str) -> Callable[[], Scanner]:
    scheme = _scheme(word)
    if scheme not in ("clamd", "clamd+unix"):
        raise ValueError(f"use clamd://host:{PORT}, or clamd+unix:///run/clamav/clamd.ctl")
    place, own = word.partition("?")[0], _query(word, ["patience"])
    seconds = own.get("patience", f"{PATIENCE:.0f}")
    if not re.fullmatch("[1-9][0-9]{0,2}", seconds, re.ASCII) or int(seconds) > LONGEST_PATIENCE:
        raise ValueError(f"patience is a number of seconds from 1 to {LONGEST_PATIENCE}")
    if scheme == "clamd+unix":
        return partial(ClamdScanner.unix, _path(place), patience=int(seconds))
    url = _url(word)
    if not url.hostname or url.path not in ("", "/") or url.fragment or "@" in url.netloc:
        raise ValueError(f"name the machine of clamd, as in clamd://host:{PORT}")
    return partial(ClamdScanner.tcp, url.hostname, _port(word) or PORT, patience=int(seconds))


def _pdf(word: str) -> Callable[[], PdfWriter]:
    if word == "fpdf2":
        return FpdfWriter
    if word != "typst" and _scheme(word) != "typst":
        raise ValueError("use fpdf2, typst, or typst:///usr/share/fonts/truetype/noto, a folder with more fonts")
    from klantportaal.adapters.pdf.typst import TypstWriter

    writer = TypstWriter(fonts=[] if word == "typst" else [_path(word)])
    return lambda: writer


def _scheme(word: str) -> str:
    """Give the scheme before ``://``, in lower case. "" if there is none."""
    return word.partition("://")[0].strip().lower() if "://" in word else ""


def _url(word: str) -> SplitResult:
    """Split a word into the parts of a URL. Raises: ValueError, which has nothing of the word."""
    try:
        return urlsplit(word)
    except ValueError:  # Its message has a part of the word, such as the password.
        raise ValueError("this is no URL: percent-encode what is special in a user, a password or a path") from None


def _path(word: str) -> Path:
    """Give the path of a file or folder of this machine.

    Raises:
        ValueError: the path is not absolute or has no folder, or there is a host or a query.
    """
    url, example = _url(word), f"{_scheme(word)}:///srv/portal/…"
    if url.netloc or url.query or url.fragment:
        raise ValueError(f"write three slashes and then the whole path, percent-encoded, as in {example}")
    place = Path("/", unquote(url.path).lstrip("/"))
    if len(place.parts) < 3 or ".." in place.parts or "\0" in str(place):
        raise ValueError(f"write the whole path, with its folders, as in {example}")
    return place


def _port(word: str) -> int | None:
    try:
        return _url(word).port
    except ValueError:
        raise ValueError("the port is a number up to 65535; percent-encode what is special in a password") from None


def _query(word: str, known: Collection[str]) -> dict[str, str]:
    """Read the names and values after the question mark.

    Raises:
        ValueError: a name is not among the known ones, or occurs twice.
    """
    pairs = parse_qsl(_url(word).query, keep_blank_values=True)
    names = [name for name, _value in pairs]
    if len(set(names)) < len(names) or not set(names) <= set(known):
        raise ValueError(f"after the question mark, write only {', '.join(f'{name}=…' for name in known)}, each once")
    return dict(pairs)


def _without_own(word: str, own: Collection[str]) -> tuple[str, dict[str, str]]:
    """Take some names out of a query. Give the rest of the word, and the values of these names.

    Raises:
        ValueError: one of these names occurs twice.
    """
    place, _mark, query = word.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    left = urlencode([pair for pair in pairs if pair[0] not in own], quote_via=quote)
    taken = [pair for pair in pairs if pair[0] in own]
    if len(dict(taken)) < len(taken):
        raise ValueError(f"after the question mark, write {' and '.join(f'{name}=…' for name in own)} once at most")
    return f"{place}?{left}" if left else place, dict(taken)


_PARTS: Mapping[str, Callable[[str], Callable[[], Any]]] = {
    "database": _database,
    "files": _files,
    "mail": _mail,
    "sms": _sms,
    "scanner": _scanner,
    "anchors": _anchors,
}
"""The function that reads the word of each part, and returns the function that opens the part."""
_READERS = {**_PARTS, "pdf": _pdf}
"""Those of all words. What writes PDFs is no part that is opened, or that can be away."""
