"""The seals of forms: they open only for the person and the page that they were made for (PE-4)."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.domain.errors import FormDead, FormForAnother, NotSignedIn
from klantportaal.domain.forms import FormOwner, PageForm, ShownForm
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import OfficeId
from klantportaal.testing.fakes import FixedClock
from klantportaal.usecases.client.forms import Forms
from tests.domain.given import ACCOUNT_ID, OFFICE_ID, OTHER_ACCOUNT_ID, OTHER_PERSON_ID, PERSON_ID
from tests.usecases.world import PASSWORD, World

OLD, NEW = b"o" * 32, b"n" * 32
FORMS = Forms(vault=AesVault(NEW), clock=FixedClock())
OWNER = FormOwner(office_id=OFFICE_ID, person_id=PERSON_ID, account_id=ACCOUNT_ID, name="Jan Jansen")
PROFILE, SESSIONS = PageForm(route="profile"), PageForm(route="sessions")
OFFICES = st.sampled_from([OFFICE_ID, OfficeId(ACCOUNT_ID)])
PERSONS = st.sampled_from([PERSON_ID, OTHER_PERSON_ID])
ACCOUNTS = st.sampled_from([ACCOUNT_ID, OTHER_ACCOUNT_ID])
OWNERS = st.builds(FormOwner, office_id=OFFICES, person_id=PERSONS, account_id=ACCOUNTS, name=st.just("Iemand"))
PAGES = st.sampled_from([PROFILE, SESSIONS, PageForm(route="answer", ids={"dossier_id": "1"})])


def test_of_an_actor(world: World, jan: Actor) -> None:
    """PE-4: the form that an actor was shown is its own, hours later and in another session too."""
    calls = world.portal.client.forms
    seal = calls.seal(FormOwner.of(jan), PROFILE)
    world.later(minutes=5 * 60)
    calls.require_own(FormOwner.of(world.sign_in()), PROFILE, seal)
    piet = world.onboard("piet@example.nl", name="Piet")
    with pytest.raises(FormForAnother) as caught:
        calls.require_own(FormOwner.of(piet), PROFILE, seal)
    assert caught.value.name == "Jan Jansen"


@given(OWNERS, OWNERS, PAGES, PAGES)
def test_only_for_whom_and_where(shown: FormOwner, sender: FormOwner, form: PageForm, sent: PageForm) -> None:
    """PE-4: a seal of another office, person, account or page is refused; one of the same is not."""
    seal = FORMS.seal(shown, form)
    if shown.office_id != sender.office_id or (shown == sender and form != sent):
        with pytest.raises(FormDead):
            FORMS.require_own(sender, sent, seal)
    elif shown != sender:
        with pytest.raises(FormForAnother):
            FORMS.require_own(sender, sent, seal)
    else:
        FORMS.require_own(sender, sent, seal)


@given(st.data())
def test_one_changed_byte(data: st.DataObject) -> None:
    """PE-4: a seal with any one byte changed is refused."""
    sealed = bytearray(base64.urlsafe_b64decode(FORMS.seal(OWNER, PROFILE)))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FormDead):
        FORMS.require_own(OWNER, PROFILE, base64.urlsafe_b64encode(sealed).decode())


@given(
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_no_seal_at_all(text: str) -> None:
    """PE-4: anything else than a seal is refused as a changed one is."""
    with pytest.raises(FormDead):
        FORMS.require_own(OWNER, PROFILE, text)


def test_another_use_of_the_vault() -> None:
    """PE-4: a text that the vault encrypted for another purpose is no seal, also with the same contents."""
    vault = AesVault(NEW)
    said = '["%s", "%s", "%s", "Jan Jansen", "profile", {}]' % (OFFICE_ID, PERSON_ID, ACCOUNT_ID)  # noqa: UP031 - braces stand in it
    for bound in (OFFICE_ID, PERSON_ID, ACCOUNT_ID):
        sealed = base64.urlsafe_b64encode(vault.seal(said, bound_to=bound)).decode()
        with pytest.raises(FormDead):
            FORMS.require_own(OWNER, PROFILE, sealed)


def test_keys_are_replaced() -> None:
    """PE-4: a form that was shown under an older key works as long as the portal has that key."""
    shown = Forms(vault=AesVault(OLD), clock=FixedClock()).seal(OWNER, PROFILE)
    Forms(vault=AesVault([NEW, OLD]), clock=FixedClock()).require_own(OWNER, PROFILE, shown)
    with pytest.raises(FormDead):
        FORMS.require_own(OWNER, PROFILE, shown)


def test_two_accounts_of_one_client(world: World, jan: Actor) -> None:
    """PE-4: an extra account of the same company is another account."""
    extra = world.extra_account(jan, "extra@example.nl")
    assert FormOwner.of(extra) == FormOwner(
        office_id=world.office,
        person_id=extra.person_id,
        account_id=extra.account_id,
        name=f"{jan.client_name} ({extra.name})",
    )
    with pytest.raises(FormForAnother):
        world.portal.client.forms.require_own(
            FormOwner.of(extra), PROFILE, world.portal.client.forms.seal(FormOwner.of(jan), PROFILE)
        )


def test_two_accounts_of_one_person(world: World, jan: Actor) -> None:
    """PE-3, PE-4: a form that was shown before the person switched does nothing for its other account."""
    calls, both = world.portal.client.forms, world.second_account()
    shown = calls.seal(FormOwner.of(both), PROFILE)
    world.portal.client.accounts.switch(both, jan.account_id)
    with pytest.raises(FormForAnother) as caught:
        calls.require_own(FormOwner.of(world.again(both)), PROFILE, shown)
    assert caught.value.name == "Jansen BV (Jan Jansen)"
    world.portal.client.accounts.switch(world.again(both), both.account_id)
    calls.require_own(FormOwner.of(world.again(both)), PROFILE, shown)


# ------------------------------------------------------------------ forms that wait
def test_a_form_that_waits(world: World, jan: Actor) -> None:
    """ST-2: a kept form comes back to its owner only, in a new session, for an hour."""
    calls, owner = world.portal.client.forms, FormOwner.of(jan)
    shown = calls.shown(world.office, PROFILE, calls.seal(owner, PROFILE))
    assert shown == ShownForm(form=PROFILE, owner=owner)
    kept = calls.keep(shown, {"body": ["Kan het?"]}, left_out=["a.pdf"])
    piet = FormOwner.of(world.onboard("piet@example.nl", name="Piet"))
    with pytest.raises(FormForAnother):
        calls.kept(piet, kept)
    world.later(minutes=59)
    again = calls.kept(FormOwner.of(world.sign_in()), kept)
    assert (again.shown, again.typed, again.left_out) == (shown, {"body": ("Kan het?",)}, ("a.pdf",))
    world.later(minutes=1)
    with pytest.raises(FormDead):
        calls.kept(owner, kept)


def test_a_form_that_waits_for_another_account(world: World, jan: Actor) -> None:
    """PE-3, ST-2: only the person of a kept form learns which of its accounts it is of."""
    calls, both = world.portal.client.forms, world.second_account()
    owner = FormOwner.of(both)
    kept = calls.keep(calls.shown(world.office, PROFILE, calls.seal(owner, PROFILE)), {})
    world.portal.client.accounts.switch(both, jan.account_id)
    again = FormOwner.of(world.again(both))
    assert calls.kept_account(again, kept) == both.account_id != again.account_id
    with pytest.raises(FormForAnother):
        calls.kept(again, kept)
    with pytest.raises(FormForAnother):
        calls.kept_account(FormOwner.of(world.onboard("piet@example.nl", name="Piet")), kept)
    world.later(minutes=60)
    with pytest.raises(FormDead):
        calls.kept_account(again, kept)


def test_a_form_of_another_page_waits_for_nobody(world: World, jan: Actor) -> None:
    """ST-2, PE-4: a form that was sent to another page than its own is not kept."""
    calls, owner = world.portal.client.forms, FormOwner.of(jan)
    upload = PageForm(route="upload")
    assert calls.shown(world.office, upload, calls.seal(owner, PROFILE), pages=["profile"]).form == PROFILE
    with pytest.raises(FormDead):
        calls.shown(world.office, SESSIONS, calls.seal(owner, PROFILE))


@given(st.data())
def test_one_changed_byte_of_what_waits(data: st.DataObject) -> None:
    """ST-2: a kept form that was changed in the browser does not open; nor does a seal in its place."""
    seal = FORMS.seal(OWNER, PROFILE)
    kept = FORMS.keep(FORMS.shown(OFFICE_ID, PROFILE, seal), {"body": ["Kan het?"]})
    sealed = bytearray(base64.urlsafe_b64decode(kept))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    for changed in (base64.urlsafe_b64encode(sealed).decode(), seal):
        with pytest.raises(FormDead):
            FORMS.kept(OWNER, changed)
    with pytest.raises(FormDead):
        FORMS.require_own(OWNER, PROFILE, kept)


# ------------------------------------------------------------------ sessions that ended by themselves
def test_a_session_that_lapsed(world: World, jan: Actor) -> None:
    """ST-2: the owner of an expired session is known for a day, for keeping files only."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    actor = world.actor(token)
    lapsed = world.portal.client.sign_in.lapsed
    assert lapsed(world.office, token) is None
    world.later(minutes=30)
    assert lapsed(world.office, token, network_address=actor.network_address) == actor
    with pytest.raises(NotSignedIn):
        world.actor(token)
    assert lapsed(world.other_office().office_id, token) is None
    assert lapsed(world.office, "x" * 43) is None
    world.later(minutes=23 * 60 + 30)
    assert lapsed(world.office, token) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda world, jan, actor: world.portal.client.sign_in.sign_out(actor),
        lambda world, jan, actor: world.portal.client.sessions.end_others(jan),
        lambda world, jan, actor: world.portal.office.clients.close_account(world.handler, jan.account_id),
        lambda world, jan, actor: world.portal.office.clients.close(world.handler, jan.client_id),
        lambda world, jan, actor: world.portal.client.profile.change_password(
            jan, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
        ),
    ],
    ids=["signed out", "ended elsewhere", "account closed", "client closed", "another password"],
)
def test_a_session_that_somebody_ended(world: World, jan: Actor, end: Callable[[World, Actor, Actor], object]) -> None:
    """ST-2, SI-3: the owner of a session that was ended is not known any more."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    end(world, jan, world.actor(token))
    assert world.portal.client.sign_in.lapsed(world.office, token) is None
    world.later(minutes=30)
    assert world.portal.client.sign_in.lapsed(world.office, token) is None
