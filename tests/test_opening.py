"""Opening a portal by text words: what each names, and the errors for wrong ones."""

import itertools
import re
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal import (
    ClientKind,
    Language,
    NewClient,
    OfficeActor,
    OfficeProfile,
    Portal,
    ScannerHealth,
    Settings,
    UploadLimits,
    Visitor,
    WrongSecrets,
    WrongWords,
    open_portal,
)
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.files.objects import ObjectFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.pdf import FONTS
from klantportaal.adapters.pdf.typst import TypstWriter
from klantportaal.adapters.pictures import heif
from klantportaal.adapters.storage.sql import NotMigrated, SqlStorage
from klantportaal.domain.values import OfficeId
from klantportaal.opening import open_files
from klantportaal.portal import shows_heic
from klantportaal.testing.contracts.pdf import postal_letter, reader
from tests.support import smtp
from tests.support.clamd import Clamd

PEPPER = b"p" * 32
SENDER = "portaal@kantoor.nl"


def words(folder: Path) -> dict[str, Any]:
    """Name all parts in one folder."""
    return {
        "database": f"sqlite://{quote(str(folder / 'portal.sqlite3'))}",
        "files": (folder / "files").as_uri(),
        "mail": f"folder://{quote(str(folder / 'mail'))}",
        "pepper": PEPPER,
    }


def invite(portal: Portal) -> OfficeId:
    """Let an office invite a client, and send the mail."""
    office_id = portal.offices.ensure(
        "kantoor", "https://kantoor.example.nl", OfficeProfile(name="Kantoor", contact_address="info@kantoor.nl")
    )
    new = NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl")
    portal.office.clients.invite(OfficeActor(office_id=office_id, handler="A"), new)
    portal.background.dispatcher.run_once()
    return office_id


def test_all_in_one_folder(tmp_path: Path) -> None:
    """AL-2: each word names a part, with the anchors beside the files; the same words open the same data again."""
    folder = tmp_path / "een map met spaties & 100% tekens"
    folder.mkdir()
    with closing(open_portal(**words(folder))) as portal:
        office_id = invite(portal)
        portal.background.sealer.run_once()
    assert sorted(each.name for each in folder.iterdir()) == [
        "anchors",
        "files",
        "mail",
        "portal.sqlite3",
    ]
    assert len(list((folder / "mail").glob("*.eml"))) == 1
    assert list((folder / "anchors").iterdir()) != []
    with closing(open_portal(**words(folder))) as again:
        assert again.offices.only() == office_id


def test_postgresql_and_a_mail_server(postgres_dsn: str, tmp_path: Path) -> None:
    """AL-2: words can name a PostgreSQL server, a schema in it, and a mail server."""
    mark = "&" if "?" in postgres_dsn else "?"
    with smtp.running() as server:
        given = {
            **words(tmp_path),
            "database": f"{postgres_dsn}{mark}schema=van_de_vendor&connections=3",
            "mail": f"smtp://{smtp.HOST}:{server.port}?sender={SENDER}",
        }
        with closing(open_portal(**given)) as portal:
            invite(portal)
        assert server.envelopes == [(SENDER, ("jan@example.nl",))]
    with closing(SqlStorage.postgresql(postgres_dsn, schema="van_de_vendor")) as storage:
        assert storage.read.is_migrated()


@pytest.mark.parametrize("rest", ["", "?patience=60"])
def test_a_scanner(clamd_server: Clamd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    """AT-3: a clamd at a port or at a socket, by words or by the environment. Without a word there is no scanner."""
    given = words(tmp_path)
    for word in (f"{clamd_server.word}{rest}", f"clamd+unix://{clamd_server.path}{rest}"):
        with closing(open_portal(**given, scanner=word)) as portal:
            assert portal.health().scanner == ScannerHealth()
            assert "scanner" not in [each.setting for each in portal.deviations]
    variables(monkeypatch, {**given, "pepper": PEPPER.hex(), "scanner": word})
    with closing(open_portal.from_environment()) as portal:
        assert portal.health().scanner == ScannerHealth()
    with closing(open_portal.from_environment(scanner="clamd://nergens.invalid")) as portal:
        assert portal.health().scanner == ScannerHealth(problem="Unavailable")
    with closing(open_portal(**given)) as portal:
        assert portal.health().scanner is None


def test_a_writer_of_pdfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QU-4: Typst writes the PDFs, by a word, with more fonts, by the environment, or as an object; else fpdf2 does."""
    given = words(tmp_path)

    def has_tags(portal: Portal) -> bool:
        with closing(portal):
            written = portal.office.reminders._pdf.write_letter(postal_letter(Language.DUTCH))
        return "/StructTreeRoot" in reader(written).root_object

    for word in ("typst", f"typst://{FONTS / 'all'}", TypstWriter()):
        assert has_tags(open_portal(**given, pdf=word))
    assert not has_tags(open_portal(**given))
    variables(monkeypatch, {**given, "pepper": PEPPER.hex(), "pdf": "typst"})
    assert has_tags(open_portal.from_environment())


def test_objects_of_the_vendor(tmp_path: Path) -> None:
    """AL-2: any part may be the vendor's object. A storage that the vendor opened is not migrated, and stays open."""
    mail, settings = MemorySender(), Settings(uploads=UploadLimits(waiting=7))
    with closing(SqlStorage.sqlite(tmp_path / "eigen.sqlite3")) as storage:
        storage.migrate()
        given = {**words(tmp_path), "database": storage, "mail": mail, "settings": settings}
        with closing(open_portal(**given)) as portal:
            invite(portal)
            assert portal.settings is settings
        assert len(mail.sent) == 1
        assert storage.read.is_migrated()


def test_without_migrating(tmp_path: Path) -> None:
    """AL-2: without *migrate*, the tables do not change."""
    with pytest.raises(NotMigrated):
        open_portal(**words(tmp_path), migrate=False)
    open_portal(**words(tmp_path)).close()
    open_portal(**words(tmp_path), migrate=False).close()


WRONG: Mapping[str, tuple[str, str, str]] = {
    "another database": ("database", "mysql://jan:geheim@host/db", "use postgresql://"),
    "no word at all": ("database", "portal.sqlite3", "use postgresql://"),
    "a relative file": ("database", "sqlite:///portal.sqlite3", "write the whole path"),
    "a file on a host": ("database", "sqlite://srv/portal.sqlite3", "write three slashes"),
    "no such folder": ("database", "sqlite:///srv/bestaat/niet/portal.sqlite3", "/srv/bestaat/niet"),
    "SQLAlchemy's URL": ("database", "postgresql+psycopg://jan:geheim@host/db", "leave out what follows the plus"),
    "a torn password": ("database", "postgresql://jan:ge@heim@host/db", "percent-encoded"),
    "a schema of PostgreSQL's": ("database", "postgresql://jan:geheim@host/db?schema=pg_x", "schema"),
    "two schemas": ("database", "postgresql://jan:geheim@host/db?schema=a&schema=b", "schema=… and connections=… once"),
    "a port that is none": (
        "database",
        "postgresql://jan:geheim@host:65536/db",
        "from 1 to 65535",
    ),
    "many connections": ("database", "postgresql://jan:geheim@host/db?connections=veel", "from 1 to 9999"),
    "TLS of nobody": ("database", "postgresql://jan:geheim@host/db?sslmode=nope", "sslmode is one of disable, allow"),
    "no server": ("database", "postgresql://", "write postgresql://portaal@db.example.nl/portaal"),
    "an option of nobody": (
        "database",
        "postgresql://jan:geheim@host/db?schemas=x",
        "PostgreSQL does not know",
    ),
    "files elsewhere": ("files", "ftp://jan:geheim@host/files", "use file:///"),
    "files in the root": ("files", "file:///files", "write the whole path"),
    "files that climb": ("files", "file:///srv/portal/../../etc", "write the whole path"),
    "files on a host": ("files", "file://jan:geheim@host/srv/files", "write three slashes"),
    "a bucket with a key": ("files", "s3://jan:geheim@bucket/files", "leave the credentials out"),
    "no bucket": ("files", "s3:///geheim", "name the bucket"),
    "no container": ("files", "az:///geheim", "as in az://container/prefix"),
    "a bucket that no URL can have": ("files", "s3://[geheim", "name the bucket"),
    "a prefix that climbs": ("files", "s3://bucket/../geheim", "write the prefix"),
    "a bucket with a wish": ("files", "s3://bucket?geheim=1", "write only endpoint=…, region=…, timeout=…, retries=…"),
    "an option of another store": ("files", "gs://bucket?endpoint=https://geheim.example.nl", "write only timeout"),
    "an option twice": ("files", "s3://bucket?region=geheim&region=geheim", "each once"),
    "an endpoint without a scheme": ("files", "s3://bucket?endpoint=geheim.example.nl", "endpoint is the address"),
    "an account with a key": ("files", "az://container?account=Geheim=", "account is the name"),
    "no region": ("files", "s3://bucket?region=Geheim", "region is a name"),
    "no time": ("files", "s3://bucket?timeout=0", "timeout is a number"),
    "tries without end": ("files", "s3://bucket?retries=99", "retries is a number"),
    "a time that outlasts the lease": ("files", "s3://bucket?timeout=90&retries=9", "make them smaller"),
    "anchors elsewhere": ("anchors", "s3x://jan:geheim@bucket", "use file:///"),
    "mail by a web page": ("mail", "https://jan:geheim@host", "use smtp+starttls://"),
    "mail without a host": ("mail", f"smtp+starttls://?sender={SENDER}", "name the mail server"),
    "mail from nobody": ("mail", "smtps://jan:geheim@host", "name the one address"),
    "mail from two": ("mail", f"smtps://jan:geheim@host?sender={SENDER}&sender={SENDER}", "each once"),
    "mail with a user alone": ("mail", f"smtps://geheim@host?sender={SENDER}", "both the user and the password"),
    "mail with a password alone": ("mail", f"smtps://:geheim@host?sender={SENDER}", "both the user and the password"),
    "mail with a wish": ("mail", f"smtps://jan:geheim@host?sender={SENDER}&tls=no", "write only sender"),
    "no address": ("mail", "smtps://jan:geheim@host?sender=portaal", "name the one address"),
    "a password in the clear": ("mail", f"smtp://jan:geheim@host?sender={SENDER}", "only sent over TLS"),
    "a torn password of mail": ("mail", f"smtps://jan:ge#heim@host?sender={SENDER}", "name the mail server"),
    "no port": ("mail", f"smtps://jan:geheim@host:geheim?sender={SENDER}", "percent-encode"),
    "no gateway": ("sms", "nergens://geheim/{to}", "apprise has no gateway"),
    "another writer of PDFs": ("pdf", "latex", "use fpdf2, typst"),
    "no folder of fonts": ("pdf", "typst:///srv/nergens/letters", "there is no folder with fonts"),
    "another scanner": ("scanner", "icap://jan:geheim@host", "use clamd://host:3310"),
    "a scanner nowhere": ("scanner", "clamd://:3310", "name the machine"),
    "a scanner with a password": ("scanner", "clamd://jan:geheim@host:3310", "name the machine"),
    "a scanner's page": ("scanner", "clamd://host:3310/geheim", "name the machine"),
    "a scanner's port": ("scanner", "clamd://host:99999", "up to 65535"),
    "a scanner that waits": ("scanner", "clamd://host?patience=601", "from 1 to 600"),
    "a scanner that does not": ("scanner", "clamd+unix:///run/clamav/clamd.ctl?patience=0", "from 1 to 600"),
    "a scanner with a wish": ("scanner", "clamd://host?max_file_size=25", "write only patience"),
    "a socket on a host": ("scanner", "clamd+unix://host/run/clamd.ctl", "write three slashes"),
    "a socket in the root": ("scanner", "clamd+unix:///clamd.ctl", "write the whole path"),
    "no place for the number": ("sms", "messagebird://geheim/12345678901", "{to}"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_word(wrong: str, tmp_path: Path) -> None:
    """AL-5: a wrong word is named, with what is allowed. Its text is not repeated, and nothing is made."""
    name, word, told = WRONG[wrong]
    with pytest.raises(WrongWords) as refused:
        open_portal(**{**words(tmp_path), "anchors": (tmp_path / "anchors").as_uri(), name: word})
    assert list(refused.value.faults) == [name]
    assert told in refused.value.faults[name]
    assert "geheim" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_all_wrong_words_are_told_at_once(tmp_path: Path) -> None:
    """AL-5: every wrong word is named. So are anchors that are missing, where the files are an object."""
    with pytest.raises(WrongWords) as refused:
        open_portal(database="", files="", mail="", sms="", pepper=PEPPER)
    assert list(refused.value.faults) == ["database", "files", "mail", "sms"]
    with pytest.raises(WrongWords, match="anchors: name a folder") as refused:
        open_portal(**{**words(Path("/srv/portal")), "database": "", "files": MemoryFiles()})
    assert list(refused.value.faults) == ["database", "anchors"]


@pytest.mark.parametrize(
    "word", ["s3://bucket/een/map?region=eu-west-1", "gs://bucket", "az://container?account=kantoor"]
)
def test_files_in_an_object_store(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are in the store that the word names. Nothing is sent yet. The anchors then need a word too."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")  # Nothing can be sent.
    given = {**words(tmp_path), "files": word}
    with pytest.raises(WrongWords) as refused:
        open_portal(**given)
    assert list(refused.value.faults) == ["anchors"]
    with closing(open_portal(**given, anchors=(tmp_path / "anchors").as_uri())) as portal:
        invite(portal)
    assert isinstance(open_files(word), ObjectFiles)


def test_pictures_of_phones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-3: HEIC pictures can be looked at where the extra is installed, without a word for it."""
    with closing(open_portal(**words(tmp_path))) as portal:
        assert shows_heic(portal)
    monkeypatch.setattr(heif, "_PACKAGES", ("no_such_package",))
    with closing(open_portal(**words(tmp_path))) as portal:
        assert not shows_heic(portal)


def test_without_the_extras() -> None:
    """AL-5: where the packages of extras are not installed, each word and host that needs one says which extra."""
    code = """
        import importlib, sys
        for name in ("obstore", "PIL", "pillow_heif", "apprise", "psycopg", "flask", "multipart", "python_multipart"):
            sys.modules[name] = None
        from klantportaal import open_portal
        from klantportaal.opening import WrongWords
        words = dict(database="postgresql://a@b/c", files="s3://bucket/files", sms="clicksend://a:b@{to}",
            scanner="clamd://localhost", mail="smtp://localhost?sender=a@kantoor.nl", anchors="file:///srv/ankers")
        try:
            open_portal(**words, pepper=b"p" * 32)
        except WrongWords as refused:
            print(*(f"{name}: {fault}" for name, fault in refused.faults.items()), sep="\\n")
        for host in ("flask", "fastapi"):
            try:
                importlib.import_module(f"klantportaal.adapters.{host}")
            except ModuleNotFoundError as error:
                print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "database: PostgreSQL needs psycopg: pip install klantportaal[postgres]",
        "files: an object store needs obstore: pip install klantportaal[objects]",
        "sms: a gateway for SMSs needs apprise: pip install klantportaal[sms]",
        "a host for Flask needs flask: pip install klantportaal[flask]",
        "a host for FastAPI needs python_multipart: pip install klantportaal[fastapi]",
    ]


def test_a_wrong_secret_makes_nothing(tmp_path: Path) -> None:
    """AL-5: a pepper that is too short is refused before anything is made, and another one before anything is used."""
    with pytest.raises(ValueError, match="32"):
        open_portal(**{**words(tmp_path), "pepper": b"kort"})
    assert list(tmp_path.iterdir()) == []
    open_portal(**words(tmp_path)).close()
    with pytest.raises(WrongSecrets):
        open_portal(**{**words(tmp_path), "pepper": b"q" * 32})


SECRETS = ("[Geheim]", "[Geheim", "Geheim]", "Geheim\u2100", "[Geheim\u2100]", "[v1.Geheim]", "[::Geheim%25]")
"""Passwords that are not percent-encoded, of which urllib's errors quote a part."""
PLACES = ("user:{}@host", "{}@host:587", "user:{}@host/srv/naam", "{}", "host/{}", "host:{}", "host?sender={}")
BY_SCHEME: Mapping[str, tuple[str, ...]] = {
    "database": ("sqlite", "postgresql", "postgres", "mysql"),
    "files": ("file", "s3", "gs", "az", "ftp"),
    "mail": ("smtp+starttls", "smtps", "smtp", "folder"),
    "sms": ("folder", "messagebird", "twilio", "json", "nergens"),
    "scanner": ("clamd", "clamd+unix"),
    "anchors": ("file", "s3"),
    "pdf": ("typst", "latex"),
}


@pytest.mark.parametrize("name, scheme", [(name, each) for name, schemes in BY_SCHEME.items() for each in schemes])
def test_no_secret_is_told(name: str, scheme: str) -> None:
    """AL-5: an error for a word has no part of a password, also where urllib's own error quotes it."""
    for secret, place in itertools.product(SECRETS, PLACES):
        given: dict[str, Any] = {"database": "x", "files": "x", "mail": "x", "pepper": PEPPER, "anchors": "x"}
        given[name] = f"{scheme}://{place.format(secret)}"
        with pytest.raises(WrongWords) as refused:
            open_portal(**given)
        assert "Geheim" not in "".join(traceback.format_exception(refused.value))


@given(
    name=st.sampled_from(["database", "files", "mail", "sms", "scanner", "anchors"]),
    scheme=st.sampled_from(
        [
            *("", "sqlite", "postgresql", "file", "s3", "gs", "az", "folder"),
            *("smtp", "smtps", "smtp+starttls", "clamd", "clamd+unix"),
        ]
    ),
    before=st.sampled_from(["", "[", "user:[", "user:", "\u2100", "[v1."])
    | st.text(st.characters(codec="utf-8", exclude_characters="/"), max_size=10),
    rest=st.sampled_from([":", "]", "]@host", "@[host]", "\u2100@host", ":@host"]) | st.text(max_size=40),
)
def test_any_text_is_a_word_or_is_refused(name: str, scheme: str, before: str, rest: str) -> None:
    """AL-5: any text is a word, or is refused with the same error, which does not repeat it."""
    given: dict[str, Any] = {"database": "x", "files": "x", "mail": "x", "pepper": PEPPER, "anchors": "x"}
    given[name] = f"{scheme}://{before}geheim{rest}"
    with pytest.raises(WrongWords) as refused:
        open_portal(**given)
    assert "geheim" not in str(refused.value)


# ------------------------------------------------------------------ the environment
def variables(monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str]) -> None:
    """Set variables of the environment."""
    for name, value in given.items():
        monkeypatch.setenv(f"KLANTPORTAAL_{name.upper()}", value)


@pytest.mark.parametrize(
    "name, right",
    [("SCANER", "SCANNER"), ("Scanner", "SCANNER"), ("MAILS", "MAIL"), ("ANCHOR", "ANCHORS"), ("PORTAAL", "PORTAL")],
)
def test_a_misspelt_variable(name: str, right: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: a variable whose name is almost a known one is named, with the right name. Nothing is opened."""
    variables(monkeypatch, {**words(tmp_path), "pepper": PEPPER.hex()})
    monkeypatch.setenv(f"KLANTPORTAAL_{name}", "clamd://geheim")
    with pytest.raises(WrongWords, match=f"^KLANTPORTAAL_{name}: there is no such .* is it KLANTPORTAAL_{right}.$"):
        open_portal.from_environment()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(f"KLANTPORTAAL_{name}", "")
    open_portal.from_environment().close()


def test_variables_of_others(tmp_path: Path) -> None:
    """AL-5: other names are left alone, also when they begin as ours do."""
    given = {f"KLANTPORTAAL_{name.upper()}": word for name, word in {**words(tmp_path), "pepper": PEPPER.hex()}.items()}
    others = ("PORTAL", "URLS", "TALLIES", "POSTGRES_DSN", "TEST_DATABASE", "REQUIRE_CLAMD", "REQUIRE_BROWSER")
    assert open_portal.wrong_variables(given | {f"KLANTPORTAAL_{name}": "x" for name in others}) == {}
    assert open_portal.wrong_variables(given | {"MAILS": "x", "ANDERS_SCANER": "x"}) == {}


def test_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PW-2: variables have the same meaning as words. A list of peppers replaces the earlier pepper."""
    variables(monkeypatch, {**words(tmp_path), "pepper": PEPPER.hex()})
    with closing(open_portal.from_environment()) as portal:
        office_id = invite(portal)
    variables(monkeypatch, {"pepper": f"{(b'q' * 32).hex()}, {PEPPER.hex()}", "migrate": "no"})
    with closing(open_portal.from_environment(settings=Settings())) as again:
        assert again.offices.only() == office_id
        again.client.onboarding.ask_link(Visitor(office_id=office_id), "jan@example.nl")


def test_variables_of_a_wrong_type() -> None:
    """AL-5: an environment is a mapping from text to text."""
    for wrong in (None, 7, [("KLANTPORTAAL_PEPPER", "00")], {"KLANTPORTAAL_PEPPER": 7}):
        with pytest.raises(TypeError, match=r"^Opening\.wrong_variables: environment"):
            open_portal.wrong_variables(wrong)  # type: ignore[arg-type]


def test_wrong_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: missing or wrong variables are named, and their values are not repeated."""
    variables(monkeypatch, {"pepper": "geheim", "migrate": "misschien", "files": "geheim"})
    with pytest.raises(WrongWords) as refused:
        open_portal.from_environment()
    told = set(re.findall(r"KLANTPORTAAL_[A-Z]+", str(refused.value)))
    assert told == {f"KLANTPORTAAL_{name}" for name in ("DATABASE", "FILES", "MAIL", "PEPPER", "MIGRATE")}
    assert "geheim" not in str(refused.value)
    variables(monkeypatch, {**words(tmp_path), "pepper": PEPPER.hex(), "migrate": "yes", "files": "geheim"})
    with pytest.raises(WrongWords, match="KLANTPORTAAL_FILES: use file") as refused:
        open_portal.from_environment()
    assert list(refused.value.faults) == ["KLANTPORTAAL_FILES"]
    variables(monkeypatch, {"files": "s3://bucket/files"})
    with pytest.raises(WrongWords, match="KLANTPORTAAL_ANCHORS: name a folder") as refused:
        open_portal.from_environment()
    assert list(refused.value.faults) == ["KLANTPORTAAL_ANCHORS"]
