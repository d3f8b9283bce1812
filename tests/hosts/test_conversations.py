"""The page of a conversation, and of taking a message back (ME-6), on both hosts."""

import re
from collections.abc import Sequence

import pytest

from klantportaal.domain.messages import Message
from klantportaal.ports.reading import CONVERSATION
from tests.hosts.browsers import Browser, Upload, dutch
from tests.hosts.conftest import PDF, World
from tests.hosts.test_messaging import actor, delivered, draft_of, messages, typed

BODY = re.compile(r'<div class="message-body">([^<]*)</div>')


def path(world: World, message: Message | None = None) -> str:
    """Give the path of the page of a message."""
    return f"/dossiers/{world.dossier.id}/berichten/{(message or world.message).id}"


def later(world: World, number: int) -> Sequence[Message]:
    """Add messages of the office to the thread of the scene's message."""
    thread, scene = world.message.thread_id, world.scene
    return [
        scene.inbound(world.dossier, world.client, thread_id=thread, subject="Re: Uw akte", body=f"Tekst {each}")
        for each in range(number)
    ]


def test_a_conversation(client: Browser, world: World) -> None:
    """ME-6: The page shows the whole thread, oldest first, marks it as read, and answers its newest message beneath."""
    two = later(world, 2)
    page = client.get(path(world, two[0])).text
    assert [each.strip() for each in BODY.findall(page)][1:] == ["Tekst 0", "Tekst 1"]
    assert len(BODY.findall(page)) == 3
    assert f'action="/portaal{path(world, two[1])}/beantwoorden"' in page
    assert page.index("Tekst 1") < page.index('name="body"')
    assert f'href="#bericht-{two[1].id}"' in page
    assert f'id="bericht-{two[1].id}"' in page
    assert page.count('<span class="badge badge-active">') == 3
    assert not any(row.unread for row in messages(world))
    assert "badge-active" not in client.get(path(world)).text


def test_headings(client: Browser, world: World) -> None:
    """ME-6: The page has one h1, which is the subject, and an h2 for each message and for the answer."""
    later(world, 2)
    page = client.get(path(world)).text
    assert re.findall(r"<h1>([^<]+)</h1>", page) == ["Uw akte"]
    article = page[page.index("<main") : page.index("</main>")]
    assert len(re.findall(r"<h2[ >]", article)) == 4


def test_an_answer_from_the_page(client: Browser, world: World) -> None:
    """ME-6, AT-1: The form beneath sends an answer with a file, and shows the conversation again after a refusal."""
    (newest,) = later(world, 1)
    draft = draft_of(client.get(path(world)))
    answer = f"{path(world, newest)}/beantwoorden"
    scan = Upload(name="scan.pdf", content=PDF)
    refused = client.post_files(answer, typed(draft, body=" "), [scan])
    assert (refused.status, "Tekst 0" in refused.text, "scan.pdf" in refused.text) == (422, True, True)
    assert 'role="alert"' in refused.text
    assert client.post_files(answer, typed(draft)).status == 303
    assert [row.name for row in delivered(world)] == ["scan.pdf"]
    assert messages(world)[0].subject == "Re: Uw akte"


def test_a_draft_of_the_conversation(client: Browser, world: World) -> None:
    """ME-6, ST-1: A draft that answers a message of the conversation is one press away."""
    draft = draft_of(client.get(path(world)))
    client.post_files(f"{path(world)}/beantwoorden", typed(draft, body="Begonnen", action="save"))
    assert f'href="/portaal/dossiers/{world.dossier.id}/berichten/concepten/{draft}"' in client.get(path(world)).text
    resumed = client.get(f"/dossiers/{world.dossier.id}/berichten/concepten/{draft}").text
    assert "Begonnen" in resumed
    assert len(BODY.findall(resumed)) == 1


def test_a_long_conversation(client: Browser, world: World) -> None:
    """ME-6: A long conversation is shown in pieces, which lead to one another."""
    many = later(world, CONVERSATION + 1)
    newest = client.get(path(world, many[-1])).text
    assert len(BODY.findall(newest)) == CONVERSATION
    assert f'href="/portaal{path(world, many[0])}"' in newest
    oldest = client.get(path(world, many[0])).text
    assert len(BODY.findall(oldest)) == 2
    assert f'href="/portaal{path(world, many[-1])}"' in oldest
    assert f'action="/portaal{path(world, many[-1])}/beantwoorden"' in oldest


def sent(client: Browser, world: World) -> str:
    """Send a message with a file, and give the path of its page."""
    new = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    draft = draft_of(client.get(new))
    assert client.post_files(new, typed(draft, body="Geheim"), [Upload(name="pas.pdf", content=PDF)]).status == 303
    return f"/dossiers/{world.dossier.id}/berichten/{messages(world)[0].id}"


def test_take_back(client: Browser, world: World) -> None:
    """ME-6: The client takes back what the office has not opened, after a question. A line stays, and nothing else."""
    page = sent(client, world)
    assert f'href="/portaal{page}/terugnemen"' in client.get(page).text
    assert dutch("Take this message back?") in client.get(f"{page}/terugnemen").text
    done, again = (client.post(f"{page}/terugnemen") for _press in range(2))
    assert again.location == done.location
    assert dutch("The message was taken back. The office cannot read it.") in client.follow(done).text
    left = client.get(page).text
    assert dutch("Taken back on %(moment)s.", moment="").rstrip(".") in left
    assert ("Geheim" in left, "pas.pdf" in left, 'name="body"' in left) == (False, False, False)
    assert delivered(world) == []
    assert client.get(f"{page}/terugnemen").location == f"/portaal{page}?melding=niet-teruggenomen"


def test_too_late_to_take_back(client: Browser, world: World) -> None:
    """ME-6: Once the office has opened it, there is no button, and a page that still has one says why not."""
    page = sent(client, world)
    world.portal.office.messages.read(world.scene.office_actor(world.office), messages(world)[0].id)
    assert "/terugnemen" not in client.get(page).text
    reply = client.post(f"{page}/terugnemen")
    assert (
        dutch("The office has already read this message, so it can no longer be taken back.")
        in client.follow(reply).text
    )
    assert "Geheim" in client.get(page).text


def test_an_answer_to_what_was_taken_back(client: Browser, world: World) -> None:
    """ME-6, AL-1: What was typed in answer to a message that was taken back is kept, to send as a new message."""
    page = sent(client, world)
    draft = draft_of(client.get(page))
    client.post(f"{page}/terugnemen")
    reply = client.post_files(f"{page}/beantwoorden", typed(draft, body="Nog iets"))
    assert reply.status == 422
    assert "Nog iets" in reply.text
    assert f'action="/portaal/dossiers/{world.dossier.id}/berichten/nieuw"' in reply.text
    assert dutch("That message was taken back, so it cannot be answered. Write a new message.") in reply.text


@pytest.mark.parametrize("part", ["", "/beantwoorden"])
def test_taken_back_by_the_office(client: Browser, world: World, part: str) -> None:
    """ME-6: What the office took back is on no page; the list says when."""
    world.portal.office.messages.take_back(world.scene.office_actor(world.office), world.message.id)
    texts = [client.get(each).text for each in (f"{path(world)}{part}", f"/dossiers/{world.dossier.id}/berichten")]
    assert ["Teruggenomen op" in each for each in texts] == [part == "", True]
    for each in texts:
        assert "Hierbij ons antwoord" not in each
        assert "Uw akte" not in each
    assert 'class="row-link unread"' not in texts[1]


def test_looking_ahead_marks_nothing(client: Browser, world: World) -> None:
    """ME-4, ME-6: A prefetch of the form of an answer, which shows the conversation, marks nothing."""
    client.get(f"{path(world)}/beantwoorden", Sec_Purpose="prefetch")
    assert world.portal.client.messages.peek(actor(world), world.dossier.id, world.message.id).read_at is None
    client.get(f"{path(world)}/beantwoorden")
    assert world.portal.client.messages.peek(actor(world), world.dossier.id, world.message.id).read_at is not None
