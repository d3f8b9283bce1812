"""The profile and the statuses of an office."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import AddressChangesSwitched, OfficeChanged
from klantportaal.domain.file_types import FileType
from klantportaal.domain.offices import (
    DEFAULT_STATUSES,
    IN_PROGRESS,
    LOGO_LIMITS,
    DossierStatus,
    OfficeProfile,
    allow_address_changes,
    change_profile,
    key_faults,
    profile_faults,
    tidy,
)
from klantportaal.domain.uploads import MEBIBYTE
from klantportaal.domain.values import Language
from tests.domain.given import AT, OFFICE, SOUND_TEXT, fault, is_storable, refusal

PROFILE = OfficeProfile(
    name="Kantoor De Wit",
    contact_address="De.Wit@dewit.test",
    colour="#00Ff7a",
    welcome={Language.DUTCH: "Welkom op het klantenportaal van De Wit.\nFijn dat u er bent."},
    statuses=(*DEFAULT_STATUSES, DossierStatus(code="bij_2e_rechter", labels=dict.fromkeys(Language, "Rechter"))),
)
BAD_STATUSES = fault(FaultCode.UNKNOWN_STATUS, "statuses")
NO_LABEL = fault(FaultCode.MISSING, "statuses")


def status(code: str, dutch: str = "Stand", english: str = "Status") -> DossierStatus:
    """Make a status."""
    return DossierStatus(code=code, labels={Language.DUTCH: dutch, Language.ENGLISH: english})


def test_change_profile() -> None:
    """OF-3: name, colour, contact address, welcome text and statuses can be changed, and each is kept tidy."""
    typed = attrs.evolve(
        PROFILE,
        name=" Kantoor\tDe  Wit ",
        contact_address=" De.Wit@DeWit.test\n",
        welcome={Language.DUTCH: "Welkom op het klantenportaal van De Wit.\r\nFijn dat u er bent.\n"},
        statuses=(*PROFILE.statuses[:-1], status("bij_2e_rechter", " Rechter\n", "Rech\0ter")),
    )
    assert change_profile(OFFICE, typed, at=AT) == (attrs.evolve(OFFICE, profile=PROFILE), OfficeChanged(at=AT))


def test_default_statuses() -> None:
    """DO-2: a new office has `in behandeling` and three more statuses, each with a label in every language."""
    assert [each.code for each in DEFAULT_STATUSES] == [IN_PROGRESS, "on_hold", "completed", "archived"]
    assert DEFAULT_STATUSES[0].labels == {Language.DUTCH: "In behandeling", Language.ENGLISH: "In progress"}
    assert list(profile_faults(OFFICE.profile)) == []


def test_find_status() -> None:
    """DO-3: a status is found by its exact code."""
    assert OFFICE.status("archived") == DEFAULT_STATUSES[3]
    assert [OFFICE.status(code) for code in ("", "Archived", "gone")] == [None, None, None]


@pytest.mark.parametrize(
    "changes,faults",
    [
        ({"name": " \u3164"}, [fault(FaultCode.MISSING, "name")]),
        ({"name": "a" * 151}, [fault(FaultCode.TOO_LONG, "name", limit=150)]),
        ({"contact_address": " "}, [fault(FaultCode.MISSING, "contact_address")]),
        ({"contact_address": "a@b.nl, c@d.nl"}, [fault(FaultCode.NOT_AN_ADDRESS, "contact_address")]),
        ({"contact_address": "De Wit <a@b.nl>"}, [fault(FaultCode.NOT_AN_ADDRESS, "contact_address")]),
        ({"colour": ""}, [fault(FaultCode.NOT_A_COLOUR, "colour")]),
        ({"colour": "red"}, [fault(FaultCode.NOT_A_COLOUR, "colour")]),
        ({"colour": "#fff"}, [fault(FaultCode.NOT_A_COLOUR, "colour")]),
        ({"colour": "#1f4e79\n"}, [fault(FaultCode.NOT_A_COLOUR, "colour")]),
        ({"colour": "#1f4e79;} body{display:none"}, [fault(FaultCode.NOT_A_COLOUR, "colour")]),
        ({"colour": "#\uff11f4e79"}, [fault(FaultCode.NOT_A_COLOUR, "colour")]),
        ({"welcome": {Language.DUTCH: "a" * 501}}, [fault(FaultCode.TOO_LONG, "welcome", limit=500)]),
        (
            {"welcome": {Language.DUTCH: "", Language.ENGLISH: "a" * 501}},
            [fault(FaultCode.TOO_LONG, "welcome", limit=500)],
        ),
        ({"statuses": ()}, [BAD_STATUSES]),
        ({"statuses": (status("on_hold"),)}, [BAD_STATUSES]),
        ({"statuses": (status(IN_PROGRESS), status(IN_PROGRESS))}, [BAD_STATUSES]),
        ({"statuses": (status(IN_PROGRESS), status(""))}, [BAD_STATUSES]),
        ({"statuses": (status(IN_PROGRESS), status("On hold"))}, [BAD_STATUSES]),
        ({"statuses": (status(IN_PROGRESS), status("on_hold\n"))}, [BAD_STATUSES]),
        ({"statuses": (status(IN_PROGRESS), status("a" * 33))}, [BAD_STATUSES]),
        ({"statuses": (status(IN_PROGRESS, dutch=" "),)}, [NO_LABEL]),
        ({"statuses": (status(IN_PROGRESS, english="\u200b"),)}, [NO_LABEL]),
        ({"statuses": (DossierStatus(code=IN_PROGRESS, labels={Language.DUTCH: "In behandeling"}),)}, [NO_LABEL]),
        ({"statuses": (status(IN_PROGRESS, dutch="a" * 61),)}, [fault(FaultCode.TOO_LONG, "statuses", limit=60)]),
        (
            {"name": "", "contact_address": "x", "colour": "x", "welcome": {Language.DUTCH: "a" * 501}, "statuses": ()},
            [
                fault(FaultCode.MISSING, "name"),
                fault(FaultCode.NOT_AN_ADDRESS, "contact_address"),
                fault(FaultCode.NOT_A_COLOUR, "colour"),
                fault(FaultCode.TOO_LONG, "welcome", limit=500),
                BAD_STATUSES,
            ],
        ),
    ],
)
def test_profile_refused(changes: dict[str, Any], faults: list[Fault]) -> None:
    """OF-3: every field of a profile that breaks a rule is reported at once."""
    assert refusal(lambda: change_profile(OFFICE, attrs.evolve(PROFILE, **changes), at=AT)) == faults


def test_longest_profile() -> None:
    """OF-3: name, welcome text, status code and label may be exactly as long as their limits."""
    profile = attrs.evolve(
        PROFILE,
        name="a" * 150,
        welcome=dict.fromkeys(Language, "b" * 500),
        statuses=(status(IN_PROGRESS), status("c" * 32, "d" * 60, "e" * 60)),
    )
    assert change_profile(OFFICE, profile, at=AT) == (attrs.evolve(OFFICE, profile=profile), OfficeChanged(at=AT))


@given(SOUND_TEXT, SOUND_TEXT, SOUND_TEXT, SOUND_TEXT)
def test_whatever_is_typed(name: str, contact: str, welcome: str, label: str) -> None:
    """OF-3: any profile is refused, or kept as plain text that tidying again does not change."""
    typed = attrs.evolve(
        PROFILE,
        name=name,
        contact_address=contact,
        welcome={Language.DUTCH: welcome},
        statuses=(status(IN_PROGRESS, label),),
    )
    for profile in (typed, attrs.evolve(typed, contact_address=PROFILE.contact_address)):
        try:
            office, _fact = change_profile(OFFICE, profile, at=AT)
        except Refused:
            continue
        kept = office.profile
        assert tidy(kept) == kept
        assert is_storable(kept.name + kept.welcome[Language.DUTCH] + kept.statuses[0].labels[Language.DUTCH])
        assert len(kept.name.splitlines()) == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_changes_of_address(allowed: bool) -> None:
    """PR-4: an office lets its clients change their own address unless it switches that off."""
    assert OFFICE.address_changes
    assert allow_address_changes(OFFICE, allowed, at=AT) == (
        attrs.evolve(OFFICE, address_changes=allowed),
        AddressChangesSwitched(allowed=allowed, at=AT),
    )


@given(st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True))
def test_colours(colour: str) -> None:
    """OF-3: every colour of six hexadecimal digits is accepted."""
    assert list(profile_faults(attrs.evolve(PROFILE, colour=colour))) == []


def test_logo() -> None:
    """OF-3: a logo is a PNG or JPEG picture of at most 1 MiB; SVG is refused, as it can contain scripts."""
    assert (LOGO_LIMITS.file_size, LOGO_LIMITS.files) == (MEBIBYTE, 1)
    assert LOGO_LIMITS.types.taken == {FileType.PNG, FileType.JPEG}


@pytest.mark.parametrize("key", ["a", "Kantoor één / 1", "x" * 100, "例"])
def test_keys(key: str) -> None:
    """OF-2: any short line is accepted as a key."""
    assert list(key_faults(key)) == []


@pytest.mark.parametrize(
    "key", ["", " ", "\u3164", " a", "a ", "a\n", "a\tb", "\u200b", "\ud800", "a\x00", "x" * 101, "\xa0a", "e\u0301"]
)
def test_no_keys(key: str) -> None:
    """OF-2: a key is refused if it is empty, too long, not in NFC, surrounded by space or partly invisible."""
    assert list(key_faults(key)) == [Fault(code=FaultCode.NOT_A_KEY, field="key", params={"limit": 100})]
