"""The how-to on monitoring is true (AL-6)."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from klantportaal.adapters.telemetry.health import GAUGES

PAGE = (Path(__file__).parents[2] / "docs/how-to/monitoring.md").read_text()
PROGRAM = """
from klantportaal import Absent
from tests.usecases.world import World

set_up()
world = World()
watch_health(world.portal)
jan = world.onboard()
world.portal.client.home.counts(jan)
trace.get_tracer_provider().shutdown()
metrics.get_meter_provider().shutdown()
"""


class Collector(ThreadingHTTPServer):
    """Takes in what is exported, as a collector does (OTLP over HTTP)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[tuple[str, bytes]] = []


class Taking(BaseHTTPRequestHandler):
    """Takes in one request."""

    def do_POST(self) -> None:
        """Keep the body."""
        assert isinstance(self.server, Collector)
        self.server.taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the server names it
        """Log nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that runs."""
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_set_up(collector: Collector) -> None:
    """AL-6: with the lines of the how-to, spans, durations and health reach a collector."""
    snippets = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}"}
    program = "\n".join([*snippets, PROGRAM])
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=110, check=False
    )
    assert run.returncode == 0, run.stderr
    spans, measured = set[str](), set[str]()
    for path, body in collector.taken:
        if path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                spans |= {span.name for scope in resource.scope_spans for span in scope.spans}
        else:
            assert path == "/v1/metrics"
            for metrics in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                measured |= {metric.name for scope in metrics.scope_metrics for metric in scope.metrics}
    assert {"klantportaal.client.home.counts", "klantportaal.mail.send"} <= spans
    assert {"klantportaal.call.duration", "klantportaal.health.verdict"} <= measured
    assert json.dumps(sorted(map(str, collector.taken))).count("jan@example.nl") == 0


def test_the_metrics() -> None:
    """AL-6: the how-to lists every metric with its unit."""
    listed = dict(re.findall(r"^\| `(klantportaal\.[a-z.]+)` \| ([^ ]+) \|", PAGE, re.MULTILINE))
    durations = {"klantportaal.call.duration": "s", "klantportaal.port.duration": "s"}
    assert listed == {**durations, **{f"klantportaal.{each.name}": each.unit for each in GAUGES}}


def test_the_alerts() -> None:
    """AL-6: what the how-to alerts on are metrics and log events that exist."""
    alerts = PAGE.partition("## What to alert on")[2]
    events = (Path(__file__).parents[2] / "docs/reference/log-events.md").read_text()
    for name in re.findall(r"`([a-z_.]+)`", alerts):
        if name.startswith("klantportaal."):
            assert f"| `{name}` |" in PAGE, name
        elif "_" in name and name != "error.type":
            assert f"| `{name}` |" in events, name
