"""Values as JSON: what a call returns is written and read back, without secrets and without coercion."""

import enum
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta, timezone
from types import NoneType, UnionType
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from klantportaal import (
    Actor,
    Allowance,
    ApiKey,
    AppTokens,
    Archive,
    Assurance,
    Authentication,
    ClientId,
    ClientKind,
    Confirmation,
    DocumentKind,
    Download,
    Enrolling,
    Entrance,
    Fault,
    FaultCode,
    Halfway,
    Language,
    Look,
    MadeApiKey,
    NewClient,
    NewItem,
    OfficeProfile,
    Publication,
    Receipt,
    ReceiptView,
    Refused,
    ReminderRules,
    SessionTimes,
    Settings,
    SignedIn,
    StoredFile,
    Subject,
    TotpKey,
    TwoStepView,
    WebhookSecret,
    Worker,
)
from klantportaal.domain.ranges import Range
from klantportaal.questionnaires import (
    All,
    Answering,
    AnyOf,
    Asked,
    Before,
    Compared,
    Count,
    Given,
    Is,
    Not,
    Order,
    Result,
    Schema,
)
from klantportaal.serialisation import converter, from_json, from_plain, to_json, to_plain
from klantportaal.serialisation.converters import secrets_of
from tests.support import surface
from tests.usecases.world import PASSWORD, World

Value = TypeVar("Value")

SECRETS: Mapping[type, set[str]] = {
    Entrance: {"token"},
    Halfway: {"token"},
    Confirmation: {"token"},
    TotpKey: {"secret", "uri"},
    Actor: {"fingerprint"},
    ApiKey: {"fingerprint"},
    MadeApiKey: {"secret"},
    WebhookSecret: {"secret"},
    AppTokens: {"refresh_token"},
    Receipt: {"fingerprint"},
    ReceiptView: {"url"},
    Asked: {"answer"},
    Result: {"asked"},
}
"""The secret fields of what calls take and return, which JSON leaves out."""
SETTINGS = {type(getattr(Settings(), field.name)) for field in attrs.fields(Settings)} | {Allowance}
NOT_JSON = {Archive, Download, Look, Settings}
"""Types without JSON: they have a stream."""
KINDS: list[Any] = [kind for kind in surface.types() if isinstance(kind, type) and attrs.has(kind)]
HOLD_SECRETS = {*SECRETS, SignedIn, Enrolling, TwoStepView}
"""Those types, and types that contain one of them."""
READ_BACK = [kind for kind in KINDS if kind not in {*HOLD_SECRETS, *NOT_JSON, *SETTINGS}]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
answers = st.dictionaries(texts, st.booleans() | st.integers(0, 99) | texts | st.lists(texts, max_size=2), max_size=2)
_LEAVES: Mapping[Any, st.SearchStrategy[Any]] = {
    Is: st.builds(Is, texts, st.builds(Schema, answers)),
    Before: st.builds(Before, texts, texts),
    Compared: st.builds(Compared, texts, st.sampled_from(Order), texts),
}


def _branches(inner: st.SearchStrategy[Any]) -> dict[Any, st.SearchStrategy[Any]]:
    several = st.lists(inner, max_size=2).map(tuple)
    return {All: st.builds(All, several), AnyOf: st.builds(AnyOf, several), Not: st.builds(Not, inner)}


conditions = st.recursive(
    st.one_of(*_LEAVES.values()), lambda inner: st.one_of(*_branches(inner).values()), max_leaves=3
)
CONDITIONS: Mapping[Any, st.SearchStrategy[Any]] = {**_LEAVES, **_branches(conditions)}
SCALARS: Mapping[Any, st.SearchStrategy[Any]] = {
    str: texts,
    Any: st.none() | st.booleans() | texts,
    int: st.integers(1, 99),
    float: st.floats(0.01, 0.99),
    bool: st.booleans(),
    bytes: st.binary(min_size=32, max_size=32),
    UUID: st.uuids(),
    date: st.dates(),
    timedelta: st.timedeltas(timedelta(days=-1), timedelta(days=400)),
    datetime: st.datetimes(timezones=st.just(UTC)),
    NoneType: st.none(),
    ReminderRules: st.builds(
        ReminderRules,
        before=st.lists(st.integers(0, 9), max_size=3).map(tuple),
        every=st.none() | st.integers(1, 99),
        most=st.integers(1, 5),
        invitations=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    ),
    Subject: st.builds(Subject, issuer=words, name=words),
    Authentication: st.builds(
        Authentication,
        subject=st.builds(Subject, issuer=words, name=words),
        method=words,
        assurance=st.sampled_from(Assurance),
        at=st.datetimes(timezones=st.just(UTC)),
    ),
    Worker: st.builds(Worker, name=st.text("abyz09", min_size=1), until=st.datetimes(timezones=st.just(UTC))),
    Schema: st.builds(Schema, answers),
    Given: st.builds(Given, answers),
    Answering: st.builds(Answering, as_of=st.dates(), raw=answers, saved=st.frozensets(texts, max_size=2)),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a type, by its annotations."""
    if isinstance(hint, NewType):
        return values_of(hint.__supertype__)
    if hint in SCALARS:
        return SCALARS[hint]
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(inner)
    if origin in CONDITIONS:
        return CONDITIONS[origin]
    if issubclass(origin, enum.Enum):
        return st.sampled_from(list(origin))
    return _collections(origin, inner) if inner else _instances(hint)


def _one_of(kinds: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if {bool, float, str} < set(kinds):  # An answer.
        return SCALARS[Any]
    made = conditions if All in kinds else st.one_of([values_of(each) for each in kinds if each is not NoneType])
    return st.none() | made if NoneType in kinds else made


def _collections(origin: type, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if issubclass(origin, Mapping):
        return st.dictionaries(values_of(inner[0]), values_of(inner[1]), max_size=2)
    if issubclass(origin, AbstractSet):
        return st.frozensets(values_of(inner[0]), max_size=2)
    return st.lists(st.deferred(lambda: values_of(inner[0])), max_size=2).map(tuple)


@st.composite
def _instances(draw: st.DrawFn, kind: Any) -> Any:
    hints = get_type_hints(kind)
    fields = {field.alias: draw(values_of(hints[field.name])) for field in attrs.fields(kind) if field.init}
    try:
        return kind(**fields)
    except (Refused, ValueError):  # The text is not valid for this value.
        reject()


@pytest.mark.parametrize("kind", READ_BACK, ids=lambda kind: kind.__name__)
@settings(max_examples=20)  # For each of eighty types.
@given(data=st.data())
def test_there_and_back(kind: Any, data: st.DataObject) -> None:
    """OF-1: a value that a call takes or returns is equal after it is written as JSON and read."""
    value = data.draw(values_of(kind))
    text = to_json(value)
    assert from_json(text, kind) == value
    assert json.loads(json.dumps(converter().unstructure(value))) == json.loads(text)


@pytest.mark.parametrize("kind", sorted(SETTINGS - NOT_JSON, key=str), ids=lambda kind: kind.__name__)
def test_settings(kind: Any) -> None:
    """OF-1: each part of the settings can be written as JSON and read."""
    value = Settings().throttling.person if kind is Allowance else kind()
    assert from_json(to_json(value), kind) == value


# ------------------------------------------------------------------ secrets
def test_which_fields_are_secret() -> None:
    """SI-5: exactly these fields are left out of JSON; a new secret is left out if its field has no repr."""
    assert {kind: set(secrets_of(kind)) for kind in KINDS if secrets_of(kind)} == SECRETS


def test_what_an_app_is_given_shows_no_secret() -> None:
    """SI-5: JSON has neither the token of a session nor its fingerprint."""
    world = World()
    world.onboard()
    came = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    assert isinstance(came, Entrance)
    signed_in = world.portal.client.sign_in.whoever(world.office, came.token)
    assert to_plain(came).keys() == {"first", "session_ends_at", "app"}
    app = attrs.evolve(world.visitor, is_app=True)
    came = world.portal.client.sign_in.sign_in(app, "jan@example.nl", PASSWORD)
    assert isinstance(came, Entrance)
    assert to_plain(came)["app"].keys() == {"access_ends_at"}
    signed_in = world.portal.client.sign_in.whoever(world.office, came.token, is_app=True)
    assert came.token not in to_json([came, signed_in, world.portal.client.sessions.view(signed_in.actor)])
    assert signed_in.actor.fingerprint.hex() not in to_json(signed_in)


@pytest.mark.parametrize("kind", [*SECRETS, SignedIn], ids=lambda kind: kind.__name__)
def test_what_holds_a_secret_is_not_read(kind: type) -> None:
    """SI-3: a value with secrets, such as an actor, cannot be read from JSON."""
    with pytest.raises(TypeError, match="holds a secret"):
        from_json("{}", kind)


@pytest.mark.parametrize(
    "thing",
    [
        Download(file=StoredFile(key="k", name="n", media_type="m", size=0, sha256=b""), blocks=iter(())),  # type: ignore[arg-type]
        World().portal.office.clients,
        iter(()),
        datetime(2026, 1, 31),  # noqa: DTZ001 - a time without a zone is the test
        float("nan"),
    ],
    ids=["download", "part of the portal", "iterator", "naive moment", "not a number"],
)
def test_what_has_no_json(thing: object) -> None:
    """AL-5: an object that is not a value is refused."""
    with pytest.raises((TypeError, ValueError)):
        to_json(thing)


# ------------------------------------------------------------------ how it looks
def test_how_it_looks() -> None:
    """OF-1: ids, times, enumerations, bytes, sets and mappings have one form each."""
    ids = [ClientId(UUID(int=number)) for number in (2, 1)]
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset(ids))
    assert to_plain(publication) == {
        "kind": "document",
        "title": "Akte",
        "for_clients": ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"],
        "external_id": None,
    }
    assert to_plain(datetime(2026, 1, 31, 13, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-31T12:00:00Z"
    assert to_plain({Language.DUTCH: b"\x01\xff"}) == {"nl": "01ff"}
    assert to_plain(SessionTimes())["idle"] == 1800
    assert to_plain(Not(Before("born", "today-P18Y"))) == {"not": {"question": "born", "before": "today-P18Y"}}
    assert to_plain(Compared("a", Order.AT_MOST, "b")) == {"question": "a", "at_most": {"question": "b"}}


# ------------------------------------------------------------------ reading strictly
JAN = {"kind": "person", "name": "Jan", "email": "jan@example.nl"}


def fault(code: FaultCode, field: str | None = None) -> Fault:
    """Make the expected fault."""
    return Fault(code=code, field=field)


@pytest.mark.parametrize(
    "text, kind, expected",
    [
        ({**JAN, "name": 1}, NewClient, fault(FaultCode.NOT_TEXT, "name")),
        ({**JAN, "name": None}, NewClient, fault(FaultCode.NOT_TEXT, "name")),
        ({**JAN, "kind": "persoon"}, NewClient, fault(FaultCode.UNKNOWN_CHOICE, "kind")),
        ({**JAN, "language": 1}, NewClient, fault(FaultCode.UNKNOWN_CHOICE, "language")),
        ({**JAN, "id": "1"}, NewClient, fault(FaultCode.UNKNOWN_KEY, "id")),
        ({"kind": "person", "name": "Jan"}, NewClient, fault(FaultCode.MISSING, "email")),
        ([], NewClient, fault(FaultCode.NOT_AS_FORMAT)),
        ("Jan", NewClient, fault(FaultCode.NOT_AS_FORMAT)),
        ({"idle": "30"}, SessionTimes, fault(FaultCode.NOT_A_NUMBER, "idle")),
        ({"idle": True}, SessionTimes, fault(FaultCode.NOT_A_NUMBER, "idle")),
        ({"idle": 1e300}, SessionTimes, fault(FaultCode.NOT_A_NUMBER, "idle")),
        (
            {"kind": "document", "title": "t", "for_clients": "abc"},
            Publication,
            fault(FaultCode.NOT_A_LIST, "for_clients"),
        ),
        (
            {"kind": "document", "title": "t", "for_clients": ["abc"]},
            Publication,
            fault(FaultCode.NOT_AS_FORMAT, "for_clients.0"),
        ),
        (
            {"name": "A", "contact_address": "a@a.nl", "statuses": [{"code": "a", "labels": {"fr": "b"}}]},
            OfficeProfile,
            fault(FaultCode.UNKNOWN_CHOICE, "statuses.0.labels.fr"),
        ),
        (
            {"name": "A", "contact_address": "a", "welcome": []},
            OfficeProfile,
            fault(FaultCode.NOT_AS_FORMAT, "welcome"),
        ),
        ({"title": 1}, NewItem, fault(FaultCode.NOT_TEXT, "title")),
        ({"title": {"nl": 1}}, NewItem, fault(FaultCode.NOT_TEXT, "title.nl")),
        ({"title": {"fr": "a"}}, NewItem, fault(FaultCode.UNKNOWN_CHOICE, "title.fr")),
        ("2026-02-30", date, fault(FaultCode.NOT_A_DATE)),
        ("20260131", date, fault(FaultCode.NOT_A_DATE)),
        ("2026-01-31T12:00:00", datetime, fault(FaultCode.NOT_A_DATE)),
        ("2026-01-31T25:00:00Z", datetime, fault(FaultCode.NOT_A_DATE)),
        (1, bool, fault(FaultCode.NOT_YES_OR_NO)),
        (True, int, fault(FaultCode.NOT_A_NUMBER)),
        ("1", float, fault(FaultCode.NOT_A_NUMBER)),
        (0, NoneType, fault(FaultCode.NOT_AS_FORMAT)),
        ("0g", bytes, fault(FaultCode.NOT_AS_FORMAT)),
        ({"some": []}, Not, fault(FaultCode.NOT_AS_FORMAT)),
        ({"all": [], "any": []}, All, fault(FaultCode.NOT_AS_FORMAT)),
        *(
            ({"question": "a", "count": {}, "names": names}, Count, fault(FaultCode.NOT_AS_FORMAT))
            for names in ("ab", None, ["a", 1])
        ),
    ],
)
def test_what_does_not_fit(text: object, kind: type, expected: Fault) -> None:
    """AL-5: nothing is coerced, and a fault has the path of the field."""
    with pytest.raises(Refused) as refused:
        from_json(json.dumps(text), kind)
    assert refused.value.faults == (expected,)


@pytest.mark.parametrize(
    "plain, expected",
    [
        ({"attempts": 0}, Fault(code=FaultCode.TOO_SMALL, field="attempts", params={"limit": 1})),
        ({"idle": 31_536_001}, Fault(code=FaultCode.TOO_LARGE, field="idle", params={"limit": 31_536_000})),
        ({"idle": 0}, fault(FaultCode.NOT_AS_FORMAT, "idle")),
        ({"idle": -1}, fault(FaultCode.NOT_AS_FORMAT, "idle")),
        ({"share": 0.25}, Fault(code=FaultCode.TOO_SMALL, field="share", params={"limit": "0.5"})),
        ({"attempts": "1"}, fault(FaultCode.NOT_A_NUMBER, "attempts")),
    ],
)
def test_what_is_out_of_range(plain: object, expected: Fault) -> None:
    """AL-5: a number or a time beyond a limit is a fault of its field, with the limit that it may have, if it may."""

    @attrs.frozen(kw_only=True)
    class Limits:
        """Values with ranges."""

        attempts: Annotated[int, Range(1)] = 1
        idle: Annotated[timedelta, Range(timedelta(0), timedelta(days=365), above=True)] | None = None
        share: Annotated[float, Range(0.5, 1)] = 1

    with pytest.raises(Refused) as refused:
        from_plain(plain, Limits)
    assert refused.value.faults == (expected,)
    assert from_plain({"attempts": 1, "idle": 60, "share": 0.5}, Limits) == Limits(idle=timedelta(minutes=1), share=0.5)


def test_all_faults_at_once() -> None:
    """AL-1: all faults are reported together."""
    with pytest.raises(Refused) as refused:
        from_plain({"kind": 1, "name": 2, "more": 3}, NewClient)
    assert {each.field for each in refused.value.faults} == {"kind", "name", "email", "more"}


@pytest.mark.parametrize("text", ["{", b"\xff", '{"a": 1, "a": 1}', "NaN", "[" * 100_000], ids=range(5))
def test_what_is_no_json(text: str | bytes) -> None:
    """AL-1: invalid JSON, a duplicate key and too deep nesting are refused; a syntax error has its place."""
    with pytest.raises(Refused) as refused:
        from_json(text, NewClient)
    params: dict[str, str | int] = {"line": 1, "column": 2} if text == "{" else {}
    assert refused.value.faults == (Fault(code=FaultCode.NOT_JSON, params=params),)


def test_what_a_value_says_itself() -> None:
    """AL-5: a refusal by the value itself is a fault; a type without JSON is a TypeError."""
    with pytest.raises(Refused) as refused:
        from_json('{"idle": 60, "seen_every": 90}', SessionTimes)
    assert refused.value.faults == (fault(FaultCode.NOT_AS_FORMAT),)
    with pytest.raises(TypeError, match="not read from JSON"):
        from_json("{}", Download)


def test_a_vendors_own_values() -> None:
    """OF-1: a vendor's class with values of the portal can be written, and can have hooks on the converter."""

    @attrs.frozen
    class Row:
        kind: ClientKind
        clients: Sequence[ClientId]

    row = Row(ClientKind.PERSON, [ClientId(UUID(int=1))])
    assert to_plain(row) == {"kind": "person", "clients": ["00000000-0000-0000-0000-000000000001"]}
    own = converter()
    own.register_unstructure_hook(UUID, lambda id: id.int)
    assert own.unstructure(row) == {"kind": "person", "clients": [1]}
