"""The span of a request, which a host makes, is around the portal's own (AL-6)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI
from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode

from klantportaal.adapters.telemetry.tokens import WithoutTokens
from klantportaal.portal import Portal
from tests.hosts.browsers import PREFIX, Browser, FastApiWire, FlaskWire, Upload, Wire
from tests.hosts.conftest import World, build_world, flask_app
from tests.telemetry.recording import Recording, texts_of

Mount = Callable[[Portal, Recording], Wire]


def in_flask(portal: Portal, recording: Recording) -> Wire:
    """Mount the portal in a Flask application that OpenTelemetry's package for Flask instruments."""
    app: Flask = flask_app(portal)
    instrumentor: Any = FlaskInstrumentor()
    instrumentor.instrument_app(app, tracer_provider=recording.tracers, meter_provider=recording.meters)
    return FlaskWire.of(app)


def in_fastapi(portal: Portal, recording: Recording) -> Wire:
    """Mount the portal in a FastAPI application, which makes spans itself."""
    from klantportaal.adapters.fastapi import pages

    app = FastAPI(telemetry={"tracer_provider": recording.tracers, "meter_provider": recording.meters})
    app.include_router(pages(portal), prefix=PREFIX)
    return FastApiWire.of(app)


@pytest.fixture
def world(recording: Recording) -> World:
    """A portal whose calls are recorded."""
    return build_world()


@pytest.fixture(params=[in_flask, in_fastapi])
def browser(request: pytest.FixtureRequest, world: World, recording: Recording) -> Browser:
    """A browser in which the scene's client is signed in."""
    mount: Mount = request.param
    browser = Browser(wire=mount(world.portal, recording))
    assert browser.sign_in(world.email).status == 303
    recording.clear()
    return browser


def server_of(span: ReadableSpan, recording: Recording) -> ReadableSpan:
    """Give the span of the request around a span."""
    (found,) = [each for each in recording.ancestors(span) if each.kind is SpanKind.SERVER]
    return found


def test_a_page(browser: Browser, world: World, recording: Recording) -> None:
    """AL-6: the span of a page's request is around those of its use cases, though FastAPI makes pages in threads."""
    dossier = f"/dossiers/{world.dossier.id}"
    assert browser.get(dossier).status == 200
    server = server_of(recording.span("client.dossiers.open"), recording)
    assert server.parent is None
    for span in recording.spans():
        assert server_of(span, recording) is server, span.name
    assert "storage.read.dossier" in recording.names()


def test_a_form_with_files(browser: Browser, world: World, recording: Recording) -> None:
    """AL-6: so is that of a form with files, which arrives in a thread of its own, and of a download."""
    page = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    shown = browser.get(page)
    assert shown.status == 200
    recording.clear()
    fields = {"subject": "Vraag", "body": "Wanneer?", "draft": draft_in(shown.text)}
    reply = browser.post_files(page, fields, [Upload(name="a.pdf", content=b"%PDF-1.7\n%%EOF\n")])
    assert reply.status == 303, reply.text
    sent = recording.span("client.messages.send")
    stored = recording.span("files.write")
    server = server_of(sent, recording)
    assert server_of(stored, recording) is server
    recording.clear()
    assert browser.get(f"/dossiers/{world.dossier.id}/documenten/{world.document}").status == 200
    assert server_of(recording.span("client.dossiers.download"), recording).kind is SpanKind.SERVER


def draft_in(page: str) -> str:
    """Read the id of the draft of a form."""
    return page.partition('name="draft" value="')[2].partition('"')[0]


def test_a_refused_page(browser: Browser, recording: Recording) -> None:
    """AL-6: what is refused has its outcome in the span of the use case, within that of the request."""
    assert browser.get("/dossiers/00000000-0000-7000-8000-00000000ffff").status == 404
    span = recording.span("client.dossiers.open")
    assert dict(span.attributes or {}) == {"klantportaal.outcome": "absent"}
    assert server_of(span, recording).parent is None


@pytest.mark.parametrize("mount", [in_flask, in_fastapi])
def test_tokens_in_the_span_of_a_request(mount: Mount, world: World, recording: Recording) -> None:
    """ON-4: the host's span has the path, and with it the token of a link. It is not exported."""
    token = "T0ken_" * 8
    exported = InMemorySpanExporter()
    recording.tracers.add_span_processor(SimpleSpanProcessor(WithoutTokens(exported)))
    browser = Browser(wire=mount(world.portal, recording))
    recording.clear()
    exported.clear()
    browser.get(f"/uitnodiging/{token}?taal=en")
    told = [text for span in recording.all_spans() for text in texts_of(span)]
    assert token in "".join(told)
    assert token not in "".join(text for span in recording.spans() for text in texts_of(span))
    kept = [text for span in exported.get_finished_spans() for text in texts_of(span)]
    assert kept == [text.replace(token, "...") for text in told]
    assert recording.tracers.force_flush()


def test_tokens_anywhere_in_a_span(recording: Recording) -> None:
    """ON-4: a token in the name, the status, an attribute, an event or a link of a span is not exported."""
    token = "T0ken_" * 8
    url = f"/uitnodiging/{token}"
    exported = InMemorySpanExporter()
    recording.tracers.add_span_processor(SimpleSpanProcessor(WithoutTokens(exported)))
    attributes: Any = {"url": url, "headers": [f"https://a.nl{url}", "b"], "numbers": (1, 2), url: True, "ratio": 0.5}
    tracer = recording.tracers.get_tracer("host")
    linked = Link(SpanContext(1, 2, is_remote=True), attributes)
    with (
        suppress(RuntimeError),
        tracer.start_as_current_span(f"GET {url}", attributes=attributes, links=[linked]) as span,
    ):
        span.add_event(f"saw {url}", attributes)
        raise RuntimeError(token)
    (told,) = recording.all_spans()
    (kept,) = exported.get_finished_spans()
    assert kept.to_json() == told.to_json().replace(token, "...")
    assert told.to_json().count(token) >= 14
    assert (kept.status.status_code, kept.status.description) == (StatusCode.ERROR, "RuntimeError: ...")
    assert (kept.attributes or {})["headers"] == ("https://a.nl/uitnodiging/...", "b")


def test_tokens_in_any_attribute(recording: Recording) -> None:
    """ON-4: no token stays in a value of any kind that an attribute may have, nor in its name."""
    token = "T0ken_" * 8
    exported = InMemorySpanExporter()
    recording.tracers.add_span_processor(SimpleSpanProcessor(WithoutTokens(exported)))
    value: Any = {token: [token, None, {"raw": b"\xff" + token.encode()}], "n": 1.5}
    with recording.tracers.get_tracer("host").start_as_current_span("GET", attributes={token: value, "plain": value}):
        pass
    (kept,) = exported.get_finished_spans()
    clean = {"...": ("...", None, {"raw": b"\xff..."}), "n": 1.5}
    assert dict(kept.attributes or {}) == {"...": clean, "plain": clean}
