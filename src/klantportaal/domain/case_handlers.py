"""Case handlers: who at the office handles a dossier, as its clients see them. They do not sign in to the portal."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.contact_details import telephone_faults, texts_faults
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import CaseHandlerChanged
from klantportaal.domain.values import (
    NAME_LIMIT,
    CaseHandlerId,
    Language,
    OfficeId,
    address,
    is_blank,
    plain_line,
)

ROLE_LIMIT = 80
"""The longest role, in characters."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ContactCard:
    """What clients see of a case handler. Only the name is required."""

    name: str
    role: Mapping[Language, str] = attrs.field(factory=dict)
    """Such as "kandidaat-notaris", in each language."""
    telephone: str = ""
    email: str = ""


@attrs.frozen(kw_only=True, field_transformer=checked)
class CaseHandler:
    """A case handler of an office."""

    id: CaseHandlerId
    office_id: OfficeId
    name: str
    role: Mapping[Language, str]
    telephone: str
    email: str
    picture: StoredFile | None = None
    version: int = 1


def add_case_handler(
    card: ContactCard, *, id: CaseHandlerId, office_id: OfficeId, at: datetime
) -> tuple[CaseHandler, CaseHandlerChanged]:
    """Make a case handler.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    new = CaseHandler(id=id, office_id=office_id, name="", role={}, telephone="", email="")
    return change_case_handler(new, card, at=at)


def change_case_handler(
    handler: CaseHandler, card: ContactCard, *, at: datetime
) -> tuple[CaseHandler, CaseHandlerChanged]:
    """Change what clients see of a case handler. The picture stays.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    card = tidy(card)
    if faults := list(card_faults(card)):
        raise Refused(faults)
    changed = attrs.evolve(handler, name=card.name, role=card.role, telephone=card.telephone, email=card.email)
    return changed, CaseHandlerChanged(handler_id=handler.id, at=at)


def tidy(card: ContactCard) -> ContactCard:
    """Clean a card, as it is stored: plain lines, no empty roles, and a normalised address."""
    roles = {language: plain_line(text) for language, text in card.role.items()}
    return ContactCard(
        name=plain_line(card.name),
        role={language: text for language, text in roles.items() if text},
        telephone=plain_line(card.telephone),
        email=address(card.email) or card.email.strip(),
    )


def card_faults(card: ContactCard) -> list[Fault]:
    """List the rules that a card breaks, in the order of its fields."""
    faults: list[Fault] = []
    if is_blank(card.name):
        faults.append(Fault(code=FaultCode.MISSING, field="name"))
    if len(card.name) > NAME_LIMIT:
        faults.append(Fault(code=FaultCode.TOO_LONG, field="name", params={"limit": NAME_LIMIT}))
    faults += [*texts_faults("role", card.role, ROLE_LIMIT), *telephone_faults(card.telephone)]
    if card.email and address(card.email) is None:
        faults.append(Fault(code=FaultCode.NOT_AN_ADDRESS, field="email"))
    return faults
