"""Where the link of a notification or a reminder leads (NW-2)."""

import enum
from collections.abc import Collection, Mapping
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.values import DossierId


class Place(enum.StrEnum):
    """What the link of a notification leads to."""

    LETTER = "letter"
    DOCUMENT = "document"
    MESSAGE = "message"
    """The conversation of a message."""
    QUESTIONNAIRE = "questionnaire"
    REQUEST = "request"
    DOCUMENTS = "documents"
    """The tab with the documents of a dossier."""
    MESSAGES = "messages"
    """The tab with the messages of a dossier."""
    DOSSIER = "dossier"
    """The tab with the letters of a dossier, which begins with what waits in it."""
    HOME = "home"


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewThing:
    """One thing that a notification tells of."""

    place: Place
    """The page of the thing: one of the first five places."""
    dossier_id: DossierId
    id: UUID


@attrs.frozen(kw_only=True, field_transformer=checked)
class Destination:
    """A place, and the path of its page, relative to the office's base URL."""

    place: Place
    path: str


_TABS: Mapping[Place, Place] = {
    Place.LETTER: Place.DOSSIER,
    Place.DOCUMENT: Place.DOCUMENTS,
    Place.MESSAGE: Place.MESSAGES,
    Place.QUESTIONNAIRE: Place.DOSSIER,
    Place.REQUEST: Place.DOSSIER,
}
"""The tab of a dossier that shows each kind of thing."""
_DOSSIER = "/dossiers/{dossier_id}"
_PATHS: Mapping[Place, str] = {
    Place.LETTER: f"{_DOSSIER}/documenten/{{id}}/bekijken",
    Place.DOCUMENT: f"{_DOSSIER}/documenten/{{id}}/bekijken",
    Place.MESSAGE: f"{_DOSSIER}/berichten/{{id}}",
    Place.QUESTIONNAIRE: "/vragenlijsten/{id}",
    Place.REQUEST: "/verzoeken/{id}",
    Place.DOCUMENTS: f"{_DOSSIER}/documenten",
    Place.MESSAGES: f"{_DOSSIER}/berichten",
    Place.DOSSIER: _DOSSIER,
    Place.HOME: "/home",
}
"""The path of each place. Both hosts have these routes."""


def destination(things: Collection[NewThing]) -> Destination:
    """Give where the link leads of a mail about some things, at least one (NW-2).

    One thing leads to its page. Several in one dossier lead to the tab that shows them, or to the dossier if they are
    under several tabs. Things in several dossiers lead to Home. A thing that is told twice counts once.
    """
    different, dossiers = set(things), {thing.dossier_id for thing in things}
    if len(different) == 1:
        return _at(next(iter(different)).place, next(iter(different)))
    if len(dossiers) > 1:
        return Destination(place=Place.HOME, path=_PATHS[Place.HOME])
    tabs = {_TABS[thing.place] for thing in different}
    return _at(tabs.pop() if len(tabs) == 1 else Place.DOSSIER, next(iter(different)))


def of_dossier(dossier_id: DossierId) -> Destination:
    """Give the page of a dossier, which begins with what waits in it."""
    return Destination(place=Place.DOSSIER, path=_PATHS[Place.DOSSIER].format(dossier_id=dossier_id))


def _at(place: Place, thing: NewThing) -> Destination:
    """Give a place in the dossier of a thing."""
    return Destination(place=place, path=_PATHS[place].format(dossier_id=thing.dossier_id, id=thing.id))
