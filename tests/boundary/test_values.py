"""Every value that a caller passes, with wrong values for each of its fields."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, get_origin, get_type_hints

import attrs
import pytest

import klantportaal
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.documents import Publication
from klantportaal.domain.messages import MessageLimits
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.passwords import PasswordPolicy
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.settings import Settings
from klantportaal.testing.contracts.pdf import page, question
from tests.boundary.annotations import example, wrong
from tests.usecases.world import World

QUESTION = question("naam")
KNOWN: Mapping[Any, object] = {Asked: Asked(page=page("persoon", QUESTION), question=QUESTION, answer="Jan")}
UNCHECKED: Mapping[str, str] = {
    "klantportaal.domain.events": "the rules make them, of what was checked",
    "klantportaal.domain.health": "the portal makes them, of what the contract kit holds to its types",
    "klantportaal.domain.questionnaires.definition": "made of a document that its JSON Schema has let through",
    "klantportaal.domain.questionnaires.schemas": "the same",
    "klantportaal.domain.questionnaires.document_checks": "the rules make them",
    "klantportaal.domain.questionnaires.document_changes": "the same",
    "klantportaal.domain.questionnaires.fragments": "the same",
    "klantportaal.domain.questionnaires.projection": "the rules make them, thousands for a page",
    "klantportaal.domain.ranges": "a part of what checks",
    "klantportaal.domain.type_checks": "what checks",
    "klantportaal.ports.reading": "views: storage makes thousands, and the contract kit holds it to their types",
}
"""Modules whose values need no checks, and why; their queries and keys, which callers make, are checked."""
EXEMPT: Mapping[str, str] = {
    "klantportaal.domain.auditing.Entry": "the rules make it; storage makes a million, for reading the trail",
    "klantportaal.domain.sealing.Line": "the same",
    "klantportaal.domain.sealing.Break": "the rules make it",
    "klantportaal.domain.sealing.Verification": "the rules make it",
    "klantportaal.domain.anchoring.SealingProblem": "the rules make it",
    "klantportaal.domain.anchoring.SealingRun": "the rules make it",
    "klantportaal.domain.passwords.Guesses": "the rules make it",
    "klantportaal.domain.throttling.Allowance": "the rules make it",
    "klantportaal.domain.questionnaires.answering.Answering": "the rules make it, of any JSON",
    "klantportaal.domain.questionnaires.answering.Given": "the same",
    "klantportaal.domain.questionnaires.answer_files.FileName": "the rules make it",
    "klantportaal.domain.questionnaires.computing.NamedOperand": "the rules make it",
    "klantportaal.domain.questionnaires.explanations.Part": "the rules make it, of each text that is shown",
}
CHECKED_VIEWS = ("ActionKey", "DossierKey", "DossierQuery", "SubmissionKey", "TrailQuery")


def values() -> Iterator[type[attrs.AttrsInstance]]:
    """Yield every attrs class of the domain, the ports and the settings."""
    packages = ["klantportaal.domain.", "klantportaal.ports.", "klantportaal.settings"]
    for found in pkgutil.walk_packages(klantportaal.__path__, "klantportaal."):
        if any(found.name.startswith(each) for each in packages):
            module = importlib.import_module(found.name)
            classes = (each for each in vars(module).values() if isinstance(each, type) and attrs.has(each))
            yield from (each for each in classes if each.__module__ == found.name)


def is_exempt(cls: type) -> bool:
    """Tell whether a class needs no checks."""
    if cls.__module__ in UNCHECKED:
        return cls.__name__ not in CHECKED_VIEWS
    return cls.__name__.startswith("_") or f"{cls.__module__}.{cls.__qualname__}" in EXEMPT


CHECKED = [each for each in values() if not is_exempt(each)]


def test_reasons() -> None:
    """AL-5: every exemption is about an existing class or module."""
    assert set(EXEMPT) <= {f"{each.__module__}.{each.__qualname__}" for each in values()}
    assert set(CHECKED_VIEWS) <= {each.__name__ for each in values()}
    assert set(UNCHECKED) <= {each.__module__ for each in values()}


@pytest.mark.parametrize("cls", CHECKED, ids=lambda cls: cls.__name__)
def test_wrong_fields(cls: type[attrs.AttrsInstance]) -> None:
    """AL-5: a value with a wrong field is refused, and the error names the class and the field."""
    sound, hints = example(cls, KNOWN), get_type_hints(cls, include_extras=True)
    taken = []
    for field in attrs.fields(cls):
        for value in wrong(hints[field.name], KNOWN):
            try:
                attrs.evolve(sound, **{field.name: value})
            except (TypeError, ValueError) as error:
                if not re.match(rf"{cls.__name__}: {field.name}\b", str(error)):
                    taken.append(f"{field.name} = {value!r}: {error}")
            else:
                taken.append(f"{field.name} = {value!r}")
    assert taken == []


def test_case_14_a_kind_that_is_none() -> None:
    """AL-5, case 14: a kind of client in Dutch is refused with the name of the field, and no client is changed."""
    world = World()
    world.invite()
    before = world.portal.office.clients.list(world.handler)
    with pytest.raises(TypeError) as told:
        NewClient(kind="persoon", name="J. Jansen", email="j.jansen@example.nl")  # type: ignore[arg-type]
    assert str(told.value) == "NewClient: kind must be a ClientKind, not str 'persoon'"
    assert world.portal.office.clients.list(world.handler) == before


MESSAGES: Mapping[str, tuple[Any, Mapping[str, object], str]] = {
    "an enumeration's own text": (
        NewClient,
        {"kind": "person", "name": "J", "email": "j@example.nl"},
        "NewClient: kind must be a ClientKind, not str 'person'",
    ),
    "a class": (
        NewClient,
        {"kind": ClientKind, "name": "J", "email": "j@example.nl"},
        "NewClient: kind must be a ClientKind, not the class ClientKind itself",
    ),
    "half a character": (
        NewClient,
        {"kind": ClientKind.PERSON, "name": "\ud800", "email": "j@example.nl"},
        "NewClient: name must be a str, not text that UTF-8 cannot encode",
    ),
    "one of several": (
        Publication,
        {"kind": "x", "title": "", "for_clients": frozenset()},
        "Publication: kind must be a DocumentKind, not str 'x'",
    ),
    "a part": (
        Publication,
        {"title": "", "for_clients": frozenset({"abc"})},
        "Publication: for_clients[0] must be a ClientId (a UUID), not str",
    ),
    "a whole instead of parts": (
        OfficeProfile,
        {"name": "K", "contact_address": "k@example.nl", "statuses": "abc"},
        "OfficeProfile: statuses must be a tuple, each part a DossierStatus, not str",
    ),
    "a key": (
        OfficeProfile,
        {"name": "K", "contact_address": "k@example.nl", "welcome": {"nl": "Welkom"}},
        "OfficeProfile: welcome in a key must be a Language, not str 'nl'",
    ),
    "a setting out of its range": (
        MessageLimits,
        {"body": -1},
        "MessageLimits: body must be at least 1, not -1",
    ),
    "a setting of another type": (
        MessageLimits,
        {"body": "many"},
        "MessageLimits: body must be an int, not str",
    ),
    "a part of the settings": (
        Settings,
        {"messages": {"body": 5}},
        "Settings: messages must be a MessageLimits, not dict",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_messages(case: str) -> None:
    """AL-5: an error names the class and the field, what is expected and what was given."""
    cls, fields, message = MESSAGES[case]
    sound = attrs.asdict(example(cls, KNOWN), recurse=False)
    with pytest.raises((TypeError, ValueError)) as told:
        cls(**{**sound, **fields})
    assert str(told.value) == message


def test_settings_have_ranges() -> None:
    """AL-5: every number and time in the settings has a range, so that no rule is turned off by mistake."""
    parts = [get_type_hints(part, include_extras=True) for part in get_type_hints(Settings).values()]
    hints = [named for part in parts for named in part.items()]
    assert [name for name, annotation in hints if annotation in (int, float, timedelta)] == []
    assert len([name for name, annotation in hints if get_origin(annotation) is Annotated]) > 35


def test_no_secret_is_told() -> None:
    """AL-5: an error has the type of a wrong value, and never the value, unless it is of an enumeration."""
    world = World()
    secret = "Welkom2026"
    for wrong_call in (
        lambda: world.portal.client.sign_in.whoever(secret, secret),  # type: ignore[arg-type]
        lambda: world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", secret.encode()),  # type: ignore[arg-type]
        lambda: DiskFiles(secret),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError) as told:
            wrong_call()
        assert secret not in str(told.value)


def test_a_policy_that_no_password_meets() -> None:
    """AL-5, PW-2: the required characters must fit in the maximum length."""
    for asked in ({"minimum": 300}, {"minimum_with_two_step": 257}, {"capitals": 200, "digits": 57}):
        with pytest.raises(ValueError, match="PasswordPolicy: maximum"):
            PasswordPolicy(**asked)  # type: ignore[arg-type]
    assert PasswordPolicy(minimum=300, maximum=300).minimum == 300


def test_what_is_taken() -> None:
    """AL-5: subclasses are accepted, such as a library's own datetime."""

    class Name(str):
        """A vendor's text."""

        __slots__ = ()

    class Moment(datetime):
        """A library's datetime."""

    world = World()
    moment = Moment(2026, 3, 2, tzinfo=UTC)
    assert world.portal.office.audit.entries(world.handler, what=Name("SignedIn"), since=moment) == []
