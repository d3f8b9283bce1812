"""Drafts: keeping them, two windows, sending, deleting, sweeping; and files that come in twice (ST-1, AT-5)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from klantportaal.domain.drafts import DraftLimits
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, NotSignedIn, Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.values import DossierId, DraftId, MessageId
from klantportaal.ports.reading import DraftRow, DraftView, UploadRow
from klantportaal.settings import Settings
from tests.usecases.world import PDF, World, in_blocks

TEXT = MessageText(subject="Vraag", body="Wanneer is")
MORE = MessageText(subject="Vraag", body="Wanneer is de afspraak?")


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier of Jan's."""
    return world.dossier(jan)


@pytest.fixture
def id(world: World) -> DraftId:
    """The id of a message that is being written."""
    return world.portal.client.messages.new_draft()


def stage(
    world: World, actor: Actor, dossier: DossierId, draft: DraftId, name: str = "pas.pdf", content: bytes = PDF
) -> UploadRow:
    """Stage a file."""
    return world.portal.client.attachments.stage(actor, dossier, draft, name=name, blocks=in_blocks(content))


def staged(world: World, actor: Actor, dossier: DossierId, draft: DraftId) -> list[str]:
    """Name what is staged for a draft."""
    return [row.name for row in world.portal.client.messages.uploads(actor, dossier, draft)]


def sent(world: World, actor: Actor, dossier: DossierId) -> list[tuple[str, int]]:
    """Give body and number of attachments of the messages in a dossier, newest first."""
    rows = world.portal.client.dossiers.messages(actor, dossier)
    return [(world.portal.client.messages.peek(actor, dossier, row.id).body, row.attachments) for row in rows]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[FaultCode]:
    """Give the codes of a refusal."""
    return [fault.code for fault in refused.value.faults]


# ------------------------------------------------------------------ keeping
def test_keeping(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: a message that is being written is kept, listed and resumed; the last saved comes first."""
    drafts = world.portal.client.drafts
    first = drafts.save(jan, dossier, id, TEXT)
    assert first == DraftView(
        id=id,
        answers=None,
        subject="Vraag",
        body="Wanneer is",
        saved_at=world.clock.now(),
        expires_at=first.expires_at,
        version=1,
    )
    other = drafts.save(jan, dossier, world.portal.client.messages.new_draft(), MessageText(subject="", body="Dag"))
    world.later(seconds=3)
    second = drafts.save(jan, dossier, id, MORE, version=1)
    assert (second.version, second.body, second.saved_at) == (2, MORE.body, world.clock.now())
    assert drafts.get(jan, dossier, id) == second
    stage(world, jan, dossier, id)
    assert list(drafts.list(jan, dossier)) == [
        DraftRow(id=id, answers=None, subject="Vraag", opening=MORE.body, saved_at=second.saved_at, attachments=1),
        DraftRow(id=other.id, answers=None, subject="", opening="Dag", saved_at=other.saved_at, attachments=0),
    ]
    assert sent(world, jan, dossier) == []


def test_no_entry_of_the_trail(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """SI-5, ST-1: saving every few seconds fills no trail; removing its files is an entry, as it is without a draft."""
    before = world.audit()
    version = 0
    for number in range(5):
        body = f"{number} regels"
        version = world.portal.client.drafts.save(
            jan, dossier, id, MessageText(subject="", body=body), version=version
        ).version
    assert world.audit() == before
    stage(world, jan, dossier, id)
    world.portal.client.drafts.delete(jan, dossier, id)
    assert world.audit() == [*before, "UploadStaged", "UploadRemoved"]


def test_an_answer(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ME-2, ST-1: the draft of an answer keeps what it answers, and its subject."""
    asked = world.write_to(dossier, jan, subject="Akte")
    draft = world.portal.client.drafts.save(jan, dossier, id, MessageText(subject="", body="Ja"), answers=asked)
    assert (draft.answers, draft.subject) == (asked, "Re: Akte")
    again = world.portal.client.drafts.save(jan, dossier, id, MessageText(subject="", body="Nee"), version=1)
    assert (again.answers, again.subject, again.body) == (asked, "Re: Akte", "Nee")


def test_what_is_answered_must_be_there(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """DO-1: a draft answers a message that the client has in this dossier, or none."""
    elsewhere = world.write_to(world.dossier(jan, number="2"), jan)
    for answers in (elsewhere, MessageId(UUID(int=99))):
        with pytest.raises(Absent):
            world.portal.client.drafts.save(jan, dossier, id, TEXT, answers=answers)
    assert list(world.portal.client.drafts.list(jan, dossier)) == []


@pytest.mark.parametrize("act", ["save", "list", "get", "delete"])
def test_a_dossier_of_others(world: World, jan: Actor, id: DraftId, act: str) -> None:
    """DO-1: in a dossier that is not the client's there is no draft to save, see or delete, nor once it was its own."""
    piet = world.onboard("piet@example.nl", name="Piet")
    dossier, drafts = world.dossier(jan, piet), world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
    calls: dict[str, Callable[[], object]] = {
        "save": lambda: drafts.save(jan, dossier, id, MORE, version=1),
        "list": lambda: drafts.list(jan, dossier),
        "get": lambda: drafts.get(jan, dossier, id),
        "delete": lambda: drafts.delete(jan, dossier, id),
    }
    with pytest.raises(Absent):
        calls[act]()
    world.portal.office.dossiers.add_party(world.handler, dossier, jan.client_id)
    assert drafts.get(jan, dossier, id).body == TEXT.body


def test_another_account(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: another account of the same client sees no draft of it, and may have one under the same id."""
    extra = world.extra_account(jan, "extra@example.nl")
    drafts = world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    assert list(drafts.list(extra, dossier)) == []
    for act in (drafts.get, drafts.delete):
        with pytest.raises(Absent):
            act(extra, dossier, id)
    drafts.save(extra, dossier, id, MORE)
    world.portal.client.messages.send(extra, dossier, id, MORE)
    assert drafts.get(jan, dossier, id).body == TEXT.body
    assert drafts.save(jan, dossier, id, MORE, version=1).version == 2


def test_too_many() -> None:
    """ST-1: an account has so many drafts in a dossier; what is begun already is saved on, and the limit is told."""
    world = World(settings=Settings(drafts=DraftLimits(per_dossier=2)))
    jan = world.onboard()
    dossier, other = world.dossier(jan), world.dossier(jan, number="2")
    ids = [world.portal.client.messages.new_draft() for _each in range(3)]
    drafts = world.portal.client.drafts
    for each in ids[:2]:
        drafts.save(jan, dossier, each, TEXT)
    with pytest.raises(Refused) as refused:
        drafts.save(jan, dossier, ids[2], TEXT)
    assert refused.value.faults == (Fault(code=FaultCode.TOO_MANY_DRAFTS, params={"limit": 2}),)
    drafts.save(jan, dossier, ids[0], MORE, version=1)
    drafts.save(jan, other, ids[2], TEXT)
    world.later(days=40)
    drafts.save(jan, dossier, world.portal.client.messages.new_draft(), TEXT)


def test_far_too_long(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1, AL-1: more than can be sent is kept; what is far too long is refused, and what was kept stays."""
    drafts = world.portal.client.drafts
    long = MessageText(subject="x" * 200, body="x" * 20_000)
    drafts.save(jan, dossier, id, long)
    with pytest.raises(Refused) as refused:
        drafts.save(jan, dossier, id, MessageText(subject="", body="x" * 20_001), version=1)
    assert codes(refused) == [FaultCode.TOO_LONG]
    assert drafts.get(jan, dossier, id).body == long.body
    with pytest.raises(Refused):
        world.portal.client.messages.send(jan, dossier, id, long)
    assert drafts.get(jan, dossier, id).body == long.body


# ------------------------------------------------------------------ two windows
def test_two_windows(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: a save over another window's text is a conflict, so no text is lost without notice; either can be sent."""
    drafts = world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    drafts.save(jan, dossier, id, MORE, version=1)
    late = MessageText(subject="Vraag", body="Iets heel anders")
    with pytest.raises(Conflict):
        drafts.save(jan, dossier, id, late, version=1)
    assert drafts.get(jan, dossier, id).body == MORE.body
    drafts.save(jan, dossier, id, late, version=2)
    world.portal.client.messages.send(jan, dossier, id, TEXT)
    assert sent(world, jan, dossier) == [(TEXT.body, 0)]
    world.portal.client.messages.send(jan, dossier, id, MORE)
    assert sent(world, jan, dossier) == [(MORE.body, 0), (TEXT.body, 0)]


def test_a_save_that_comes_twice(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: a save whose response was lost can be sent again; it changes nothing, and is no conflict."""
    drafts = world.portal.client.drafts
    first = drafts.save(jan, dossier, id, TEXT)
    assert drafts.save(jan, dossier, id, TEXT) == first
    second = drafts.save(jan, dossier, id, MORE, version=1)
    world.later(seconds=5)
    assert drafts.save(jan, dossier, id, MORE, version=1) == second


def test_deleted_in_another_window(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: a save on its way does not bring back what was deleted; who asks for it anew does."""
    drafts = world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    drafts.delete(jan, dossier, id)
    with pytest.raises(Conflict):
        drafts.save(jan, dossier, id, MORE, version=1)
    assert list(drafts.list(jan, dossier)) == []
    assert drafts.save(jan, dossier, id, MORE, version=0).version == 1


def test_an_id_of_another_dossier(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: a draft stays in its dossier: saved or sent in another, it is neither moved nor deleted."""
    other, drafts = world.dossier(jan, number="2"), world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    with pytest.raises(Conflict):
        drafts.save(jan, other, id, TEXT)
    with pytest.raises(Absent):
        drafts.get(jan, other, id)
    with pytest.raises(Absent):
        drafts.delete(jan, other, id)
    world.portal.client.messages.send(jan, other, id, TEXT)
    assert drafts.get(jan, dossier, id).body == TEXT.body


# ------------------------------------------------------------------ sending
def test_sending_an_older_text(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: sending an older text than another window saved is a conflict; sending the same text is not."""
    calls, drafts = world.portal.client.messages, world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    newest = drafts.save(jan, dossier, id, MORE, version=1)
    for version in (0, 1):
        with pytest.raises(Conflict):
            calls.send(jan, dossier, id, TEXT, version=version)
    assert (drafts.get(jan, dossier, id), sent(world, jan, dossier)) == (newest, [])
    first = calls.send(jan, dossier, id, MessageText(subject="Vraag", body=f"{MORE.body}\r\n"), version=1)
    assert calls.send(jan, dossier, id, MORE, version=1) == first
    assert calls.send(jan, dossier, id, TEXT, version=1) != first
    assert sent(world, jan, dossier) == [(TEXT.body, 0), (MORE.body, 0)]


def test_sending_what_the_page_showed(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: text that was typed over the stored version can be sent, also as an answer to a message."""
    calls, drafts = world.portal.client.messages, world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    calls.send(jan, dossier, id, MORE, version=1)
    answered, other = world.write_to(dossier, jan), calls.new_draft()
    drafts.save(jan, dossier, other, TEXT, answers=answered)
    calls.send(jan, dossier, other, MessageText(subject="", body=TEXT.body), answers=answered, version=0)
    assert list(drafts.list(jan, dossier)) == []


def test_sending(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1, AT-2: sending a draft sends what is typed by then, with its files; the draft is gone."""
    drafts = world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    stage(world, jan, dossier, id)
    world.portal.client.messages.send(jan, dossier, id, MORE)
    assert sent(world, jan, dossier) == [(MORE.body, 1)]
    assert list(drafts.list(jan, dossier)) == []
    assert staged(world, jan, dossier, id) == []


def test_a_message_that_is_not_sent(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AL-2: a message that is refused leaves its draft and its files as they were."""
    drafts = world.portal.client.drafts
    kept = drafts.save(jan, dossier, id, MessageText(subject="", body="Dag"))
    stage(world, jan, dossier, id)
    with pytest.raises(Refused):
        world.portal.client.messages.send(jan, dossier, id, MessageText(subject="", body="Dag"))
    assert drafts.get(jan, dossier, id) == kept
    assert staged(world, jan, dossier, id) == ["pas.pdf"]


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_save_after_sending(world: World, jan: Actor, dossier: DossierId, id: DraftId, version: int) -> None:
    """ST-1, AT-5: a save that arrives when its message was sent brings no draft back, whatever version it names."""
    drafts = world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    world.portal.client.messages.send(jan, dossier, id, MORE)
    for text in (TEXT, MORE):
        with pytest.raises(Refused) as refused:
            drafts.save(jan, dossier, id, text, version=version)
        assert refused.value.faults == (Fault(code=FaultCode.DRAFT_SENT),)
    assert list(drafts.list(jan, dossier)) == []


# ------------------------------------------------------------------ deleting, and the end of it
def test_deleting(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1, AL-3: deleting a draft deletes its files, and no others."""
    drafts, other = world.portal.client.drafts, world.portal.client.messages.new_draft()
    for each in (id, other):
        drafts.save(jan, dossier, each, TEXT)
        stage(world, jan, dossier, each)
    drafts.delete(jan, dossier, id)
    assert [row.id for row in drafts.list(jan, dossier)] == [other]
    assert (staged(world, jan, dossier, id), staged(world, jan, dossier, other)) == ([], ["pas.pdf"])
    assert len(world.files.contents) == 1
    with pytest.raises(Absent):
        drafts.delete(jan, dossier, id)


@pytest.mark.parametrize("act", ["save", "delete"])
def test_an_account_that_ended(world: World, jan: Actor, dossier: DossierId, id: DraftId, act: str) -> None:
    """XA-3: nothing is kept or deleted for an account that was closed in the meantime."""
    drafts = world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    world.portal.office.clients.close_account(world.handler, jan.account_id)
    with pytest.raises(NotSignedIn):
        drafts.save(jan, dossier, id, MORE, version=1) if act == "save" else drafts.delete(jan, dossier, id)
    assert drafts.get(jan, dossier, id).body == TEXT.body


def test_deleting_the_account(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """XA-3: the drafts and staged files of an account are deleted with it."""
    extra = world.extra_account(jan, "extra@example.nl")
    drafts = world.portal.client.drafts
    for actor in (jan, extra):
        drafts.save(actor, dossier, id, TEXT)
    world.portal.office.clients.delete_account(world.handler, extra.account_id)
    assert list(drafts.list(extra, dossier)) == []
    assert len(drafts.list(jan, dossier)) == 1


def test_sweeping(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1, AT-2: a draft and its files are kept for thirty days from the last save, to the end of the day."""
    drafts, sweeper = world.portal.client.drafts, world.portal.background.sweeper
    stage(world, jan, dossier, id)
    drafts.save(jan, dossier, id, TEXT)
    world.later(days=2)
    assert sweeper.run_once() == 0
    draft = drafts.save(jan, dossier, id, MORE, version=1)
    stage(world, jan, dossier, id, "later.pdf")
    assert timedelta(days=30) < draft.expires_at - world.clock.now() <= timedelta(days=31)
    world.clock.advance(draft.expires_at - world.clock.now() - timedelta(microseconds=1))
    assert sweeper.run_once() == 0
    assert drafts.get(jan, dossier, id).body == MORE.body
    assert staged(world, jan, dossier, id) == ["pas.pdf", "later.pdf"]
    world.later(microseconds=1)
    assert list(drafts.list(jan, dossier)) == []
    assert sweeper.run_once() == 2
    assert world.files.contents == {}
    world.later(days=-1)
    assert list(drafts.list(jan, dossier)) == []


def test_going_on_with_what_expired(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """ST-1: a page that was open until its draft expired can still save it."""
    drafts = world.portal.client.drafts
    drafts.save(jan, dossier, id, TEXT)
    world.later(days=32)
    assert drafts.save(jan, dossier, id, MORE, version=1).version == 2
    assert drafts.get(jan, dossier, id).body == MORE.body


def test_a_draft_that_was_sent(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-5: a draft that was sent is reported as sent, in its own dossier and to its own account only."""
    drafts, other = world.portal.client.drafts, world.dossier(jan, number="2")
    drafts.save(jan, dossier, id, TEXT)
    world.portal.client.messages.send(jan, dossier, id, MORE)
    with pytest.raises(Refused) as refused:
        drafts.get(jan, dossier, id)
    assert codes(refused) == [FaultCode.DRAFT_SENT]
    for actor, place in ((jan, other), (world.extra_account(jan, "extra@example.nl"), dossier)):
        with pytest.raises(Absent):
            drafts.get(actor, place, id)


def test_sending_without_a_listed_file(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-2: a listed file that is neither staged nor sent with its draft is reported by name; nothing is sent."""
    calls = world.portal.client.messages
    rows = [stage(world, jan, dossier, id, name) for name in ("een.pdf", "twee.pdf")]
    files = {row.id: row.name for row in rows}
    world.portal.client.attachments.unstage(jan, dossier, rows[1].id)
    with pytest.raises(Refused) as refused:
        calls.send(jan, dossier, id, MORE, files=files)
    assert [(each.code, each.params["name"]) for each in refused.value.faults] == [(FaultCode.UPLOAD_GONE, "twee.pdf")]
    assert (sent(world, jan, dossier), staged(world, jan, dossier, id)) == ([], ["een.pdf"])
    first = calls.send(jan, dossier, id, MORE, files={rows[0].id: "een.pdf"})
    assert calls.send(jan, dossier, id, MORE, files=files) == first
    second = calls.send(jan, dossier, id, TEXT, files={rows[0].id: "een.pdf"})
    assert calls.send(jan, dossier, id, TEXT, files={rows[0].id: "een.pdf"}) == second != first
    with pytest.raises(Refused):
        calls.send(jan, dossier, id, MessageText(subject="Vraag", body="Nog iets"), files=files)


# ------------------------------------------------------------------ a file that comes in twice
def test_the_same_file_twice(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-5: a file that is uploaded again is the staged one; draft, name and contents identify it."""
    first = stage(world, jan, dossier, id)
    before = world.audit()
    assert stage(world, jan, dossier, id) == first
    assert len(world.files.contents) == 1
    assert world.audit() == before
    others = [
        stage(world, jan, dossier, id, "ander.pdf"),
        stage(world, jan, dossier, id, content=PDF[:-1] + b"x"),
        stage(world, jan, dossier, id, content=PDF + b"x"),
    ]
    elsewhere = stage(world, jan, dossier, world.portal.client.messages.new_draft())
    assert len({first.id, elsewhere.id, *(each.id for each in others)}) == 5
    world.portal.client.messages.send(jan, dossier, id, MORE)
    assert sent(world, jan, dossier) == [(MORE.body, 4)]


@pytest.mark.parametrize("limits", [UploadLimits(files=1), UploadLimits(waiting=1)])
def test_a_full_form_that_comes_twice(limits: UploadLimits) -> None:
    """AT-3, AT-5: a form with the maximum number of files is accepted when it is sent again."""
    world = World(settings=Settings(uploads=limits))
    jan = world.onboard()
    dossier, id = world.dossier(jan), world.portal.client.messages.new_draft()
    first = stage(world, jan, dossier, id)
    assert stage(world, jan, dossier, id) == first
    for name, content in (("ander.pdf", PDF), ("pas.pdf", PDF + b"x")):
        with pytest.raises(Refused):
            stage(world, jan, dossier, id, name, content)
    assert staged(world, jan, dossier, id) == ["pas.pdf"]


def test_a_file_that_expired_comes_again(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-2, AT-5: an expired file does not replace the same file that is uploaded now."""
    first = stage(world, jan, dossier, id)
    world.later(hours=25)
    assert stage(world, jan, dossier, id) != first
    assert staged(world, jan, dossier, id) == ["pas.pdf"]


def test_both_at_once(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-5: the same file that is uploaded twice at the same time is staged once."""

    def dawdling() -> Iterator[bytes]:
        yield PDF
        stage(world, jan, dossier, id)

    world.portal.client.attachments.stage(jan, dossier, id, name="pas.pdf", blocks=dawdling())
    assert staged(world, jan, dossier, id) == ["pas.pdf"]
    assert len(world.files.contents) == 1


def test_a_form_that_was_sent_comes_again(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-5: a form with files that is sent twice delivers nothing twice, and leaves no staged files."""
    stage(world, jan, dossier, id)
    first = world.portal.client.messages.send(jan, dossier, id, MORE)
    stage(world, jan, dossier, id)
    assert world.portal.client.messages.send(jan, dossier, id, MORE) == first
    assert sent(world, jan, dossier) == [(MORE.body, 1)]
    assert staged(world, jan, dossier, id) == []
    assert len(world.files.contents) == 1
    (row,) = world.portal.client.dossiers.submissions(jan, dossier)
    assert b"".join(world.portal.client.dossiers.download_submission(jan, dossier, row.id).blocks) == PDF


def test_one_more_file_on_a_page_that_was_sent(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-5: the same text with a further file, from a page that was sent, is another message; nothing stays behind."""
    stage(world, jan, dossier, id)
    first = world.portal.client.messages.send(jan, dossier, id, MORE)
    for _time in range(2):
        stage(world, jan, dossier, id)
        stage(world, jan, dossier, id, "vergeten.pdf")
        second = world.portal.client.messages.send(jan, dossier, id, MORE)
        assert second != first
        assert sent(world, jan, dossier) == [(MORE.body, 1), (MORE.body, 1)]
    assert staged(world, jan, dossier, id) == []
    names = sorted(row.name for row in world.portal.client.dossiers.submissions(jan, dossier))
    assert names == ["pas.pdf", "vergeten.pdf"]


def test_another_text_with_the_same_file(world: World, jan: Actor, dossier: DossierId, id: DraftId) -> None:
    """AT-5: another message from a page that was sent takes its file along, also if the first had the same file."""
    for text in (TEXT, MORE):
        stage(world, jan, dossier, id)
        world.portal.client.messages.send(jan, dossier, id, text)
    assert sent(world, jan, dossier) == [(MORE.body, 1), (TEXT.body, 1)]


def test_a_file_that_is_taken_away_while_it_is_sent(
    world: World, jan: Actor, dossier: DossierId, id: DraftId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AT-2, AL-3: removing a file while it is sent has no effect; the file stays."""
    row = stage(world, jan, dossier, id)
    with world.storage.begin() as uow:
        uploads = type(uow.uploads)
    monkeypatch.setattr(uploads, "remove", lambda *_arguments: 0)
    with pytest.raises(Absent):
        world.portal.client.attachments.unstage(jan, dossier, row.id)
    assert len(world.files.contents) == 1
