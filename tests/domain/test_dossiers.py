"""Dossiers and their parties."""

from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.dossiers import (
    Dossier,
    PartiesChange,
    Tab,
    add_party,
    change_dossier,
    change_for_parties,
    open_dossier,
    remove_party,
)
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.events import (
    DocumentPublished,
    DocumentsRequested,
    DocumentWithdrawn,
    DossierChanged,
    DossierOpened,
    Event,
    ItemAccepted,
    ItemReturned,
    MessageHandled,
    MessageReceived,
    MessageTakenBack,
    PartyAdded,
    PartyRemoved,
    QuestionnaireAssigned,
    QuestionnaireRebased,
    QuestionnaireWithdrawn,
    RequestItemAdded,
    RequestItemWithdrawn,
    RequestWithdrawn,
    ThirdPartyAwaited,
    ThirdPartyCleared,
)
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.values import AssignmentId, ClientId, ItemId, RequestId, is_blank, plain_line, searchable
from tests.domain.given import (
    ANY_TEXT,
    AT,
    CLIENT_ID,
    DOCUMENT_ID,
    DOSSIER,
    DOSSIER_ID,
    MESSAGE_ID,
    OFFICE,
    OFFICE_ID,
    OTHER_CLIENT_ID,
    fault,
    refusal,
)


def opened(number: str, description: str, status: str = IN_PROGRESS) -> tuple[Dossier, DossierOpened]:
    """Open a dossier at the usual office and time."""
    return open_dossier(number, description, office=OFFICE, id=DOSSIER_ID, status=status, at=AT)


def test_tabs() -> None:
    """DO-4: an open dossier has four tabs, in a fixed order."""
    assert [tab.value for tab in Tab] == ["correspondence", "documents", "submissions", "messages"]


def test_open() -> None:
    """OF-1: a dossier that the office opens has the status "in progress" by default."""
    dossier = Dossier(
        id=DOSSIER_ID,
        office_id=OFFICE_ID,
        number="2026-0001",
        description="Jansen tegen Pietersen",
        status="in_progress",
        opened_at=AT,
        changed_at=AT,
    )
    fact = DossierOpened(dossier_id=DOSSIER_ID, at=AT)
    assert open_dossier(" 2026-0001\n", "Jansen\ttegen  Pietersen", office=OFFICE, id=DOSSIER_ID, at=AT) == (
        dossier,
        fact,
    )
    assert opened("2026-0001", "Jansen tegen Pietersen", "archived") == (attrs.evolve(dossier, status="archived"), fact)


@pytest.mark.parametrize(
    "number,description,status,faults",
    [
        ("", "b", "on_hold", [fault(FaultCode.MISSING, "number")]),
        ("\u200b", "b", "on_hold", [fault(FaultCode.MISSING, "number")]),
        ("a" * 41, "b", "on_hold", [fault(FaultCode.TOO_LONG, "number", limit=40)]),
        ("a", "b" * 201, "on_hold", [fault(FaultCode.TOO_LONG, "description", limit=200)]),
        ("a", "b", "In progress", [fault(FaultCode.UNKNOWN_STATUS, "status")]),
        (
            " ",
            "\u3164",
            "",
            [
                fault(FaultCode.MISSING, "number"),
                fault(FaultCode.MISSING, "description"),
                fault(FaultCode.UNKNOWN_STATUS, "status"),
            ],
        ),
    ],
)
def test_open_refused(number: str, description: str, status: str, faults: list[Fault]) -> None:
    """AL-1: every field that breaks a rule is reported at once."""
    assert refusal(lambda: opened(number, description, status)) == faults


def test_longest() -> None:
    """AL-1: a number of 40 characters and a description of 200 characters are accepted."""
    dossier, _fact = opened("1" * 40, "b" * 200)
    assert (dossier.number, dossier.description) == ("1" * 40, "b" * 200)


@pytest.mark.parametrize(
    "changes",
    [{}, {"description": "Nieuw"}, {"status": "completed"}, {"description": "Nieuw", "status": "archived"}],
    ids=str,
)
def test_change(changes: dict[str, Any]) -> None:
    """OF-1: description and status can be changed, alone or together, and the dossier counts as changed (DO-2)."""
    changed = attrs.evolve(DOSSIER, **changes, changed_at=AT)
    fact = DossierChanged(dossier_id=DOSSIER_ID, status=changed.status, at=AT)
    assert change_dossier(DOSSIER, office=OFFICE, **changes, at=AT) == (changed, fact)


def test_change_refused() -> None:
    """AL-1: a change is refused for the same faults as opening."""
    wrong = refusal(lambda: change_dossier(DOSSIER, office=OFFICE, description=" ", status="gone", at=AT))
    assert wrong == [fault(FaultCode.MISSING, "description"), fault(FaultCode.UNKNOWN_STATUS, "status")]


def test_status_offered_no_more() -> None:
    """OF-1: a dossier keeps a status that its office no longer offers when other fields change."""
    dossier = attrs.evolve(DOSSIER, status="appealed")
    changed, fact = change_dossier(dossier, office=OFFICE, description=" Nieuw ", at=AT)
    assert changed == attrs.evolve(dossier, description="Nieuw", changed_at=AT)
    assert fact == DossierChanged(dossier_id=DOSSIER_ID, status="appealed", at=AT)


@given(ANY_TEXT.filter(lambda text: len(text) <= 40), ANY_TEXT)
def test_texts(number: str, description: str) -> None:
    """DO-2: any text is either refused as missing, or kept on one line and found by any part of it."""
    missing = [
        fault(FaultCode.MISSING, field)
        for field, text in (("number", number), ("description", description))
        if is_blank(plain_line(text))
    ]
    if missing:
        assert refusal(lambda: opened(number, description)) == missing
    else:
        dossier, _fact = opened(number, description)
        assert (dossier.number, dossier.description) == (plain_line(number), plain_line(description))
        assert dossier.search in searchable(f"{number} {description}")
        assert searchable(number)[:500] in dossier.search


def test_search() -> None:
    """DO-2: a search in number and description ignores case and accents."""
    assert attrs.evolve(DOSSIER, number="2026-É7", description="Zaak  Émile").search == "2026-e7 zaak emile"


def test_search_is_capped() -> None:
    """DO-2: at most 500 characters are searched, counted after folding, which may lengthen a text."""
    dossier = attrs.evolve(DOSSIER, description="\ufdfa" * 200)
    assert len(dossier.search) == 500
    assert dossier.search.startswith("2026-0001 صلى")


CLIENTS = st.integers(1, 4).map(lambda each: ClientId(UUID(int=each)))


@given(CLIENTS, st.frozensets(CLIENTS))
def test_add_party(client_id: ClientId, parties: frozenset[ClientId]) -> None:
    """DO-1: a client can be added as a party once."""
    added = PartyAdded(dossier_id=DOSSIER_ID, client_id=client_id, at=AT)
    assert add_party(DOSSIER, client_id, parties, at=AT) == (None if client_id in parties else added)


@given(CLIENTS, st.frozensets(CLIENTS))
def test_remove_party(client_id: ClientId, parties: frozenset[ClientId]) -> None:
    """DO-1: only a party can be removed, and never the last one."""
    if client_id in parties and len(parties) > 1:
        removed = PartyRemoved(dossier_id=DOSSIER_ID, client_id=client_id, at=AT)
        assert remove_party(DOSSIER, client_id, parties, at=AT) == removed
    else:
        code = FaultCode.LAST_PARTY if client_id in parties else FaultCode.NOT_A_PARTY
        assert refusal(lambda: remove_party(DOSSIER, client_id, parties, at=AT)) == [fault(code, "client")]


def test_last_party() -> None:
    """DO-1: a dossier keeps at least one party."""
    assert refusal(lambda: remove_party(DOSSIER, CLIENT_ID, frozenset({CLIENT_ID}), at=AT)) == [
        fault(FaultCode.LAST_PARTY, "client")
    ]
    assert refusal(lambda: remove_party(DOSSIER, OTHER_CLIENT_ID, frozenset({CLIENT_ID}), at=AT)) == [
        fault(FaultCode.NOT_A_PARTY, "client")
    ]


ASSIGNMENT_ID = AssignmentId(UUID(int=20))
REQUEST_ID, ITEM_ID = RequestId(UUID(int=21)), ItemId(UUID(int=22))
OF_REQUESTS: list[tuple[Any, dict[str, Any]]] = [
    (DocumentsRequested, {"items": 1}),
    (RequestItemAdded, {"item_id": ITEM_ID}),
    (RequestItemWithdrawn, {"item_id": ITEM_ID}),
    (RequestWithdrawn, {}),
    (ItemAccepted, {"item_id": ITEM_ID}),
    (ItemReturned, {"item_id": ITEM_ID}),
]
SEEN_BY_ONE = [
    PartyAdded(dossier_id=DOSSIER_ID, client_id=CLIENT_ID, at=AT),
    MessageReceived(dossier_id=DOSSIER_ID, message_id=MESSAGE_ID, client_id=CLIENT_ID, at=AT),
    MessageHandled(dossier_id=DOSSIER_ID, message_id=MESSAGE_ID, client_id=CLIENT_ID, at=AT),
    MessageTakenBack(dossier_id=DOSSIER_ID, message_id=MESSAGE_ID, client_id=CLIENT_ID, at=AT),
    QuestionnaireAssigned(dossier_id=DOSSIER_ID, assignment_id=ASSIGNMENT_ID, client_id=CLIENT_ID, at=AT),
    QuestionnaireWithdrawn(dossier_id=DOSSIER_ID, assignment_id=ASSIGNMENT_ID, client_id=CLIENT_ID, at=AT),
    QuestionnaireRebased(
        dossier_id=DOSSIER_ID, assignment_id=ASSIGNMENT_ID, client_id=CLIENT_ID, revision=2, digest="", at=AT
    ),
    *(
        kind(dossier_id=DOSSIER_ID, request_id=REQUEST_ID, client_id=CLIENT_ID, at=AT, **more)
        for kind, more in OF_REQUESTS
    ),
    DocumentPublished(dossier_id=DOSSIER_ID, document_id=DOCUMENT_ID, client_ids=(CLIENT_ID,), replaces=None, at=AT),
    DocumentWithdrawn(dossier_id=DOSSIER_ID, document_id=DOCUMENT_ID, client_ids=(CLIENT_ID,), at=AT),
    ThirdPartyAwaited(dossier_id=DOSSIER_ID, client_ids=(CLIENT_ID,), at=AT),
    ThirdPartyCleared(dossier_id=DOSSIER_ID, client_ids=(CLIENT_ID,), at=AT),
]


@pytest.mark.parametrize("fact", SEEN_BY_ONE, ids=lambda fact: type(fact).__name__)
def test_changes_that_parties_see(fact: Event) -> None:
    """DO-2: what the office does for one party is a change for that party."""
    assert change_for_parties(fact, by_office=True) == PartiesChange(dossier_id=DOSSIER_ID, client_ids=(CLIENT_ID,))


def test_no_other_changes() -> None:
    """DO-2: nothing else is a change for some of the parties: not what clients do, and not what nobody sees."""
    seen = {type(fact) for fact in SEEN_BY_ONE}
    for kind in Event.__subclasses__():
        if kind not in seen:
            assert change_for_parties(kind.__new__(kind), by_office=True) is None
    taken_back = MessageTakenBack(dossier_id=DOSSIER_ID, message_id=MESSAGE_ID, client_id=CLIENT_ID, at=AT)
    assert change_for_parties(taken_back, by_office=False) is None
