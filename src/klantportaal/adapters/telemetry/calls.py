"""A span and a duration for each call.

An expected refusal is an outcome. Only what is wrong with the portal, or with what it needs, is an error.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import version
from time import monotonic, perf_counter
from typing import Self

import attrs
from opentelemetry import metrics, trace
from opentelemetry.metrics import Histogram, MeterProvider
from opentelemetry.trace import INVALID_SPAN, Span, StatusCode, Tracer, TracerProvider

from klantportaal.domain.errors import FileDamaged, PortalError, StorageDamaged, StorageFull, Unavailable
from klantportaal.ports.mail import Undeliverable
from klantportaal.ports.sms import SmsRefused

SCOPE = "klantportaal"
CALL = "klantportaal.call"
OUTCOME = "klantportaal.outcome"
ERROR_TYPE = "error.type"
"""OpenTelemetry's own name. Only what failed has it."""
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""In seconds: what OpenTelemetry advises for the durations of requests."""
_FAILURES = (FileDamaged, StorageDamaged, StorageFull, Unavailable)
"""The portal's errors about what it needs, as opposed to what somebody asks."""
_REFUSALS = (Undeliverable, SmsRefused)
"""What adapters raise about one recipient."""
_ROOTS = frozenset({"mail.send", "sms.send", "webhooks.send"})
"""Calls of ports that have a span of their own, also where nothing around them has one, as in the dispatcher."""

LOOK_EVERY = 1.0
"""The seconds between two looks at the providers of the process."""
_NOTHING = nullcontext()
_OF_THE_API = ("opentelemetry.trace", "opentelemetry.metrics")
"""The modules of the API's own providers, which record nothing. Those of the SDK are in ``opentelemetry.sdk``."""


@attrs.define(eq=False)
class _ProvidersOfTheProcess:
    """The providers that the process has now. It may set them at any time.

    The API reads environment variables each time that it is asked for them, which is slower than many a call.
    """

    _look_again_at: float = 0.0
    _record: bool = False

    @property
    def record(self) -> bool:
        """Whether they recorded spans or durations at the last look."""
        if monotonic() >= self._look_again_at:
            self._look_again_at = monotonic() + LOOK_EVERY
            self._record = _records(trace.get_tracer_provider()) or _records(metrics.get_meter_provider())
        return self._record


@attrs.frozen(eq=False)
class Calls:
    """Makes spans, and measures durations, while anything in the process records them.

    The API is installed in many applications that record nothing. Its empty spans take a tenth of a page.
    """

    _tracer: Tracer
    _use_cases: Histogram
    _ports: Histogram
    _has_own: bool
    """Whether the providers were given, and are not those of the process."""
    _process: _ProvidersOfTheProcess = attrs.field(factory=_ProvidersOfTheProcess)

    @classmethod
    def of(cls, tracers: TracerProvider | None = None, meters: MeterProvider | None = None) -> Self:
        """Use some providers. Without them, those of the process, which may also be set later."""
        meter = metrics.get_meter(SCOPE, version(SCOPE), meters)

        def durations(name: str, about: str) -> Histogram:
            return meter.create_histogram(name, "s", about, explicit_bucket_boundaries_advisory=_BOUNDS)

        return cls(
            trace.get_tracer(SCOPE, version(SCOPE), tracers),
            durations("klantportaal.call.duration", "Duration of use cases."),
            durations("klantportaal.port.duration", "Duration of calls of storage, files, mail and other ports."),
            has_own=tracers is not None or meters is not None,
        )

    def use_case(self, name: str) -> AbstractContextManager[None]:
        """Open a span around a use case, such as ``client.messages.send``."""
        if not self._is_recorded:
            return _NOTHING
        return self._watched(name, self._use_cases, self._span(name))

    def port(self, name: str) -> AbstractContextManager[None]:
        """Open a span around a call of a port, such as ``files.write``, if there is a span around it.

        So what the dispatcher asks every second makes no trace of its own. Its duration counts.
        """
        if not self._is_recorded:
            return _NOTHING
        in_span = name in _ROOTS or trace.get_current_span().get_span_context().is_valid
        return self._watched(name, self._ports, self._span(name) if in_span else nullcontext(INVALID_SPAN))

    def stream(self, name: str) -> AbstractContextManager[None]:
        """Open a span around a generator of a port. It is not the current span, because others run in between."""
        if not self._is_recorded:
            return _NOTHING
        in_span = trace.get_current_span().get_span_context().is_valid
        return self._watched(name, self._ports, self._span_beside(name) if in_span else nullcontext(INVALID_SPAN))

    @property
    def _is_recorded(self) -> bool:
        """Whether anything records spans or durations."""
        return self._has_own or self._process.record

    @contextmanager
    def _watched(self, name: str, durations: Histogram, around: AbstractContextManager[Span]) -> Iterator[None]:
        began, outcome = perf_counter(), outcome_of(None)
        with around as span:
            try:
                yield
            except BaseException as error:
                outcome = outcome_of(error)
                if ERROR_TYPE in outcome:
                    span.set_status(StatusCode.ERROR)  # Without a description: the error's words may quote somebody.
                raise
            finally:
                span.set_attributes(outcome)
                durations.record(perf_counter() - began, {CALL: name, **outcome})

    def _span(self, name: str) -> AbstractContextManager[Span]:
        return self._tracer.start_as_current_span(
            f"{SCOPE}.{name}", record_exception=False, set_status_on_exception=False
        )

    @contextmanager
    def _span_beside(self, name: str) -> Iterator[Span]:
        span = self._tracer.start_span(f"{SCOPE}.{name}")
        try:
            yield span
        finally:
            span.end()


def _records(provider: TracerProvider | MeterProvider) -> bool:
    return not type(provider).__module__.startswith(_OF_THE_API)


def outcome_of(error: BaseException | None) -> Mapping[str, str]:
    """Tell what came of a call: ``ok``, the code of a refusal such as ``absent``, or the type of an error too."""
    if error is None or isinstance(error, GeneratorExit):  # An upload that breaks off closes what it is passed through.
        return {OUTCOME: "ok"}
    if isinstance(error, _REFUSALS):
        return {OUTCOME: "refused"}
    code = error.code if isinstance(error, PortalError) else "error"
    if isinstance(error, PortalError) and not isinstance(error, _FAILURES):
        return {OUTCOME: code}
    return {OUTCOME: code, ERROR_TYPE: type(error).__name__}
