"""Contact cards of case handlers and offices (OF-3)."""

from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.case_handlers import CaseHandler, ContactCard, add_case_handler, change_case_handler
from klantportaal.domain.contact_details import telephone_link, text_in
from klantportaal.domain.dossiers import Dossier, give_handler
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.events import CaseHandlerChanged, DossierChanged
from klantportaal.domain.offices import CONTACT_LIMIT, HELP_LIMIT, OfficeProfile, change_profile, new_office
from klantportaal.domain.values import CaseHandlerId, Language
from tests.domain.given import AT, BEFORE, DOSSIER_ID, OFFICE_ID, SOUND_TEXT, fault, refusal

ID = CaseHandlerId(UUID(int=77))
CARD = ContactCard(
    name=" mr. A. de Wit ",
    role={Language.DUTCH: "kandidaat-notaris", Language.ENGLISH: " "},
    telephone=" 020 123 45 67 ",
    email=" DeWit@Example.NL ",
)
HANDLER = CaseHandler(
    id=ID,
    office_id=OFFICE_ID,
    name="mr. A. de Wit",
    role={Language.DUTCH: "kandidaat-notaris"},
    telephone="020 123 45 67",
    email="DeWit@example.nl",
)
PROFILE = OfficeProfile(name="Kantoor", contact_address="info@example.nl")


def test_add_and_change() -> None:
    """OF-3: a card is cleaned and kept; only the name is required."""
    assert add_case_handler(CARD, id=ID, office_id=OFFICE_ID, at=AT) == (
        HANDLER,
        CaseHandlerChanged(handler_id=ID, at=AT),
    )
    bare, _fact = change_case_handler(HANDLER, ContactCard(name="Els"), at=AT)
    assert bare == attrs.evolve(HANDLER, name="Els", role={}, telephone="", email="")


@pytest.mark.parametrize(
    "wrong, field, code, params",
    [
        ({"name": "\u200b"}, "name", FaultCode.MISSING, {}),
        ({"name": "x" * 201}, "name", FaultCode.TOO_LONG, {"limit": 150}),
        ({"role": {Language.DUTCH: "x" * 81}}, "role", FaultCode.TOO_LONG, {"limit": 80}),
        ({"telephone": "bel mij"}, "telephone", FaultCode.NOT_A_PHONE_NUMBER, {}),
        ({"telephone": "12"}, "telephone", FaultCode.NOT_A_PHONE_NUMBER, {}),
        ({"telephone": "020 123 45 67" + "0" * 40}, "telephone", FaultCode.NOT_A_PHONE_NUMBER, {}),
        ({"email": "de wit"}, "email", FaultCode.NOT_AN_ADDRESS, {}),
    ],
)
def test_wrong_card(wrong: dict[str, Any], field: str, code: FaultCode, params: dict[str, int]) -> None:
    """AL-1: a wrong field of a card is named, with its rule."""
    card = attrs.evolve(CARD, **wrong)
    limit = [fault(code, field, **params)]
    assert refusal(lambda: change_case_handler(HANDLER, card, at=AT)) == limit


@pytest.mark.parametrize(
    "written, link",
    [
        ("020 123 45 67", "tel:+31-20-123-4567"),
        ("+31 (0)20-1234567", "tel:+31-20-123-4567"),
        ("+32 2 123 45 67", "tel:+32-2-123-45-67"),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_telephone_link(written: str, link: str | None) -> None:
    """OF-3: a telephone number as written can be dialled."""
    assert telephone_link(written) == link


@given(SOUND_TEXT)
def test_a_link_is_a_number(written: str) -> None:
    """OF-3, AL-1: whatever is written, a link is ``tel:`` with a number, or there is none."""
    link = telephone_link(written)
    assert link is None or link.startswith("tel:+")


@given(st.dictionaries(st.sampled_from(list(Language)), st.sampled_from(["", "a", "b"])))
def test_text_in(texts: dict[Language, str]) -> None:
    """OF-3: a text is shown in the asked language if it is there, else in the other one."""
    for language in Language:
        said = text_in(texts, language)
        assert said == (texts.get(language) or said)
        assert said in ("", *texts.values())
        assert bool(said) == any(texts.values())


def test_give_handler() -> None:
    """OF-3, DO-2: giving a dossier a case handler is a change of it."""
    dossier = Dossier(
        id=DOSSIER_ID,
        office_id=OFFICE_ID,
        number="1",
        description="Zaak",
        status="in_progress",
        opened_at=BEFORE,
        changed_at=BEFORE,
    )
    given_, fact = give_handler(dossier, ID, at=AT)
    assert given_ == attrs.evolve(dossier, handler_id=ID, changed_at=AT)
    assert fact == DossierChanged(dossier_id=DOSSIER_ID, status="in_progress", at=AT)


def test_contact_of_the_office() -> None:
    """OF-3: telephone, opening hours, address, and pages in both languages are cleaned and kept; none is required."""
    office = new_office("kantoor", "https://kantoor.example.nl", PROFILE)
    profile = attrs.evolve(
        PROFILE,
        telephone=" 020 123 45 67",
        hours={Language.DUTCH: "ma-vr 9-17\r\n", Language.ENGLISH: ""},
        visiting_address=" Herengracht 1\r\n1000 AA Amsterdam ",
        privacy_page={Language.DUTCH: "/privacy", Language.ENGLISH: "https://example.nl/privacy"},
        accessibility_page={Language.DUTCH: "https://example.nl/toegankelijk"},
        help_text={Language.DUTCH: " Bel ons.\r\nOf kom langs. ", Language.ENGLISH: " "},
    )
    changed, _fact = change_profile(office, profile, at=AT)
    assert changed.profile == attrs.evolve(
        profile,
        telephone="020 123 45 67",
        hours={Language.DUTCH: "ma-vr 9-17"},
        visiting_address="Herengracht 1\n1000 AA Amsterdam",
        help_text={Language.DUTCH: "Bel ons.\nOf kom langs."},
    )


@pytest.mark.parametrize(
    "wrong, code, params",
    [
        ({"telephone": "bel"}, FaultCode.NOT_A_PHONE_NUMBER, {}),
        ({"hours": {Language.DUTCH: "x" * 301}}, FaultCode.TOO_LONG, {"limit": CONTACT_LIMIT}),
        ({"help_text": {Language.ENGLISH: "x" * 2001}}, FaultCode.TOO_LONG, {"limit": HELP_LIMIT}),
        ({"visiting_address": "x" * 301}, FaultCode.TOO_LONG, {"limit": CONTACT_LIMIT}),
        ({"privacy_page": {Language.DUTCH: "javascript:alert(1)"}}, FaultCode.NOT_A_PAGE, {}),
        ({"accessibility_page": {Language.ENGLISH: "http://example.nl"}}, FaultCode.NOT_A_PAGE, {}),
    ],
)
def test_wrong_contact_of_the_office(wrong: dict[str, Any], code: FaultCode, params: dict[str, int]) -> None:
    """AL-1: a wrong contact detail of the office is named, with its rule."""
    office = new_office("kantoor", "https://kantoor.example.nl", PROFILE)
    (field,) = wrong
    profile = attrs.evolve(PROFILE, **wrong)
    assert refusal(lambda: change_profile(office, profile, at=AT)) == [fault(code, field, **params)]
