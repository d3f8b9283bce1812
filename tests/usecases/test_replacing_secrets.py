"""Replacing the pepper and the key of a portal that is in use (PW-2, TS-2 to TS-4, TS-6, SI-5)."""

import logging
from collections.abc import Sequence

import pytest

from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.keyring import key_id
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.domain.anchoring import SealingProblemKind, SealingRun
from klantportaal.domain.errors import FaultCode, LinkDead, Refused, SignInFailed
from klantportaal.domain.keys import KeyRecord, KeyUse, WrongSecrets
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sealing import BreakKind
from klantportaal.domain.sessions import Actor
from klantportaal.domain.two_step import TwoStep
from klantportaal.domain.values import ReceiptId
from klantportaal.portal import Portal
from klantportaal.ports.mail import Mail, MailUnavailable
from klantportaal.testing.fakes import FewPasswords, PlainPdf
from klantportaal.usecases.client.session_start import Entrance
from klantportaal.usecases.client.two_step import TotpKey
from tests.usecases.world import PASSWORD, PDF, World

A, B, C, KEY = (each * 32 for each in (b"a", b"b", b"c", b"k"))


def start(world: World, *peppers: bytes, key: Sequence[bytes] = ()) -> Portal:
    """Start the portal with these peppers, the newest first, and optionally with keys."""
    world.portal = Portal.assemble(
        storage=world.storage,
        files=world.files,
        anchors=world.anchors,
        mail=world.mail,
        mail_writer=JinjaMailWriter(),
        pdf=PlainPdf(),
        clock=world.clock,
        ids=world.ids,
        tokens=HmacTokens(peppers),
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
    """A portal that was started with one pepper."""
    world = World(seals=HmacSeals(A))
    with world.storage.begin() as uow:
        uow.keys.forget()
        uow.commit()
    start(world, A)
    return world


def usage(world: World) -> dict[tuple[KeyUse, str], int]:
    """Count the stored values of each secret."""
    return {(each.use, each.key_id): each.kept for each in world.portal.background.secrets.usage()}


def standing(world: World, actor: Actor) -> TwoStep:
    """Give the stored two-step settings of an account."""
    with world.storage.begin() as uow:
        found = uow.two_steps.of(actor.office_id, actor.person_id)
    assert found is not None
    return found


def by_app(world: World, actor: Actor) -> tuple[TotpKey, str]:
    """Turn on two-step verification by app, and return its key and the recovery code."""
    key = world.portal.client.two_step.begin_totp(actor)
    recovery = world.portal.client.two_step.enrol(actor, world.app(key))
    world.later(minutes=1)
    return key, recovery


# ------------------------------------------------------------------ passwords
def test_signing_in_renews_the_hash(world: World) -> None:
    """PW-2, ASVS 11.2.2: signing in rehashes the password; without the old pepper, others must set a new one."""
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
    """SI-3: sessions and links do not depend on the pepper, and survive its replacement."""
    world.onboard()
    entrance = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    link = world.password_link("jan@example.nl")
    start(world, B, A)
    start(world, B)
    assert isinstance(entrance, Entrance)
    assert world.actor(entrance.token).office_id == world.office
    world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    world.sign_in()


def test_a_receipt_on_paper_checks_on(world: World) -> None:
    """RQ-4: the address of a receipt stays the same under a new pepper, and works after the old one is removed."""
    jan = world.onboard()
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    world.portal.client.attachments.stage(jan, dossier, draft, name="pas.pdf", blocks=[PDF])
    text = MessageText(subject="Pas", body="Hierbij.")
    id = ReceiptId(world.portal.client.messages.send(jan, dossier, draft, text))

    def code() -> str:
        return world.portal.client.receipts.get(jan, dossier, id).url.rpartition("/")[2]

    printed = code()
    start(world, B, A)
    assert code() == printed
    start(world, B)
    printed_later = code()
    assert printed_later != printed
    start(world, C, B)
    for each in (printed, printed_later):
        assert world.portal.client.receipts.look(world.visitor, id, each).id == id


def test_failures_count_on_under_a_new_pepper(world: World) -> None:
    """SI-2: failures still count after a new pepper is added, and after the old one is removed."""
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
    with pytest.raises(SignInFailed):  # The hash was never renewed, and needs the old pepper, which is gone.
        world.sign_in()
    start(world, B, A)
    world.sign_in()


def test_two_hosts_with_lists_in_another_order(world: World) -> None:
    """PW-2: while hosts restart one by one, values that one host stores work on the other."""
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
    """TS-3, TS-4: a recovery code of the old pepper signs in, and its successor uses the new pepper."""
    recovery = world.turn_on(world.onboard())
    start(world, B, A)
    assert usage(world)[KeyUse.CODES, key_id(A)] == 1
    _entrance, successor = world.portal.client.second_step.recover(world.visitor, world.halfway(), recovery)
    assert usage(world)[KeyUse.CODES, key_id(A)] == 0
    start(world, B)
    assert world.portal.client.second_step.recover(world.visitor, world.halfway(), successor)


def test_a_recovery_code_of_a_pepper_that_is_gone(world: World) -> None:
    """TS-3: a recovery code whose pepper is gone is refused."""
    recovery = world.turn_on(world.onboard())
    start(world, B, A)
    world.enter()
    start(world, B)
    with pytest.raises(Refused):
        world.portal.client.second_step.recover(world.visitor, world.halfway(), recovery)


def test_a_code_that_is_on_its_way(world: World) -> None:
    """TS-2: an SMS code that was sent under the old pepper works for as long as that pepper is given."""
    world.turn_on(world.onboard())
    token = world.halfway()
    code = world.code()
    start(world, B, A)
    start(world, B)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, token, code)
    start(world, B, A)
    world.portal.client.second_step.enter(world.visitor, token, code)


# ------------------------------------------------------------------ the keys of apps
def test_the_key_of_an_app_is_encrypted_anew_when_it_is_used(world: World) -> None:
    """TS-6: the next code of an app re-encrypts its key with the new secret, which is recorded once."""
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
    """TS-6: a wrong code does not re-encrypt the key."""
    actor = world.onboard()
    by_app(world, actor)
    start(world, B, A)
    before = standing(world, actor)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, world.halfway(), "000000")
    assert standing(world, actor) == before
    assert "AppKeyRenewed" not in world.audit()


def test_two_sign_ins_encrypt_it_anew_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-6: if two sign-ins use the app at the same time, its key is re-encrypted once."""
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
    """Give the code of the next time step, which the portal already accepts."""
    world.later(seconds=30)
    code = world.app(key)
    world.later(seconds=-30)
    return code


def test_an_app_whose_key_cannot_be_decrypted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """TS-6: if the app's key cannot be decrypted, codes are wrong, the log tells why, and the recovery code works."""
    actor = world.onboard()
    key, recovery = by_app(world, actor)
    start(world, A, key=[KEY, A])
    start(world, A, key=[KEY])
    token = world.halfway()
    with pytest.raises(Refused) as refusal:
        world.portal.client.second_step.enter(world.visitor, token, world.app(key))
    assert [each.code for each in refusal.value.faults] == [FaultCode.CODE_WRONG]
    assert f"person {actor.person_id} cannot be decrypted" in caplog.text
    assert f"its key is not known (id {key_id(A)})" in caplog.text
    assert world.portal.client.second_step.recover(world.visitor, token, recovery)


# ------------------------------------------------------------------ the audit trail
def test_the_chain_goes_on_under_the_new_pepper(world: World) -> None:
    """SI-5: verification counts the entries of each pepper, and reports a missing pepper as an unknown key."""
    world.onboard()
    older = world.portal.background.sealer.run_once().sealed
    start(world, B, A)
    world.sign_in()
    newer = world.portal.background.sealer.run_once().sealed
    verification = world.portal.office.audit.verify(world.handler)
    assert verification.holds
    assert verification.keys == {key_id(A): older, key_id(B): newer}
    assert usage(world)[KeyUse.SEALS, key_id(A)] == older
    start(world, B)
    [run] = world.portal.office.audit.verify(world.handler, anchor=verification.head).breaks
    assert (run.kind, run.first, run.last, run.key_id) == (BreakKind.UNKNOWN_KEY, 1, older, key_id(A))


def test_a_start_with_the_former_pepper_holds_again(world: World) -> None:
    """SI-5: the chain is valid again when a missing old pepper is added at the end of the list."""
    world.onboard()
    world.portal.background.sealer.run_once()
    start(world, B, A)
    world.sign_in()
    start(world, C, B)
    world.portal.background.sealer.run_once()
    assert not world.portal.office.audit.verify(world.handler).holds
    assert start(world, C, B, A).office.audit.verify(world.handler).holds


def test_entries_that_wait_for_their_seal(world: World) -> None:
    """SI-5: an entry signed under the old pepper is sealed under the new one; without the old one it is left out."""
    world.portal.background.sealer.run_once()
    world.onboard()
    waiting = usage(world)[KeyUse.SEALS, key_id(A)]
    start(world, B, A)
    start(world, B)
    told = world.portal.office.audit.verify(world.handler)
    assert {(each.kind, each.key_id) for each in told.breaks} == {(BreakKind.UNKNOWN_KEY, key_id(A))}
    run = world.portal.background.sealer.run_once()
    assert [(each.kind, each.entries) for each in run.problems] == [(SealingProblemKind.UNKNOWN_KEY, waiting - 1)]
    start(world, B, A)
    assert world.portal.background.sealer.run_once() == SealingRun(sealed=waiting - 1)
    assert world.portal.office.audit.verify(world.handler).holds


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
    """PW-2: the error says which secret differs without showing it, and the refused start stores nothing."""
    world = World(seals=HmacSeals(A))
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
    """PW-2: a new pepper is logged once, with its id; the first start and later starts are not logged."""
    caplog.set_level(logging.INFO, logger="klantportaal.usecases.background.secrets")
    start(world, A)
    start(world, A, B)
    assert "a new key" not in caplog.text
    start(world, B, A)
    start(world, B, A)
    assert caplog.text.count(f"passwords: a new key (id {key_id(B)}) takes the place of the one before it") == 1
    assert caplog.text.count("a new key") == 4


def test_a_pepper_that_is_lost(world: World) -> None:
    """PW-2: after the records of a lost pepper are deleted, another pepper works, with new passwords."""
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
    """PW-2: a start that meets another host's start succeeds with the same secrets, and is refused with others."""
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
    """PW-2: usage lists each secret that was ever the newest, since when, and whether it is newest and given now."""
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
    """PW-2: after going back to the old pepper, that one must be given, and the other may be left out."""
    start(world, B, A)
    start(world, A, B)
    told = [each for each in world.portal.background.secrets.usage() if each.use is KeyUse.PASSWORDS]
    assert sorted(each.key_id for each in told) == sorted([key_id(A), key_id(B)])
    with pytest.raises(WrongSecrets, match="The pepper differs"):
        start(world, B)
    start(world, A)


# ------------------------------------------------------------------ links
def test_a_mail_that_waits_keeps_its_link(world: World) -> None:
    """ON-6: a mail that was made under the former pepper has the same link when it is sent again under a new one."""
    former = waiting_link(world)
    start(world, B, A)
    world.later(minutes=1)
    assert world.token(world.deliver()[0]) == former
    world.portal.client.onboarding.look_at_invitation(world.visitor, former)


def test_a_mail_that_waits_without_its_pepper(world: World) -> None:
    """ON-6: without the former pepper, a mail that is sent again has another link in place of the older one."""
    former = waiting_link(world)
    start(world, B, A)
    start(world, B)
    world.later(minutes=1)
    token = world.token(world.deliver()[0])
    assert token != former
    world.portal.client.onboarding.look_at_invitation(world.visitor, token)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_invitation(world.visitor, former)


def waiting_link(world: World) -> str:
    """Invite somebody whose mail is not accepted. Return the token of the link that was made."""
    world.invite()
    sent: list[Mail] = []

    def refuse(mail: Mail, *, key: str) -> None:
        sent.append(mail)
        raise MailUnavailable(f"451 {key}")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.mail, "send", refuse)
        world.deliver()
    return world.token(sent[0])
