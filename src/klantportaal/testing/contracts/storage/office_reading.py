"""The office's pages: everything of the office, nothing of another office (OF-2)."""

import attrs
import pytest

from klantportaal.domain.accounts import Account, AccountRole, AccountState, ClientKind
from klantportaal.domain.documents import Document
from klantportaal.domain.errors import Absent
from klantportaal.domain.messages import Message
from klantportaal.domain.values import ClientId, DocumentId, DossierId, SubmissionId
from klantportaal.ports.reading import (
    AccountCard,
    ClientCard,
    DossierRow,
    InboxRow,
    OfficeDossier,
    PublishedRow,
)
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import HOUR, MINUTE, Cast, StorageTests, committing


class OfficeReadingContract(StorageTests):
    """Tests of the office's pages."""

    def test_a_client_is_shown_with_all_its_accounts(self, storage: Storage, scene: Scene) -> None:
        """OF-1: a client is shown with all its accounts, in any state."""
        office = scene.office()
        client = scene.client(office, kind=ClientKind.COMPANY, closed_at=scene.clock.now())
        main = scene.account(client, first_used_at=scene.clock.now(), state=AccountState.CLOSED)
        extra = scene.account(client, role=AccountRole.EXTRA, state=AccountState.INVITED, password_hash=None)
        desk = scene.office_actor(office)
        card = storage.read.office_client(desk, client.id)
        assert _in_order(card) == ClientCard(client=client, accounts=(_card(scene, main), _card(scene, extra)))
        assert [_in_order(each) for each in storage.read.office_clients(desk)] == [_in_order(card)]

    def test_whose_two_step_verification_is_on(self, storage: Storage, scene: Scene) -> None:
        """TS-5, XA-4: the office sees at every account of a person whether two-step verification is on."""
        office = scene.office()
        client, main, extra = scene.company(office)
        second = scene.another(extra, scene.client(office))
        scene.two_step(extra)
        desk = scene.office_actor(office)
        assert storage.read.office_client(desk, second.client_id).accounts == (_card(scene, second, has_two_step=True),)
        card = storage.read.office_client(desk, client.id)
        assert _in_order(card).accounts == (_card(scene, main), _card(scene, extra, has_two_step=True))
        assert {type(each.has_two_step) for each in card.accounts} == {bool}

    def test_a_client_without_accounts_is_shown_too(self, storage: Storage, scene: Scene) -> None:
        """OF-1: a client without accounts is listed and found too."""
        client = scene.client(scene.office())
        desk = scene.office_actor(storage.read.office(client.office_id))
        assert list(storage.read.office_clients(desk)) == [ClientCard(client=client, accounts=())]
        assert list(storage.read.office_clients(desk, search=client.name)) == [ClientCard(client=client, accounts=())]

    def test_another_offices_things_do_not_exist(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: things of another office do not exist, and neither do unknown ones."""
        document = scene.document(cast.dossier, cast.client)
        submission = scene.submission(cast.dossier, cast.account, None)
        scene.outbound(cast.dossier, cast.client, cast.account)
        unknown = scene.ids.new()
        for desk, client_id, dossier_id, document_id, submission_id in (
            (cast.foreign_desk, cast.client.id, cast.dossier.id, document.id, submission.id),
            (cast.desk, ClientId(unknown), DossierId(unknown), DocumentId(unknown), SubmissionId(unknown)),
        ):
            with pytest.raises(Absent):
                storage.read.office_client(desk, client_id)
            with pytest.raises(Absent):
                storage.read.office_dossier(desk, dossier_id)
            with pytest.raises(Absent):
                storage.read.office_document_file(desk, document_id)
            with pytest.raises(Absent):
                storage.read.office_submission_file(desk, submission_id)
        assert list(storage.read.office_dossiers(cast.foreign_desk)) == []
        assert list(storage.read.office_inbox(cast.foreign_desk)) == []
        (theirs,) = storage.read.office_clients(cast.foreign_desk)
        assert theirs.client.id == cast.foreigner.client_id

    @pytest.mark.parametrize(
        "search, finds",
        [
            ("brautigam", True),
            ("BRÄUT", True),
            ("peters", True),
            ("boekhouding_1", True),
            ("@Bedrijf.example", True),
            ("100%", True),
            ("  ", True),
            ("_1@", True),
            ("__", False),
            ("boek%ing", False),
            ("boekhouding-1", False),
            ("niemand", False),
        ],
    )
    def test_clients_are_found_by_name_and_address(
        self, storage: Storage, scene: Scene, search: str, finds: bool
    ) -> None:
        """OF-1: clients are found by part of their name, or an account's name or address, ignoring case and accents."""
        office = scene.office()
        client = scene.client(office, name="100% Bräutigam B.V.")
        accounts = (
            scene.account(client, name="A. Peters", email="peters@bedrijf.example"),
            scene.account(client, name="Boekhouding", email="boekhouding_1@bedrijf.example"),
        )
        found = storage.read.office_clients(scene.office_actor(office), search=search)
        whole = ClientCard(client=client, accounts=tuple(_card(scene, each) for each in accounts))
        assert [_in_order(card) for card in found] == ([whole] if finds else [])

    def test_pages_of_clients_have_no_gaps_and_no_doubles(self, storage: Storage, scene: Scene) -> None:
        """OF-1: clients are listed newest first, and pages continue after the last client's id, also in a search."""
        office = scene.office()
        for number in range(8):
            scene.company(office)
            scene.client(office, name=f"Naamloos {number}")
        desk = scene.office_actor(office)
        for search, total in (("", 16), ("naamloos", 8)):
            whole = list(storage.read.office_clients(desk, search=search, size=100))
            ids = [card.client.id for card in whole]
            assert (len(whole), ids) == (total, sorted(ids, reverse=True))
            paged: list[ClientCard] = []
            while page := storage.read.office_clients(
                desk, search=search, after=paged[-1].client.id if paged else None, size=3
            ):
                paged += page
            assert [_in_order(card) for card in paged] == [_in_order(card) for card in whole]

    def test_pages_of_office_dossiers_have_no_gaps_and_no_doubles(self, storage: Storage, scene: Scene) -> None:
        """OF-1: dossiers are listed by newest change, and pages have no gaps if several changes have the same time."""
        office = scene.office()
        for number in range(9):
            changed_at = scene.clock.now() - (number // 4) * MINUTE
            scene.dossier(office, status=("in_progress", "archived")[number % 2], changed_at=changed_at)
        desk = scene.office_actor(office)
        whole = list(storage.read.office_dossiers(desk, size=100))
        assert len(whole) == 9
        assert whole == sorted(whole, key=lambda row: (row.changed_at, row.id), reverse=True)
        paged: list[DossierRow] = []
        while page := storage.read.office_dossiers(desk, after=paged[-1].key if paged else None, size=2):
            paged += page
        assert paged == whole

    def test_a_dossier_is_shown_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: a dossier shows parties, documents with audience and downloads, messages, deliveries, assignments."""
        document = scene.document(cast.dossier, cast.client, cast.other_party)
        letter = scene.document(cast.dossier, cast.other_party)
        received = scene.inbound(cast.dossier, cast.client)
        sent = scene.outbound(cast.dossier, cast.other_party, cast.other_account)
        scene.submission(cast.dossier, cast.other_account, sent)
        elsewhere = scene.dossier(cast.office, cast.client)
        scene.document(elsewhere, cast.client)
        for dossier in (cast.dossier, cast.dossier, elsewhere):
            scene.assignment(dossier, cast.client)
        now = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            for actor, at in ((cast.actor, now), (cast.other_actor, now + HOUR)):
                assert uow.documents.mark_downloaded(actor, cast.dossier.id, document.id, at=at)
            assert uow.messages.mark_read(cast.sibling_actor, received.id, at=now + HOUR)
            assert uow.messages.mark_read(cast.actor, received.id, at=now)
        shown = storage.read.office_dossier(cast.desk, cast.dossier.id)
        deliveries = storage.read.submissions(cast.other_actor, cast.dossier.id)
        number = cast.dossier.number
        expected = OfficeDossier(
            dossier=cast.dossier,
            parties=(cast.client, cast.other_party),
            documents=(
                _published(letter, {cast.other_account.client_id}),
                attrs.evolve(
                    _published(document, {cast.client.id, cast.other_party.id}),
                    downloads={cast.account.id: now, cast.other_account.id: now + HOUR},
                ),
            ),
            messages=(
                attrs.evolve(_inbox(sent, cast.other_party.name, number), attachments=tuple(deliveries)),
                attrs.evolve(
                    _inbox(received, cast.client.name, number),
                    reads={cast.account.id: now, cast.sibling.id: now + HOUR},
                ),
            ),
            submissions=tuple(deliveries),
            assignments=tuple(storage.read.office_assignments(cast.desk, dossier_id=cast.dossier.id)),
            requests=tuple(storage.read.office_requests(cast.desk, dossier_id=cast.dossier.id)),
        )
        parties = tuple(sorted(shown.parties, key=lambda client: client.id))
        assert attrs.evolve(shown, parties=parties) == expected

    def test_a_former_partys_things_stay_with_the_office(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: messages and deliveries of a former party stay visible to the office."""
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        submission = scene.submission(cast.dossier, cast.account, message)
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        shown = storage.read.office_dossier(cast.desk, cast.dossier.id)
        assert [client.id for client in shown.parties] == [cast.other_party.id]
        assert [row.message.id for row in shown.messages] == [message.id]
        assert [row.id for row in shown.submissions] == [submission.id]
        assert [row.message.id for row in storage.read.office_inbox(cast.desk)] == [message.id]
        assert storage.read.office_submission_file(cast.desk, submission.id) == submission.file

    def test_the_inbox_holds_what_clients_wrote(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: the inbox has messages of all dossiers, newest first, with attachments, filtered by handled or not."""
        other = scene.dossier(cast.office, cast.other_party)
        first = scene.outbound(cast.dossier, cast.client, cast.account)
        handled = scene.outbound(
            cast.dossier, cast.client, cast.sibling, handled_at=scene.clock.now(), handled_by="mr. De Wit"
        )
        scene.inbound(cast.dossier, cast.client)
        last = scene.outbound(other, cast.other_party, cast.other_account)
        for _each in range(2):
            scene.submission(other, cast.other_account, last)
        attachments = storage.read.message(cast.other_actor, other.id, last.id).attachments
        assert len(attachments) == 2
        assert list(storage.read.office_inbox(cast.desk)) == [
            attrs.evolve(_inbox(last, cast.other_party.name, other.number), attachments=attachments),
            _inbox(first, cast.client.name, cast.dossier.number),
        ]
        assert list(storage.read.office_inbox(cast.desk, handled=True)) == [
            _inbox(handled, cast.client.name, cast.dossier.number)
        ]

    def test_pages_of_the_inbox_have_no_gaps_and_no_doubles(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: pages of the inbox continue after the last message's id."""
        for number in range(10):
            handled = {"handled_at": scene.clock.now(), "handled_by": "x"} if number % 3 == 0 else {}
            scene.outbound(cast.dossier, cast.client, cast.account, **handled)
        whole = list(storage.read.office_inbox(cast.desk, size=100))
        assert len(whole) == 6
        paged: list[InboxRow] = []
        while page := storage.read.office_inbox(cast.desk, after=paged[-1].message.id if paged else None, size=4):
            paged += page
        assert paged == whole


def _in_order(card: ClientCard) -> ClientCard:
    """Sort the accounts of a card by id. A storage may return them in any order."""
    return attrs.evolve(card, accounts=tuple(sorted(card.accounts, key=lambda account: account.id)))


def _card(scene: Scene, account: Account, *, has_two_step: bool = False) -> AccountCard:
    person = scene.person_of(account)
    return AccountCard(
        id=account.id,
        person_id=person.id,
        client_id=account.client_id,
        role=account.role,
        name=account.name,
        email=person.email,
        state=account.state,
        language=person.language,
        made_at=account.made_at,
        first_used_at=account.first_used_at,
        has_two_step=has_two_step,
        has_vendor_sign_in=person.vendor_subject is not None,
        mail_problem=None,
    )


def _published(document: Document, audience: set[ClientId]) -> PublishedRow:
    return PublishedRow(document=document, audience=frozenset(audience), downloads={}, looks={})


def _inbox(message: Message, client_name: str, number: str) -> InboxRow:
    return InboxRow(message=message, client_name=client_name, dossier_number=number, reads={}, attachments=())
