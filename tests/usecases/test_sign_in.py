"""Signing in, recognising sessions, and signing out (SI-1, SI-3, PW-2)."""

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.errors import NotSignedIn, SignInFailed, Unavailable
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.ports.secrets import Verdict
from tests.usecases.world import PASSWORD, World


@pytest.mark.parametrize("address", ["jan@example.nl", "  JAN@Example.NL "])
def test_sign_in(world: World, jan: Actor, address: str) -> None:
    """SI-1: case and surrounding spaces of the address do not matter."""
    assert world.sign_in(address).account_id == jan.account_id


def test_one_answer_one_hash(world: World, jan: Actor) -> None:
    """SI-1: every failed sign-in gets the same response and costs one bcrypt, for known and unknown addresses."""
    world.invite("invited@example.nl")
    closed = world.onboard("closed@example.nl")
    world.portal.office.clients.close_account(world.handler, closed.account_id)
    client = world.onboard("client@example.nl")
    world.portal.office.clients.close(world.handler, client.client_id)
    attempts = [
        ("jan@example.nl", "wrong"),
        ("nobody@example.nl", PASSWORD),
        ("invited@example.nl", PASSWORD),
        ("closed@example.nl", PASSWORD),
        ("client@example.nl", PASSWORD),
        ("", ""),
    ]
    for address, password in attempts:
        before = world.passwords.calls
        with pytest.raises(SignInFailed) as failure:
            world.portal.client.sign_in.sign_in(world.visitor, address, password)
        assert (failure.value.args, world.passwords.calls - before) == ((), 1)
    assert world.audit()[-len(attempts) :] == ["SignInRefused"] * len(attempts)


def test_other_office(world: World, jan: Actor) -> None:
    """SI-1: an account and its session work at their own office only."""
    other = world.other_office()
    with pytest.raises(SignInFailed):
        world.portal.client.sign_in.sign_in(Visitor(office_id=other.office_id), "jan@example.nl", PASSWORD)
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    with pytest.raises(NotSignedIn):
        world.portal.client.sign_in.whoever(other.office_id, token)


def test_older_scheme_is_rehashed(world: World, jan: Actor) -> None:
    """PW-2: signing in renews a hash of an older scheme, once."""
    with world.storage.begin() as uow:
        before = uow.persons.get(jan.office_id, jan.person_id)
    world.passwords._scheme = "newer"
    world.sign_in()
    world.sign_in()
    with world.storage.begin() as uow:
        after = uow.persons.get(jan.office_id, jan.person_id)
    assert (before.password_hash, after.password_hash) == (f"plain:{PASSWORD}", f"newer:{PASSWORD}")
    assert world.audit().count("PasswordRehashed") == 1


@pytest.mark.parametrize("meanwhile", ["password", "account", "client"])
def test_changed_while_hashing(world: World, jan: Actor, meanwhile: str) -> None:
    """SI-3: a password or account that changes during the comparison starts no session."""
    verify = world.passwords.verify

    def crossing(password: str, stored: str | None) -> Verdict:
        world.passwords.verify = verify  # type: ignore[method-assign]
        if meanwhile == "password":
            world.portal.client.profile.change_password(
                jan, current=PASSWORD, password="Eerder2026", repeated="Eerder2026"
            )
        elif meanwhile == "account":
            world.portal.office.clients.close_account(world.handler, jan.account_id)
        else:
            world.portal.office.clients.close(world.handler, jan.client_id)
        return verify(password, stored)

    world.passwords.verify = crossing  # type: ignore[method-assign]
    with pytest.raises(SignInFailed):
        world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)


def test_idle_and_absolute_end(world: World, jan: Actor) -> None:
    """SI-3: a session ends after 30 minutes without a request, and always after 12 hours."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    for _ in range(12 * 60 // 29):
        world.later(minutes=29)
        world.actor(token)
    world.later(minutes=29)
    with pytest.raises(NotSignedIn):
        world.actor(token)
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    world.later(minutes=30)
    with pytest.raises(NotSignedIn):
        world.actor(token)


def test_seen_to_the_minute(world: World, jan: Actor) -> None:
    """SI-3: a request within a minute of the last recorded one is not recorded."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    fingerprint = world.portal.client.sign_in._tokens.fingerprint(token)
    started = world.clock.now()
    for seconds, seen in ((59, 0), (1, 60)):
        world.later(seconds=seconds)
        world.actor(token)
        view = world.storage.read.session(world.office, fingerprint)
        assert view is not None
        assert (view.session.seen_at - started).total_seconds() == seen


def test_busy_storage_keeps_the_page(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-3: a page is shown even if the time of its request cannot be stored."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    world.later(minutes=5)

    def busy(self: MemoryStorage, **_options: bool) -> None:
        raise Unavailable

    monkeypatch.setattr(MemoryStorage, "begin", busy)
    assert world.actor(token).account_id == jan.account_id


def test_sign_out(world: World, jan: Actor) -> None:
    """SI-3: signing out ends this session at once, and no other session."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    other = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    world.portal.client.sign_in.sign_out(world.actor(token))
    with pytest.raises(NotSignedIn):
        world.actor(token)
    assert world.actor(other).account_id == jan.account_id


def test_closing_ends_sessions(world: World) -> None:
    """SI-3: closing an account or client ends its sessions, and reopening does not restore them."""
    for close, reopen in (("close_account", "reopen_account"), ("close", "reopen")):
        actor = world.onboard(f"{close}@example.nl")
        token = world.portal.client.sign_in.sign_in(world.visitor, f"{close}@example.nl", PASSWORD).token
        id = actor.account_id if close == "close_account" else actor.client_id
        getattr(world.portal.office.clients, close)(world.handler, id)
        with pytest.raises(NotSignedIn):
            world.actor(token)
        getattr(world.portal.office.clients, reopen)(world.handler, id)
        with pytest.raises(NotSignedIn):
            world.actor(token)
        assert world.sign_in(f"{close}@example.nl").account_id == actor.account_id


def test_closed_client_without_ended_session(world: World, jan: Actor) -> None:
    """SI-3: a session of a closed client is refused, also if its own row is not ended."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    with world.storage.begin() as uow:
        client = uow.clients.get(jan.office_id, jan.client_id)
        uow.clients.save(attrs.evolve(client, closed_at=world.clock.now()))
        uow.commit()
    with pytest.raises(NotSignedIn):
        world.actor(token)


def test_whatever_comes_as_a_token(world: World) -> None:
    """SI-3: an invalid token is refused."""
    for token in ("", "x" * 43, "é" * 5000, "\0"):
        with pytest.raises(NotSignedIn):
            world.actor(token)
