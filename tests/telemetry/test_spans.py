"""Spans and durations of use cases and ports (AL-6)."""

import copy
import inspect
import itertools
from contextlib import nullcontext
from typing import get_type_hints

import attrs
import pytest
from opentelemetry import metrics, trace
from opentelemetry.trace import StatusCode

from klantportaal import (
    Absent,
    EventType,
    FileDamaged,
    Lane,
    MessageText,
    NewWebhook,
    PortalError,
    Refused,
    Unavailable,
)
from klantportaal.adapters.telemetry.calls import Calls, outcome_of
from klantportaal.adapters.telemetry.use_cases import UNWATCHED
from klantportaal.domain.errors import StorageDamaged, StorageFull
from klantportaal.domain.health import DiskSpace
from klantportaal.domain.values import DossierId
from klantportaal.ports.mail import MailServerUnavailable, Undeliverable
from klantportaal.ports.sms import SmsRefused
from tests.support import surface
from tests.telemetry.recording import Recording, texts_of
from tests.usecases.test_scanning import Saying, stage
from tests.usecases.world import PDF, World


@pytest.fixture
def world(recording: Recording) -> World:
    """A portal whose calls are recorded, after a client was onboarded."""
    return World()


def test_a_use_case(world: World, recording: Recording) -> None:
    """AL-6: a use case has a span, and in it spans of what it asks of the storage and of other ports."""
    jan = world.onboard()
    dossier = world.dossier(jan)
    draft = world.portal.client.messages.new_draft()
    recording.clear()
    world.portal.client.messages.send(jan, dossier, draft, MessageText(subject="Vraag", body="Wanneer?"))
    sent = recording.span("client.messages.send")
    assert dict(sent.attributes or {}) == {"klantportaal.outcome": "ok"}
    assert (sent.status.status_code, sent.parent) == (StatusCode.UNSET, None)
    work = recording.span("storage.unit_of_work")
    assert recording.parent(work) is sent
    assert recording.counts("klantportaal.call.duration")["client.messages.send", "ok"] == 1
    assert recording.counts("klantportaal.port.duration")["storage.unit_of_work", "ok"] >= 1


def test_a_reading_and_a_call_within_a_call(world: World, recording: Recording) -> None:
    """AL-6: a reading has a span by its name. A call that makes another one is around it."""
    jan = world.onboard()
    dossier = world.dossier(jan)
    recording.clear()
    with pytest.raises(Absent):
        world.portal.client.messages.read(jan, dossier, world.portal.client.messages.new_draft())  # type: ignore[arg-type]
    assert recording.names() == [
        "client.messages.new_draft", "storage.read.message", "client.messages.peek", "client.messages.read",
    ]  # fmt: skip
    outer = [each.name for each in recording.ancestors(recording.span("storage.read.message"))]
    assert outer == ["klantportaal.client.messages.peek", "klantportaal.client.messages.read"]
    for name in ("storage.read.message", "client.messages.read"):
        span = recording.span(name)
        assert dict(span.attributes or {}) == {"klantportaal.outcome": "absent"}
        assert span.status.status_code is StatusCode.UNSET


def test_a_scan(recording: Recording) -> None:
    """AL-6: the span of a scan is within that of the file that it scans, and lasts until its verdict."""
    scanner = Saying()
    world = World(scanner=scanner)
    jan = world.onboard()
    dossier = world.dossier(jan)
    recording.clear()
    stage(world, jan, dossier)
    scan, write = recording.span("scanner.scan"), recording.span("files.write")
    assert recording.parent(scan) is write
    assert dict(scan.attributes or {}) == {"klantportaal.outcome": "ok"}
    assert recording.names().index("scanner.scan") + 1 == recording.names().index("files.write")
    scanner.reachable = False
    recording.clear()
    with pytest.raises(Unavailable):
        stage(world, jan, dossier)
    scan = recording.span("scanner.scan")
    assert dict(scan.attributes or {})["klantportaal.outcome"] == "unavailable"
    assert scan.status.status_code is StatusCode.ERROR


def test_a_scan_that_ends_halfway(recording: Recording) -> None:
    """AL-6: a scan whose file cannot be stored ends without an error of its own. What follows is not within it."""
    world = World(scanner=Saying())
    jan = world.onboard()
    dossier = world.dossier(jan)
    world.files.room = 10
    recording.clear()
    with pytest.raises(StorageFull):
        stage(world, jan, dossier)
    scan = recording.span("scanner.scan")
    assert (dict(scan.attributes or {}), scan.status.status_code) == ({"klantportaal.outcome": "ok"}, StatusCode.UNSET)
    recording.clear()
    world.portal.client.messages.new_draft()
    assert recording.span("client.messages.new_draft").parent is None


def test_an_unexpected_error(world: World, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: an unexpected error is an ERROR with the name of its type, and without its words and its traceback."""

    def fails(*_args: object, **_values: object) -> None:
        raise LookupError("jan@example.nl")

    jan = world.onboard()
    monkeypatch.setattr(type(world.storage.read), "home", fails)
    recording.clear()
    with pytest.raises(LookupError):
        world.portal.client.home.counts(jan)
    for name in ("storage.read.home", "client.home.counts"):
        span = recording.span(name)
        assert span.status.status_code is StatusCode.ERROR
        assert dict(span.attributes or {}) == {"klantportaal.outcome": "error", "error.type": "LookupError"}
        assert "jan@example.nl" not in "".join(texts_of(span))
        assert not span.events
    (point,) = [
        each for each in recording.metrics()["klantportaal.call.duration"] if "error.type" in each["attributes"]
    ]
    assert point["attributes"] == {
        "klantportaal.call": "client.home.counts", "klantportaal.outcome": "error", "error.type": "LookupError",
    }  # fmt: skip


@pytest.mark.parametrize(
    "error,outcome",
    [
        (None, {"klantportaal.outcome": "ok"}),
        (Refused([]), {"klantportaal.outcome": "refused"}),
        (Absent("dossier"), {"klantportaal.outcome": "absent"}),
        (Undeliverable("jan@example.nl"), {"klantportaal.outcome": "refused"}),
        (SmsRefused("+31612345678"), {"klantportaal.outcome": "refused"}),
        (Unavailable(), {"klantportaal.outcome": "unavailable", "error.type": "Unavailable"}),
        (FileDamaged(), {"klantportaal.outcome": "file_damaged", "error.type": "FileDamaged"}),
        (StorageFull(), {"klantportaal.outcome": "storage_full", "error.type": "StorageFull"}),
        (StorageDamaged(), {"klantportaal.outcome": "storage_damaged", "error.type": "StorageDamaged"}),
        (MailServerUnavailable("x"), {"klantportaal.outcome": "error", "error.type": "MailServerUnavailable"}),
        (KeyboardInterrupt(), {"klantportaal.outcome": "error", "error.type": "KeyboardInterrupt"}),
    ],
)
def test_outcomes(error: BaseException | None, outcome: dict[str, str]) -> None:
    """AL-6: what somebody asks wrongly is an outcome. What is wrong with the portal is an error too."""
    assert outcome_of(error) == outcome


def test_every_refusal_is_an_outcome() -> None:
    """AL-6: every error of the portal has its own code as outcome."""
    kinds = PortalError.__subclasses__()
    assert {outcome_of(kind.__new__(kind))["klantportaal.outcome"] for kind in kinds} == {kind.code for kind in kinds}


def test_a_unit_of_work_that_is_not_committed(world: World, recording: Recording) -> None:
    """AL-2: the span of a unit of work ends with it, and tells what ended it."""
    jan = world.onboard()
    recording.clear()
    with pytest.raises(Absent):
        world.portal.client.messages.send(
            jan, DossierId(jan.account_id), world.portal.client.messages.new_draft(), MessageText(subject="V", body="W")
        )
    works = [each for each in recording.spans() if each.name == "klantportaal.storage.unit_of_work"]
    assert {dict(each.attributes or {})["klantportaal.outcome"] for each in works} == {"absent"}
    assert all(recording.parent(each) is recording.span("client.messages.send") for each in works)


def test_a_stream(world: World, recording: Recording) -> None:
    """DC-2: the span of a download ends with the call. What is read afterwards has no part in it."""
    jan = world.onboard()
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    recording.clear()
    download = world.portal.client.dossiers.download(jan, dossier, document)
    assert recording.names()[-1] == "client.dossiers.download"
    before = len(recording.spans())
    assert b"".join(download.blocks) == PDF
    assert len(recording.spans()) == before
    assert recording.counts("klantportaal.port.duration")["files.read", "ok"] >= 1


def test_mail(world: World, recording: Recording) -> None:
    """AL-6: a mail has a span, also in the dispatcher. A server that is down is an ERROR, without its words."""
    world.onboard()
    recording.clear()
    world.invite("piet@example.nl")
    world.mail.down = True
    world.portal.background.dispatcher._dispatching.run_once()  # As the threads of the dispatcher do.
    span = recording.span("mail.send")
    assert span.parent is None
    assert span.status.status_code is StatusCode.ERROR
    assert dict(span.attributes or {})["klantportaal.outcome"] == "error"


def test_a_webhook(world: World, recording: Recording) -> None:
    """AL-6: a webhook has a span of its own in the dispatcher, without its address."""
    new = NewWebhook(url="https://example.nl/geheim", types=tuple(EventType))
    jan = world.onboard()
    world.portal.office.webhooks.make(world.handler, new)
    world.ask(jan, world.dossier(jan))
    recording.clear()
    world.portal.background.dispatcher._dispatching.run_once(Lane.WEBHOOK)
    span = recording.span("webhooks.send")
    assert span.parent is None
    assert "geheim" not in f"{span.name} {dict(span.attributes or {})}"


def test_nothing_to_do(world: World, recording: Recording) -> None:
    """AL-6: a dispatcher that looks every second and finds nothing makes no traces of its own."""
    work = world.portal.background.dispatcher._dispatching
    recording.clear()
    assert work.run_once() == 0
    assert recording.names() == []
    assert recording.counts("klantportaal.port.duration")["storage.unit_of_work", "ok"] >= 1


def test_what_is_watched_stays_what_it_is(world: World) -> None:
    """AL-5, OF-1: a watched use case is an instance of its class with the same calls, and its class is untouched."""
    watched = 0
    for name, kind in surface.parts().items():
        part: object = world.portal
        for step in name.split("."):
            part = getattr(part, step)
        assert isinstance(part, kind)
        assert [each for each in dir(part) if each[0] != "_"] == [each for each in dir(kind) if each[0] != "_"]
        assert (type(part).__name__, type(part).__module__, type(part).__doc__) == (
            kind.__name__, kind.__module__, kind.__doc__,
        )  # fmt: skip
        assert getattr(type(part), "__attrs_attrs__", None) == getattr(kind, "__attrs_attrs__", None)
        for call, method in vars(kind).items():
            if inspect.isfunction(method) and not call.startswith("_"):
                bound = getattr(part, call)
                assert inspect.signature(bound) == inspect.signature(method.__get__(part))
                assert get_type_hints(bound) == get_type_hints(method)
                is_watched = bound.__func__ is not method
                assert is_watched == (f"{name}.{call}" not in UNWATCHED)
                watched += is_watched
    assert watched > 100


def test_copies(world: World) -> None:
    """AL-5: values of attrs stay values: a copy is equal, and has the same calls."""
    messages = world.portal.client.messages
    assert copy.copy(messages) == attrs.evolve(messages) == messages
    assert not hasattr(messages, "__dict__")


def test_wrong_arguments(world: World, recording: Recording) -> None:
    """AL-5: an argument of a wrong type is named as without spans, and its value is in no span."""
    recording.clear()
    with pytest.raises(TypeError, match=r"^Home.counts.*actor"):
        world.portal.client.home.counts("jan@example.nl")  # type: ignore[arg-type]
    span = recording.span("client.home.counts")
    assert dict(span.attributes or {})["error.type"] == "TypeError"
    assert "jan@example.nl" not in "".join(texts_of(span))


def test_each_call_looks_the_method_up_again(
    world: World, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-4: a port that is replaced while it is used is replaced in the wrapper too."""
    monkeypatch.setattr(world.files, "disk_space", lambda: DiskSpace(free=7, size=9))
    assert world.portal.health().disk.files == DiskSpace(free=7, size=9)
    assert recording.counts("klantportaal.port.duration")["files.disk_space", "ok"] == 1


def test_nothing_is_done_while_nothing_records(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: with the API alone, a call costs no span. A provider that is set later counts from the next look on."""
    monkeypatch.setattr("klantportaal.adapters.telemetry.calls.LOOK_EVERY", 0.0)
    silent, calls = (trace.NoOpTracerProvider(), metrics.NoOpMeterProvider()), Calls.of()
    for tracers, meters in (silent, (recording.tracers, silent[1]), (silent[0], recording.meters)):
        monkeypatch.setattr(trace, "get_tracer_provider", lambda found=tracers: found)
        monkeypatch.setattr(metrics, "get_meter_provider", lambda found=meters: found)
        opened = [calls.use_case("client.home.counts"), calls.port("mail.send"), calls.stream("files.write")]
        assert [isinstance(each, nullcontext) for each in opened] == [(tracers, meters) == silent] * 3


def test_one_look_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: while nothing records, the process is asked for its providers once in a second, however many calls are."""
    looks, calls = itertools.count(), Calls.of()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: (next(looks), trace.NoOpTracerProvider())[1])
    monkeypatch.setattr("klantportaal.adapters.telemetry.calls.LOOK_EVERY", 3600.0)
    assert all(isinstance(calls.port("files.read"), nullcontext) for _each in range(1000))
    assert next(looks) == 1
