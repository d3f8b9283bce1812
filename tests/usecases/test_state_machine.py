"""The same random acts on two storages: both show each account the same things, and only its own."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.accounts import AccountRole, ClientKind
from klantportaal.domain.documents import DocumentKind, DocumentState
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.messages import MessageText
from klantportaal.domain.outgoing import TaskKind
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import AccountId, ClientId, DossierId, PersonId
from klantportaal.ports.reading import TabCount
from klantportaal.ports.storage import Storage
from tests.support.postgres import temporary_database
from tests.support.storages import empty, migrated_file, sqlite_copy
from tests.usecases.machine.client_acts import ClientActs
from tests.usecases.machine.model import EXTRA, UNREACHABLE, Model, pick, some
from tests.usecases.machine.office_acts import OfficeActs
from tests.usecases.machine.questionnaire_acts import QuestionnaireActs
from tests.usecases.machine.twins import OpenDossier, Sight, actor_of, office_sight, sight, tokens_in, whole
from tests.usecases.world import PASSWORD, PDF, World


class Watched(Model):
    """Background work and time for the machines, with a comparison of everything that is visible after each act."""

    def teardown(self) -> None:
        """Send all remaining mail, and check the mails, the PDFs, the throttling and the trail."""
        try:
            for world in self.twins.worlds:
                world.mail.down = False
            self.let_time_pass(timedelta(days=1))
            self.send_mail()
            self.every_new_password_is_confirmed()
            self.twins.compare(self.every_result_is_filed)
            self.twins.compare(guesses_within_their_allowance)
            self.twins.compare(lambda world: the_trail_holds(world, self.desk))
        finally:
            self.storage.__exit__(None, None, None)

    @rule()
    def send_mail(self) -> None:
        """Do the tasks in the outbox."""
        mails = self.twins.compare(lambda world: sorted(world.deliver(), key=lambda mail: (mail.to, mail.text)))
        self.tokens += [token for mail in mails for token in tokens_in(mail)]

    @rule(by=st.sampled_from([timedelta(minutes=1), timedelta(minutes=6), timedelta(hours=1), timedelta(days=1)]))
    def let_time_pass(self, by: timedelta) -> None:
        """Let time pass, so that leases, links, sessions and uploads can expire."""
        for world in self.twins.worlds:
            world.clock.advance(by)

    @rule(down=st.booleans())
    def break_or_mend_the_mail_server(self, down: bool) -> None:
        """Make the mail server unavailable or available."""
        for world in self.twins.worlds:
            world.mail.down = down

    @rule()
    def sweep(self) -> None:
        """Run the sweeper."""
        self.twins.both(lambda world: world.portal.background.sweeper.run_once())

    @rule()
    def seal(self) -> None:
        """Run the sealer."""
        self.twins.both(lambda world: world.portal.background.sealer.run_once())

    @invariant()
    def everybody_sees_the_same_on_both_and_only_what_is_theirs(self) -> None:
        """DO-1, DC-1, ME-1: each account, and the office, sees the same on both storages."""
        dossiers = list(self.parties)
        self.twins.compare(lambda world: office_sight(world, self.desk, dossiers))
        holders = set()
        for account_id in self.accounts:
            with self.twins.memory.storage.begin() as uow:
                account, client = uow.accounts.get(self.desk.office_id, account_id)
                person = uow.persons.get(self.desk.office_id, account.person_id)
            holders.add(person.id)
            look = partial(
                sight,
                actor=actor_of(person, account, client),
                dossier_ids=dossiers,
                drafts=self.drafts,
                asked=list(self.asked),
            )
            seen = self.twins.compare(look)
            self.only_what_is_theirs(seen, client.id)
            self.only_the_drafts_that_it_kept(seen, account_id)
        self.left |= set(self.passwords_set) - holders

    def only_what_is_theirs(self, seen: Sight, client: ClientId) -> None:
        """Check that an account sees exactly the things that its client may see."""
        own = {id for id, parties in self.parties.items() if client in parties}
        assert {row.id for row in seen.list.rows} == own
        assert seen.home.total == len(own)
        assert seen.dossiers.keys() == own
        self.questionnaires_as_acknowledged(seen, client, own)
        for id, opened in seen.dossiers.items():
            published = {each for each, (at, audience) in self.audiences.items() if at == id and client in audience}
            written = {each for each, about in self.messages.items() if about == (id, client)}
            assert {row.id for row in opened.documents} == published
            assert {row.id for row in opened.messages} == written
            counts_what_is_listed(opened)

    def only_the_drafts_that_it_kept(self, seen: Sight, account_id: AccountId) -> None:
        """ST-1: an account sees its own drafts, as it last kept them, and none that was sent."""
        drafts = [draft for opened in seen.dossiers.values() for draft in opened.drafts]
        for draft in drafts:
            assert MessageText(subject=draft.subject, body=draft.body) == self.kept[account_id, draft.id]
            assert draft.id not in self.sent[account_id]

    def questionnaires_as_acknowledged(self, seen: Sight, client: ClientId, dossiers: set[DossierId]) -> None:
        """QU-1, QU-2, DO-1: an account sees exactly its client's questionnaires, with the last acknowledged answers."""
        own = {id for id, (at, whose) in self.asked.items() if whose == client and at in dossiers}
        assert seen.questionnaires.keys() == own
        waiting = set()
        for id, opened in seen.questionnaires.items():
            assert opened.assignment.answering == self.acknowledged.get(id)
            assert (opened.assignment.state is AssignmentState.COMPLETED) == (id in self.completed)
            if opened.assignment.state is AssignmentState.OPEN:
                waiting.add(id)
        assert {action.id for action in seen.actions} == waiting
        assert seen.home.open_actions == len(waiting)

    def every_new_password_is_confirmed(self) -> None:
        """ON-5: each password that was set is confirmed by one mail, unless its person has no account any more."""
        sent = [kind for kind, _to in self.kinds_of_mail()].count(TaskKind.PASSWORD_SET)
        staying = [person for person in self.passwords_set if person not in self.left]
        assert len(staying) <= sent <= len(self.passwords_set)

    def kinds_of_mail(self) -> list[tuple[TaskKind, str]]:
        """List the kind and address of each sent mail, oldest first. The key of a mail begins with its kind."""
        sent = self.twins.memory.mail.by_key.items()
        return [(TaskKind(key.partition("-")[0]), mail.to) for key, mail in sent]

    def every_result_is_filed(self, world: World) -> list[tuple[str, bytes]]:
        """QU-4: the PDF of each completed questionnaire is filed in its dossier, once."""
        office = world.portal.office
        submissions = [row for id in self.parties for row in office.dossiers.get(self.desk, id).submissions]
        results = [row.assignment_id for row in submissions if row.kind is SubmissionKind.QUESTIONNAIRE]
        assert sorted(filter(None, results)) == sorted(self.completed)
        return [whole(office.questionnaires.pdf(self.desk, id)) for id in sorted(self.completed)]


class OfficeAndClients(Watched, OfficeActs, ClientActs):
    """Random acts of office and clients."""

    @initialize()
    def begin(self) -> None:
        """Onboard a person and a company with two accounts, with a document and a message in one dossier."""
        for world in self.twins.worlds:
            world.mail.refuse(UNREACHABLE)
        self.onboard("jan@example.nl", ClientKind.PERSON)
        self.onboard("zoë@bedrijf.example", ClientKind.COMPANY)
        self.accounts.append(self.twins.compare(self.add_an_extra_account))
        self.sign_in(EXTRA, PASSWORD)
        self.open_a_dossier("2026-1", "Akte", "in_progress", 0, others=True)
        self.publish(0, 0, "Akte", DocumentKind.DOCUMENT, ("akte.pdf", PDF), others=True)
        self.write_to_a_client(0, 1, MessageText(subject="Akte", body="Klopt dit?"), 0, answering=False)

    def onboard(self, address: str, kind: ClientKind) -> None:
        """ON-6: onboard a client, and check that exactly three mails are sent in their order."""
        self.invite(address, address, kind)
        self.send_mail()
        self.ask_for_a_link(address, -1, with_invitation=True)
        self.send_mail()
        self.set_a_password(-1, PASSWORD, PASSWORD)
        self.send_mail()
        onboarding = [TaskKind.INVITATION, TaskKind.PASSWORD_LINK, TaskKind.PASSWORD_SET]
        assert [kind for kind, to in self.kinds_of_mail() if to == address] == onboarding

    def add_an_extra_account(self, world: World) -> AccountId:
        """Add an extra account to the company."""
        with world.storage.begin() as uow:
            main, _client = uow.accounts.get(world.office, self.accounts[-1])
            person = uow.persons.get(world.office, main.person_id)
            other = attrs.evolve(person, id=PersonId(world.ids.new()), email=EXTRA, last_account_id=None, version=1)
            extra = attrs.evolve(
                main, id=AccountId(world.ids.new()), person_id=other.id, role=AccountRole.EXTRA, version=1
            )
            uow.persons.add(other)
            uow.accounts.add(extra)
            uow.commit()
        return extra.id


class Asking(Watched, QuestionnaireActs):
    """Random acts with questionnaires, while clients become parties or stop being parties."""

    @initialize()
    def begin(self) -> None:
        """Onboard two clients, one of them with two accounts, and assign a questionnaire to each in one dossier."""
        clients, accounts, self.passwords_set, dossier = self.twins.compare(self.people)
        self.clients, self.accounts, self.parties = clients, accounts, {dossier: set(clients)}
        self.publish_a_questionnaire(1, other=False)
        self.assign(0, 0, None, "Vragen", late=False)
        self.assign(0, 1, None, "", late=False)
        self.go_on(1, 1, 1, files=False)
        self.stage_an_answer(1, 1, "akte", ("akte.pdf", PDF))
        self.go_on(1, 1, 1, files=True)

    def people(self, world: World) -> tuple[list[ClientId], list[AccountId], list[PersonId], DossierId]:
        """Onboard two clients, one of them with a second account, in one dossier."""
        jan, piet = world.onboard(), world.onboard("piet@example.nl")
        extra = world.extra_account(piet, EXTRA)
        accounts = [actor.account_id for actor in (jan, piet, extra)]
        persons = [jan.person_id, piet.person_id]
        return [jan.client_id, piet.client_id], accounts, persons, world.dossier(jan, piet)

    @rule(client=some, party=st.booleans())
    def come_or_go(self, client: int, party: bool) -> None:
        """Add or remove a party. The last party cannot be removed."""
        (dossier, parties), id = next(iter(self.parties.items())), pick(self.clients, client)
        act = "add_party" if party else "remove_party"
        self.twins.both(lambda world: getattr(world.portal.office.dossiers, act)(self.desk, dossier, id))
        if party:
            parties.add(id)
        elif len(parties) > 1:
            parties.discard(id)


def counts_what_is_listed(opened: OpenDossier) -> None:
    """DO-4: the counts on the tabs match the listed rows."""
    tabs = {
        Tab.SUBMISSIONS: TabCount(total=len(opened.submissions), unread=None),
        Tab.MESSAGES: TabCount(total=len(opened.messages), unread=sum(row.unread for row in opened.messages)),
    }
    for tab, kind in ((Tab.DOCUMENTS, DocumentKind.DOCUMENT), (Tab.CORRESPONDENCE, DocumentKind.CORRESPONDENCE)):
        rows = [row for row in opened.documents if row.kind is kind]
        available = [row for row in rows if row.state is DocumentState.AVAILABLE]
        tabs[tab] = TabCount(total=len(rows), unread=sum(row.downloaded_at is None for row in available))
    assert opened.view.tabs == tabs


def the_trail_holds(world: World, desk: OfficeActor) -> list[str]:
    """SI-5: no entry of the trail is altered, missing or added. Return the exported trail."""
    audit = world.portal.office.audit
    anchor = world.storage.read.office_head(desk)
    exported = list(audit.export(desk))
    verification = audit.verify(desk, anchor=anchor)
    assert verification.holds, verification.breaks
    assert (verification.sealed, verification.unsealed) == (len(exported) - 1, 0)
    return exported


def guesses_within_their_allowance(world: World) -> int:
    """SI-2: between two successes, at most 5 guesses a minute and 8 in 15 minutes are compared for an account."""
    with world.storage.begin() as uow:
        entries = uow.audit.entries(world.handler, limit=10_000)
    compared: defaultdict[str, list[datetime]] = defaultdict(list)
    for entry in entries:
        facts = json.loads(entry.which)
        if entry.what in ("SignedIn", "Confirmed", "PasswordSet"):
            compared[facts["person_id"]].clear()
        elif facts.get("throttled") is False and facts["person_id"]:
            compared[facts["person_id"]].append(entry.at)
            for within, most in ((timedelta(minutes=1), 5), (timedelta(minutes=15), 8)):
                assert sum(entry.at - within < at for at in compared[facts["person_id"]]) <= most
    return len(entries)


MACHINES = pytest.mark.parametrize("machine, steps", [(OfficeAndClients, 30), (Asking, 60)])


def run(
    machine: type[Model], storage: Callable[[], AbstractContextManager[Storage]], *, examples: int, steps: int
) -> None:
    """Run a machine against a storage that is empty at the start of each example."""

    class Machine(machine):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__(storage)

    limits = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        # Without shrinking, which takes minutes with so many steps. A failure is reported as it was found.
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(Machine, settings=limits)


@MACHINES
@pytest.mark.timeout(300)
def test_sqlite_goes_like_memory(tmp_path: Path, machine: type[Model], steps: int) -> None:
    """AL-2: after any acts, each account sees the same on SQLite as on memory, and only its own things."""
    migrated = migrated_file(tmp_path)

    @contextmanager
    def storage() -> Iterator[Storage]:
        with TemporaryDirectory(dir=tmp_path) as folder, sqlite_copy(migrated, Path(folder)) as copy:
            yield copy

    run(machine, storage, examples=10, steps=steps)


@MACHINES
@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_postgresql_goes_like_memory(postgres_server: str, machine: type[Model], steps: int) -> None:
    """AL-2: the same on PostgreSQL, with fewer examples."""
    with temporary_database(postgres_server) as dsn:
        postgresql = SqlStorage.postgresql(dsn)
        postgresql.migrate()

        @contextmanager
        def storage() -> Iterator[Storage]:
            empty(dsn)
            yield postgresql

        run(machine, storage, examples=5, steps=steps)
        postgresql.close()
