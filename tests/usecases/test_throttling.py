"""Throttling of passwords and of requests for links: what counts, for whom, and at what cost (SI-1, SI-2)."""

import contextlib
import json
import threading
from datetime import timedelta
from functools import partial

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.errors import Fault, FaultCode, Refused, SignInFailed, Unavailable
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.throttling import KEPT, ThrottlePolicy
from klantportaal.ports.secrets import Verdict
from klantportaal.settings import Settings
from klantportaal.usecases.background.refusals import RepeatedRefusals
from tests.usecases.noting import Noting
from tests.usecases.test_two_step import wrong
from tests.usecases.world import PASSWORD, World

NEW = "Anders2026"
NOBODY = "niemand@example.nl"


def guess(world: World, address: str = "jan@example.nl", *, password: str = "fout", network: str = "192.0.2.7") -> int:
    """Fail to sign in, and return the number of bcrypts that it would have cost."""
    before = world.passwords.calls
    with pytest.raises(SignInFailed) as failure:
        world.portal.client.sign_in.sign_in(attrs.evolve(world.visitor, network_address=network), address, password)
    assert failure.value.args == ()
    return world.passwords.calls - before


def guess_current(world: World, actor: Actor, current: str = "fout") -> int:
    """Fail to change the password, and return the number of bcrypts that it would have cost."""
    before = world.passwords.calls
    with pytest.raises(Refused) as refusal:
        world.portal.client.profile.change_password(actor, current=current, password=NEW, repeated=NEW)
    assert refusal.value.faults == (Fault(code=FaultCode.PASSWORD_WRONG, field="current"),)
    return world.passwords.calls - before


def refusals(world: World) -> list[tuple[str, str | None]]:
    """List the facts and the address of each refused sign-in in the trail, oldest first."""
    with world.storage.begin() as uow:
        entries = uow.audit.entries(world.handler)
    return [(each.which, each.network_address) for each in entries if each.what == "SignInRefused"]


def repeated(world: World) -> list[dict[str, object]]:
    """Let a minute pass and the dispatcher's thread run. Give each entry about repeated refusals, with its network."""
    world.later(minutes=1)
    world.portal.background.dispatcher._refusals.run_once()
    with world.storage.begin() as uow:
        entries = [each for each in uow.audit.entries(world.handler) if each.what == "RefusalsRepeated"]
    return [{**json.loads(each.which), "from": each.network_address} for each in entries]


def test_the_right_password_does_not_help_while_the_account_waits(world: World, jan: Actor) -> None:
    """SI-1, SI-2: after five failures even the right password is refused, in the same way and for one bcrypt."""
    assert [guess(world) for _ in range(5)] == [1] * 5
    assert [guess(world, password=PASSWORD) for _ in range(20)] == [1] * 20
    world.later(minutes=1)
    assert world.sign_in().account_id == jan.account_id


def test_the_trail_tells_what_was_compared(world: World, jan: Actor) -> None:
    """SI-5: each refusal is recorded with its account, its address and whether it was throttled."""
    for _ in range(6):
        guess(world, network="198.51.100.9")
    guess(world, NOBODY)
    account = f'{{"person_id": "{jan.person_id}", "throttled": '
    assert refusals(world) == [
        *[(account + "false}", "198.51.100.9")] * 5,
        (account + "true}", "198.51.100.9"),
        ('{"person_id": null, "throttled": false}', "192.0.2.7"),
    ]


def test_one_answer_for_an_address_without_an_account(world: World, jan: Actor) -> None:
    """SI-1: failures for an unknown address count, are refused and cost as for a known one."""
    known, unknown = ([guess(world, address) for _ in range(8)] for address in ("jan@example.nl", NOBODY))
    assert known == unknown == [1] * 8
    assert [which.partition(", ")[2] for which, _from in refusals(world)] == [
        *['"throttled": false}'] * 5,
        '"throttled": true}',
    ] * 2
    assert [each["count"] for each in repeated(world)] == [2, 2]


def test_waits_grow_and_end(world: World, jan: Actor) -> None:
    """SI-2: the waiting time doubles from 1 minute to at most an hour."""
    for _ in range(5):
        guess(world)
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        world.later(minutes=minutes, microseconds=-1)
        before = world.audit().count("SignedIn")
        guess(world, password=PASSWORD)
        assert world.audit().count("SignedIn") == before
        world.later(microseconds=1)
        guess(world)
    world.later(minutes=60)
    assert world.sign_in().account_id == jan.account_id


def test_success_forgets_the_own_failures(world: World, jan: Actor) -> None:
    """SI-2: a success resets the failures of the account."""
    for _ in range(3):
        for _ in range(4):
            guess(world)
        world.sign_in()
    assert refusals(world)[-1][0].endswith('"throttled": false}')


def test_anothers_success_resets_nothing(world: World, jan: Actor, piet: Actor) -> None:
    """SI-2: a success of one account does not reset the failures of another."""
    for _ in range(5):
        guess(world)
        world.sign_in("piet@example.nl")
    guess(world, password=PASSWORD)
    assert refusals(world)[-1][0].endswith('"throttled": true}')


def test_another_office_counts_for_itself(world: World, jan: Actor) -> None:
    """SI-2, OF-2: failures at one office do not count at another."""
    other = Visitor(office_id=world.other_office().office_id, network_address="192.0.2.7")
    for number in range(60):
        with pytest.raises(SignInFailed):
            world.portal.client.sign_in.sign_in(
                other, "jan@example.nl" if number < 10 else f"{number}@example.nl", "fout"
            )
    assert world.sign_in().account_id == jan.account_id


def test_the_address_counts_beside_the_account(world: World, jan: Actor) -> None:
    """SI-2: failures of an address also count for an account that gets this address later."""
    for _ in range(5):
        guess(world, "nieuw@example.nl")
    world.portal.office.clients.correct(world.handler, jan.account_id, name="Jan Jansen", email="nieuw@example.nl")
    guess(world, "nieuw@example.nl", password=PASSWORD)
    world.later(minutes=1)
    assert world.sign_in("nieuw@example.nl").account_id == jan.account_id


def test_a_network_that_tries_too_much_is_turned_away_unhashed(world: World, jan: Actor) -> None:
    """SI-2: after fifty failures a network is refused in the same way, without bcrypt, for every address."""
    costs = [guess(world, f"{number}@example.nl") for number in range(60)]
    assert costs == [1] * 50 + [0] * 10
    assert guess(world, password=PASSWORD) == 0
    assert refusals(world)[-1] == ('{"person_id": null, "throttled": true}', "192.0.2.7")
    elsewhere = attrs.evolve(world.visitor, network_address="192.0.2.8")
    world.portal.client.sign_in.sign_in(elsewhere, "jan@example.nl", PASSWORD)
    world.later(minutes=1)
    assert world.sign_in().account_id == jan.account_id


def test_hammering_one_account_uses_up_the_networks_allowance(world: World, jan: Actor) -> None:
    """SI-2: throttled guesses cost a bcrypt, and count for their network."""
    assert [guess(world) for _ in range(60)] == [1] * 50 + [0] * 10


def test_success_gives_the_network_its_attempt_back_and_no_more(world: World, jan: Actor) -> None:
    """SI-2: a success does not count for the network, and does not reset its failures."""
    for number in range(49):
        guess(world, f"{number}@example.nl")
    for _ in range(10):
        world.sign_in()
    assert [guess(world, "laatste@example.nl"), guess(world, "teveel@example.nl")] == [1, 0]


@pytest.mark.parametrize("network", ["2001:db8:0:1:{:x}::", "::ffff:192.0.2.9"])
def test_a_subscriber_counts_as_one(world: World, network: str) -> None:
    """SI-2: all addresses of an IPv6 subscriber count together, as do all spellings of an IPv4 address."""
    costs = [guess(world, f"{number}@example.nl", network=network.format(number)) for number in range(1, 52)]
    assert costs == [1] * 50 + [0]


def test_an_unknown_network_address_counts_for_nothing(world: World, jan: Actor) -> None:
    """SI-2: without a network address, failures still count for accounts and addresses."""
    for number in range(60):
        assert guess(world, f"{number}@example.nl", network="") == 1
    for _ in range(5):
        guess(world, network="")
    guess(world, password=PASSWORD, network="")


def test_the_current_password_is_guessed_no_oftener(world: World, jan: Actor) -> None:
    """SI-2, PW-4: guesses of the current password in a session count together with failed sign-ins."""
    for _ in range(2):
        guess(world)
    assert [guess_current(world, jan) for _ in range(3)] == [1] * 3
    assert guess_current(world, jan, PASSWORD) == 1
    guess(world, password=PASSWORD)
    world.later(minutes=1)
    world.portal.client.profile.change_password(jan, current=PASSWORD, password=NEW, repeated=NEW)
    assert world.sign_in(password=NEW).account_id == jan.account_id


def test_confirming_is_guessing_too(world: World, jan: Actor) -> None:
    """SI-2, SI-3: failed confirmations count together with failed sign-ins, and a success resets them."""
    for turn in range(3):
        for _ in range(4):
            with pytest.raises(Refused):
                world.portal.client.sign_in.confirm(jan, f"fout {turn}")
        jan = world.actor(world.portal.client.sign_in.confirm(jan, PASSWORD).token)
    for _ in range(5):
        guess(world)
    before = world.passwords.calls
    with pytest.raises(Refused):
        world.portal.client.sign_in.confirm(jan, PASSWORD)
    assert world.passwords.calls - before == 1


def test_the_trail_tells_of_the_current_password_too(world: World, jan: Actor) -> None:
    """SI-5: a wrong current password is recorded, with whether it was throttled."""
    for _ in range(5):
        guess_current(world, jan)
    with pytest.raises(Refused):
        world.portal.client.sign_in.confirm(jan, PASSWORD)
    guess_current(world, jan)
    with world.storage.begin() as uow:
        entries = [each for each in uow.audit.entries(world.handler) if each.what == "ConfirmationRefused"]
    assert ['"throttled": true' in each.which for each in entries] == [False] * 5 + [True]
    assert [(each["refused"], each["count"], each["person_id"], each["from"]) for each in repeated(world)] == [
        ("ConfirmationRefused", 1, str(jan.person_id), "192.0.2.7")
    ]
    assert {each.account_id for each in entries} == {jan.account_id}


def test_a_weak_new_password_is_no_wrong_guess(world: World, jan: Actor) -> None:
    """PW-1, PW-4: an invalid new password does not count as a wrong current password."""
    for _ in range(10):
        with pytest.raises(Refused) as refusal:
            world.portal.client.profile.change_password(jan, current=PASSWORD, password="kort", repeated="kort")
        assert FaultCode.PASSWORD_WRONG not in [fault.code for fault in refusal.value.faults]


def test_within_a_session_the_network_plays_no_part(world: World, jan: Actor) -> None:
    """SI-2, PW-4: in a session only the failures of the account count, not those of the network."""
    for number in range(50):
        guess(world, f"{number}@example.nl")
    assert guess_current(world, jan) == 1
    world.portal.client.profile.change_password(jan, current=PASSWORD, password=NEW, repeated=NEW)


def test_the_link_lets_its_owner_in_while_somebody_hammers(world: World, jan: Actor) -> None:
    """SI-2, ON-8: a password link works while the account is throttled, and resets the failures."""
    for _ in range(5):
        guess(world)
    for minutes in (1, 2, 4):
        world.later(minutes=minutes)
        guess(world)
    token = world.password_link("jan@example.nl")
    entrance = world.portal.client.onboarding.set_password(world.visitor, token, NEW, NEW)
    assert world.actor(entrance.token).account_id == jan.account_id
    assert world.sign_in(password=NEW).account_id == jan.account_id


def test_nothing_is_compared_while_storage_fails(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-2: if an attempt cannot be counted, the password is not compared."""

    def broken(self: MemoryStorage, *, flushed: bool = True) -> None:
        raise Unavailable

    monkeypatch.setattr(MemoryStorage, "begin", broken)
    before = world.passwords.calls
    with pytest.raises(Unavailable):
        world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    with pytest.raises(Unavailable):
        world.portal.client.profile.change_password(jan, current=PASSWORD, password=NEW, repeated=NEW)
    assert world.passwords.calls == before


COUNTED_THEN_ANSWERED = [False, True]


def test_an_answer_waits_for_the_disk_once() -> None:
    """SI-2: the count of an attempt does not wait for the disk. What gives the answer does, right or wrong."""
    storage = Noting()
    world = World(storage=storage)
    jan = world.onboard()
    assert storage.of(world.sign_in) == COUNTED_THEN_ANSWERED
    for _ in range(7):  # The last ones are throttled.
        assert storage.of(lambda: guess(world)) == COUNTED_THEN_ANSWERED
        assert storage.of(lambda: guess(world, NOBODY)) == COUNTED_THEN_ANSWERED
        assert storage.of(lambda: guess_current(world, jan)) == COUNTED_THEN_ANSWERED
    for number in range(60):  # The last ones are turned away.
        assert storage.of(lambda: guess(world, f"{number}@example.nl")) == COUNTED_THEN_ANSWERED  # noqa: B023 - at once


def test_the_answer_to_a_code_waits_for_the_disk_once() -> None:
    """SI-2, TS-2: the same holds for codes."""
    storage = Noting()
    world = World(storage=storage)
    world.turn_on(world.onboard())
    token = world.halfway()
    for code in (wrong(world.code()), world.code()):
        enter = partial(world.portal.client.second_step.enter, world.visitor, token, code)
        assert storage.of(enter) == COUNTED_THEN_ANSWERED


@pytest.mark.parametrize("storage_too", [False, True])
def test_what_was_not_compared_for_want_of_time_was_not_tried(
    world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch, storage_too: bool
) -> None:
    """SI-2: an attempt that the hasher is too busy for does not count, unless storage fails too."""
    begin = MemoryStorage.begin

    def full(password: str, stored: str | None) -> Verdict:
        if storage_too:
            monkeypatch.setattr(MemoryStorage, "begin", broken)
        raise Unavailable("too many")

    def broken(self: MemoryStorage, *, flushed: bool = True) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(world.passwords, "verify", full)
    for _ in range(5):
        with pytest.raises(Unavailable, match="too many"):
            world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
        monkeypatch.setattr(MemoryStorage, "begin", begin)
    monkeypatch.undo()
    if storage_too:
        guess(world, password=PASSWORD)
    else:
        assert world.sign_in().account_id == jan.account_id


@pytest.mark.parametrize("network", ["192.0.2.7", ""])
def test_what_was_not_hashed_for_want_of_time_did_not_come(
    world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    """SI-2: the same for a throttled attempt: it does not count for the network."""
    for _ in range(5):
        guess(world, network=network)

    def full(password: str, stored: str | None) -> Verdict:
        raise Unavailable

    monkeypatch.setattr(world.passwords, "verify", full)
    visitor = attrs.evolve(world.visitor, network_address=network)
    for _ in range(60):
        with pytest.raises(Unavailable):
            world.portal.client.sign_in.sign_in(visitor, "jan@example.nl", PASSWORD)
    monkeypatch.undo()
    world.later(minutes=1)
    world.portal.client.sign_in.sign_in(visitor, "jan@example.nl", PASSWORD)


def test_a_clock_that_jumps_back_locks_nobody_out(world: World, jan: Actor) -> None:
    """SI-2: after the clock is set back, the waiting time starts again, and is not longer."""
    world.later(days=1000)
    for _ in range(5):
        guess(world)
    world.later(days=-1000)
    guess(world, password=PASSWORD)
    world.later(seconds=59)
    guess(world, password=PASSWORD)
    world.later(seconds=1)
    assert world.sign_in().account_id == jan.account_id


def test_a_link_is_mailed_three_times_an_hour(world: World) -> None:
    """ON-3, ON-4: more than three links an hour are not sent, without an error, and the newest link still works."""
    world.invite()
    world.deliver()
    for _ in range(20):
        world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
        world.deliver()
        world.later(minutes=2)
    tokens = [world.token(mail) for mail in world.mail.sent[1:]]
    assert len(tokens) == 3
    assert world.audit().count("PasswordLinkAsked") == 3
    assert world.audit().count("PasswordLinkWithheld") == 17
    world.portal.client.onboarding.set_password(world.visitor, tokens[-1], PASSWORD, PASSWORD)


def test_a_link_can_be_asked_for_again_once_it_was_used(world: World, jan: Actor) -> None:
    """ON-8: after a link is used, another one can be asked for at once."""
    for turn in range(5):
        password = f"Anders202{turn}"
        token = world.password_link("jan@example.nl")
        world.portal.client.onboarding.set_password(world.visitor, token, password, password)
        world.deliver()


def test_strangers_cannot_use_up_what_an_invitation_may_ask(world: World) -> None:
    """ON-2, ON-3: requests of strangers do not prevent a link that is asked for with an invitation."""
    for number in range(25):
        world.portal.client.onboarding.ask_link(world.visitor, f"klant{number % 5}@example.nl")
        world.deliver()
        world.later(minutes=3)
    world.invite("klant1@example.nl")
    invitation = world.token(world.deliver()[0])
    world.portal.client.onboarding.ask_link(world.visitor, "klant1@example.nl", invitation=invitation)
    assert [mail.to for mail in world.deliver()] == ["klant1@example.nl"]


def test_an_invitation_asks_no_more_than_an_address(world: World) -> None:
    """ON-6: with an invitation at most three links are sent in the lifetime of a link."""
    world.invite()
    invitation = world.token(world.deliver()[0])
    for _ in range(10):
        world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl", invitation=invitation)
        world.later(minutes=3)
        world.deliver()
    assert len(world.mail.sent) == 1 + 3


def test_from_one_network_links_are_asked_for_twenty_times(world: World) -> None:
    """ON-3: after twenty requests a network gets no links, for any address, until it has waited."""
    for number in range(22):
        world.invite(f"klant{number}@example.nl")
    world.deliver()
    for number in range(21):
        world.portal.client.onboarding.ask_link(world.visitor, f"klant{number}@example.nl")
    assert len(world.deliver()) == 20
    world.later(minutes=1)
    assert world.password_link("klant21@example.nl")


def test_asking_costs_the_same_for_every_address(world: World, jan: Actor) -> None:
    """ON-3: requests for known and unknown addresses are counted and withheld in the same way."""
    told = []
    for address in ("jan@example.nl", NOBODY):
        before = len(world.audit())
        for _ in range(6):
            world.portal.client.onboarding.ask_link(world.visitor, address)
            world.later(minutes=2)
        told.append(world.audit()[before:])
    assert told[0] == told[1] == ["PasswordLinkAsked"] * 3 + ["PasswordLinkWithheld"] * 3


def test_other_numbers() -> None:
    """SI-2: the limits and waiting times are settings."""
    policy = ThrottlePolicy(failures=2, first_wait=timedelta(minutes=5), network_failures=4, links=1, network_links=2)
    world = World(settings=Settings(throttling=policy))
    world.onboard()
    assert [guess(world) for _ in range(5)] == [1] * 4 + [0]
    world.later(minutes=5)
    assert world.sign_in().name == "Jan Jansen"
    for address in ("jan@example.nl", "jan@example.nl", NOBODY):
        world.later(minutes=2)
        world.portal.client.onboarding.ask_link(world.visitor, address)
    assert world.audit()[-3:] == ["PasswordLinkAsked", "PasswordLinkWithheld", "PasswordLinkWithheld"]


def test_what_is_kept_tells_nothing_of_what_was_typed(world: World) -> None:
    """SI-2: a counter is stored for two days under a hash of 32 bytes, not under the typed text."""
    assert isinstance(world.storage, MemoryStorage)
    guess(world, PASSWORD)
    kept = world.storage._committed.throttles
    assert {len(subject) for _office, subject in kept} == {32}
    assert PASSWORD.casefold() not in repr(kept)
    world.clock.advance(KEPT)
    world.portal.background.sweeper.run_once()
    assert len(world.storage._committed.throttles) == 3
    world.later(microseconds=1)
    world.portal.background.sweeper.run_once()
    assert world.storage._committed.throttles == {}


def test_a_flood_makes_one_entry_a_minute(world: World) -> None:
    """SI-5: 1,000 refusals of a throttled network within three minutes are four entries, which tell how many."""
    for number in range(50):
        guess(world, f"{number}@example.nl")
    before = world.audit()
    for _ in range(1000):
        world.later(milliseconds=175)
        guess(world, PASSWORD)
    entries = world.audit()[len(before) :]
    # After its waits of one and two minutes, the network may try once: that attempt is compared.
    assert sorted(entries) == ["RefusalsRepeated"] * 2 + ["SignInRefused"] * 2
    told = repeated(world)
    assert sum(int(str(each["count"])) for each in told) + entries.count("SignInRefused") == 1000
    assert {(each["refused"], each["person_id"], each["from"]) for each in told} == {
        ("SignInRefused", None, "192.0.2.7")
    }


def test_a_flood_of_a_hundred_thousand_is_less_than_a_megabyte(world: World) -> None:
    """SI-5: at 332 refusals a second, the trail of 10^5 refusals has at most 1 MB."""
    for number in range(50):
        guess(world, f"{number}@example.nl")
    before, rate, seen = len(world.audit()), 332, 400
    for _ in range(seen):
        guess(world, PASSWORD)
        world.later(seconds=100_000 / rate / seen)
    repeated(world)
    with world.storage.begin() as uow:
        entries = uow.audit.entries(world.handler)[before:]
    assert sum(len(repr(each)) for each in entries) < 10_000


def test_the_thread_records_repeated_refusals(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: the dispatcher has a thread that records repeated refusals, also if nobody else is refused."""
    for _ in range(50):
        guess(world, NOBODY)
    world.later(minutes=1)
    run_once, ran = RepeatedRefusals.run_once, threading.Event()

    def tell(refusals: RepeatedRefusals) -> None:
        run_once(refusals)
        ran.set()

    monkeypatch.setattr(RepeatedRefusals, "run_once", tell)
    assert "RefusalsRepeated" not in world.audit()
    with world.portal:
        assert ran.wait(60)
    assert world.audit().count("RefusalsRepeated") == 1


def test_who_and_from_where_are_told_if_they_are_the_same_for_all(world: World, jan: Actor) -> None:
    """SI-5: the entry of repeated refusals names the person, and the network if they came from one."""
    for number in range(5):
        guess(world, network=f"2001:db8::{number}")
    for number in range(3):
        guess(world, network=f"2001:db8::{number}")
    assert [(each["count"], each["person_id"], each["from"]) for each in repeated(world)] == [
        (2, str(jan.person_id), "2001:db8::/64")
    ]


def test_requests_for_links_are_counted_too(world: World, jan: Actor) -> None:
    """SI-5, ON-6: withheld links of one address, and of one network, are one entry a minute."""
    for _ in range(7):
        world.later(minutes=3)
        world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    world.later(minutes=3)
    for _ in range(4):
        world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    assert world.audit().count("PasswordLinkWithheld") == 5  # Four by themselves, and the first of the last four.
    assert [(each["refused"], each["count"]) for each in repeated(world)] == [("PasswordLinkWithheld", 3)]


def test_a_count_waits_for_the_next_refusal_or_for_the_sweeper(world: World, jan: Actor) -> None:
    """SI-5: without a dispatcher, the next refusal or the sweeper records a count. Then it is forgotten."""
    for _ in range(8):
        guess(world)
    world.later(seconds=59)
    world.portal.background.sweeper.run_once()
    assert "RefusalsRepeated" not in world.audit()
    world.later(seconds=1)
    guess(world)  # The wait is over: it is compared, and counts for itself.
    guess(world)
    assert world.audit()[-2:] == ["SignInRefused", "RefusalsRepeated"]
    world.later(minutes=1)
    world.portal.background.sweeper.run_once()
    assert world.audit().count("RefusalsRepeated") == 2
    world.later(minutes=1)
    world.portal.background.sweeper.run_once()
    assert world.audit().count("RefusalsRepeated") == 2
    assert isinstance(world.storage, MemoryStorage)
    assert world.storage._committed.refusals == {}


def test_new_addresses_that_are_asked_too_often_are_counted(world: World, jan: Actor) -> None:
    """SI-5, PR-4: refusals of one person's new addresses are one entry a minute."""
    for number in range(8):
        world.later(seconds=1)
        with contextlib.suppress(Refused):
            world.portal.client.address_changes.ask(jan, f"jan{number}@example.nl")
    assert world.audit().count("AddressChangeRefused") == 1
    assert [(each["refused"], each["count"]) for each in repeated(world)] == [("AddressChangeRefused", 4)]
