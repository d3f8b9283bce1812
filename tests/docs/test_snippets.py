"""Every Python snippet of the documentation runs, page by page, in an empty folder."""

import ast
import imaplib
import inspect
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

from examples.demo.seed.logo import logo
from klantportaal import ClientKind, NewClient, OfficeActor, OfficeProfile, Portal, TaskState, embedded, open_portal
from klantportaal.adapters.fastapi import lifespan, pages
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from tests.domain.test_bounces import KEY, changed
from tests.support import imap, s3

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    each.relative_to(ROOT).as_posix()
    for each in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    if "```python" in each.read_text()
)
READER = Sybil(parsers=[PythonCodeBlockParser()])
NEEDS_A_PORTAL = tuple(
    f"docs/how-to/{page}.md"
    for page in (
        "audit",
        "backups",
        "email-address",
        "events",
        "existing-application",
        "from-another-language",
        "json",
        "look",
        "mail",
        "own-front-end",
        "own-sign-in",
        "questionnaire-editor",
        "progress",
        "reminders",
        "several-offices",
        "two-step",
        "waiting",
        "webhooks",
    )
)
"""Pages whose snippets use an existing portal."""


@pytest.fixture
def namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The names that a page's snippets can use. A dispatcher that they start is stopped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORTAL_PEPPER", "ab" * 32)
    names: dict[str, Any] = {"__name__": "vendor"}
    yield names
    if isinstance(portal := names.get("portal"), Portal):
        portal.background.dispatcher.stop()


def evaluate(page: str, names: dict[str, Any]) -> Iterator[None]:
    """Run the snippets of a page one by one, in one namespace."""
    document = READER.parse(ROOT / page)
    document.namespace = names
    for example in document.examples():
        example.evaluate()
        yield


@pytest.fixture
def object_store(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An object store, for the page that uses one."""
    if page != "docs/how-to/object-store.md":
        yield
        return
    with s3.moto() as store:
        store.credentials(monkeypatch)
        words = {
            "database": f"sqlite://{tmp_path}/other.sqlite3",
            "files": store.word(),
            "anchors": f"file://{tmp_path}/anchors",
            "mail": f"folder://{tmp_path}/mail",
            "pepper": "ab" * 32,
        }
        for name, word in words.items():
            monkeypatch.setenv(f"KLANTPORTAAL_{name.upper()}", word)
        yield


@pytest.mark.parametrize("page", [page for page in PAGES if page != "README.md"])
@pytest.mark.usefixtures("object_store")
def test_page(page: str, namespace: dict[str, Any]) -> None:
    """AL-1: All snippets of a page run."""
    if page in NEEDS_A_PORTAL:
        pepper = bytes.fromhex(os.environ["PORTAL_PEPPER"])
        namespace["portal"] = embedded.portal("portal-data", mail=MemorySender(), pepper=pepper)
        if not any(word in page for word in ("several", "existing", "own-sign-in")):
            namespace["portal"].offices.ensure("a", "https://a.nl", OfficeProfile(name="A", contact_address="a@a.nl"))
        namespace["logo"] = logo("#7a3b1d")
    assert sum(1 for _ in evaluate(page, namespace)) > 0


def test_readme(namespace: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """OF-1: The snippets for Flask and FastAPI serve the portal. The snippet for the office sends an invitation."""
    sent = MemorySender()
    monkeypatch.setattr(SmtpSender, "send", lambda _self, mail, *, key: sent.send(mail, key=key))
    steps = evaluate("README.md", namespace)
    next(steps)
    assert "Smit" in namespace["app"].test_client().get("/portaal/inloggen").text
    namespace["portal"].background.dispatcher.stop()
    next(steps)
    assert "Smit" in TestClient(namespace["app"]).get("/portaal/inloggen").text
    namespace["portal"].background.dispatcher.stop()
    assert list(steps) == [None]
    namespace["portal"].background.dispatcher.run_once()
    assert [mail.to for mail in sent.sent] == ["jan@example.nl"]
    assert "https://example.nl/portaal/uitnodiging/" in sent.sent[0].text


CALLS: Mapping[str, Callable[..., Any]] = {
    "embedded.portal": embedded.portal,
    "open_portal": open_portal.__call__,
    "open_portal.from_environment": open_portal.from_environment,
    "Portal.assemble": Portal.assemble,
    "blueprint": blueprint,
    "pages": pages,
    "lifespan": lifespan,
}
"""The calls that open and mount a portal, by the names that the documentation gives them."""


def calls_written(text: str) -> Iterator[tuple[str, ast.Call]]:
    """Find these calls in a text: in snippets of any kind, and in sentences. What is left out there (…) is left out."""
    names = "|".join(map(re.escape, sorted(CALLS, key=len, reverse=True)))
    for found in re.finditer(rf"(?<![\w.])(?:klantportaal\.)?({names})(?=\()", text):
        for end in (found.end() + at.end() for at in re.finditer(r"\)", text[found.end() :])):
            written = text[found.end() : end].replace("…", "..., ")
            with suppress(SyntaxError):
                call = ast.parse(f"f{written}", mode="eval").body
                if isinstance(call, ast.Call):
                    yield found[1], call
                break


def test_calls_that_open_and_mount() -> None:
    """OF-1: every call that opens or mounts a portal, also one in a sentence, has arguments that the call takes."""
    seen: Counter[str] = Counter()
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")):
        for name, call in calls_written(page.read_text()):
            given = [each for each in call.args if not (isinstance(each, ast.Constant) and each.value is ...)]
            named = {each.arg: None for each in call.keywords if each.arg is not None}
            try:
                inspect.signature(CALLS[name]).bind_partial(*given, **named)
            except TypeError as error:
                pytest.fail(f"{page.relative_to(ROOT)}: {name}({ast.unparse(call)[2:-1]}): {error}")
            seen[name] += 1
    assert seen.keys() == CALLS.keys()


def test_readme_is_short() -> None:
    """OF-1: Embedding the portal takes at most ten lines, not counting imports."""
    blocks = [example.parsed for example in READER.parse(ROOT / "README.md").examples()]
    for block in blocks[:2]:
        lines = [line for line in str(block).splitlines() if line.strip()]
        assert len(lines) <= 12
        assert sum(not line.startswith(("import", "from")) for line in lines) <= 10


def test_the_picture_is_small() -> None:
    """OF-3: The README's picture of the demo is at most 200 KB."""
    assert 0 < (ROOT / "docs/images/dossier.png").stat().st_size <= 200_000


def test_links_lead_somewhere() -> None:
    """AL-1: Every relative link in the documentation points to an existing file."""
    dead = [
        (each.name, target)
        for each in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", each.read_text())
        if not (each.parent / target).exists()
    ]
    assert dead == []


def test_a_mailbox_of_bounces(namespace: dict[str, Any]) -> None:
    """AL-6: The job of the how-to on mail reads a mailbox, and tells the portal of the bounces in it."""
    sender = MemorySender()
    portal = embedded.portal("portal-data", mail=sender, pepper=b"x" * 32)

    def an_office(name: str) -> OfficeActor:
        profile = OfficeProfile(name=name, contact_address=f"{name}@{name}.nl")
        return OfficeActor(office_id=portal.offices.ensure(name, f"https://{name}.nl", profile), handler="mr. A")

    first = an_office("a")
    namespace["portal"] = portal
    assert sum(1 for _ in evaluate("docs/how-to/mail.md", namespace)) > 0
    second = an_office("b")
    portal.office.clients.invite(second, NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl"))
    portal.background.dispatcher.run_once()
    (key,) = sender.by_key
    mails = [b"Subject: Hallo\r\n\r\nDag", changed((KEY, key))]
    with imap.running(mails) as port:
        for bounces in (1, 0):
            with imaplib.IMAP4(imap.HOST, port) as mailbox:
                mailbox.login("portaal", "geheim")
                assert namespace["read_bounces"](mailbox, portal, [first, second]) == bounces
    (problem,) = portal.office.clients.mail_problems(second)
    assert problem.state is TaskState.BOUNCED
    namespace["try_again"](portal, second)
    portal.background.dispatcher.run_once()
    assert len(sender.by_key) == 2
    portal.close()
