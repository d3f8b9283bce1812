"""Bytes that are not valid text, wherever a browser sends text: the portal responds without a server error."""

from collections.abc import Mapping

import pytest

from klantportaal.adapters.web.http.paths import PATHS
from tests.hosts import asking
from tests.hosts.browsers import FORM, ORIGIN, Browser, Upload
from tests.hosts.conftest import PDF, World, flask_app

NO_TEXT = (b"%ED%A0%80", b"%ED%A0%80%ED%B0%80", b"%FF", b"%00", b"%C3", b"\xed\xa0\x80", b"\xff", b"\0")
"""A lone surrogate, a CESU-8 surrogate pair, bytes that are not UTF-8, and NUL, percent-encoded and raw."""
ESCAPED = [each.decode() for each in NO_TEXT if each.startswith(b"%")]
FIELDS = (
    *("email", "password", "repeated", "current", "next", "language", "name", "subject", "body", "draft", "answers"),
    *("action", "version", "number", "code", "recovery", "method", "account", "versie", "getoond", "actie", "q.naam"),
)
"""Names of fields that a form of the portal has."""


PARTS = (
    *("upload_id", "submission_id", "session_id", "account_id", "assignment_id", "draft_id"),
    *("page_id", "question_id", "token", "file", "language"),
    *("request_id", "item_id", "delivery_id", "receipt_id", "code"),
)
"""Path parameters for which the scene has no value."""
ASKED = ("zoek", "status", "na", "taal", "melding", "next", "terug", "v", "concept")
"""Query parameters that a page of the portal reads."""


def filled(name: str, world: World, part: str | None = None) -> str:
    """Give the path of a page, with *part* as each id, or with the scene's own ids."""
    ids: Mapping[str, object] = {
        **dict.fromkeys(PARTS, "x"),
        "dossier_id": world.dossier.id,
        "message_id": world.message.id,
        "document_id": world.document,
    }
    return "/" + PATHS[name].format_map({each: part or str(id) for each, id in ids.items()})


@pytest.mark.parametrize("name", PATHS)
def test_in_addresses(name: str, client: Browser, world: World) -> None:
    """AL-5: In a path, and in query parameters."""
    path = filled(name, world)
    for text in ESCAPED:
        asked = "&".join(f"{each}={text}" for each in ASKED)
        for address in (filled(name, world, text), f"{path}?{asked}", f"{path}?{text}={text}"):
            assert client.get(address).status < 500, address


@pytest.mark.parametrize("name", PATHS)
def test_in_forms(name: str, client: Browser, world: World) -> None:
    """AL-5: In the value and the name of a field, URL-encoded and multipart."""
    for text in NO_TEXT:
        fields = b"&".join(each.encode() + b"=" + text for each in FIELDS) + b"&" + text + b"=" + text
        sent = {"Content_Type": FORM, "Origin": ORIGIN}
        assert client.send("POST", filled(name, world), sent, fields).status < 500, text
        parts = b"".join(
            b'--grens\r\nContent-Disposition: form-data; name="' + each + b'"\r\n\r\n' + text + b"\r\n"
            for each in (*(each.encode() for each in FIELDS), text)
        )
        sent = {"Content_Type": "multipart/form-data; boundary=grens", "Origin": ORIGIN}
        assert client.send("POST", filled(name, world), sent, parts + b"--grens--\r\n").status < 500, text
    if name != "sign_out":
        assert client.get("/dossiers").status in (200, 401)


@pytest.mark.parametrize("name", ["a\udc80.pdf", "\udced\udca0\udc80.pdf", "a\0.pdf", "\udcff"])
def test_in_names_of_files(name: str, client: Browser, world: World) -> None:
    """AL-5, AT-4: In the name of an attachment."""
    page = client.get(f"/dossiers/{world.dossier.id}/berichten/nieuw")
    draft = page.text.partition('name="draft" value="')[2].partition('"')[0]
    fields = {"draft": draft, "subject": "Vraag", "body": "Zie bijlage."}
    sent = client.post_files(f"/dossiers/{world.dossier.id}/berichten/nieuw", fields, [Upload(name=name, content=PDF)])
    assert sent.status < 500
    assert client.get(f"/dossiers/{world.dossier.id}/aangeleverd").status == 200


def test_in_answers(asked: asking.Asked) -> None:
    """AL-5: In the answers of a questionnaire."""
    names = (b"versie", b"getoond", b"actie", b"q.naam", b"q.kinderen")
    for text in NO_TEXT:
        body = b"&".join(each + b"=" + text for each in (*names, text))
        sent = {"Content_Type": FORM, "Origin": ORIGIN}
        assert asked.browser.send("POST", f"{asked.path}/pagina/gezin", sent, body).status < 500, text
        assert asked.browser.get(f"{asked.path}/pagina/gezin").status == 200


HEADERS = ("User-Agent", "Accept-Language", "Referer", "X-Forwarded-For", "Sec-Purpose", "Cookie", "Content-Type")
VARIABLES = ("HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_ACCEPT_LANGUAGE", "HTTP_X_FORWARDED_FOR")


@pytest.mark.parametrize("header", HEADERS)
def test_in_headers(header: str, browser: Browser, world: World) -> None:
    """AL-5: In headers of the browser. With such a User-Agent, signing in works and the list of sessions opens."""
    for text in ("\xed\xa0\x80", "\xff", "taal=\xed\xa0\x80"):
        assert browser.get("/inloggen", **{header.replace("-", "_"): text}).status < 500, text
    if header == "User-Agent":
        fields = {"email": world.email, "password": "Welkom01"}
        assert browser.post("/inloggen", fields, User_Agent="\xed\xa0\x80").status == 303
        assert browser.get("/mijn-gegevens/sessies").status == 200


@pytest.mark.parametrize("variable", VARIABLES)
def test_from_a_server_that_escapes(variable: str, world: World) -> None:
    """AL-5: From a WSGI server that escapes bytes in its own way, against PEP 3333."""
    client = flask_app(world.portal).test_client()
    form = {"email": world.email, "password": "Welkom01"}
    for text in ("\udc80", "\ud800"):
        escaped = {variable: text}
        path, origin = "/portaal/inloggen", {"Origin": ORIGIN}
        sent = client.post(path, base_url=ORIGIN, headers=origin, data=form, environ_overrides=escaped)
        assert sent.status_code == 303
