"""No span and no metric has anything of what people typed, or of what is stored (AL-6, SI-5)."""

import enum
import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal import PortalError
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.telemetry.calls import Calls, outcome_of
from klantportaal.adapters.telemetry.watching import _PORTS
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import Storage
from tests.support import surface
from tests.telemetry.recording import Recording, texts_of
from tests.usecases.matrix import client_calls, office_calls
from tests.usecases.matrix.scene import Things, build
from tests.usecases.test_matrix import INTRUDERS
from tests.usecases.world import NUMBER, PASSWORD, PROFILE

KEYS = {"klantportaal.call", "klantportaal.outcome", "error.type"}
_CODE = re.compile("[a-z_]+|[A-Z][A-Za-z]+")
"""A word of the portal's own, such as the key of a row's JSON, or the name of an event of the trail."""
Act = Callable[[Things], object]


def group_of(name: str) -> str:
    """Give what a call shares a scene with. Each call about two-step verification wants its own."""
    return name if name.startswith("client.two_step.") else name.rpartition(".")[0]


def acts_on(group: str) -> Iterator[Act]:
    """Give the calls of a group, such as ``client.messages``: by who may make them, and by everybody who may not."""
    for name, call in client_calls.CALLS.items():
        if group_of(name) == group:
            for who in (*INTRUDERS.values(), lambda of: of.owner):
                yield lambda of, call=call, who=who: call.make(of.world.portal, who(of), of)  # type: ignore[misc]
    for name, task in office_calls.CALLS.items():
        if group_of(name) == group:
            yield lambda of, task=task: task.prepare(of.world.portal.office, of)  # type: ignore[misc]
            yield lambda of, task=task: task.make(of.world.portal.office, of.other_office, of)  # type: ignore[misc]
            yield lambda of, task=task: task.make(of.world.portal.office, of.world.handler, of)  # type: ignore[misc]


def known_names() -> set[str]:
    """List what can be called: the portal's calls and the methods of ports."""
    ports = {**_PORTS, "storage": Storage, "storage.read": Reading}
    methods = {
        f"{name}.{method}"
        for name, kind in ports.items()
        for method, _of in inspect.getmembers(kind, inspect.isfunction)
    }
    return {*surface.calls(), *methods, "storage.unit_of_work"}


def known_outcomes() -> set[str]:
    """List the outcomes and the types of errors that the code knows."""
    kinds = [PortalError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return {"ok", "error", *(kind.code for kind in kinds), *(kind.__name__ for kind in kinds)}


def plain(value: Any) -> Iterator[str]:
    """Walk a stored value, and give its ids and texts."""
    if isinstance(value, (enum.Enum, bool, int, float, date, datetime, timedelta)) or value is None:
        return
    if isinstance(value, UUID):
        yield from (str(value), value.hex)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield from (value.hex(), value.decode("latin-1"))
    elif isinstance(value, Mapping):
        yield from (text for pair in value.items() for each in pair for text in plain(each))
    elif isinstance(value, Iterable):
        yield from (text for each in value for text in plain(each))
    elif attrs.has(type(value)):
        yield from (text for field in attrs.fields(type(value)) for text in plain(getattr(value, field.name)))


def stored(of: Things) -> set[str]:
    """List all ids and texts of a portal that can tell something, and what was typed and sent."""
    storage = of.world.storage
    assert isinstance(storage, MemoryStorage)
    mails = [text for mail in of.world.mail.sent for text in (mail.to, mail.subject, *_long_words(mail.text))]
    typed = [PASSWORD, str(NUMBER), PROFILE.name, "jan@example.nl", *of.world.tokens.values(), *of.world.files.contents]
    rows = [text for table in attrs.astuple(storage._committed, recurse=False) for text in plain(table)]
    return {text for text in [*mails, *typed, *rows] if len(text) >= 5 and not _CODE.fullmatch(text)}


def _long_words(text: str) -> Iterator[str]:
    """Give words such as links. A shorter word of a mail may be a word of the portal too."""
    return (word for word in text.split() if len(word) >= 20)


def recorded(recording: Recording) -> set[str]:
    """List all texts of all spans and metrics."""
    points = [point for points in recording.metrics().values() for point in points]
    measured = {text for point in points for text in (*point["attributes"], *map(str, point["attributes"].values()))}
    return measured | {text for span in recording.spans() for text in texts_of(span)}


def test_every_call(recording: Recording) -> None:
    """AL-6, SI-5: spans and metrics of every call, by who may make it and who may not, have names and outcomes only.

    None of them is or has what is stored, typed, mailed, or a token.
    """
    seen: set[str] = set()
    for group in {group_of(name) for name in (*client_calls.CALLS, *office_calls.CALLS)}:
        of = build()
        for act in acts_on(group):
            with suppress(PortalError):
                act(of)
        of.world.portal.background.dispatcher.run_once()
        seen |= stored(of)
    told = recorded(recording)
    names = known_names()
    assert told <= {"", *KEYS, *names, *known_outcomes(), *(f"klantportaal.{name}" for name in names)}
    assert len(seen) > 200
    assert {(secret, text) for text in told for secret in seen if secret in text} == set()
    called = {text for text in told if text in surface.calls()}
    assert {*client_calls.CALLS, *office_calls.CALLS} <= called


@given(words=st.text(min_size=1), kind=st.sampled_from([ValueError, LookupError, OSError, PortalError]))
def test_words_of_errors(words: str, kind: type[Exception]) -> None:
    """AL-6: the words of an error are in no span and no metric, whatever they are."""
    recording = Recording()
    calls = Calls.of(recording.tracers, recording.meters)
    with pytest.raises(kind), calls.use_case("client.home.counts"), calls.port("storage.read.home"):
        raise kind(words)
    spans = recording.spans()
    assert [list(span.events) for span in spans] == [[], []]
    allowed = {"", *KEYS, *outcome_of(kind()).values()} | {span.name for span in spans}
    assert {text for span in spans for text in texts_of(span)} <= allowed
    assert json.dumps(words) not in json.dumps(recording.metrics())


def test_the_walk_finds_what_is_stored(recording: Recording) -> None:
    """SI-5: what the test above looks for has addresses, names, ids, tokens and names of files."""
    found: Any = stored(build())
    assert {"jan@example.nl", PASSWORD, PROFILE.name, str(NUMBER)} <= found
    assert {text for text in found if "/uitnodiging/" in text or "/wachtwoord/" in text} != set()
    assert any(".pdf" in text for text in found)
    assert sum(len(text) == 36 for text in found) > 20
    assert recording.spans()
