"""The rules of forms: for whom one was shown, and who may send it (PE-4)."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import forms
from klantportaal.domain.errors import FormDead, FormForAnother
from klantportaal.domain.forms import KEPT_FOR, FormOwner, KeptForm, PageForm, ShownForm
from klantportaal.domain.values import AccountId, OfficeId, PersonId
from tests.domain.given import ACCOUNT_ID, AT, DOSSIER_ID, OFFICE_ID, OTHER_ACCOUNT_ID, OTHER_PERSON_ID, PERSON_ID

OWNER = FormOwner(office_id=OFFICE_ID, person_id=PERSON_ID, account_id=ACCOUNT_ID, name="Jan Jansen")
OTHER = FormOwner(office_id=OFFICE_ID, person_id=OTHER_PERSON_ID, account_id=OTHER_ACCOUNT_ID, name="Kim de Boer")
FORM = PageForm(route="new_message", ids={"dossier_id": str(DOSSIER_ID)})
SHOWN = ShownForm(form=FORM, owner=OWNER)
OWNERS = st.builds(
    FormOwner,
    office_id=st.uuids().map(OfficeId),
    person_id=st.uuids().map(PersonId),
    account_id=st.none() | st.uuids().map(AccountId),
    name=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
)
FORMS = st.builds(
    PageForm, route=st.sampled_from(["profile", "sessions"]), ids=st.dictionaries(st.text("abc"), st.text("12"))
)


def test_own_form() -> None:
    """PE-4: a form is carried out for whom it was shown, also under a name that has changed since."""
    forms.require_own(SHOWN, OWNER, FORM)
    forms.require_own(
        SHOWN, FormOwner(office_id=OFFICE_ID, person_id=PERSON_ID, account_id=ACCOUNT_ID, name="Jan de Boer"), FORM
    )


def test_form_of_another() -> None:
    """PE-4: a form of another account is not carried out, and the error names whose it was."""
    with pytest.raises(FormForAnother) as caught:
        forms.require_own(SHOWN, OTHER, FORM)
    told = caught.value
    assert (told.name, told.same_person, "Jan" in str(told)) == ("Jan Jansen", False, False)


def test_form_of_another_account_of_the_same_person() -> None:
    """PE-4: a form that a person was shown for one client is not carried out for another."""
    switched = FormOwner(office_id=OFFICE_ID, person_id=PERSON_ID, account_id=OTHER_ACCOUNT_ID, name="Bakker B.V.")
    with pytest.raises(FormForAnother) as caught:
        forms.require_own(SHOWN, switched, FORM)
    assert caught.value.same_person
    elsewhere = attrs.evolve(switched, office_id=OfficeId(UUID(int=99)))
    with pytest.raises(FormForAnother) as caught:
        forms.require_own(SHOWN, elsewhere, FORM)
    assert not caught.value.same_person


@pytest.mark.parametrize("shown, sender", [(None, None), ("Jan Jansen", None), (None, "Kim de Boer")])
def test_nobody_is_named_at_the_door(shown: str | None, sender: str | None) -> None:
    """PE-4: before signing in, the error names neither the owner of the form nor its sender."""
    owner = FormOwner(office_id=OFFICE_ID, person_id=PERSON_ID, account_id=ACCOUNT_ID, name=shown)
    with pytest.raises(FormDead):
        forms.require_own(
            ShownForm(form=FORM, owner=owner),
            FormOwner(office_id=OFFICE_ID, person_id=OTHER_PERSON_ID, account_id=OTHER_ACCOUNT_ID, name=sender),
            FORM,
        )


@pytest.mark.parametrize(
    "sent", [PageForm(route="profile"), PageForm(route="new_message", ids={"dossier_id": str(OFFICE_ID)})]
)
def test_form_of_another_page(sent: PageForm) -> None:
    """PE-4: a form of another route, or of another thing, is not carried out here."""
    with pytest.raises(FormDead):
        forms.require_own(SHOWN, OWNER, sent)


def test_files_of_a_form() -> None:
    """PE-4: the route that takes a form's files takes its seal, for the same dossier, and takes no seal of its own."""
    upload = PageForm(route="remove_upload", ids={"dossier_id": str(DOSSIER_ID), "upload_id": "x"})
    forms.require_own(SHOWN, OWNER, upload, pages={"new_message", "answer"})
    elsewhere = PageForm(route="remove_upload", ids={"dossier_id": str(OFFICE_ID), "upload_id": "x"})
    with pytest.raises(FormDead):
        forms.require_own(SHOWN, OWNER, elsewhere, pages={"new_message"})
    with pytest.raises(FormDead):
        forms.require_own(ShownForm(form=upload, owner=OWNER), OWNER, upload, pages={"new_message"})


@given(OWNERS, FORMS)
def test_what_a_seal_says(owner: FormOwner, form: PageForm) -> None:
    """PE-4: what a seal says is read as it was written."""
    shown = ShownForm(form=form, owner=owner)
    assert forms.read(forms.written(shown)) == shown


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1, 2, 3, 4, 5]", '["x", "y", null, "profile", {}]', "null"])
def test_what_another_version_wrote(text: str) -> None:
    """PE-4: what another version of the portal wrote otherwise makes the form one that is out of date."""
    with pytest.raises(FormDead):
        forms.read(text)


@given(OWNERS, OWNERS, FORMS, FORMS)
def test_only_the_same(shown: FormOwner, sender: FormOwner, form: PageForm, sent: PageForm) -> None:
    """PE-4: a form is carried out only for the same account, and where it belongs."""
    same = shown.is_same(sender) and form.route == sent.route
    same = same and all(form.ids.get(name, value) == value for name, value in sent.ids.items())
    try:
        forms.require_own(ShownForm(form=form, owner=shown), sender, sent)
    except (FormDead, FormForAnother):
        assert not same
    else:
        assert same


# ------------------------------------------------------------------ forms that wait
KEPT = KeptForm(shown=SHOWN, typed={"body": ("Kan het?",)}, left_out=("a.pdf",), until=AT + KEPT_FOR)


def test_a_form_that_waits() -> None:
    """ST-2: a form that waits is given to its owner, until the hour is over, and not if the clock was set back."""
    forms.require_kept(KEPT, OWNER, at=AT)
    forms.require_kept(KEPT, OWNER, at=AT + KEPT_FOR - timedelta(microseconds=1))
    forms.require_kept(KEPT, OWNER, at=AT - timedelta(minutes=1))
    for late in (AT + KEPT_FOR, AT + timedelta(days=1), AT - timedelta(minutes=2)):
        with pytest.raises(FormDead):
            forms.require_kept(KEPT, OWNER, at=late)


@pytest.mark.parametrize("name", ["Jan Jansen", None])
def test_a_form_that_waits_for_somebody_else(name: str | None) -> None:
    """ST-2: another person never gets it, at any time."""
    kept = attrs.evolve(KEPT, shown=attrs.evolve(SHOWN, owner=attrs.evolve(OWNER, name=name)))
    with pytest.raises(FormForAnother) as caught:
        forms.require_kept(kept, OTHER, at=AT)
    assert caught.value.name == (name or "")


@given(st.dictionaries(st.text("ab"), st.lists(st.text(st.characters(exclude_categories=["Cs"]))).map(tuple)))
def test_what_waits(typed: dict[str, tuple[str, ...]]) -> None:
    """ST-2: what waits is read as it was written."""
    kept = attrs.evolve(KEPT, typed=typed)
    assert forms.read_kept(forms.written_kept(kept)) == kept


def test_letters_of_other_languages_wait_too() -> None:
    """ST-2: a letter with an accent, or of another script, takes no more room than it has to."""
    for letters in ("é" * 1000, "ж" * 1000):
        kept = attrs.evolve(KEPT, typed={"body": (letters,)})
        assert letters in forms.written_kept(kept)
    named = attrs.evolve(SHOWN, owner=attrs.evolve(OWNER, name="Zoë"))
    assert "Zoë" in forms.written(named)


@pytest.mark.parametrize("text", ["", "{}", "[1, 2, 3, 4]", '[[], {}, [], ""]', "null", '[[1], [], [], "x"]'])
def test_what_waits_as_another_version_wrote_it(text: str) -> None:
    """ST-2: a kept form in the format of another version is not opened."""
    with pytest.raises(FormDead):
        forms.read_kept(text)
