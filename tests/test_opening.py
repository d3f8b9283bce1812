"""Opening a portal by words: what each names, and what is said of words that name nothing."""

import re
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
    NewClient,
    OfficeActor,
    OfficeProfile,
    Portal,
    Settings,
    UploadLimits,
    Visitor,
    WrongSecrets,
    WrongWords,
    open_portal,
)
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.storage.sql import NotMigrated, SqlStorage
from klantportaal.domain.values import OfficeId
from tests.support import smtp

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
    """What words name is used, with the anchors beside the files, and found again by the same words."""
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
    """A server of PostgreSQL, a schema of one's own in it, and a server of mail, by words."""
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


def test_objects_of_the_vendor(tmp_path: Path) -> None:
    """Any part may be an object of the vendor's own. What the vendor opened is not migrated, and stays open."""
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
    """Without *migrate*, the tables are left as they are."""
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
    "many connections": ("database", "postgresql://jan:geheim@host/db?connections=veel", "from 1 to 9999"),
    "an option of nobody": ("database", "postgresql://jan:geheim@host/db?schemas=x", "libpq"),
    "files elsewhere": ("files", "ftp://jan:geheim@host/files", "use file:///"),
    "files in the root": ("files", "file:///files", "write the whole path"),
    "files that climb": ("files", "file:///srv/portal/../../etc", "write the whole path"),
    "files on a host": ("files", "file://jan:geheim@host/srv/files", "write three slashes"),
    "anchors elsewhere": ("anchors", "s3x://jan:geheim@bucket", "use file:///"),
    "mail by a web page": ("mail", "https://jan:geheim@host", "use smtp+starttls://"),
    "mail without a host": ("mail", f"smtp+starttls://?sender={SENDER}", "name the mail server"),
    "mail from nobody": ("mail", "smtps://jan:geheim@host", "name the one address"),
    "mail from two": ("mail", f"smtps://jan:geheim@host?sender={SENDER}&sender={SENDER}", "each once"),
    "mail with a wish": ("mail", f"smtps://jan:geheim@host?sender={SENDER}&tls=no", "write only sender"),
    "no address": ("mail", "smtps://jan:geheim@host?sender=portaal", "name the one address"),
    "a password in the clear": ("mail", f"smtp://jan:geheim@host?sender={SENDER}", "only sent over TLS"),
    "a torn password of mail": ("mail", f"smtps://jan:ge#heim@host?sender={SENDER}", "name the mail server"),
    "no port": ("mail", f"smtps://jan:geheim@host:geheim?sender={SENDER}", "percent-encode"),
    "no gateway": ("sms", "nergens://geheim/{to}", "apprise has no gateway"),
    "no place for the number": ("sms", "messagebird://geheim/12345678901", "{to}"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_word(wrong: str, tmp_path: Path) -> None:
    """AL-5: a wrong word is named, with what would be right. No word is repeated, and nothing is made."""
    name, word, told = WRONG[wrong]
    with pytest.raises(WrongWords) as refused:
        open_portal(**{**words(tmp_path), name: word})
    assert list(refused.value.faults) == [name]
    assert told in refused.value.faults[name]
    assert "geheim" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_all_wrong_words_are_told_at_once(tmp_path: Path) -> None:
    """AL-5: every wrong word is named. So are anchors that are missing, where the files are an object."""
    with pytest.raises(WrongWords) as refused:
        open_portal(database="", files="", mail="", sms="", pepper=PEPPER)
    assert list(refused.value.faults) == ["database", "files", "mail", "sms"]
    with pytest.raises(WrongWords, match="anchors: name a place") as refused:
        open_portal(**{**words(Path("/srv/portal")), "database": "", "files": MemoryFiles()})
    assert list(refused.value.faults) == ["database", "anchors"]


def test_a_wrong_secret_makes_nothing(tmp_path: Path) -> None:
    """AL-5: a pepper that is too short is refused before anything is made, and another one before anything is used."""
    with pytest.raises(ValueError, match="32"):
        open_portal(**{**words(tmp_path), "pepper": b"kort"})
    assert list(tmp_path.iterdir()) == []
    open_portal(**words(tmp_path)).close()
    with pytest.raises(WrongSecrets):
        open_portal(**{**words(tmp_path), "pepper": b"q" * 32})


@given(
    name=st.sampled_from(["database", "files", "mail", "sms", "anchors"]),
    scheme=st.sampled_from(["", "sqlite", "postgresql", "file", "folder", "smtp", "smtps", "smtp+starttls"]),
    rest=st.text(max_size=40),
)
def test_any_text_is_a_word_or_is_refused(name: str, scheme: str, rest: str) -> None:
    """AL-5: whatever text is given as a word, it is refused as one, without repeating it: nothing else is raised."""
    given: dict[str, Any] = {"database": "x", "files": "x", "mail": "x", "pepper": PEPPER}
    given[name] = f"{scheme}://geheim:{rest}"
    with pytest.raises(WrongWords) as refused:
        open_portal(**given)
    assert "geheim" not in str(refused.value)


# ------------------------------------------------------------------ the environment
def variables(monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str]) -> None:
    """Set variables of the environment."""
    for name, value in given.items():
        monkeypatch.setenv(f"KLANTPORTAAL_{name.upper()}", value)


def test_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables say what the words say. A list of peppers replaces the one of before."""
    variables(monkeypatch, {**words(tmp_path), "pepper": PEPPER.hex()})
    with closing(open_portal.from_environment()) as portal:
        office_id = invite(portal)
    variables(monkeypatch, {"pepper": f"{(b'q' * 32).hex()}, {PEPPER.hex()}", "migrate": "no"})
    with closing(open_portal.from_environment(settings=Settings())) as again:
        assert again.offices.only() == office_id
        again.client.onboarding.ask_link(Visitor(office_id=office_id), "jan@example.nl")


def test_wrong_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: variables that are missing or wrong are told by their own names, and not repeated."""
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
