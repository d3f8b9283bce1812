"""Where the link of a notification leads."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.destinations import Destination, NewThing, Place, destination, of_dossier
from klantportaal.domain.values import DossierId

PAGES = {
    Place.LETTER: "/dossiers/{dossier}/documenten/{id}/bekijken",
    Place.DOCUMENT: "/dossiers/{dossier}/documenten/{id}/bekijken",
    Place.MESSAGE: "/dossiers/{dossier}/berichten/{id}",
    Place.QUESTIONNAIRE: "/vragenlijsten/{id}",
    Place.REQUEST: "/verzoeken/{id}",
}
"""The page of each thing."""
TABS = {Place.DOCUMENT: "/documenten", Place.MESSAGE: "/berichten"}
"""The tabs of things. Other things are told where a dossier opens."""

things = st.builds(
    NewThing,
    place=st.sampled_from(list(PAGES)),
    dossier_id=st.integers(1, 2).map(lambda number: DossierId(UUID(int=number))),
    id=st.integers(8, 11).map(lambda number: UUID(int=number)),
)


@given(found=st.lists(things, min_size=1, max_size=5))
def test_the_nearest_page_that_shows_all_of_it(found: list[NewThing]) -> None:
    """NW-2: One thing leads to its page, several in one dossier to their tab or the dossier, and all others to Home."""
    leads = destination(found)
    dossiers = {f"/dossiers/{thing.dossier_id}" for thing in found}
    if len(dossiers) > 1 and len(set(found)) > 1:
        assert leads == Destination(place=Place.HOME, path="/home")
    elif len(set(found)) == 1:
        page = PAGES[found[0].place].format(dossier=found[0].dossier_id, id=found[0].id)
        assert leads == Destination(place=found[0].place, path=page)
    else:
        tabs = {TABS.get(thing.place, "") for thing in found}
        assert leads.path == dossiers.pop() + (tabs.pop() if len(tabs) == 1 else "")
        assert leads.place in {Place.DOCUMENTS, Place.MESSAGES, Place.DOSSIER}


@given(found=st.lists(things, min_size=1, max_size=5), again=st.data())
def test_neither_order_nor_repetition_counts(found: list[NewThing], again: st.DataObject) -> None:
    """NW-2: The same things lead to the same page, in any order, and however often each was told."""
    told = again.draw(st.permutations([*found, *again.draw(st.lists(st.sampled_from(found)))]))
    assert destination(told) == destination(found)


@pytest.mark.parametrize(
    "place,tab",
    [
        (Place.LETTER, Place.DOSSIER),
        (Place.DOCUMENT, Place.DOCUMENTS),
        (Place.MESSAGE, Place.MESSAGES),
        (Place.QUESTIONNAIRE, Place.DOSSIER),
        (Place.REQUEST, Place.DOSSIER),
    ],
)
def test_the_place_is_that_of_the_path(place: Place, tab: Place) -> None:
    """NW-2: The place, which names the button, is that of the page to which the path leads."""
    dossier_id = DossierId(UUID(int=1))
    two = [NewThing(place=place, dossier_id=dossier_id, id=UUID(int=number)) for number in (2, 3)]
    assert destination(two).place is tab
    assert destination(two[:1]).place is place


def test_of_a_dossier() -> None:
    """NW-2: a mail about a dossier, and no page in it, leads to the dossier."""
    id = DossierId(UUID(int=7))
    assert of_dossier(id) == Destination(place=Place.DOSSIER, path=f"/dossiers/{id}")
