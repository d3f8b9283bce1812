"""Keeping the tokens of links out of what is exported about requests (ON-4). Needs OpenTelemetry's SDK."""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status
from opentelemetry.util.types import AttributeValue

from klantportaal.adapters.web.http.access_log import without_tokens


class WithoutTokens(SpanExporter):
    """Exports spans by another exporter, with ``...`` for each token in any text of a span, its events and its links.

    The span of a request, which a host's framework makes, has its path. The path of a link has its token. The headers
    of a request, and the words of an error, may have it too.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export spans, without the tokens in their texts."""
        return self._exporter.export([_kept(span) for span in spans])

    def shutdown(self) -> None:
        """Shut the other exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Let the other exporter export what it has."""
        return self._exporter.force_flush(timeout_millis)


def _kept(span: ReadableSpan) -> ReadableSpan:
    """Copy a span. The SDK lets nobody change one that has ended."""
    said = span.status.description
    return ReadableSpan(
        name=without_tokens(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_cleaned(span.attributes),
        events=[Event(without_tokens(each.name), _cleaned(each.attributes), each.timestamp) for each in span.events],
        links=[Link(each.context, _cleaned(each.attributes)) for each in span.links],
        kind=span.kind,
        status=span.status if said is None else Status(span.status.status_code, without_tokens(said)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _cleaned(attributes: Mapping[str, AttributeValue] | None) -> dict[str, AttributeValue]:
    return {without_tokens(name): _without(value) for name, value in (attributes or {}).items()}


def _without(value: Any) -> Any:
    """Take the tokens out of an attribute: a text, a number, bytes, or several of these, also by name."""
    match value:
        case str():
            return without_tokens(value)
        case bytes():
            return without_tokens(value.decode("latin-1")).encode("latin-1")
        case Mapping():
            return {without_tokens(name): _without(each) for name, each in value.items()}
        case Sequence():
            return tuple(_without(each) for each in value)
    return value
