"""Who has to do something in a dossier (PG-2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.accounts import AccountRole, ClientKind
from klantportaal.domain.dossiers import PartiesChange
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.events import MessageHandled, MessageRead, MessageSent, ThirdPartyAwaited
from klantportaal.domain.request_decisions import return_item, withdraw_item
from klantportaal.domain.requests import add_item
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import ClientId, Language, SessionId
from klantportaal.domain.waiting import (
    ThirdParty,
    Waiting,
    WaitingFor,
    WaitingThing,
    await_third_party,
    clear_third_party,
    waiting_in,
    whose_changed,
)
from tests.domain.given import (
    ACCOUNT_ID,
    AT,
    CLIENT_ID,
    DOSSIER_ID,
    FINGERPRINT,
    HANDLER,
    MESSAGE_ID,
    OFFICE_ID,
    PERSON_ID,
    fault,
    refusal,
)
from tests.domain.requesting import MUST, SLIP, delivered, made, staged

ACTOR = Actor(
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    client_id=CLIENT_ID,
    account_id=ACCOUNT_ID,
    session_id=SessionId(DOSSIER_ID),
    fingerprint=FINGERPRINT,
    confirmed_at=AT,
    language=Language.DUTCH,
    kind=ClientKind.PERSON,
    role=AccountRole.MAIN,
    name="J. Jansen",
    client_name="J. Jansen",
    epoch=1,
)
HOUR = timedelta(hours=1)
TODAY = AT.date()
OTHER_ID = ClientId(DOSSIER_ID)
MOMENTS = st.integers(0, 5).map(lambda hours: AT + hours * HOUR)
DAYS = st.none() | st.integers(0, 5).map(lambda days: TODAY + timedelta(days=days))
THINGS = st.lists(
    st.builds(WaitingThing, whom=st.sampled_from([WaitingFor.CLIENT, WaitingFor.OFFICE]), since=MOMENTS, due_on=DAYS)
)
NAMES = {Language.DUTCH: "de bank", Language.ENGLISH: "the bank"}
THIRD_PARTIES = st.none() | st.builds(ThirdParty, name=st.just(NAMES), since=MOMENTS, expected_on=DAYS)


@given(THINGS, THIRD_PARTIES)
def test_who_waits_is_worked_out(things: list[WaitingThing], third_party: ThirdParty | None) -> None:
    """PG-2: the client comes first, then the office, then a third party; the oldest thing and the first date count."""
    said = waiting_in(things, third_party)
    kinds = {each.whom for each in things}
    if said is None:
        assert not things
        assert third_party is None
        return
    if said.whom is WaitingFor.THIRD_PARTY:
        assert not things
        assert third_party is not None
        assert (said.since, said.due_on, said.third_party) == (third_party.since, third_party.expected_on, NAMES)
        return
    assert said.whom is (WaitingFor.CLIENT if WaitingFor.CLIENT in kinds else WaitingFor.OFFICE)
    oldest_first = sorted((each for each in things if each.whom is said.whom), key=lambda each: each.since)
    days = sorted(each.due_on for each in oldest_first if each.due_on is not None)
    assert said == Waiting(
        whom=said.whom,
        since=oldest_first[0].since,
        count=len(oldest_first),
        due_on=days[0] if days else None,
    )


@given(THINGS, THIRD_PARTIES)
def test_the_order_of_things_changes_nothing(things: list[WaitingThing], third_party: ThirdParty | None) -> None:
    """PG-2: storage may give what is open in any order."""
    assert waiting_in(things[::-1], third_party) == waiting_in(things, third_party)


def test_since_when_a_request_waits() -> None:
    """PG-2: a request waits for the client since the first open item was asked for or returned, and else not."""
    request = made(SLIP, MUST)
    assert (request.waiting_since, request.delivered_since) == (AT, None)
    first, second = request.items
    request, _submissions = delivered(request, staged(1))
    assert (request.waiting_since, request.delivered_since) == (AT, AT)
    request, _fact = withdraw_item(request, second.id, "Niet nodig", handler=HANDLER, at=AT + HOUR)
    assert (request.waiting_since, request.delivered_since) == (None, AT)
    request, _added = add_item(request, MUST, today=TODAY, at=AT + 2 * HOUR)
    assert request.waiting_since == AT + 2 * HOUR
    request, _returned = return_item(request, first.id, "Onleesbaar", handler=HANDLER, at=AT + HOUR)
    assert (request.waiting_since, request.delivered_since) == (AT + HOUR, None)


def named(name: object = NAMES, *, clients: list[ClientId] | None = None, expected_on: date | None = None) -> object:
    """Name a third party to the parties of a dossier."""
    return await_third_party(
        name,  # type: ignore[arg-type]
        dossier_id=DOSSIER_ID,
        client_ids=clients,
        parties=frozenset({CLIENT_ID, OTHER_ID}),
        expected_on=expected_on,
        today=TODAY,
        at=AT,
    )


def test_naming_a_third_party() -> None:
    """PG-2: a third party is named to all parties, or to some of them, in both languages."""
    everybody = tuple(sorted({CLIENT_ID, OTHER_ID}))
    fact = ThirdPartyAwaited(dossier_id=DOSSIER_ID, client_ids=everybody, at=AT)
    assert named(expected_on=TODAY) == (ThirdParty(name=NAMES, since=AT, expected_on=TODAY), fact)
    both = dict.fromkeys(Language, "het Kadaster")
    some = ThirdPartyAwaited(dossier_id=DOSSIER_ID, client_ids=(CLIENT_ID,), at=AT)
    assert named(" het  Kadaster", clients=[CLIENT_ID, CLIENT_ID]) == (ThirdParty(name=both, since=AT), some)


@pytest.mark.parametrize(
    "name, code, field",
    [
        ("", FaultCode.MISSING, "name"),
        ("x" * 1000, FaultCode.TOO_LONG, "name"),
        ({Language.DUTCH: "de bank"}, FaultCode.LANGUAGE_MISSING, "name.en"),
    ],
)
def test_a_name_is_refused(name: object, code: FaultCode, field: str) -> None:
    """PG-2: the name of a third party is one line, and in both languages."""
    assert [(each.code, each.field) for each in refusal(lambda: named(name))] == [(code, field)]


def test_a_day_that_has_passed_and_no_party_are_refused() -> None:
    """PG-2: a third party is expected today or later, and named to parties only."""
    wrong = refusal(lambda: named(clients=[ClientId(OFFICE_ID)], expected_on=TODAY - timedelta(days=1)))
    assert wrong == [fault(FaultCode.NOT_A_PARTY, "clients"), fault(FaultCode.DATE_PASSED, "expected_on")]
    nobody = refusal(
        lambda: clear_third_party(dossier_id=DOSSIER_ID, client_ids=[], parties=frozenset({CLIENT_ID}), at=AT)
    )
    assert nobody == [fault(FaultCode.MISSING, "clients")]


def test_what_changes_it() -> None:
    """PG-2: an event is about the parties that it names, or about the client that did it; or about nobody."""
    change = PartiesChange(dossier_id=DOSSIER_ID, client_ids=(CLIENT_ID,))
    sent = MessageSent(dossier_id=DOSSIER_ID, message_id=MESSAGE_ID, at=AT)
    desk = OfficeActor(office_id=OFFICE_ID, handler=HANDLER)
    handled = MessageHandled(message_id=MESSAGE_ID, dossier_id=DOSSIER_ID, client_id=CLIENT_ID, at=AT)
    assert whose_changed(sent, ACTOR) == change
    assert whose_changed(handled, desk) == change
    assert whose_changed(MessageRead(message_id=MESSAGE_ID, account_id=ACCOUNT_ID, at=AT), ACTOR) is None
    with pytest.raises(TypeError, match="OfficeActor"):
        whose_changed(sent, desk)
