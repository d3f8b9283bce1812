"""The review of a questionnaire, its completion and its result (QU-1, QU-4)."""

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

from klantportaal.domain.questionnaires.assignments import AssignmentState
from tests.hosts.asking import ALONE, TOGETHER, Asked
from tests.hosts.browsers import PREFIX, Browser, dutch


def test_review(answered: Asked) -> None:
    """QU-4: The review shows every answer in words and links to each page. From there Volgende returns to it."""
    review = answered.get("/overzicht")
    assert review.status == 200
    for text in ("€\xa01.234,50", "3 januari 1980", "Geel"):
        assert text in unescape(review.text)
    assert f'href="{PREFIX}{answered.path}/pagina/gezin?terug=overzicht"' in review.text
    changed = answered.get("/pagina/gezin?terug=overzicht").text
    assert '<input type="hidden" name="terug" value="overzicht">' in changed
    assert dutch("Back to the overview") in changed
    assert answered.at(answered.send("gezin", ALONE, terug="overzicht")) == "/overzicht"
    assert answered.at(answered.send("gezin", TOGETHER, terug="overzicht")) == "/pagina/samen?terug=overzicht"


def test_unfinished_review(asked: Asked) -> None:
    """Property 6: While a page is unfinished, the review names it, and the questionnaire cannot be completed."""
    asked.send("gezin", ALONE)
    for reply, status in ((asked.get("/overzicht"), 200), (asked.complete(), 422)):
        assert reply.status == status
        assert dutch("You are not done yet") in reply.text
        assert dutch("Continue with: %(title)s", title="slot") in reply.text
        assert dutch("Complete") + "</span>" not in reply.text
    assert asked.assignment.state is AssignmentState.OPEN


def test_complete(answered: Asked) -> None:
    """QU-4: Pressing the button several times completes the questionnaire once. After that only the result is left."""
    version = answered.version
    for _time in range(2):
        assert answered.at(answered.complete(versie=version)) == "/resultaat?melding=voltooid"
    result = answered.get("/resultaat")
    assert answered.assignment.state is AssignmentState.COMPLETED
    for text in (
        answered.world.client.name,
        "€\xa01.234,50",
        "2026-0001",
        dutch("The PDF is being made. You will find it in the dossier, under “Submitted by me”."),
    ):
        assert unescape(text) in unescape(result.text)
    assert "data-print hidden" in result.text
    for path in ("", "/pagina/gezin", "/overzicht"):
        assert answered.at(answered.get(path)) == "/resultaat"
    assert answered.at(answered.send("gezin", ALONE, versie="2")) == "/resultaat"
    assert answered.at(answered.browser.post(answered.path)) == "/resultaat"


def test_result_with_pdf(answered: Asked) -> None:
    """QU-4: Once the PDF is filed, the result links to it in both languages, that of the page first."""
    answered.complete()
    while answered.world.portal.background.dispatcher.run_once():
        pass
    shown = answered.get("/resultaat").text
    links = re.findall(
        r'<a [^>]*href="([^"]+)" download="" lang="(..)" hreflang="(..)">.*?<span>([^<]+)</span></a>', shown
    )
    path = f"{PREFIX}{answered.path}/pdf"
    assert links == [
        (f"{path}/nl", "nl", "nl", "Pdf in het Nederlands"),
        (f"{path}/en", "en", "en", "PDF in English"),
    ]
    submission = answered.assignment.submission_id
    stored = answered.browser.get(f"/dossiers/{answered.world.dossier.id}/aangeleverd/{submission}")
    dutch_one, english, again = (answered.get(f"/pdf/{language}") for language in ("nl", "en", "en"))
    assert dutch_one.body == stored.body
    assert (english.status, english.headers["content-type"]) == (200, "application/pdf")
    assert english.body == again.body != stored.body
    part = answered.browser.get(f"{answered.path}/pdf/en", Range="bytes=5-9")
    assert (part.status, part.body) == (206, english.body[5:10])
    head = answered.browser.head(f"{answered.path}/pdf/en")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(english.body)), b"")


def test_pdf_in_no_language(answered: Asked) -> None:
    """QU-4: A language that the portal does not have is a page that does not exist; so is the PDF of somebody else."""
    answered.complete()
    while answered.world.portal.background.dispatcher.run_once():
        pass
    assert [answered.get(f"/pdf/{each}").status for each in ("de", "NL", "nl ", "nl", "en")] == [
        404,
        404,
        404,
        200,
        200,
    ]
    other = f"/vragenlijsten/{UUID(int=7)}/pdf/en"
    assert answered.browser.get(other).status == 404


def test_stale_review(answered: Asked) -> None:
    """Property 8: Answers that were saved after the review was opened are shown before completion is possible."""
    answered.send("slot", {"q.kleur": "rood"})
    reply = answered.complete(versie="2")
    assert reply.status == 409
    assert dutch("The answers changed in the meantime") in reply.text
    assert "Rood" in reply.text
    assert answered.at(answered.complete(versie="3")) == "/resultaat?melding=voltooid"


def test_result_before_completion(asked: Asked) -> None:
    """QU-4: Before completion there is no result."""
    assert asked.at(asked.get("/resultaat")) == "/pagina/gezin"


def test_withdrawn(asked: Asked) -> None:
    """QU-1: A questionnaire that the office withdrew leads back to Acties, with a message."""
    asked.world.portal.office.questionnaires.withdraw(asked.world.scene.office_actor(asked.world.office), asked.id)
    replies = [asked.get(path) for path in ("", "/pagina/gezin", "/overzicht", "/resultaat")]
    replies += [asked.browser.post(asked.path), asked.send("gezin", ALONE), asked.complete(versie="0")]
    assert {(reply.status, reply.location) for reply in replies} == {(303, f"{PREFIX}/acties?melding=ingetrokken")}
    notice = dutch("The office withdrew this questionnaire. You no longer need to fill it in.")
    assert notice in asked.browser.follow(replies[0]).text


def test_expired_session(asked: Asked, new_browser: Callable[[], Browser]) -> None:
    """SI-3: Without a session, a sent page is reported as not received, and signing in leads back to that page."""
    reply = new_browser().post_files(f"{asked.path}/pagina/gezin", {**ALONE, "versie": "0"})
    assert reply.status == 401
    assert f'value="{PREFIX}{asked.path}/pagina/gezin"' in reply.text
    assert asked.version == "0"
