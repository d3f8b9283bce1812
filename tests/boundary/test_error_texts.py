"""The texts of errors: an absent object is reported by its kind, in the same words for everybody."""

from collections.abc import Iterator, Mapping
from typing import Any, NewType, get_args

import pytest

from klantportaal.domain import values
from klantportaal.domain.errors import Absent, PortalError
from klantportaal.domain.sessions import Actor, OfficeActor
from tests.boundary import calls
from tests.boundary.annotations import ID, is_stream, right
from tests.boundary.test_calls import names
from tests.usecases.matrix.scene import Things
from tests.usecases.world import PDF

IDS = {each for each in vars(values).values() if isinstance(each, NewType) and each.__name__.endswith("Id")}
KINDS = {
    *("receipt", "case handler", "request", "API key", "webhook", "delivery"),
    *("office", "client", "account", "session", "dossier", "document", "message", "questionnaire"),
    *("draft", "waiting file", "delivered file", "assignment", "question", "mail"),
    "picture",
    "questionnaire draft",
}


def told(of: Things, name: str, known: Mapping[Any, object]) -> str | None:
    """Return the error of a call; None if it succeeds."""
    annotations = calls.arguments(calls.method(of.world.portal, name))
    given = {each: [PDF] if is_stream(what) else right(what, known) for each, what in annotations.items()}
    try:
        calls.method(of.world.portal, name)(**given)
    except Absent as error:
        return str(error)
    except PortalError as error:
        return f"{type(error).__name__}: {error}"
    return None


def nobodys(of: Things) -> Mapping[Any, object]:
    """Return ids that no object has."""
    return {**calls.known(of), **dict.fromkeys(IDS, ID)}


def strangers(of: Things) -> Mapping[Any, object]:
    """Return the company's objects with actors who have no access to them."""
    return {**calls.known(of), OfficeActor: of.other_office, Actor: of.other_client}


def about_things(of: Things) -> list[str]:
    """Return the names of the calls that take an id."""
    found = {name: calls.arguments(calls.method(of.world.portal, name)).values() for name in names()}
    return [
        name
        for name, annotations in found.items()
        if any(IDS & {each, *_parts(each)} for each in annotations) and not name.startswith("background.")
    ]


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield the types in an annotation. Those of the arguments of a callback are a list, and no part."""
    return (each for each in get_args(annotation) if not isinstance(each, list))


def test_absent_things(in_memory: Things, in_sqlite: Things) -> None:
    """AL-5, DO-1: an object of another client or office gives the same error as an unknown id, with its kind."""
    asked = about_things(in_memory)
    texts = {name: told(in_memory, name, nobodys(in_memory)) for name in asked}
    assert {name: told(in_sqlite, name, nobodys(in_sqlite)) for name in asked} == texts
    absent = {name: text for name, text in texts.items() if text and text.startswith("there is no such ")}
    assert len(absent) > 40
    assert {text.removeprefix("there is no such ").partition(",")[0] for text in absent.values()} <= KINDS
    for of in (in_memory, in_sqlite):
        foreign = {name: told(of, name, strangers(of)) for name in absent if not name.startswith("offices.")}
        assert {name: text for name, text in foreign.items() if text is not None} == {
            name: absent[name] for name, text in foreign.items() if text is not None
        }


@pytest.mark.parametrize("name", ["office.clients.get", "client.dossiers.open", "office.documents.download"])
def test_kinds(name: str, in_memory: Things) -> None:
    """AL-5: the error has the kind of the object: a client, a dossier or a document."""
    kind = {"get": "client", "open": "dossier", "download": "document"}[name.rpartition(".")[2]]
    assert told(in_memory, name, nobodys(in_memory)) == f"there is no such {kind}, or not for who asks"
