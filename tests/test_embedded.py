"""A portal in one folder starts with the secrets of its earlier starts, or says which one differs."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from klantportaal import OfficeActor, OfficeProfile, embedded
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.keys import WrongSecrets
from klantportaal.trail import BreakKind, SealingProblemKind, SealingRun

A, B, KEY = b"a" * 32, b"b" * 32, b"k" * 32


def start(folder: Path, **secrets: Any) -> None:
    """Start a portal, and close it."""
    embedded.portal(folder, mail=MemorySender(), **secrets).close()


def test_the_same_secrets_start_again(tmp_path: Path) -> None:
    """PW-2: the same secrets start the portal again."""
    for _ in range(2):
        start(tmp_path, pepper=A, key=KEY)


@pytest.mark.parametrize(
    "secrets, told",
    [
        ({"pepper": B, "key": KEY}, "The pepper differs"),
        ({"pepper": A, "key": B}, "The key differs"),
        ({"pepper": A}, "The key is missing"),
        ({"pepper": [B, KEY], "key": KEY}, "The pepper differs"),
    ],
)
def test_others_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secrets: dict[str, Any], told: str
) -> None:
    """PW-2: a start with other secrets is refused, names the one that differs, and closes the database."""
    start(tmp_path, pepper=A, key=KEY)
    closed: list[SqlStorage] = []

    def note(storage: SqlStorage) -> None:
        closed.append(storage)

    with monkeypatch.context() as patched:
        patched.setattr(SqlStorage, "close", note)
        with pytest.raises(WrongSecrets, match=f"^{told}"):
            start(tmp_path, **secrets)
    [storage] = closed
    storage.close()
    start(tmp_path, pepper=A, key=KEY)


def test_a_pepper_and_then_a_key(tmp_path: Path) -> None:
    """PW-2: a key added later is given in a list, before the pepper that encrypted until then."""
    start(tmp_path, pepper=A)
    with pytest.raises(WrongSecrets, match="at earlier starts there was no key, and the pepper"):
        start(tmp_path, pepper=A, key=KEY)
    start(tmp_path, pepper=A, key=[KEY, A])
    start(tmp_path, pepper=[B, A], key=[KEY, A])
    start(tmp_path, pepper=B, key=KEY)


def test_a_pepper_without_a_key_is_replaced(tmp_path: Path) -> None:
    """PW-2: without a key, one list of peppers is enough to replace the pepper."""
    for peppers in ([A], [A, B], [B, A], [B]):
        start(tmp_path, pepper=peppers)


def test_text_is_told_before_anything_is_made(tmp_path: Path) -> None:
    """PW-2: a pepper or key given as text is refused before the folder is made."""
    for secrets in ({"pepper": "ab" * 32}, {"pepper": A, "key": "ab" * 32}):
        with pytest.raises(TypeError, match=r"^(pepper|key) must be bytes, not text: use bytes\.fromhex"):
            start(tmp_path / "portal", **secrets)
    assert not (tmp_path / "portal").exists()


def test_a_backup_that_is_put_back(tmp_path: Path) -> None:
    """SI-5: a restored backup has no anchors: its trail does not hold until the office accepts that it was put back."""
    profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.example.nl")
    with closing(embedded.portal(tmp_path / "portal", mail=MemorySender(), pepper=A)) as portal:
        office = OfficeActor(
            office_id=portal.offices.ensure("kantoor", "https://kantoor.example.nl", profile), handler="mr. A"
        )
        assert portal.background.sealer.run_once() == SealingRun(sealed=1)
        assert portal.background.verify().holds
        portal.background.backup(tmp_path / "backup")
    embedded.restore(tmp_path / "backup", tmp_path / "restored")
    with closing(embedded.portal(tmp_path / "restored", mail=MemorySender(), pepper=A)) as restored:
        found = restored.background.verify()
        assert not found.holds
        assert [each.kind for each in found.trails[office.office_id].breaks] == [BreakKind.NO_ANCHOR]
        [problem] = restored.background.sealer.run_once().problems
        assert problem.kind is SealingProblemKind.NO_ANCHOR
        restored.office.audit.accept_restored(office, reason="Schijf vervangen")
        assert restored.background.verify().holds
        assert restored.background.sealer.run_once().problems == ()
        assert restored.background.verify().holds


HOSTS = {
    "flask": """
from flask import Flask
from klantportaal.adapters.flask import blueprint
app = Flask("vendor")
app.register_blueprint(blueprint(portal), url_prefix="/")
assert app.test_client().get("/inloggen").status_code == 200
""",
    "fastapi": """
from fastapi import FastAPI
from fastapi.testclient import TestClient
from klantportaal.adapters.fastapi import pages
app = FastAPI()
app.include_router(pages(portal))
assert TestClient(app).get("/inloggen").status_code == 200
""",
}
SHOW_A_PAGE = """
import sys
from pathlib import Path
from klantportaal import embedded
from klantportaal.adapters.mail.memory import MemorySender
portal = embedded.portal(Path(sys.argv[1]), mail=MemorySender(), pepper=b"a" * 32)
{host}
print(*{{name.partition(".")[0] for name in sys.modules}}, *sys.modules)
print(sys.modules["klantportaal.adapters.web.http.addresses"]._compiled.cache_info().currsize)
portal.close()
"""
TO_MIGRATE = {"alembic", "mako", "pygments"}
TO_WRITE = {"klantportaal.serialisation", "fpdf", "PIL", "fontTools", "apprise"}
TO_CHECK = {"jsonschema", "re2", "zxcvbn", "phonenumbers", "stdnum", "ua_parser", "pyotp", "segno"}
ELSEWHERE = {"flask": {"fastapi", "pydantic", "starlette", "psycopg"}, "fastapi": {"flask", "werkzeug", "psycopg"}}


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_host_loads(tmp_path: Path, host: str) -> None:
    """AL-1: A host that shows its first page has loaded nothing that only few requests need."""
    with closing(embedded.portal(tmp_path, mail=MemorySender(), pepper=A)) as portal:
        profile = OfficeProfile(name="Notariskantoor", contact_address="info@notaris.example.nl")
        portal.offices.ensure("kantoor", "http://testserver", profile)
    command = [sys.executable, "-c", SHOW_A_PAGE.format(host=HOSTS[host]), str(tmp_path)]
    *printed, patterns = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    assert int(patterns) == 0
    needless = TO_MIGRATE | TO_WRITE | TO_CHECK | ELSEWHERE[host]
    assert needless & set(printed) == set()
