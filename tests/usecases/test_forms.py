"""The seals of forms: they open for whom and where they were made, and in no other way (PE-4)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.domain.errors import FormDead, FormForAnother
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, OfficeId
from klantportaal.usecases.client.forms import Forms
from tests.domain.given import ACCOUNT_ID, OFFICE_ID, OTHER_ACCOUNT_ID
from tests.usecases.world import World

OLD, NEW = b"o" * 32, b"n" * 32
FORMS = Forms(vault=AesVault(NEW))
OWNER = FormOwner(office_id=OFFICE_ID, account_id=ACCOUNT_ID, name="Jan Jansen")
PROFILE, SESSIONS = PageForm(route="profile"), PageForm(route="sessions")
OFFICES = st.sampled_from([OFFICE_ID, OfficeId(ACCOUNT_ID)])
ACCOUNTS = st.sampled_from([ACCOUNT_ID, OTHER_ACCOUNT_ID])
OWNERS = st.builds(FormOwner, office_id=OFFICES, account_id=ACCOUNTS, name=st.just("Iemand"))
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
    """PE-4: a seal of another office, account or page is refused; one of the same is not."""
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
    """PE-4: a seal of which one byte was changed opens nothing, whichever byte it is."""
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
    """PE-4: what is no seal is refused as one that was changed, and never a crash."""
    with pytest.raises(FormDead):
        FORMS.require_own(OWNER, PROFILE, text)


def test_another_use_of_the_vault() -> None:
    """PE-4: what the vault encrypted for something else is no seal, even if it says the same."""
    vault = AesVault(NEW)
    said = '["%s", "%s", "Jan Jansen", "profile", {}]' % (OFFICE_ID, ACCOUNT_ID)  # noqa: UP031 - braces stand in it
    for bound in (OFFICE_ID, ACCOUNT_ID):
        sealed = base64.urlsafe_b64encode(vault.seal(said, bound_to=bound)).decode()
        with pytest.raises(FormDead):
            FORMS.require_own(OWNER, PROFILE, sealed)


def test_keys_are_replaced() -> None:
    """PE-4: a form that was shown under an older key is carried out as long as the portal has that key."""
    shown = Forms(vault=AesVault(OLD)).seal(OWNER, PROFILE)
    Forms(vault=AesVault([NEW, OLD])).require_own(OWNER, PROFILE, shown)
    with pytest.raises(FormDead):
        FORMS.require_own(OWNER, PROFILE, shown)


def test_two_accounts_of_one_client(world: World, jan: Actor) -> None:
    """PE-4: an extra account of the same company is another account."""
    extra = world.extra_account(jan, "extra@example.nl")
    assert FormOwner.of(extra) == FormOwner(
        office_id=world.office, account_id=AccountId(extra.account_id), name=extra.name
    )
    with pytest.raises(FormForAnother):
        world.portal.client.forms.require_own(
            FormOwner.of(extra), PROFILE, world.portal.client.forms.seal(FormOwner.of(jan), PROFILE)
        )
