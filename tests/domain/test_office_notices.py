"""Who at the office is told what clients send (OF-4)."""

from typing import Any

import attrs
import pytest

from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.events import DossierNoticesChanged, OfficeNoticesChanged
from klantportaal.domain.office_notices import (
    MOST_ADDRESSES,
    addresses_for,
    change_dossier_notices,
    change_notices,
)
from klantportaal.domain.offices import OfficeNotices, OfficeProfile, new_office
from tests.domain.given import AT, BEFORE, DOSSIER_ID, OFFICE_ID, fault, refusal

OFFICE = new_office(
    "kantoor", "https://kantoor.example.nl", OfficeProfile(name="Kantoor", contact_address="info@example.nl")
)
NOTICES = OfficeNotices(page="https://kantoor.example.nl/post", addresses=("post@example.nl",))
DOSSIER = Dossier(
    id=DOSSIER_ID,
    office_id=OFFICE_ID,
    number="1",
    description="Zaak",
    status="in_progress",
    opened_at=BEFORE,
    changed_at=BEFORE,
)


def test_who_is_told() -> None:
    """OF-4: nobody while it is off; else the addresses of the dossier, or those of the office if it has none."""
    own, fact = change_dossier_notices(DOSSIER, (" Smit@Example.NL ", "smit@example.nl"), at=AT)
    assert own == attrs.evolve(DOSSIER, notice_addresses=("smit@example.nl",))
    assert fact == DossierNoticesChanged(dossier_id=DOSSIER_ID, at=AT)
    on, began = change_notices(OFFICE, NOTICES, at=AT)
    off, ended = change_notices(on, None, at=AT)
    assert [began, ended] == [OfficeNoticesChanged(used=used, at=AT) for used in (True, False)]
    told = [addresses_for(office, dossier) for office in (OFFICE, off, on) for dossier in (DOSSIER, own)]
    assert told == [(), (), (), (), ("post@example.nl",), ("smit@example.nl",)]
    assert change_dossier_notices(own, (), at=AT)[0] == DOSSIER


@pytest.mark.parametrize(
    "wrong, faults",
    [
        ({"page": "/post"}, [fault(FaultCode.NOT_A_PAGE, "page")]),
        ({"page": "http://example.nl"}, [fault(FaultCode.NOT_A_PAGE, "page")]),
        (
            {"page": "", "addresses": ("x",)},
            [fault(FaultCode.NOT_AN_ADDRESS, "addresses"), fault(FaultCode.NOT_A_PAGE, "page")],
        ),
        (
            {"addresses": tuple(f"a{each}@example.nl" for each in range(MOST_ADDRESSES + 1))},
            [fault(FaultCode.TOO_MANY, "addresses", limit=MOST_ADDRESSES)],
        ),
    ],
)
def test_wrong_settings(wrong: dict[str, Any], faults: list[object]) -> None:
    """AL-1: each wrong field of the settings is named, with its rule."""
    assert refusal(lambda: change_notices(OFFICE, attrs.evolve(NOTICES, **wrong), at=AT)) == faults


def test_wrong_addresses_of_a_dossier() -> None:
    """AL-1: an address of a dossier must be one."""
    assert refusal(lambda: change_dossier_notices(DOSSIER, ("geen adres",), at=AT)) == [
        fault(FaultCode.NOT_AN_ADDRESS, "addresses")
    ]
