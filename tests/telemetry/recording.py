"""Records spans and metrics in memory, with the real SDK of OpenTelemetry."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

OWN = "klantportaal"


@attrs.frozen
class Recording:
    """What was recorded."""

    exporter: InMemorySpanExporter = attrs.field(factory=InMemorySpanExporter)
    reader: InMemoryMetricReader = attrs.field(factory=InMemoryMetricReader)
    tracers: TracerProvider = attrs.field(factory=lambda: TracerProvider(shutdown_on_exit=False))
    meters: MeterProvider = attrs.field()

    @meters.default
    def _make_meters(self) -> MeterProvider:
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        return MeterProvider([self.reader], shutdown_on_exit=False)

    def all_spans(self) -> Sequence[ReadableSpan]:
        """Give the spans that have ended, those of a host too, in the order in which they ended."""
        return self.exporter.get_finished_spans()

    def spans(self) -> Sequence[ReadableSpan]:
        """Give the portal's own spans."""
        return [each for each in self.all_spans() if each.instrumentation_scope.name == OWN]  # type: ignore[union-attr]

    def names(self) -> Sequence[str]:
        """Give the names of the portal's spans, without what all begin with."""
        return [each.name.removeprefix(f"{OWN}.") for each in self.spans()]

    def span(self, name: str) -> ReadableSpan:
        """Give the one span of a call."""
        (found,) = [each for each in self.spans() if each.name == f"{OWN}.{name}"]
        return found

    def parent(self, span: ReadableSpan) -> ReadableSpan | None:
        """Give the span around a span."""
        inner = span.parent
        if inner is None:
            return None
        (found,) = [each for each in self.all_spans() if each.context and each.context.span_id == inner.span_id]
        return found

    def ancestors(self, span: ReadableSpan) -> Iterator[ReadableSpan]:
        """Give the spans around a span, innermost first."""
        outer = self.parent(span)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def clear(self) -> None:
        """Forget the spans."""
        self.exporter.clear()

    def metrics(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Collect the metrics, and give the points of each of the portal's own."""
        data = self.reader.get_metrics_data()
        read = {"resource_metrics": []} if data is None else json.loads(data.to_json())
        return {
            metric["name"]: metric["data"]["data_points"]
            for resource in read["resource_metrics"]
            for scope in resource["scope_metrics"]
            if scope["scope"]["name"] == OWN
            for metric in scope["metrics"]
        }

    def points(self, name: str) -> Mapping[str, Any]:
        """Give the values of a gauge, by the one value of their attributes, or by "" if they have none."""
        return {"".join(each["attributes"].values()): each["value"] for each in self.metrics().get(name, ())}

    def counts(self, name: str) -> Mapping[tuple[str, str], int]:
        """Give the number of durations that were measured, by call and outcome."""
        return {
            (each["attributes"]["klantportaal.call"], each["attributes"]["klantportaal.outcome"]): each["count"]
            for each in self.metrics().get(name, ())
        }


def texts_of(span: ReadableSpan) -> Iterator[str]:
    """Give all texts of a span: its name, its attributes, and everything that an error could leave in it."""
    yield span.name
    yield span.status.description or ""
    attributes = [span.attributes]
    attributes += [event.attributes for event in span.events]
    attributes += [link.attributes for link in span.links]
    for each in attributes:
        yield from map(str, [*(each or {}).keys(), *(each or {}).values()])
    yield from (event.name for event in span.events)
