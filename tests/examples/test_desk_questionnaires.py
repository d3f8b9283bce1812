"""Questionnaires at the office desk, form by form."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from examples.demo.seed.story import PERSON, PERSON_PASSWORD
from klantportaal.domain.questionnaires.json_documents import DOCUMENT_LIMIT
from klantportaal.questionnaires import library
from tests.examples.conftest import Demo
from tests.examples.test_desk import done, dossier_path, main_of, page, post
from tests.examples.test_seed import signed_in
from tests.hosts.browsers import Upload, multipart
from tests.support.dates import today
from tests.support.demo import ROOT

LISTED = "/office/questionnaires"


def will(*, revision: int = 2, title: str = "Your will") -> dict[str, Any]:
    """Give the document of a questionnaire whose first revision is in the demo."""
    document: dict[str, Any] = json.loads((ROOT / "examples/questionnaires/testament.json").read_bytes())
    document["revision"], document["texts"]["en"]["title"] = revision, title
    return document


def sent(document: object) -> dict[str, Any]:
    """Fill in the form that publishes a document."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return {"files": (io.BytesIO(content), "vragenlijst.json")}


def assignment_path(demo: Demo, subject: str) -> str:
    """Find the path of an assigned questionnaire."""
    return str(re.findall(rf'href="(/office/assignments/[0-9a-f-]{{36}})">{subject}<', page(demo, LISTED))[0])


def test_publish(demo: Demo) -> None:
    """OF-1: A JSON file is published as a new revision, and its document can be downloaded unchanged."""
    assert "The questionnaire was published" in done(demo, LISTED, sent(will()))
    shown = page(demo, LISTED)
    assert "Your will testament revision 2" in main_of(shown)
    [path] = re.findall(r'href="(/office/questionnaires/[0-9a-f]{64}\.json)">JSON<[^>]+>: testament, revision 2', shown)
    read = demo.client.get(path)
    assert (read.get_json(), read.mimetype) == (will(), "application/json")


def test_every_fault_with_its_path(demo: Demo) -> None:
    """OF-1: All faults in a definition are shown at once, with their JSON paths, and nothing is published."""
    before, faulty = main_of(page(demo, LISTED)), will()
    del faulty["texts"]["en"]
    faulty["pages"][0]["questions"][0] |= {"schema": {"pattern": "("}, "colour": "red"}
    faulty["pages"][0]["questions"][1]["type"] = "zin"
    refused = post(demo, LISTED, sent(faulty))
    told = main_of(refused.text)
    assert refused.status_code == 422
    assert "$.texts.en : The texts in this language are missing." in told
    assert "$.pages[0].questions[0].colour : The format has no such key." in told
    assert "$.pages[0].questions[1].type : The format allows only these: text, long_text, integer," in told
    assert "$.pages[0].questions[0].schema.pattern : This pattern is not a regular expression of ECMA-262:" in told
    assert main_of(page(demo, LISTED)) == before


@pytest.mark.parametrize(
    "document, told",
    [
        (b"", "This is not JSON. The error is at line 1, character 1, or just before."),
        (b'{"id": "a",\n "a" 1}', "This is not JSON. The error is at line 2, character 6, or just before."),
        (b'{"a": 1, "a": 1}', "This is not JSON. Check brackets, commas, quotation marks and repeated keys."),
        (will(revision=1, title="Another will"), "Revision 1 was published already"),
    ],
    ids=["nothing", "no JSON", "a key twice", "revision taken"],
)
def test_refused_documents(demo: Demo, document: object, told: str) -> None:
    """AL-1: Invalid JSON and a revision that exists are refused with a sentence."""
    refused = post(demo, LISTED, sent(document))
    assert (refused.status_code, told in main_of(refused.text)) == (422, True)


def test_a_document_that_is_too_large(demo: Demo) -> None:
    """AL-1: A document that is too large is refused with a sentence."""
    upload = Upload(name="vragenlijst.json", content=b" " * (DOCUMENT_LIMIT * 2))
    kind, body = multipart({}, [upload])  # Flask's test client would leave the file open.
    refused = demo.client.post(LISTED, data=body, content_type=kind)
    assert (refused.status_code, "larger than 4194304 bytes" in refused.text) == (422, True)


def test_assign(demo: Demo) -> None:
    """QU-1: A party of a dossier is given a questionnaire with a due date. The dossier and the client see it."""
    path = dossier_path(demo, "2026-0117")
    [client] = re.findall(r'value="([0-9a-f-]{36})"', page(demo, path).partition('id="assign-client_id"')[2])[:1]
    due = today() + timedelta(days=7)
    fields = {"questionnaire": "testament", "client_id": client, "subject": "Over later", "due_on": due.isoformat()}
    shown = main_of(done(demo, f"{path}/questionnaires", fields))
    assert "The questionnaire was assigned to the client" in shown
    assert f"Over later , Willemijn de Groot, due {due:%-d %b %Y} not started" in shown
    person = signed_in(demo.portal, PERSON.email, PERSON_PASSWORD)
    waiting = demo.portal.client.questionnaires.waiting(person)
    assert [action.due_on for action in waiting if "Over later" in action.subject.values()] == [due]


def test_assign_from_the_library(demo: Demo) -> None:
    """QU-1: Each questionnaire of the library can be assigned. The first time, the desk publishes it."""
    path = dossier_path(demo, "2026-0117")
    before = page(demo, path)
    [client] = re.findall(r'value="([0-9a-f-]{36})"', before.partition('id="assign-client_id"')[2])[:1]
    assert set(library()) <= set(re.findall(r'<option value="([a-z-]+)">', before))
    assert "intake-wwft-persoon" not in page(demo, LISTED)
    for _each in range(2):
        fields = {"questionnaire": "intake-wwft-persoon", "client_id": client, "subject": "", "due_on": ""}
        shown = main_of(done(demo, f"{path}/questionnaires", fields))
        assert "Who are you? Checks under the Wwft , Willemijn de Groot not started" in shown
    assert page(demo, LISTED).count("<small>intake-wwft-persoon</small>") == 1
    assert page(demo, path).count('<option value="intake-wwft-persoon">') == 1


def test_assign_faults(demo: Demo) -> None:
    """AL-1: A date in the past is a fault at its field, and the input is kept. An invalid date is a 400."""
    path = dossier_path(demo, "2026-0117")
    [client] = re.findall(r'value="([0-9a-f-]{36})"', page(demo, path).partition('id="assign-client_id"')[2])[:1]
    fields = {"questionnaire": "testament", "client_id": client, "subject": "Over <later>", "due_on": "2026-01-01"}
    refused = post(demo, f"{path}/questionnaires", fields)
    assert (refused.status_code, 'value="Over &lt;later&gt;"' in refused.text) == (422, True)
    assert re.search(r'id="assign-due_on-fault">This day has passed', refused.text)
    assert post(demo, f"{path}/questionnaires", {**fields, "due_on": "morgen"}).status_code == 400
    unknown = post(demo, f"{path}/questionnaires", {**fields, "due_on": "", "questionnaire": "onbekend"})
    assert unknown.status_code == 404


def test_withdraw(demo: Demo) -> None:
    """OF-1: A withdrawn questionnaire no longer waits, and cannot be withdrawn again."""
    path = assignment_path(demo, "Your will")
    assert "The questionnaire was withdrawn" in done(demo, f"{path}/withdraw")
    assert "withdrawn For Willemijn de Groot" in main_of(page(demo, path))
    assert (post(demo, f"{path}/withdraw").status_code, "rebase" in page(demo, path)) == (422, False)
    person = signed_in(demo.portal, PERSON.email, PERSON_PASSWORD)
    assert [each.dossier_number for each in demo.portal.client.questionnaires.waiting(person)] == ["2026-0398"]


def test_rebase(demo: Demo) -> None:
    """OF-1: The desk can move a client's questionnaire to another revision."""
    path = assignment_path(demo, "Your will")
    assert "There is no other revision." in page(demo, path)
    done(demo, LISTED, sent(will(title="Your last will")))
    assert "testament, revision 1" in main_of(page(demo, path))
    shown = main_of(done(demo, f"{path}/rebase", {"revision": "2"}))
    assert ("The client now has the other revision" in shown, "testament, revision 2" in shown) == (True, True)
    assert post(demo, f"{path}/rebase", {"revision": "twee"}).status_code == 400
    assert post(demo, f"{path}/rebase", {"revision": "7"}).status_code == 404
    done(demo, f"{path}/withdraw")
    assert post(demo, f"{path}/rebase", {"revision": "1"}).status_code == 422


def test_answers(demo: Demo) -> None:
    """QU-4: The answers of a completed questionnaire are shown and can be downloaded as JSON and as the PDF."""
    path = assignment_path(demo, "Personal details and identity document")
    read = demo.client.get(f"{path}/answers.json")
    assert (read.get_json()["answers"]["woonplaats"], read.mimetype) == ("Haarlem", "application/json")
    assert read.headers["Content-Disposition"].startswith("attachment")
    told = main_of(page(demo, path))
    assert re.search(r"\. To be completed by .+\. Started .+\. A page was last saved .+\. Completed ", told)
    shown = page(demo, f"{path}/answers")
    assert "Haarlem" in main_of(shown)
    assert "woonplaats" not in main_of(shown)
    assert re.search(r'<a href="/office/submissions/[0-9a-f-]{36}/file">[^<]*\.pdf', shown)
    pdf = demo.client.get(f"{path}/pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")


@pytest.mark.parametrize("what", ["answers", "answers.json", "pdf"])
def test_answers_before_their_time(demo: Demo, what: str) -> None:
    """QU-2: Before completion the desk cannot see the answers, and the page says why."""
    path = assignment_path(demo, "The purchase of your home")
    assert "57 % filled in For Willemijn de Groot" in main_of(page(demo, path))
    refused = demo.client.get(f"{path}/{what}")
    assert (refused.status_code, "once the client has completed it" in refused.text) == (422, True)
