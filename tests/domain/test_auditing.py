"""The audit trail."""

import json
import unicodedata
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.accounts import AccountRole, ClientKind
from klantportaal.domain.auditing import NETWORK_ADDRESS_LIMIT, Background, By, Entry, entry
from klantportaal.domain.events import (
    DocumentPublished,
    Event,
    LinkMade,
    PasswordLinkAsked,
    ProfileChanged,
    SignInRefused,
)
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.domain.values import EntryId, Language, LinkId, SessionId
from tests.domain.given import (
    ACCOUNT_ID,
    AT,
    CLIENT_ID,
    DOCUMENT_ID,
    DOSSIER_ID,
    EVENTS,
    FINGERPRINT,
    HANDLER,
    OFFICE_ID,
    OTHER_CLIENT_ID,
    PERSON_ID,
)

ENTRY_ID = EntryId(UUID(int=60))
ACTOR = Actor(
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    client_id=CLIENT_ID,
    account_id=ACCOUNT_ID,
    session_id=SessionId(UUID(int=61)),
    fingerprint=FINGERPRINT,
    confirmed_at=AT,
    language=Language.DUTCH,
    kind=ClientKind.PERSON,
    role=AccountRole.MAIN,
    name="J. Jansen",
    client_name="J. Jansen",
    epoch=1,
    network_address="192.0.2.1",
)
FACT = SignInRefused(person_id=None, throttled=False, at=AT)
NOBODY = {"person_id": None, "account_id": None, "client_id": None, "handler": None, "network_address": None}


@pytest.mark.parametrize(
    "by,who",
    [
        (
            ACTOR,
            {
                "person_id": PERSON_ID,
                "account_id": ACCOUNT_ID,
                "client_id": CLIENT_ID,
                "network_address": "192.0.2.1",
            },
        ),
        (OfficeActor(office_id=OFFICE_ID, handler=HANDLER), {"handler": HANDLER}),
        (
            Visitor(office_id=OFFICE_ID, network_address="2001:db8::1", device="Firefox"),
            {"network_address": "2001:db8::1"},
        ),
        (Visitor(office_id=OFFICE_ID), {}),
        (Background(office_id=OFFICE_ID), {}),
    ],
    ids=["client", "office", "visitor", "visitor from nowhere", "portal"],
)
def test_who(by: By, who: dict[str, Any]) -> None:
    """SI-5: an entry of the trail has who acted, what was done, to which object, when, and from which address."""
    assert entry(FACT, by, id=ENTRY_ID) == Entry(
        id=ENTRY_ID,
        office_id=OFFICE_ID,
        at=AT,
        what="SignInRefused",
        which='{"person_id": null, "throttled": false}',
        **{**NOBODY, **who},
    )


@pytest.mark.parametrize(
    "fact,which",
    [
        (
            DocumentPublished(
                dossier_id=DOSSIER_ID,
                document_id=DOCUMENT_ID,
                client_ids=(CLIENT_ID, OTHER_CLIENT_ID),
                replaces=None,
                at=AT,
            ),
            {
                "dossier_id": str(DOSSIER_ID),
                "document_id": str(DOCUMENT_ID),
                "client_ids": [str(CLIENT_ID), str(OTHER_CLIENT_ID)],
                "replaces": None,
            },
        ),
        (
            LinkMade(person_id=PERSON_ID, link_id=LinkId(UUID(int=62)), purpose=LinkPurpose.PASSWORD, at=AT),
            {"person_id": str(PERSON_ID), "link_id": str(UUID(int=62)), "purpose": "password"},
        ),
        (
            ProfileChanged(
                person_id=PERSON_ID,
                account_id=ACCOUNT_ID,
                language=Language.ENGLISH,
                documents=True,
                questionnaires=False,
                messages=True,
                at=AT,
            ),
            {
                "person_id": str(PERSON_ID),
                "account_id": str(ACCOUNT_ID),
                "language": "en",
                "documents": True,
                "questionnaires": False,
                "messages": True,
            },
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_which(fact: Event, which: dict[str, object]) -> None:
    """SI-5: the trail identifies the object of a fact by ids and codes, as JSON."""
    assert json.loads(entry(fact, ACTOR, id=ENTRY_ID).which) == which


@pytest.mark.parametrize("event", EVENTS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_fact(event: type[Event], data: st.DataObject) -> None:
    """SI-5: every fact becomes one entry, under its own name, with all its fields except the time."""
    st.register_type_strategy(datetime, st.just(AT))
    fact = data.draw(st.from_type(event))
    line = entry(fact, ACTOR, id=ENTRY_ID)
    fields = [field.name for field in attrs.fields(event) if field.name != "at"]
    assert (line.what, line.at) == (event.__name__, fact.at)
    assert sorted(json.loads(line.which)) == sorted(fields)
    assert line.which.isascii()
    assert "\0" not in line.which


@given(st.text())
def test_one_line(typed: str) -> None:
    """SI-5: any text typed as an address stays on one line in the trail, and reads back as typed."""
    line = entry(PasswordLinkAsked(address=typed, invited=None, at=AT), Visitor(office_id=OFFICE_ID), id=ENTRY_ID)
    assert len(line.which.splitlines()) == 1
    assert json.loads(line.which) == {"address": typed, "invited": None}


@given(st.text())
def test_from_where_on_one_line(claimed: str) -> None:
    """SI-5: an address from a header, or a vendor's code of a handler, adds no line and no colour."""
    for line in (
        entry(FACT, Visitor(office_id=OFFICE_ID, network_address=claimed), id=ENTRY_ID),
        entry(FACT, attrs.evolve(ACTOR, network_address=claimed), id=ENTRY_ID),
        entry(FACT, OfficeActor(office_id=OFFICE_ID, handler=f"mr. {claimed[:99]}"), id=ENTRY_ID),
    ):
        for kept in (line.network_address, line.handler):
            assert kept is None or len(kept.splitlines()) <= 1
            assert not {unicodedata.category(each) for each in kept or ""} & {"Cc", "Cs", "Zl", "Zp"}


def test_from_where_at_length() -> None:
    """SI-5: the network address in the trail is never longer than an address can be, whatever a header holds."""
    line = entry(FACT, Visitor(office_id=OFFICE_ID, network_address="1" * 5000), id=ENTRY_ID)
    assert line.network_address == "1" * NETWORK_ADDRESS_LIMIT
