"""Drafts on both hosts: kept by a button or by a script, listed, resumed, deleted, and two windows of one (ST-1)."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.messages import MessageText
from klantportaal.domain.values import DraftId, Language
from klantportaal.ports.reading import DraftRow
from tests.hosts.browsers import FORM, ORIGIN, Browser, Reply, Upload, dutch
from tests.hosts.conftest import World
from tests.hosts.test_messaging import (
    BAD_FILES,
    JSON,
    SCAN,
    actor,
    compose_path,
    delivered,
    draft_of,
    messages,
    staged,
    typed,
)

CHANGED = (
    "This draft was changed or deleted in another window, so what is here was not saved. You can send it, or choose"
    " “Save as draft” to keep this text instead."
)


SIGNED_OUT = (
    "Dit is niet bewaard: u bent niet meer ingelogd. Log in op een nieuw tabblad; wat u typt, blijft hier staan."
)
"""What the script says of a save after the session ended."""


def drafts(world: World) -> list[DraftRow]:
    """List the client's drafts."""
    return list(world.portal.client.drafts.list(actor(world), world.dossier.id))


def kept(world: World, draft: str) -> tuple[str, str, int]:
    """Give subject, body and version of a draft."""
    found = world.portal.client.drafts.get(actor(world), world.dossier.id, DraftId(ids(draft)))
    return found.subject, found.body, found.version


def ids(text: str) -> DraftId:
    """Read an id."""
    return DraftId(UUID(text))


def saving(draft: str, version: int = 0, **fields: str) -> dict[str, str]:
    """Fill in the form of a message, and choose `Bewaar als concept`."""
    return typed(draft, action="save", version=str(version), **fields)


def version_of(page: Reply) -> int:
    """Find the version that a page was shown for."""
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found is not None
    return int(found[1])


def draft_path(world: World, draft: str) -> str:
    """Give the path of the page of a draft."""
    return f"/dossiers/{world.dossier.id}/berichten/concepten/{draft}"


def list_path(world: World) -> str:
    """Give the path of the messages of the dossier."""
    return f"/dossiers/{world.dossier.id}/berichten"


# ------------------------------------------------------------------ without script
def test_keep_and_resume(client: Browser, world: World) -> None:
    """ST-1: the button keeps text and files; the draft is listed above the messages, and opens as it was typed."""
    page = client.get(compose_path(world))
    draft = draft_of(page)
    assert (version_of(page), 'data-kept="yes"' in page.text) == (0, False)
    body = "<b>Dag</b>\r\n\r\nTot morgen\r\n"
    reply = client.post_files(compose_path(world), saving(draft, body=body), [SCAN])
    assert (reply.status, reply.location) == (303, f"/portaal{draft_path(world, draft)}?melding=concept-bewaard")
    shown = client.follow(reply)
    assert dutch("Your message was kept as a draft. You will find it with the messages of this dossier.") in shown.text
    assert 'value="Vraag"' in shown.text
    assert "\n&lt;b&gt;Dag&lt;/b&gt;\n\nTot morgen\n</textarea>" in shown.text
    assert "scan.pdf" in shown.text
    assert (draft_of(shown), version_of(shown), 'data-kept="yes"' in shown.text) == (draft, 1, True)
    assert "Concept bewaard op 5 jan 2026 10:00. Het blijft bewaard tot en met 4 feb 2026." in shown.text
    assert f'action="/portaal{compose_path(world)}"' in shown.text
    listed = client.get(list_path(world)).text
    assert f'href="/portaal{draft_path(world, draft)}">Vraag</a>' in listed
    assert listed.index("Concepten") < listed.index(draft_path(world, draft)) < listed.index("Uw akte")
    assert client.post_files(compose_path(world), typed(draft, version="1")).status == 303
    assert (drafts(world), len(messages(world)), len(delivered(world))) == ([], 2, 1)
    assert "Concepten" not in client.get(list_path(world)).text
    gone = client.get(draft_path(world, draft))
    assert gone.location == f"/portaal{list_path(world)}?melding=concept-verstuurd"


def test_a_draft_counts_in_no_total(client: Browser, world: World) -> None:
    """DO-4: the tab counts messages; its drafts stand in a part of their own, on the first page alone."""
    client.post_files(compose_path(world), saving(draft_of(client.get(compose_path(world)))))
    page = client.get(list_path(world)).text
    assert re.search(r"Berichten</span>\s*<span class=\"tab-total\"><span[^>]*>[^<]*</span>1</span>", page)
    for _each in range(25):
        world.scene.inbound(world.dossier, world.client)
    assert "Concepten" in client.get(list_path(world)).text
    (older,) = re.findall(r'href="/portaal([^"]+)" rel="next"', client.get(list_path(world)).text)
    assert "Concepten" not in client.get(unescape(older)).text


def test_a_draft_without_a_subject(client: Browser, world: World) -> None:
    """ST-1: nothing is required of a draft; the list names it by what there is."""
    for body in ("\n Beste  notaris", " "):
        fields = saving(str(world.scene.draft_id()), subject="", body=body)
        assert client.post(compose_path(world), fields).status == 303
    page = client.get(list_path(world)).text
    assert ">Beste  notaris</a>" in page
    assert f">{dutch('No subject')}</a>" in page


def test_an_answer(client: Browser, world: World) -> None:
    """ME-2, ST-1: the draft of an answer opens as that answer, beside the message that it answers."""
    path = f"{list_path(world)}/{world.message.id}/beantwoorden"
    draft = draft_of(client.get(path))
    shown = client.follow(client.post(path, saving(draft, body="Ja")))
    assert f'action="/portaal{path}"' in shown.text
    assert "Re: Uw akte" in shown.text
    assert "Hierbij ons antwoord." in shown.text
    assert client.post(path, typed(draft, body="Ja")).status == 303
    sent = world.portal.client.messages.peek(actor(world), world.dossier.id, messages(world)[0].id)
    assert (sent.answers, sent.body) == (world.message.id, "Ja")
    assert drafts(world) == []


def test_a_refused_file(client: Browser, world: World) -> None:
    """AL-1, ST-1: text is kept though a file was refused; the page says which, and a second press is no conflict."""
    draft = str(world.scene.draft_id())
    page = client.post_files(compose_path(world), saving(draft), [SCAN, BAD_FILES[0]])
    assert page.status == 422
    assert page.text.count('href="#files"') == 1
    assert kept(world, draft) == ("Vraag", "Wanneer is de afspraak?", 1)
    assert [row.name for row in staged(world, draft)] == ["scan.pdf"]
    assert client.post_files(compose_path(world), saving(draft, version_of(page), body="Nu")).status == 303
    assert kept(world, draft)[1:] == ("Nu", 2)


def test_far_too_long(client: Browser, world: World) -> None:
    """AL-1, ST-1: what is far too long is refused by its field, and stays on the page."""
    page = client.post(compose_path(world), saving(str(world.scene.draft_id()), body="x" * 20_001))
    assert page.status == 422
    assert '<a href="#body">' in page.text
    assert "x" * 20_001 in page.text
    assert drafts(world) == []


def test_too_many(client: Browser, world: World) -> None:
    """ST-1: above the limit the page says how many there may be, and keeps the text."""
    for _each in range(20):
        world.scene.draft(world.dossier, world.account)
    page = client.post(compose_path(world), saving(str(world.scene.draft_id())))
    assert (page.status, "20 concepten" in page.text, "Wanneer is de afspraak?" in page.text) == (422, True, True)


def test_delete(client: Browser, world: World) -> None:
    """ST-1: deleting asks first; then draft and files are gone, and the page says so."""
    draft = draft_of(client.get(compose_path(world)))
    client.post_files(compose_path(world), saving(draft), [SCAN])
    path = f"{draft_path(world, draft)}/verwijderen"
    assert f'href="/portaal{path}"' in client.get(list_path(world)).text
    asked = client.get(path)
    assert (asked.status, dutch("Delete this draft?") in asked.text, "Vraag" in asked.text) == (200, True, True)
    assert len(drafts(world)) == 1
    reply = client.post(path)
    assert reply.location == f"/portaal{list_path(world)}?melding=concept-verwijderd"
    assert dutch("The draft was deleted.") in client.follow(reply).text
    assert (drafts(world), staged(world, draft)) == ([], [])
    assert client.post(path).status == client.get(path).status == 404


def test_files_wait_as_long_as_the_draft(client: Browser, world: World) -> None:
    """AT-2, ST-1: a file of a draft goes along a week later; one that no draft holds does not."""
    draft, other = str(world.scene.draft_id()), str(world.scene.draft_id())
    client.post_files(compose_path(world), typed(other, action="attach"), [SCAN])
    client.post_files(compose_path(world), saving(draft), [SCAN])
    world.scene.clock.advance(timedelta(days=7))
    client.sign_in(world.email)
    assert client.post_files(compose_path(world), typed(draft)).status == 303
    assert client.post_files(compose_path(world), typed(other)).status == 422
    assert [row.name for row in delivered(world)] == ["scan.pdf"]


# ------------------------------------------------------------------ two windows
def test_two_windows(client: Browser, world: World) -> None:
    """ST-1: a second window does not overwrite the first without a notice: a second press saves its text."""
    draft = str(world.scene.draft_id())
    client.post(compose_path(world), saving(draft, body="Eerste venster"))
    page = client.post(compose_path(world), saving(draft, body="Tweede venster"))
    assert (page.status, version_of(page)) == (409, 1)
    assert dutch(CHANGED) in unescape(page.text)
    assert "Tweede venster" in page.text
    assert kept(world, draft) == ("Vraag", "Eerste venster", 1)
    assert client.post(compose_path(world), saving(draft, version_of(page), body="Tweede venster")).status == 303
    assert kept(world, draft) == ("Vraag", "Tweede venster", 2)


@pytest.mark.parametrize("version", ["0", "1"])
def test_sending_from_an_older_window(client: Browser, world: World, version: str) -> None:
    """ST-1: sending from an older page does not delete newer text without a notice; a second press sends."""
    draft, old = str(world.scene.draft_id()), "Eerste venster"
    client.post(compose_path(world), saving(draft, body=old))
    client.post(compose_path(world), saving(draft, 1, body="Tweede venster, veel langer"))
    page = client.post(compose_path(world), typed(draft, version=version, body=old))
    assert (page.status, version_of(page), len(messages(world))) == (409, 2, 1)
    assert dutch(CHANGED) in unescape(page.text)
    assert "Eerste venster" in page.text
    assert kept(world, draft) == ("Vraag", "Tweede venster, veel langer", 2)
    assert client.post(compose_path(world), typed(draft, version="2", body=old)).status == 303
    assert (drafts(world), len(messages(world))) == ([], 2)


def test_deleted_in_another_window(client: Browser, world: World) -> None:
    """ST-1: a window whose draft was deleted says so, and can keep its text anew."""
    draft = str(world.scene.draft_id())
    client.post(compose_path(world), saving(draft))
    client.post(f"{draft_path(world, draft)}/verwijderen")
    page = client.post(compose_path(world), saving(draft, 1))
    assert (page.status, version_of(page), drafts(world)) == (409, 0, [])
    assert client.post(compose_path(world), saving(draft, 0)).status == 303


def test_kept_after_sending(client: Browser, world: World) -> None:
    """AT-5, ST-1: a page whose message was sent keeps no draft of it, and says why."""
    draft = str(world.scene.draft_id())
    client.post(compose_path(world), saving(draft))
    client.post(compose_path(world), typed(draft))
    for version in (0, 1):
        page = client.post(compose_path(world), saving(draft, version))
        assert page.status == 422
        assert dutch("This message has already been sent, so it is not kept as a draft.") in page.text
    assert drafts(world) == []


def test_the_address_of_a_draft_that_was_sent(client: Browser, world: World) -> None:
    """AT-5: the address of a draft that was sent, as in the browser's history, leads to the messages and says so."""
    draft = str(world.scene.draft_id())
    client.post(compose_path(world), saving(draft))
    client.post(compose_path(world), typed(draft))
    other = world.scene.dossier(world.office, world.client)
    for path in (draft_path(world, draft), f"{draft_path(world, draft)}/verwijderen"):
        reply = client.get(path)
        assert (reply.status, reply.location) == (303, f"/portaal{list_path(world)}?melding=concept-verstuurd")
        assert (
            dutch("This draft has already been sent. You will find it among the messages below.")
            in client.follow(reply).text
        )
        assert client.get(path.replace(str(world.dossier.id), str(other.id))).status == 404


def test_the_address_of_a_message_that_is_begun(
    client: Browser, new_browser: Callable[[], Browser], world: World
) -> None:
    """ST-1, AT-5: the address that a script gives the form is that of its draft: not saved yet, as saved, and sent."""
    draft = str(world.scene.draft_id())
    path = f"{compose_path(world)}?concept={draft}"
    empty = client.get(path)
    assert (draft_of(empty), version_of(empty), "Eerste woorden" in empty.text) == (draft, 0, False)
    client.post(compose_path(world), saving(draft, body="Eerste woorden"))
    begun = client.get(path)
    assert (draft_of(begun), version_of(begun), "Eerste woorden" in begun.text) == (draft, 1, True)
    _client, other = world.scene.person(world.office, name="Kim de Boer")
    with world.scene.storage.begin() as uow:
        uow.dossiers.add_party(world.dossier, other.client_id)
        uow.commit()
    stranger = new_browser()
    stranger.sign_in(world.scene.address(other))
    assert "Eerste woorden" not in stranger.get(path).text
    client.post(compose_path(world), typed(draft, version="1"))
    assert client.get(path).location == f"/portaal{list_path(world)}?melding=concept-verstuurd"
    assert (stranger.get(path).status, draft_of(client.get(f"{compose_path(world)}?concept=x")) != draft) == (200, True)


def test_the_address_of_an_answer_that_is_begun(client: Browser, world: World) -> None:
    """ME-2, ST-1: an answer has such an address too, and stays one while it is not saved."""
    asked, draft = world.scene.inbound(world.dossier, world.client), str(world.scene.draft_id())
    path = f"{list_path(world)}/{asked.id}/beantwoorden"
    assert f'name="answers" value="{asked.id}"' in client.get(f"{path}?concept={draft}").text
    client.post(path, saving(draft, body="Ja"))
    page = client.get(f"{path}?concept={draft}")
    assert (version_of(page), f'name="answers" value="{asked.id}"' in page.text, ">\nJa</" in page.text) == (
        1,
        True,
        True,
    )


def test_the_browser_puts_nothing_back(client: Browser, world: World) -> None:
    """AT-5: after Back, browsers leave the fields of a message as the portal gives them: it may have been sent."""
    page = client.get(compose_path(world)).text
    assert re.search(r'<form[^>]* autocomplete="off"[^>]* data-unsent', page)  # Hidden fields too.
    for field in ("subject", "body"):
        assert re.search(rf'<(input|textarea)[^>]* name="{field}"[^>]* autocomplete="off"', page)


# ------------------------------------------------------------------ files that are gone
def listed(page: Reply) -> dict[str, str]:
    """Find the hidden fields that say which files a page lists."""
    return {name: unescape(value) for name, value in re.findall(r'name="(listed-[^"]+)" value="([^"]+)"', page.text)}


@pytest.mark.parametrize("way", ["swept", "deleted", "removed"])
def test_a_file_that_is_gone(client: Browser, world: World, way: str) -> None:
    """AT-2: a message does not go out without a file that its page listed: that says so, and sends next time."""
    draft = str(world.scene.draft_id())
    page = client.post_files(compose_path(world), typed(draft, action="attach"), [SCAN])
    fields = typed(draft, **listed(page))
    assert list(listed(page).values()) == ["scan.pdf"]
    if way == "swept":
        world.scene.clock.advance(timedelta(hours=25))
        world.portal.background.sweeper.run_once()
        client.sign_in(world.email)
    elif way == "deleted":
        client.post(compose_path(world), saving(draft))
        client.post(f"{draft_path(world, draft)}/verwijderen")
    else:
        world.portal.client.attachments.unstage(actor(world), world.dossier.id, staged(world, draft)[0].id)
    page = client.post_files(compose_path(world), fields)
    assert (page.status, len(messages(world)), listed(page)) == (422, 1, {})
    gone = "“%(name)s” was left here too long, or was removed in another window. Add it again."
    assert dutch(gone, name="scan.pdf") in page.text
    assert "Wanneer is de afspraak?" in page.text
    assert client.post_files(compose_path(world), typed(draft)).status == 303


def test_listed_files_of_a_form_that_comes_twice(client: Browser, world: World) -> None:
    """AT-5: a form that comes in twice is sent once, though its files went with the first; so is another after it."""
    draft = str(world.scene.draft_id())
    row = client.post_files(upload_of(world, draft), {}, [attrs.evolve(SCAN, field="file")], Accept=JSON)
    page = client.post(compose_path(world), typed(draft, action="attach"))
    files = listed(page)
    assert f'name=\\"{next(iter(files))}\\"' in row.text
    for body in ("Eerst", "Eerst", "Daarna", "Daarna"):
        assert client.post(compose_path(world), typed(draft, body=body, **files)).status == 303
    assert ([row.attachments for row in messages(world)][:2], len(messages(world))) == ([0, 1], 3)


def upload_of(world: World, draft: str) -> str:
    """Give the path to which a script uploads files."""
    return f"/dossiers/{world.dossier.id}/bijlagen?concept={draft}"


def test_a_bin_that_is_pressed_twice(client: Browser, world: World) -> None:
    """AT-1: a file that is gone already is removed: the page stays with its text, and a script takes the row away."""
    draft = str(world.scene.draft_id())
    page = client.post_files(compose_path(world), typed(draft, action="attach"), [SCAN])
    (path,) = re.findall(r'formaction="/portaal([^"]+)"', page.text)
    sibling = Browser(wire=client.wire)
    sibling.sign_in(world.scene.address(world.scene.account(world.client)))
    assert sibling.post(path, Accept=JSON).status == 204
    assert len(staged(world, draft)) == 1
    for _press in range(2):
        shown = client.post_files(path, typed(draft, body="Een lange tekst", **listed(page)))
        assert (shown.status, "Een lange tekst" in shown.text, listed(shown)) == (200, True, {})
    assert client.post(path, Accept=JSON).status == 204
    other = str(world.scene.dossier(world.office, world.scene.client(world.office)).id)
    assert client.post(path.replace(str(world.dossier.id), other), Accept=JSON).status == 404


# ------------------------------------------------------------------ by script
def test_script(client: Browser, world: World) -> None:
    """ST-1: a script gets the time of saving, in the client's language, and the version for the next save."""
    draft = str(world.scene.draft_id())
    world.scene.clock.advance(timedelta(minutes=23))
    replies = [
        client.post(compose_path(world), saving(draft, version, body=body), Accept=JSON)
        for version, body in ((0, "Eerst"), (1, "Daarna"))
    ]
    assert [reply.status for reply in replies] == [200, 200]
    told = [json.loads(reply.text) for reply in replies]
    address = f"/portaal{draft_path(world, draft)}"
    assert told == [{"version": each, "said": "Concept bewaard om 10:23", "address": address} for each in (1, 2)]
    assert kept(world, draft) == ("Vraag", "Daarna", 2)
    assert staged(world, draft) == []


@pytest.mark.parametrize("text", [b"%00", b"a%00b", b"%FF", b"%ED%A0%80", b"%C3"])
def test_malformed_text(client: Browser, world: World, text: bytes) -> None:
    """AL-5: bytes that are no text, and NUL, are refused or kept as something that can be read again."""
    draft = str(world.scene.draft_id())
    body = b"draft=" + draft.encode() + b"&action=save&subject=" + text + b"&body=Dag+" + text
    reply = client.send("POST", compose_path(world), {"Content_Type": FORM, "Origin": ORIGIN}, body)
    assert reply.status in (303, 400)
    assert [each.opening[:3] for each in drafts(world)] == (["Dag"] if reply.status == 303 else [])
    assert client.get(list_path(world)).status == 200


@pytest.mark.parametrize("version", ["", "-1", "x", "1" * 10, "²"])
def test_a_version_that_is_none(client: Browser, world: World, version: str) -> None:
    """AL-1: a form without a version, or with something else there, is one that knows of no draft."""
    draft = str(world.scene.draft_id())
    fields = {**saving(draft), "version": version}
    assert client.post(compose_path(world), fields, Accept=JSON).status == 200
    assert client.post(compose_path(world), {**fields, "body": "Anders"}, Accept=JSON).status == 409


def test_script_is_told_why_not(client: Browser, world: World) -> None:
    """ST-1, AL-1: a script gets one sentence why nothing was saved, and the current version."""
    draft = str(world.scene.draft_id())
    client.post(compose_path(world), saving(draft), Accept=JSON)
    client.post(compose_path(world), saving(draft, 1, body="Elders"), Accept=JSON)
    conflict = client.post(compose_path(world), saving(draft, 1), Accept=JSON)
    assert (conflict.status, json.loads(conflict.text)) == (409, {"version": 2, "sentence": dutch(CHANGED)})
    long = client.post(compose_path(world), saving(draft, 2, body="x" * 20_001), Accept=JSON)
    assert long.status == 422
    assert json.loads(long.text)["version"] == 2
    client.post(compose_path(world), typed(draft, version="2"))
    late = client.post(compose_path(world), saving(draft, 2), Accept=JSON)
    assert (late.status, drafts(world)) == (422, [])
    assert json.loads(late.text)["sentence"] == dutch(
        "This message has already been sent, so it is not kept as a draft."
    )


def test_a_script_that_is_signed_out(browser: Browser, world: World) -> None:
    """SI-3: without a session nothing is saved, and the response says so."""
    reply = browser.post(compose_path(world), saving(str(world.scene.draft_id())), Accept=JSON)
    assert (reply.status, "sentence" in json.loads(reply.text)) == (401, True)


@pytest.mark.parametrize("language", Language)
def test_what_a_script_says(client: Browser, world: World, language: Language) -> None:
    """ST-1, SI-3, PR-1: the page has the words for a save after the session ended, and for a file that is listed."""
    english = Browser(wire=client.wire)
    english.sign_in(world.scene.address(world.scene.account(world.client, language=language)))
    page = unescape(english.get(compose_path(world)).text)
    ended, listed = {
        Language.DUTCH: (
            SIGNED_OUT,
            "“{name}” staat al in de lijst.",
        ),
        Language.ENGLISH: (
            "This was not saved: you are no longer signed in. Sign in on a new tab; what you type stays here.",
            "“{name}” is already in the list.",
        ),
    }[language]
    assert f'data-draft-signed-out="{ended}"' in page
    (texts,) = re.findall(r"<template data-uploads-texts>(.*?)</template>", page)
    assert json.loads(texts)["script"]["listed"] == listed


def test_script_gets_a_staged_file_once(client: Browser, world: World) -> None:
    """AT-5: a script that uploads a file again is given the row of the first time, and another for another file."""
    path = f"/dossiers/{world.dossier.id}/bijlagen?concept={world.scene.draft_id()}"
    uploads = [Upload(name=name, content=SCAN.content, field="file") for name in ("a.pdf", "a.pdf", "b.pdf")]
    first, again, other = (client.post_files(path, {}, [each], Accept=JSON) for each in uploads)
    assert (first.status, again.status, other.status) == (201, 201, 201)
    assert first.text == again.text != other.text


def test_a_form_without_script_that_comes_twice(client: Browser, world: World) -> None:
    """AT-5: files that are added again, since the page never came, are listed and sent once."""
    draft = str(world.scene.draft_id())
    pages = [client.post_files(compose_path(world), typed(draft, action="attach"), [SCAN]) for _time in range(2)]
    assert [page.text.count("formaction") for page in pages] == [1, 1]
    for _time in range(2):
        assert client.post_files(compose_path(world), typed(draft), [SCAN]).status == 303
    assert (len(delivered(world)), staged(world, draft)) == (1, [])


def test_english(client: Browser, world: World) -> None:
    """PR-1: a client who reads English reads of drafts in English."""
    draft = str(world.scene.draft_id())
    world.portal.client.drafts.save(actor(world), world.dossier.id, ids(draft), MessageText(subject="", body="Dear"))
    english = Browser(wire=client.wire)
    reader = world.scene.account(world.client, language=Language.ENGLISH)
    english.sign_in(world.scene.address(reader))
    assert english.get(draft_path(world, draft)).status == 404
    told = json.loads(english.post(compose_path(world), saving(draft), Accept=JSON).text)
    assert (told["version"], told["said"]) == (1, "Draft saved at 10:00")
    page = english.get(draft_path(world, draft)).text
    assert "Draft saved on 5 Jan 2026 10:00. It is kept until the end of 4 Feb 2026." in page
    assert "Save as draft" in page
