"""Open questionnaires under ``Acties`` and in the dossier, and their results, on both hosts."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest

from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import Language
from tests.hosts.browsers import Browser, Reply, unsealed
from tests.hosts.conftest import World

TITLES = {Language.DUTCH: "Testament", Language.ENGLISH: "Will"}
TODAY = date(2026, 1, 5)
"""The scene's date. Its time is ten in the morning."""
MINUTE = timedelta(minutes=1)


def given(world: World, **fields: Any) -> Assignment:
    """Assign a questionnaire to the scene's client."""
    return world.scene.assignment(world.dossier, world.client, **{"subject": TITLES, **fields})


def words(part: str) -> str:
    """Give the text of some HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


def rows(page: Reply) -> list[str]:
    """Give the text of each row of a table, without its header."""
    return [words(row) for row in re.findall(r"<tr>(.*?)</tr>", page.text.partition("<tbody>")[2], re.DOTALL)]


def block(page: Reply) -> list[str]:
    """Give the text of each questionnaire above the tabs of a dossier. Empty if there is no such block."""
    inner = page.text.partition('<section class="card waiting"')[2].partition("</section>")[0]
    return [words(item) for item in re.findall(r"<li>(.*?)</li>", inner, re.DOTALL)]


def buttons(page: Reply) -> list[tuple[str, str]]:
    """List the target and the accessible name of each button that opens a questionnaire."""
    pattern = r'<form method="post" action="/portaal/(vragenlijsten/[^"]+)"><button[^>]* aria-label="([^"]+)"'
    return re.findall(pattern, unsealed(page))


def test_actions(client: Browser, world: World) -> None:
    """QU-1: Each questionnaire shows its dossier, due date, progress, and a button to start or resume it."""
    now = world.scene.clock.now()
    new = given(world, due_on=date(2026, 12, 1))
    half = given(world, started_at=now, saved_at=now, progress=40, assigned_at=now + MINUTE)
    page = client.get("/acties")
    assert rows(page) == [
        "Testament Nog niet begonnen 2026-0001 Levering woning Uiterlijk 1 dec 2026 Invullen",
        (
            "Testament 40 % ingevuld, laatst opgeslagen 5 jan 2026 10:00 2026-0001 Levering woning Geen datum "
            "Verder invullen"
        ),
    ]
    assert buttons(page) == [
        (f"vragenlijsten/{new.id}", "Invullen: Testament"),
        (f"vragenlijsten/{half.id}", "Verder invullen: Testament"),
    ]
    assert f'href="/portaal/dossiers/{world.dossier.id}">2026-0001</a>' in page.text


@pytest.mark.parametrize(
    "saved, progress, told",
    [
        (False, 0, "Started on 5 Jan 2026, nothing saved yet"),
        (True, 0, "0 % filled in, last saved 5 Jan 2026 10:00"),
        (True, 100, "All filled in, but not sent yet; last saved 5 Jan 2026 10:00"),
    ],
)
def test_how_far(browser: Browser, world: World, *, saved: bool, progress: int, told: str) -> None:
    """QU-1, PR-1: Subject and progress are in the session's language. The time of the last save is shown."""
    now = world.scene.clock.now()
    world.scene.account(world.client, email="jo@example.nl", language=Language.ENGLISH, first_signed_in_at=now)
    browser.sign_in("jo@example.nl")
    given(world, started_at=now, saved_at=now if saved else None, progress=progress)
    assert rows(browser.get("/acties")) == [f"Will {told} 2026-0001 Levering woning No date Continue filling in"]


@pytest.mark.parametrize("days, overdue", [(0, False), (-1, True)])
def test_overdue(client: Browser, world: World, *, days: int, overdue: bool) -> None:
    """QU-1: From the day after its due date, a questionnaire says that the date has passed."""
    given(world, due_on=TODAY + timedelta(days=days))
    [row] = rows(client.get("/acties"))
    assert ("Deze datum is voorbij" in row, row.endswith("Invullen")) == (overdue, True)


def test_many_actions(client: Browser, world: World) -> None:
    """QU-1: Sixty questionnaires are on one page, in the order of assignment, each once."""
    now = world.scene.clock.now()
    every = [given(world, assigned_at=now + MINUTE * number) for number in range(60)]
    assert [path for path, _label in buttons(client.get("/acties"))] == [f"vragenlijsten/{each.id}" for each in every]


def test_words_of_the_office_are_no_markup(client: Browser, world: World) -> None:
    """QU-1: A subject is always shown as text, also in the name of a button."""
    given(world, subject=dict.fromkeys(Language, '"><script>alert(1)</script>'))
    for path in ("/acties", f"/dossiers/{world.dossier.id}"):
        page = client.get(path)
        assert (page.status, "<script>" in page.text, "&lt;script&gt;" in page.text) == (200, False, True)


@pytest.mark.parametrize("tab", ["", "/documenten", "/aangeleverd", "/berichten"])
def test_in_the_dossier(client: Browser, world: World, tab: str) -> None:
    """QU-1: Every tab of a dossier shows its open questionnaires above the tabs, and none of other dossiers."""
    elsewhere = world.scene.dossier(world.office, world.client)
    waiting = given(world, due_on=TODAY + timedelta(days=2))
    given(world, state=AssignmentState.COMPLETED)
    given(world, state=AssignmentState.WITHDRAWN)
    page = client.get(f"/dossiers/{world.dossier.id}{tab}")
    assert block(page) == ["Testament Uiterlijk 7 jan 2026 · Nog niet begonnen Invullen"]
    assert buttons(page) == [(f"vragenlijsten/{waiting.id}", "Invullen: Testament")]
    assert block(client.get(f"/dossiers/{elsewhere.id}{tab}")) == []


def test_delivered(client: Browser, world: World) -> None:
    """QU-4: A questionnaire's PDF, its files, and attachments of messages are labelled differently."""
    completed = given(world, state=AssignmentState.COMPLETED)
    sent = world.scene.outbound(world.dossier, world.client, world.account)
    for name, fields in (
        ("bijlage.pdf", {"kind": SubmissionKind.ATTACHMENT, "message_id": sent.id}),
        ("kopie.pdf", {"kind": SubmissionKind.ATTACHMENT, "assignment_id": completed.id}),
        ("Testament.pdf", {"kind": SubmissionKind.QUESTIONNAIRE, "assignment_id": completed.id}),
    ):
        world.scene.clock.advance(MINUTE)
        now = world.scene.clock.now()
        file = world.scene.file(name)
        world.scene.submission(world.dossier, world.account, None, file=file, delivered_at=now, **fields)
    page = client.get(f"/dossiers/{world.dossier.id}/aangeleverd")
    told = [row.partition(" 5 jan")[0] for row in rows(page)]
    assert told == [
        "Testament.pdf Vragenlijst · Antwoorden bekijken : Testament.pdf",
        "kopie.pdf Meegestuurd met een vragenlijst · Antwoorden bekijken : kopie.pdf",
        "bijlage.pdf Naar het bericht",
    ]
    assert page.text.count(f'href="/portaal/vragenlijsten/{completed.id}/resultaat"') == 2
