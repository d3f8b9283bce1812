"""Messages between a client and its office."""

from typing import Any

import attrs
import pytest

from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.messages import Direction, Message, is_unopened
from klantportaal.domain.values import MessageId
from klantportaal.ports.reading import MessageRow, MessageView, SubmissionRow, TabCount
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    HOUR,
    MINUTE,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)


class MessagesContract(StorageTests):
    """Tests of messages."""

    def test_a_message_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-5: messages in both directions come back unchanged."""
        question = scene.inbound(cast.dossier, cast.client)
        for text in AWKWARD_TEXTS:
            answer = scene.outbound(
                cast.dossier,
                cast.client,
                cast.account,
                answers=question.id,
                thread_id=question.thread_id,
                subject=text[:120],
                body=text,
                handled_at=scene.clock.now() + HOUR,
                handled_by=text[:120],
            )
            with storage.begin() as uow:
                found = uow.messages.get(cast.office.id, answer.id)
                assert uow.messages.visible_to(cast.sibling_actor, cast.dossier.id, answer.id) == answer
            assert found == answer
            assert is_utc_to_the_microsecond(found.sent_at)
            assert storage.read.message(cast.actor, cast.dossier.id, answer.id) == _view(answer)
        with storage.begin() as uow:
            assert uow.messages.get(cast.office.id, question.id) == question

    def test_nobody_else_sees_a_message(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-1: other parties of the dossier and outsiders can neither see nor mark a message."""
        message = scene.inbound(cast.dossier, cast.client)
        for actor in (cast.other_actor, *cast.outsiders):
            assert list(storage.read.messages(actor, cast.dossier.id)) == []
            with pytest.raises(Absent):
                storage.read.message(actor, cast.dossier.id, message.id)
            with committing(storage) as uow:
                assert not uow.messages.mark_read(actor, message.id, at=scene.clock.now())
                with pytest.raises(Absent):
                    uow.messages.visible_to(actor, cast.dossier.id, message.id)
        (row,) = storage.read.office_dossier(cast.desk, cast.dossier.id).messages
        assert row.first_read_at is None

    def test_a_former_party_neither_sees_nor_marks(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a former party can neither see nor mark the messages of the dossier."""
        message = scene.inbound(cast.dossier, cast.client)
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
            assert not uow.messages.mark_read(cast.actor, message.id, at=scene.clock.now())
            with pytest.raises(Absent):
                uow.messages.visible_to(cast.actor, cast.dossier.id, message.id)
        assert list(storage.read.messages(cast.actor, cast.dossier.id)) == []
        with pytest.raises(Absent):
            storage.read.message(cast.actor, cast.dossier.id, message.id)

    def test_a_message_is_found_in_its_own_place_only(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: a message does not exist under another dossier or office, and neither does an unknown one."""
        message, other = scene.inbound(cast.dossier, cast.client), scene.dossier(cast.office, cast.client)
        unknown = MessageId(scene.ids.new())
        for dossier_id, message_id in ((other.id, message.id), (cast.dossier.id, unknown)):
            with pytest.raises(Absent):
                storage.read.message(cast.actor, dossier_id, message_id)
            with pytest.raises(Absent), storage.begin() as uow:
                uow.messages.visible_to(cast.actor, dossier_id, message_id)
        for office_id, message_id in ((cast.foreign_desk.office_id, message.id), (cast.office.id, unknown)):
            with pytest.raises(Absent), storage.begin() as uow:
                uow.messages.get(office_id, message_id)
        with committing(storage) as uow:
            assert not uow.messages.mark_read(cast.actor, unknown, at=scene.clock.now())

    def test_an_inbound_message_is_read_once_by_each_account(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-4: the time of the first reading is stored per account; later readings do not change it."""
        message = scene.inbound(cast.dossier, cast.client)
        first = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            assert uow.messages.mark_read(cast.actor, message.id, at=first)
            assert not uow.messages.mark_read(cast.actor, message.id, at=first + HOUR)
        with committing(storage) as uow:
            assert not uow.messages.mark_read(cast.actor, message.id, at=first + HOUR)
        assert storage.read.message(cast.actor, cast.dossier.id, message.id).read_at == first
        (row,) = storage.read.messages(cast.actor, cast.dossier.id)
        assert (row.read_at, row.unread) == (first, False)
        (sibling,) = storage.read.messages(cast.sibling_actor, cast.dossier.id)
        assert (sibling.read_at, sibling.unread) == (None, True)
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.MESSAGES] == TabCount(total=1, unread=0)
        assert storage.read.tabs(cast.sibling_actor, cast.dossier.id)[Tab.MESSAGES] == TabCount(total=1, unread=1)

    def test_of_many_readers_at_once_one_is_the_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-4: of concurrent readings, exactly one sets the mark."""
        message = scene.inbound(cast.dossier, cast.client)

        def mark(_number: int) -> bool:
            with committing(storage) as uow:
                return uow.messages.mark_read(cast.actor, message.id, at=scene.clock.now())

        assert sum(all_at_once(mark, threads=12)) == 1

    def test_an_outbound_message_is_never_unread(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-4: an outbound message is not unread for any account, and cannot be marked."""
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        with committing(storage) as uow:
            assert not uow.messages.mark_read(cast.sibling_actor, message.id, at=scene.clock.now())
        (row,) = storage.read.messages(cast.sibling_actor, cast.dossier.id)
        assert (row.read_at, row.unread) == (None, False)
        assert storage.read.tabs(cast.sibling_actor, cast.dossier.id)[Tab.MESSAGES] == TabCount(total=1, unread=0)

    def test_messages_are_listed_newest_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-4: messages in both directions are listed newest first, with the number of their attachments."""
        received = scene.inbound(cast.dossier, cast.client)
        sent = scene.outbound(cast.dossier, cast.client, cast.account)
        files = [scene.submission(cast.dossier, cast.account, sent) for _each in range(2)]
        scene.submission(cast.dossier, cast.account, None)
        scene.inbound(cast.dossier, cast.other_party)
        assert list(storage.read.messages(cast.actor, cast.dossier.id)) == [_row(sent, 2), _row(received, 0)]
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.MESSAGES] == TabCount(total=2, unread=1)
        attachments = tuple(
            SubmissionRow(
                id=each.id,
                kind=each.kind,
                name=each.file.name,
                size=each.file.size,
                delivered_at=each.delivered_at,
                delivered_by=cast.account.name,
                client_id=cast.client.id,
                message_id=sent.id,
            )
            for each in files
        )
        opened = storage.read.message(cast.actor, cast.dossier.id, sent.id)
        assert opened == attrs.evolve(_view(sent), attachments=attachments)

    def test_pages_of_messages_have_no_gaps_and_no_doubles(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-4: pages continue after the last row's id and skip messages of other clients."""
        for number in range(12):
            scene.inbound(cast.dossier, cast.other_party if number % 4 == 0 else cast.client)
        whole = list(storage.read.messages(cast.actor, cast.dossier.id, size=100))
        assert len(whole) == 9
        paged: list[MessageRow] = []
        while page := storage.read.messages(cast.actor, cast.dossier.id, after=paged[-1].id if paged else None, size=3):
            assert len(page) == 3
            paged += page
        assert paged == whole

    def test_a_draft_is_sent_once_by_an_account(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-5: sending a draft again raises Conflict, and the draft leads to the message that was sent."""
        sent = scene.outbound(cast.dossier, cast.client, cast.account)
        assert sent.draft_id is not None
        again = attrs.evolve(sent, id=MessageId(scene.ids.new()))
        with pytest.raises(Conflict), committing(storage) as uow:
            uow.messages.add(again)
        by_sibling = scene.outbound(cast.dossier, cast.client, cast.sibling, draft_id=sent.draft_id)
        with storage.begin() as uow:
            assert uow.messages.of_draft(cast.actor, sent.draft_id) == sent.id
            assert uow.messages.of_draft(cast.sibling_actor, sent.draft_id) == by_sibling.id
            assert uow.messages.of_draft(cast.actor, scene.draft_id()) is None
            for other in (cast.other_actor, *cast.outsiders):
                assert uow.messages.of_draft(other, sent.draft_id) is None

    def test_of_a_double_click_one_is_sent(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-5: of concurrent sends of a draft, exactly one succeeds."""
        model = scene.outbound(cast.dossier, cast.client, cast.account)
        draft_id = scene.draft_id()
        ids = [MessageId(scene.ids.new()) for _each in range(12)]

        def send(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.messages.add(attrs.evolve(model, id=ids[number], draft_id=draft_id))
            except Conflict:
                return False
            return True

        assert sum(all_at_once(send, threads=12)) == 1
        assert len(storage.read.messages(cast.actor, cast.dossier.id)) == 2

    def test_any_number_of_messages_have_no_draft(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-5: messages of the office have no draft and do not conflict with each other."""
        for _time in range(2):
            scene.inbound(cast.dossier, cast.client)
        assert len(storage.read.messages(cast.actor, cast.dossier.id)) == 2

    def test_that_a_message_was_handled_is_kept(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: who handled a message and when are stored."""
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        handled = attrs.evolve(message, handled_at=scene.clock.now(), handled_by="mr. De Wit")
        with committing(storage) as uow:
            uow.messages.save(handled)
        with storage.begin() as uow:
            assert uow.messages.get(cast.office.id, message.id) == attrs.evolve(handled, version=2)

    def test_a_message_that_was_taken_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-6: what was taken back is neither unread nor in the inbox, and is not marked as read."""
        received = scene.inbound(cast.dossier, cast.client)
        sent = scene.outbound(cast.dossier, cast.client, cast.account)
        now = scene.clock.now()
        gone: dict[str, Any] = {"subject": "", "body": "", "taken_back_at": now, "taken_back_by": "mr. De Wit"}
        with committing(storage) as uow:
            assert not uow.messages.is_read(received)
            for each in (received, sent):
                assert uow.messages.take(cast.office.id, each.id) == each
                uow.messages.save(attrs.evolve(each, **gone))
            assert not uow.messages.mark_read(cast.actor, received.id, at=now)
        with storage.begin() as uow:
            assert uow.messages.get(cast.office.id, sent.id) == attrs.evolve(sent, **gone, version=2)
            with pytest.raises(Absent):
                uow.messages.take(cast.foreign_desk.office_id, sent.id)
        rows = storage.read.messages(cast.actor, cast.dossier.id)
        assert [(row.subject, row.unread, row.taken_back_at) for row in rows] == [("", False, now)] * 2
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.MESSAGES] == TabCount(total=2, unread=0)
        assert list(storage.read.office_inbox(cast.desk)) == []
        assert [each.unread for each in storage.read.other_accounts(cast.second_actor)] == [0]
        view = storage.read.message(cast.actor, cast.dossier.id, sent.id)
        assert (view.taken_back_at, view.can_take_back) == (now, False)

    def test_that_a_message_was_opened_is_kept(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-6: who opened a message and when are stored, and whether any account read one."""
        message, received = (
            scene.outbound(cast.dossier, cast.client, cast.account),
            scene.inbound(cast.dossier, cast.client),
        )
        assert storage.read.message(cast.actor, cast.dossier.id, message.id).can_take_back
        opened = attrs.evolve(message, opened_at=scene.clock.now(), opened_by="mr. De Wit")
        with committing(storage) as uow:
            uow.messages.save(opened)
            uow.messages.mark_read(cast.sibling_actor, received.id, at=scene.clock.now())
        with storage.begin() as uow:
            assert uow.messages.get(cast.office.id, message.id) == attrs.evolve(opened, version=2)
            assert uow.messages.is_read(received)
        assert not storage.read.message(cast.actor, cast.dossier.id, message.id).can_take_back

    def test_a_conversation(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-6: a conversation is one thread, oldest first, with attachments and marks, and with no other thread."""
        first = scene.inbound(cast.dossier, cast.client)
        scene.inbound(cast.dossier, cast.client)
        second = scene.outbound(cast.dossier, cast.client, cast.account, thread_id=first.thread_id, answers=first.id)
        file = scene.submission(cast.dossier, cast.account, second)
        now = scene.clock.now()
        with committing(storage) as uow:
            uow.messages.mark_read(cast.actor, first.id, at=now)
            uow.messages.mark_read(cast.sibling_actor, first.id, at=now + HOUR)
        conversation = storage.read.conversation(cast.actor, cast.dossier.id, second.id)
        assert conversation == storage.read.conversation(cast.actor, cast.dossier.id, first.id)
        opened = [storage.read.message(cast.actor, cast.dossier.id, each.id) for each in (first, second)]
        assert list(conversation.messages) == opened
        assert [each.read_at for each in opened] == [now, None]
        assert [[row.id for row in each.attachments] for each in opened] == [[], [file.id]]
        assert (conversation.older, conversation.newest) == (None, second.id)
        office = storage.read.office_conversation(cast.desk, first.id)
        assert [row.message for row in office.messages] == [first, second]
        assert [row.reads for row in office.messages] == [{cast.account.id: now, cast.sibling.id: now + HOUR}, {}]
        assert [[each.id for each in row.attachments] for row in office.messages] == [[], [file.id]]
        assert {row.client_name for row in office.messages} == {cast.client.name}
        assert (office.older, office.newest) == (None, second.id)

    def test_pieces_of_a_conversation(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-6: a conversation is shown from any message on, without gaps; the newest that stands is known."""
        thread = [scene.inbound(cast.dossier, cast.client)]
        for _each in range(6):
            thread.append(scene.inbound(cast.dossier, cast.client, thread_id=thread[0].thread_id))
        ids = [each.id for each in thread]
        now = scene.clock.now()
        gone: dict[str, Any] = {"subject": "", "body": "", "taken_back_at": now, "taken_back_by": "mr. De Wit"}
        with committing(storage) as uow:
            uow.messages.save(attrs.evolve(thread[6], **gone))
        for number, opened in enumerate(ids):
            last = 6 if number >= 4 else number
            first = max(0, last - 2)
            of_client = storage.read.conversation(cast.actor, cast.dossier.id, opened, size=3)
            of_office = storage.read.office_conversation(cast.desk, opened, size=3)
            assert [each.id for each in of_client.messages] == ids[first : last + 1]
            assert [row.message.id for row in of_office.messages] == ids[first : last + 1]
            older = ids[first - 1] if first else None
            for each in (of_client, of_office):
                assert (each.older, each.newest) == (older, ids[5])

    def test_nobody_else_sees_a_conversation(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-1: other parties, outsiders and other offices see no conversation."""
        message, other = scene.inbound(cast.dossier, cast.client), scene.dossier(cast.office, cast.client)
        for actor in (cast.other_actor, *cast.outsiders):
            with pytest.raises(Absent):
                storage.read.conversation(actor, cast.dossier.id, message.id)
        for dossier_id, id in ((other.id, message.id), (cast.dossier.id, MessageId(scene.ids.new()))):
            with pytest.raises(Absent):
                storage.read.conversation(cast.actor, dossier_id, id)
        with pytest.raises(Absent):
            storage.read.office_conversation(cast.foreign_desk, message.id)

    def test_attachments_go_with_their_message(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-6: the attachments of one message are removed, and no other file."""
        message, other = (scene.outbound(cast.dossier, cast.client, cast.account) for _each in range(2))
        own = [scene.submission(cast.dossier, cast.account, message) for _each in range(2)]
        kept = [scene.submission(cast.dossier, cast.account, other), scene.submission(cast.dossier, cast.account, None)]
        elsewhere = cast.foreign_desk.office_id
        with committing(storage) as uow:
            assert uow.submissions.message_of(cast.office.id, own[0].id) == message.id
            assert uow.submissions.message_of(cast.office.id, kept[1].id) is None
            assert uow.submissions.message_of(elsewhere, own[0].id) is None
            assert list(uow.submissions.remove_of_message(elsewhere, message.id)) == []
            removed = uow.submissions.remove_of_message(cast.office.id, message.id)
        assert {each.id for each in removed} == {each.id for each in own}
        left = storage.read.submissions(cast.actor, cast.dossier.id)
        assert {row.id for row in left} == {each.id for each in kept}
        assert storage.read.unnamed([each.file.key for each in own]) == {each.file.key for each in own}


def _row(message: Message, attachments: int) -> MessageRow:
    """Return the row of a message that was not read."""
    return MessageRow(
        id=message.id,
        direction=Direction(message.direction),
        subject=message.subject,
        author=message.author,
        sent_at=message.sent_at,
        read_at=None,
        attachments=attachments,
    )


def _view(message: Message) -> MessageView:
    """Return the view of a message that was not read and has no attachments."""
    return MessageView(
        id=message.id,
        direction=message.direction,
        thread_id=message.thread_id,
        subject=message.subject,
        body=message.body,
        author=message.author,
        sent_at=message.sent_at,
        read_at=None,
        answers=message.answers,
        attachments=(),
        can_take_back=is_unopened(message),
    )
