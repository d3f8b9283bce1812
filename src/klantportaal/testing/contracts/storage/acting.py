"""Acting for one of several accounts: what an actor may still do, and what is another account's (PE-3, PE-5)."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress

import attrs
import pytest

from klantportaal.domain.accounts import AccountRole, AccountState
from klantportaal.domain.documents import DocumentKind, DocumentState
from klantportaal.domain.errors import Absent, NotSignedIn
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.sessions import Session
from klantportaal.domain.values import AccountId, MessageId, PersonId
from klantportaal.ports.reading import OtherAccount, SignedInView
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import HOUR, START, Cast, StorageTests, all_at_once, committing

End = Callable[[UnitOfWork, Cast], None]


def _with_state(state: AccountState) -> End:
    return lambda uow, cast: uow.accounts.save(attrs.evolve(cast.sibling, state=state))


def _move(uow: UnitOfWork, cast: Cast) -> None:
    uow.accounts.save(attrs.evolve(cast.sibling, person_id=cast.other_account.person_id))


def _close_client(uow: UnitOfWork, cast: Cast) -> None:
    uow.clients.save(attrs.evolve(cast.client, closed_at=START))


def _cut_off(uow: UnitOfWork, cast: Cast) -> None:
    person = uow.persons.take(cast.office.id, cast.sibling.person_id)
    uow.persons.save(attrs.evolve(person, epoch=person.epoch + 1))


ENDS: Mapping[str, End] = {
    "deleted": _with_state(AccountState.DELETED),
    "closed": _with_state(AccountState.CLOSED),
    "moved": _move,
    "client closed": _close_client,
    "cut off": _cut_off,
}
"""What ends acting for an account."""


class ActingContract(StorageTests):
    """Tests of acting for an account."""

    def test_an_actor_is_held_to_its_account(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-3, PE-5: ``hold`` accepts an active account of the actor's person, epoch and office only."""
        with storage.begin() as uow:
            uow.accounts.hold(cast.actor)
            uow.accounts.hold(cast.second_actor)
            for other in (
                attrs.evolve(cast.actor, epoch=cast.actor.epoch + 1),
                attrs.evolve(cast.actor, account_id=AccountId(scene.ids.new())),
                attrs.evolve(cast.actor, account_id=cast.sibling.id),
                attrs.evolve(cast.actor, person_id=cast.sibling.person_id),
                attrs.evolve(cast.actor, person_id=PersonId(scene.ids.new())),
                cast.impostor,
            ):
                with pytest.raises(NotSignedIn):
                    uow.accounts.hold(other)
        for state in AccountState:
            actor = scene.actor(scene.account(cast.client, role=AccountRole.EXTRA, state=state))
            allowed = nullcontext() if state is AccountState.ACTIVE else pytest.raises(NotSignedIn)
            with storage.begin() as uow, allowed:
                uow.accounts.hold(actor)

    @pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
    def test_nothing_is_done_after_the_end(self, storage: Storage, scene: Scene, cast: Cast, end: End) -> None:
        """XA-3, PE-5: concurrent actions of an account that ends happen before the end or not at all."""
        model = scene.outbound(cast.dossier, cast.client, cast.sibling)
        messages = [
            attrs.evolve(model, id=MessageId(scene.ids.new()), draft_id=scene.draft_id()) for _each in range(12)
        ]

        def sent() -> int:
            return len(storage.read.messages(cast.actor, cast.dossier.id, size=100))

        def act(number: int) -> int | None:
            if number == 6:
                with committing(storage) as uow:
                    end(uow, cast)
                return sent()
            with suppress(NotSignedIn), committing(storage) as uow:
                uow.accounts.hold(cast.sibling_actor)
                uow.messages.add(messages[number])
            return None

        assert [each for each in all_at_once(act, threads=12) if each is not None] == [sent()]
        with storage.begin() as uow, pytest.raises(NotSignedIn):
            uow.accounts.hold(cast.sibling_actor)

    def test_one_account_ends_and_the_other_stays(self, storage: Storage, cast: Cast) -> None:
        """PE-5: closing an account or its client leaves the person's other accounts; a cut off person has none."""
        with committing(storage) as uow:
            uow.accounts.save(attrs.evolve(cast.account, state=AccountState.CLOSED))
            _close_client(uow, cast)
        with committing(storage) as uow:
            uow.accounts.hold(cast.second_actor)
            person = uow.persons.get(cast.office.id, cast.second.person_id)
            uow.persons.save(attrs.evolve(person, epoch=person.epoch + 1))
            with pytest.raises(NotSignedIn):
                uow.accounts.hold(cast.second_actor)

    def test_a_session_switches(self, storage: Storage, scene: Scene) -> None:
        """PE-3: one session acts for another account from now on, with its token, and shows that account's facts."""
        office = scene.office()
        _client, account = scene.person(office)
        second = scene.another(account, scene.client(office, name="Tweede"), name="J. Jansen")
        session, other = scene.session(account), scene.session(account)
        actor = attrs.evolve(scene.actor(account), session_id=session.id, fingerprint=session.fingerprint)
        with committing(storage) as uow:
            assert uow.sessions.switch(actor, second.id)
            assert uow.sessions.switch(attrs.evolve(actor, account_id=second.id), second.id)
        found = _look(storage, session)
        assert found.session == attrs.evolve(session, account_id=second.id)
        assert _look(storage, other).session == other
        assert (found.client_id, found.client_name, found.name) == (second.client_id, "Tweede", "J. Jansen")
        with committing(storage) as uow:
            assert uow.sessions.switch(actor, account.id)  # Another tab shows the first account still.
        assert _look(storage, session).session == session

    def test_a_session_shows_whether_there_are_others(self, storage: Storage, scene: Scene) -> None:
        """PE-3, PE-5: a session shows whether its person has another account that is open, in this office."""
        office, now = scene.office(), scene.clock.now()
        client, account = scene.person(office)
        session = scene.session(account)
        scene.account(client)
        scene.another(account, scene.client(office, closed_at=now))
        scene.another(account, scene.client(office), state=AccountState.CLOSED)
        gone = scene.another(account, scene.client(office), state=AccountState.DELETED)
        assert not _look(storage, session).has_others
        invited = scene.another(account, scene.client(office), state=AccountState.INVITED)
        assert _look(storage, session).has_others
        with committing(storage) as uow:
            uow.accounts.save(attrs.evolve(invited, state=AccountState.DELETED))
        assert not _look(storage, session).has_others
        assert _look(storage, scene.session(gone)).has_others

    def test_other_accounts_are_listed_by_client(self, storage: Storage, scene: Scene) -> None:
        """PE-3: the other open accounts of the person are listed by the names of their clients, in any case."""
        office, elsewhere, now = scene.office(), scene.office(), scene.clock.now()
        client, account = scene.person(office)
        scene.account(client)
        for fields in ({"closed_at": now}, {"state": AccountState.CLOSED}, {"state": AccountState.DELETED}):
            closed_at = fields.pop("closed_at", None)
            scene.another(account, scene.client(office, name="Nooit", closed_at=closed_at), **fields)
        names = ("b.v. Drie", "Alfa", "B.V. Eén", "alfa", "Zoon")
        accounts = [scene.another(account, scene.client(office, name=name), name=f"Bij {name}") for name in names]
        invited = scene.another(account, scene.client(office, name="M"), name="Bij M", state=AccountState.INVITED)
        rows = [
            OtherAccount(account_id=each.id, client_name=name, name=f"Bij {name}", unread=0, open_actions=0)
            for each, name in zip([*accounts, invited], [*names, "M"], strict=True)
        ]
        by_name = [rows[place] for place in (1, 3, 0, 2, 5, 4)]
        actor = scene.actor(account)
        assert list(storage.read.other_accounts(actor)) == by_name
        own = OtherAccount(account_id=account.id, client_name=client.name, name=account.name, unread=0, open_actions=0)
        theirs = storage.read.other_accounts(scene.actor(accounts[1]))
        assert sorted(theirs, key=lambda row: row.account_id) == [own, rows[0], *rows[2:]]
        for nobody in (
            attrs.evolve(actor, office_id=elsewhere.id),
            attrs.evolve(actor, person_id=PersonId(scene.ids.new())),
        ):
            assert list(storage.read.other_accounts(nobody)) == []

    def test_what_waits_under_another_account(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PE-3: of each other account what it has not read is counted, and its open actions, in all its dossiers."""
        there = scene.another(cast.account, cast.other_party)
        actor, now = scene.actor(there), scene.clock.now()
        dossiers = [cast.dossier, scene.dossier(cast.office, cast.other_party, status="archived")]
        for dossier in dossiers:
            for kind in DocumentKind:
                scene.document(dossier, cast.other_party, kind=kind)
            scene.document(dossier, cast.other_party, state=DocumentState.WITHDRAWN, ended_at=now)
            scene.inbound(dossier, cast.other_party)
            scene.outbound(dossier, cast.other_party, cast.other_account)
            for state in AssignmentState:
                scene.assignment(dossier, cast.other_party, state=state)
        scene.document(cast.dossier, cast.client)  # What is another party's waits for that party only.
        scene.inbound(cast.dossier, cast.client)
        scene.assignment(cast.dossier, cast.client)
        former = scene.dossier(cast.office, cast.other_party)
        scene.document(former, cast.other_party)
        scene.inbound(former, cast.other_party)
        scene.assignment(former, cast.other_party)
        read, letter = scene.inbound(cast.dossier, cast.other_party), scene.document(cast.dossier, cast.other_party)
        with committing(storage) as uow:
            uow.dossiers.remove_party(former, cast.other_party.id)
            assert uow.messages.mark_read(actor, read.id, at=now)
            assert uow.documents.mark_downloaded(actor, cast.dossier.id, letter.id, at=now)
        row = OtherAccount(
            account_id=there.id,
            client_name=cast.other_party.name,
            name=there.name,
            unread=2 * (len(DocumentKind) + 1),
            open_actions=2,
        )
        waiting = {each.account_id: each for each in storage.read.other_accounts(cast.actor)}
        assert waiting[there.id] == row
        assert (waiting[cast.second.id].unread, waiting[cast.second.id].open_actions) == (0, 0)
        assert set(waiting) == {there.id, cast.second.id}

    def test_marks_are_each_accounts_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PE-1: what one account of a person read or downloaded is new to its other account."""
        there = scene.actor(scene.another(cast.account, cast.other_party))
        document = scene.document(cast.dossier, cast.client, cast.other_party)
        message = scene.inbound(cast.dossier, cast.client)
        with committing(storage) as uow:
            assert uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=START)
            assert uow.messages.mark_read(cast.actor, message.id, at=START)
            assert not uow.messages.mark_read(there, message.id, at=START)
        (row,) = storage.read.documents(there, cast.dossier.id, document.kind)
        assert row.downloaded_at is None
        with committing(storage) as uow:
            assert uow.documents.mark_downloaded(there, cast.dossier.id, document.id, at=START + HOUR)
        (row,) = storage.read.documents(cast.actor, cast.dossier.id, document.kind)
        assert row.downloaded_at == START
        downloads = storage.read.office_dossier(cast.desk, cast.dossier.id).documents[0].downloads
        assert downloads == {cast.account.id: START, there.account_id: START + HOUR}

    def test_what_is_staged_is_each_accounts_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PE-1, AT-2: a person that acts for one party does not see what it staged or sent for another."""
        there = scene.another(cast.account, cast.other_party)
        draft_id = scene.draft_id()
        upload = scene.upload(cast.dossier, cast.account, draft_id)
        sent = scene.outbound(cast.dossier, cast.client, cast.account, draft_id=draft_id)
        submission = scene.submission(cast.dossier, cast.account, sent)
        actor = scene.actor(there)
        with storage.begin() as uow:
            assert uow.uploads.count(actor, draft_id) == (0, 0)
            assert list(uow.uploads.of_draft(actor, cast.dossier.id, draft_id)) == []
            assert list(uow.uploads.of_account(cast.office.id, there.id)) == []
            assert uow.messages.of_draft(actor, draft_id) is None
            with pytest.raises(Absent):
                uow.uploads.get(actor, cast.dossier.id, upload.id)
            with pytest.raises(Absent):
                uow.messages.visible_to(actor, cast.dossier.id, sent.id)
        assert list(storage.read.uploads(actor, cast.dossier.id, draft_id, at=START)) == []
        assert list(storage.read.messages(actor, cast.dossier.id)) == []
        assert list(storage.read.submissions(actor, cast.dossier.id)) == []
        with pytest.raises(Absent):
            storage.read.submission_file(actor, cast.dossier.id, submission.id)


def _look(storage: Storage, session: Session) -> SignedInView:
    found = storage.read.session(session.office_id, session.fingerprint)
    assert found is not None
    return found
