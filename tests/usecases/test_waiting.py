"""Who has to do something in a dossier, and since when (PG-2)."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from klantportaal.domain.errors import Absent, FaultCode, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, Language, day
from klantportaal.domain.waiting import Waiting, WaitingFor
from tests.usecases.histories import ACTS, KADASTER, TEXT, History
from tests.usecases.world import World


class WaitingMachine(RuleBasedStateMachine):
    """Whatever clients and office do, in any order, everybody sees who has to do something."""

    @initialize()
    def begin(self) -> None:
        """Open the dossiers."""
        self.history = History()

    @rule(act=st.sampled_from(sorted(ACTS)), number=st.integers(0, 10_000))
    def act(self, act: str, number: int) -> None:
        """Somebody does something."""
        self.history.act(act, number)

    @invariant()
    def everybody_sees_it(self) -> None:
        """PG-2: what is kept is what follows from all that is there, and parties see only their own."""
        self.history.check()


TestWaiting = WaitingMachine.TestCase
TestWaiting.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


def test_each_act_is_done() -> None:
    """PG-2: every act of the histories is recorded, so that none of them is always refused."""
    history = History()
    first = ["assign", "request", "change_request", "deliver", "decide", "write", "take_back", "write", "handle"]
    last = "change_parties"
    for act in (*first, *sorted(set(ACTS) - {*first, last}), last):
        before = history.world.audit()
        history.act(act, 0)
        assert len(history.world.audit()) > len(before), act
        history.check()


def test_a_third_party_is_told_to_the_chosen_parties(world: World, jan: Actor, piet: Actor) -> None:
    """PG-2: the office names a third party with a date, to some parties or all, and clears it; the trail has both."""
    office, dossier = world.portal.office.dossiers, world.dossier(jan, piet)
    expected_on = day(world.clock.now()) + timedelta(days=30)
    office.await_third_party(world.handler, dossier, KADASTER, expected_on=expected_on, clients=[jan.client_id])
    shown = world.portal.client.dossiers.open(jan, dossier).dossier
    assert shown.waiting == Waiting(
        whom=WaitingFor.THIRD_PARTY,
        since=world.clock.now(),
        count=1,
        due_on=expected_on,
        third_party=KADASTER,
    )
    assert world.portal.client.dossiers.open(piet, dossier).dossier.waiting is None
    world.later(hours=1)
    office.await_third_party(world.handler, dossier, " de bank ")
    [mine, _theirs] = office.waiting(world.handler)
    assert mine.waiting.third_party == dict.fromkeys(Language, "de bank")
    assert shown.changed_at < world.portal.client.dossiers.open(piet, dossier).dossier.changed_at
    office.clear_third_party(world.handler, dossier)
    assert list(office.waiting(world.handler)) == []
    assert world.audit()[-3:] == ["ThirdPartyAwaited", "ThirdPartyAwaited", "ThirdPartyCleared"]


def test_a_third_party_that_is_refused(world: World, jan: Actor, piet: Actor) -> None:
    """AL-1: a name that is missing, a day that has passed and a client that is no party are refused, all at once."""
    office, dossier = world.portal.office.dossiers, world.dossier(jan)
    yesterday = day(world.clock.now()) - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        office.await_third_party(world.handler, dossier, " ", expected_on=yesterday, clients=[piet.client_id])
    assert [(each.code, each.field) for each in refused.value.faults] == [
        (FaultCode.MISSING, "name"),
        (FaultCode.NOT_A_PARTY, "clients"),
        (FaultCode.DATE_PASSED, "expected_on"),
    ]
    nobody: list[ClientId] = []
    for clients, code in (([piet.client_id], FaultCode.NOT_A_PARTY), (nobody, FaultCode.MISSING)):
        with pytest.raises(Refused) as refused:
            office.clear_third_party(world.handler, dossier, clients=clients)
        assert [(each.code, each.field) for each in refused.value.faults] == [(code, "clients")]
    elsewhere = world.other_office()
    with pytest.raises(Absent):
        office.await_third_party(elsewhere, dossier, "de bank")
    with pytest.raises(Absent):
        office.clear_third_party(elsewhere, dossier)
    assert world.portal.client.dossiers.open(jan, dossier).dossier.waiting is None


def test_the_office_lists_one_kind(world: World, jan: Actor, piet: Actor) -> None:
    """PG-2: the office lists who waits for it, apart from who it waits for."""
    dossier = world.dossier(jan, piet)
    messages = world.portal.client.messages
    messages.send(jan, dossier, messages.new_draft(), TEXT)
    world.ask(piet, dossier)
    office = world.portal.office.dossiers
    for whom, client_ids in (
        (WaitingFor.OFFICE, [jan.client_id]),
        (WaitingFor.CLIENT, [piet.client_id]),
        (WaitingFor.THIRD_PARTY, []),
    ):
        assert [row.client_id for row in office.waiting(world.handler, whom=whom)] == client_ids
    assert list(office.waiting(world.other_office())) == []


def test_a_client_that_is_no_party_any_more(world: World, jan: Actor, piet: Actor) -> None:
    """PG-2: the office handles a message of a former party; nobody waits for that client."""
    dossier = world.dossier(jan, piet)
    draft = world.portal.client.messages.new_draft()
    message = world.portal.client.messages.send(jan, dossier, draft, TEXT)
    world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
    world.portal.office.messages.handle(world.handler, message)
    assert [each.client_id for each in world.portal.office.dossiers.waiting(world.handler)] == []
