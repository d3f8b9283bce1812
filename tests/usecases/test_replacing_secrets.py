"""The pepper and the key are replaced while people use the portal; nobody notices but who did not come meanwhile."""

import logging
from collections.abc import Sequence

import pytest

from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.keyring import key_id
from klantportaal.adapters.secrets.tokens import RandomTokens
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.domain.errors import FaultCode, Refused, SignInFailed
from klantportaal.domain.keys import KeyRecord, KeyUse, WrongSecrets
from klantportaal.domain.sealing import BreakKind
from klantportaal.domain.sessions import Actor
from klantportaal.domain.two_step import TwoStep
from klantportaal.portal import Portal
from klantportaal.testing.fakes import FewPasswords, PlainPdf
from klantportaal.usecases.client.session_start import Entrance
from klantportaal.usecases.client.two_step import TotpKey
from tests.usecases.world import PASSWORD, World

A, B, C, KEY = (each * 32 for each in (b"a", b"b", b"c", b"k"))


def start(world: World, *peppers: bytes, key: Sequence[bytes] = ()) -> Portal:
    """Start the portal with some peppers, newest first, and with a key where one is given."""
    world.portal = Portal.assemble(
        storage=world.storage,
        files=world.files,
        mail=world.mail,
        mail_writer=JinjaMailWriter(),
        pdf=PlainPdf(),
        clock=world.clock,
        ids=world.ids,
        tokens=RandomTokens(),
        passwords=BcryptPasswords(peppers, cost=4),
        blocklist=FewPasswords(),
        seals=HmacSeals(peppers),
        codes=HmacCodes(peppers),
        vault=AesVault(key or peppers),
        sms=world.sms,
        sms_writer=JinjaSmsWriter(),
    )
    return world.portal


@pytest.fixture
def world() -> World:
    """Start with one pepper."""
    world = World()
    with world.storage.begin() as uow:
        uow.keys.forget()
        uow.commit()
    start(world, A)
    return world


def usage(world: World) -> dict[tuple[KeyUse, str], int]:
    """Say what is kept under which secret."""
    return {(each.use, each.key_id): each.kept for each in world.portal.background.secrets.usage()}


def standing(world: World, actor: Actor) -> TwoStep:
    """Give what an account has turned on."""
    with world.storage.begin() as uow:
        found = uow.two_steps.of(actor.office_id, actor.account_id)
    assert found is not None
    return found


def by_app(world: World, actor: Actor) -> tuple[TotpKey, str]:
    """Turn two-step verification on with an app; give its key and the recovery code."""
    key = world.portal.client.two_step.begin_totp(actor)
    recovery = world.portal.client.two_step.enrol(actor, world.app(key))
    world.later(minutes=1)
    return key, recovery


# ------------------------------------------------------------------ passwords
def test_signing_in_renews_the_hash(world: World) -> None:
    """PW-2, ASVS 11.2.2: whoever signs in meanwhile notices nothing; others set a new one once the former is gone."""
    world.onboard()
    world.onboard("piet@example.nl", name="Piet")
    start(world, B, A)
    assert usage(world)[KeyUse.PASSWORDS, key_id(A)] == 2
    world.sign_in()
    assert world.audit().count("PasswordRehashed") == 1
    world.sign_in()
    assert world.audit().count("PasswordRehashed") == 1
    assert usage(world)[KeyUse.PASSWORDS, key_id(A)] == 1
    assert usage(world)[KeyUse.PASSWORDS, key_id(B)] == 1
    start(world, B)
    world.sign_in()
    with pytest.raises(SignInFailed):
        world.sign_in("piet@example.nl")
    world.later(hours=2)
    link = world.password_link("piet@example.nl")
    world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    world.sign_in("piet@example.nl")
    assert usage(world)[KeyUse.PASSWORDS, key_id(A)] == 0


def test_a_session_goes_on(world: World) -> None:
    """SI-3: sessions and links are of no pepper; they outlive its replacement."""
    world.onboard()
    entrance = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    link = world.password_link("jan@example.nl")
    start(world, B, A)
    start(world, B)
    assert isinstance(entrance, Entrance)
    assert world.actor(entrance.token).office_id == world.office
    world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    world.sign_in()


def test_failures_count_on_under_a_new_pepper(world: World) -> None:
    """SI-2: a new pepper gives nobody new attempts, when it comes first, and when the former one goes."""
    world.onboard()
    start(world, A, B)
    for _ in range(3):
        with pytest.raises(SignInFailed):
            world.sign_in(password="Verkeerd1")
    start(world, B, A)
    for _ in range(2):
        with pytest.raises(SignInFailed):
            world.sign_in(password="Verkeerd1")
    start(world, B, A)
    with pytest.raises(SignInFailed):
        world.sign_in()
    start(world, B)
    with pytest.raises(SignInFailed):
        world.sign_in()
    world.later(minutes=30)
    with pytest.raises(SignInFailed):  # Never rehashed: under the former pepper, which is gone.
        world.sign_in()
    start(world, B, A)
    world.sign_in()


def test_two_hosts_with_lists_in_another_order(world: World) -> None:
    """PW-2: while hosts restart one by one, what either makes is good at the other."""
    actor = world.onboard()
    start(world, B, A)
    world.sign_in()
    recovery = world.turn_on(world.confirmed(actor))
    start(world, A, B)
    token = world.halfway()
    world.portal.client.second_step.recover(world.visitor, token, recovery)
    start(world, B, A)
    world.enter()
    world.portal.background.sealer.run_once()
    assert world.portal.office.audit.verify(world.handler).holds


# ------------------------------------------------------------------ codes
def test_a_recovery_code_of_the_former_pepper(world: World) -> None:
    """TS-3, TS-4: it still signs in, and its successor is of the new one, so that the former one may go."""
    recovery = world.turn_on(world.onboard())
    start(world, B, A)
    assert usage(world)[KeyUse.CODES, key_id(A)] == 1
    _entrance, successor = world.portal.client.second_step.recover(world.visitor, world.halfway(), recovery)
    assert usage(world)[KeyUse.CODES, key_id(A)] == 0
    start(world, B)
    assert world.portal.client.second_step.recover(world.visitor, world.halfway(), successor)


def test_a_recovery_code_of_a_pepper_that_is_gone(world: World) -> None:
    """TS-3: it is wrong, and is refused as any other wrong one."""
    recovery = world.turn_on(world.onboard())
    start(world, B, A)
    world.enter()
    start(world, B)
    with pytest.raises(Refused):
        world.portal.client.second_step.recover(world.visitor, world.halfway(), recovery)


def test_a_code_that_is_on_its_way(world: World) -> None:
    """TS-2: an SMS that was sent under the former pepper is good under both, and no longer once that is gone."""
    world.turn_on(world.onboard())
    token = world.halfway()
    code = world.code()
    start(world, B, A)
    start(world, B)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, token, code)
    start(world, B, A)
    world.portal.client.second_step.enter(world.visitor, token, code)


# ------------------------------------------------------------------ what is encrypted
def test_the_key_of_an_app_is_encrypted_anew_when_it_is_used(world: World) -> None:
    """TS-6: at the next code; the former secret may go then. The trail tells of it, once."""
    actor = world.onboard()
    key, _recovery = by_app(world, actor)
    start(world, A, key=[KEY, A])
    assert usage(world)[KeyUse.VAULT, key_id(A)] == 1
    before = standing(world, actor).secret
    for _ in range(2):
        world.portal.client.second_step.enter(world.visitor, world.halfway(), world.app(key))
        world.later(minutes=1)
    assert standing(world, actor).secret != before
    assert world.audit().count("AppKeyRenewed") == 1
    assert (usage(world)[KeyUse.VAULT, key_id(A)], usage(world)[KeyUse.VAULT, key_id(KEY)]) == (0, 1)
    start(world, A, key=[KEY])
    world.portal.client.second_step.enter(world.visitor, world.halfway(), world.app(key))


def test_a_wrong_code_encrypts_nothing_anew(world: World) -> None:
    """TS-6: only what was right changes anything."""
    actor = world.onboard()
    by_app(world, actor)
    start(world, B, A)
    before = standing(world, actor)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, world.halfway(), "000000")
    assert standing(world, actor) == before
    assert "AppKeyRenewed" not in world.audit()


def test_two_sign_ins_encrypt_it_anew_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-6: of two codes that are compared at the same time, one puts it in the other's place."""
    actor = world.onboard()
    key, _recovery = by_app(world, actor)
    start(world, B, A)
    token, other, code = world.halfway(), world.halfway(), world.app(key)
    sealing = AesVault.seal

    def crossing(vault: AesVault, secret: str, **bound_to: object) -> bytes:
        monkeypatch.setattr(AesVault, "seal", sealing)
        world.portal.client.second_step.enter(world.visitor, other, code)
        world.later(seconds=30)
        return sealing(vault, secret, **bound_to)  # type: ignore[arg-type]

    monkeypatch.setattr(AesVault, "seal", crossing)
    later = _next_code(world, key)
    world.portal.client.second_step.enter(world.visitor, token, later)
    assert world.audit().count("AppKeyRenewed") == 1


def _next_code(world: World, key: TotpKey) -> str:
    """Give the code of the next half minute, which is taken already."""
    world.later(seconds=30)
    code = world.app(key)
    world.later(seconds=-30)
    return code


def test_an_app_whose_key_cannot_be_decrypted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """TS-6: the code is wrong, the log says why, without the key; the recovery code still signs in."""
    actor = world.onboard()
    key, recovery = by_app(world, actor)
    start(world, A, key=[KEY, A])
    start(world, A, key=[KEY])
    token = world.halfway()
    with pytest.raises(Refused) as refusal:
        world.portal.client.second_step.enter(world.visitor, token, world.app(key))
    assert [each.code for each in refusal.value.faults] == [FaultCode.CODE_WRONG]
    assert f"account {actor.account_id} cannot be decrypted" in caplog.text
    assert f"its key is not known (id {key_id(A)})" in caplog.text
    assert world.portal.client.second_step.recover(world.visitor, token, recovery)


# ------------------------------------------------------------------ the audit trail
def test_the_chain_goes_on_under_the_new_pepper(world: World) -> None:
    """SI-5: verifying tells what each pepper sealed; one that is not given is told as such, and not as tampering."""
    world.onboard()
    older = world.portal.background.sealer.run_once()
    start(world, B, A)
    world.sign_in()
    newer = world.portal.background.sealer.run_once()
    verification = world.portal.office.audit.verify(world.handler)
    assert verification.holds
    assert verification.keys == {key_id(A): older, key_id(B): newer}
    assert usage(world)[KeyUse.SEALS, key_id(A)] == older
    start(world, B)
    [run] = world.portal.office.audit.verify(world.handler, anchor=verification.head).breaks
    assert (run.kind, run.first, run.last, run.key_id) == (BreakKind.UNKNOWN_KEY, 1, older, key_id(A))


def test_a_start_with_the_former_pepper_holds_again(world: World) -> None:
    """SI-5: whoever still has a pepper that was left out can verify with it, at the end of the list."""
    world.onboard()
    world.portal.background.sealer.run_once()
    start(world, B, A)
    world.sign_in()
    start(world, C, B)
    world.portal.background.sealer.run_once()
    assert not world.portal.office.audit.verify(world.handler).holds
    assert start(world, C, B, A).office.audit.verify(world.handler).holds


# ------------------------------------------------------------------ starting
@pytest.mark.parametrize(
    "peppers, key, told",
    [
        ([B], [KEY], r"^The pepper differs .*$"),
        ([A], [B], r"^The key differs .*$"),
        ([A], [], r"^The key is missing: .*$"),
        ([B], [C], r"^The pepper differs .* The key differs .*$"),
        ([], [], "is empty"),
    ],
)
def test_a_start_with_others_is_refused(peppers: list[bytes], key: list[bytes], told: str) -> None:
    """PW-2: a sentence says which one differs, and shows nothing of it; nothing is kept of the start."""
    world = World()
    with world.storage.begin() as uow:
        uow.keys.forget()
        uow.commit()
    start(world, A, key=[KEY])
    before = world.storage.read.key_records()
    with pytest.raises(ValueError, match=told) as error:
        start(world, *peppers, key=key)
    assert not any(text in str(error.value) for each in (A, B, C, KEY) for text in (each.hex(), each.decode()))
    assert world.storage.read.key_records() == before
    start(world, A, key=[KEY])


def test_a_new_pepper_is_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """PW-2: once, with its id; the first start of all, and every start with the same, say nothing."""
    caplog.set_level(logging.INFO, logger="klantportaal.usecases.background.secrets")
    start(world, A)
    start(world, A, B)
    assert "a new key" not in caplog.text
    start(world, B, A)
    start(world, B, A)
    assert caplog.text.count(f"passwords: a new key (id {key_id(B)}) takes the place of the one before it") == 1
    assert caplog.text.count("a new key") == 4


def test_a_pepper_that_is_lost(world: World) -> None:
    """PW-2: whoever says so may start with another one, and all set a new password."""
    world.onboard()
    with pytest.raises(WrongSecrets):
        start(world, B)
    with world.storage.begin() as uow:
        uow.keys.forget()
        uow.commit()
    start(world, B)
    with pytest.raises(SignInFailed):
        world.sign_in()
    link = world.password_link("jan@example.nl")
    world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    world.sign_in()


def test_another_host_starts_at_that_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """PW-2: what it recorded in between is compared with; with the same secrets both start, with others one does."""
    reading = type(world.storage.read).key_records

    def crossing(*peppers: bytes) -> None:
        def read(of: object) -> Sequence[KeyRecord]:
            found = reading(of)  # type: ignore[arg-type]
            monkeypatch.setattr(type(world.storage.read), "key_records", reading)
            start(world, *peppers)
            return found

        monkeypatch.setattr(type(world.storage.read), "key_records", read)

    crossing(B, A)
    start(world, B, A)
    assert [each.number for each in world.storage.read.key_records()] == [1, 2] * 4
    crossing(C, B)
    with pytest.raises(WrongSecrets, match="The pepper differs"):
        start(world, b"d" * 32, B)


def test_usage(world: World) -> None:
    """PW-2: each secret that came first once, whether it still does, whether it is given, and since when."""
    start_of_all = world.clock.now()
    world.later(days=1)
    start(world, B, A)
    start(world, B)
    told = [each for each in world.portal.background.secrets.usage() if each.use is KeyUse.CODES]
    assert [(each.key_id, each.since, each.is_newest, each.is_known, each.kept) for each in told] == [
        (key_id(A), start_of_all, False, False, 0),
        (key_id(B), world.clock.now(), True, True, 0),
    ]


def test_going_back(world: World) -> None:
    """PW-2: after going back to the former pepper, the one that hashes must be given, and the other may be left out."""
    start(world, B, A)
    start(world, A, B)
    told = [each for each in world.portal.background.secrets.usage() if each.use is KeyUse.PASSWORDS]
    assert sorted(each.key_id for each in told) == sorted([key_id(A), key_id(B)])
    with pytest.raises(WrongSecrets, match="The pepper differs"):
        start(world, B)
    start(world, A)
