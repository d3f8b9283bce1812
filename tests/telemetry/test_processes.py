"""A process with OpenTelemetry's SDK, with its API only, and with nothing of it (AL-6)."""

import json
import subprocess
import sys
from typing import Any

import pytest

ABSENT = """
import sys
from importlib.machinery import PathFinder

class WithoutOpenTelemetry(PathFinder):
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name.partition(".")[0] == "opentelemetry" else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutOpenTelemetry
"""
"""Makes a process as if the package was not installed."""

JOURNEY = """
import hashlib, json, sys
from flask import Flask
from klantportaal.adapters.flask import blueprint
from klantportaal import MessageText
from klantportaal.sides import ClientSide
from klantportaal.usecases.client.messages import Messages
from tests.usecases.world import PASSWORD, World

world = World()
jan = world.onboard()
dossier = world.dossier(jan)
document = world.publish(dossier, jan)
app = Flask("vendor")
app.register_blueprint(blueprint(world.portal), url_prefix="/")
browser, pages = app.test_client(), []
https = {"base_url": "https://portaal.vandermeer.example.nl", "headers": {"Origin": "https://portaal.vandermeer.example.nl"}}

def seen(reply):
    pages.append([reply.status_code, hashlib.sha256(reply.data).hexdigest()])

seen(browser.get("/inloggen", **https))
seen(browser.post("/inloggen", data={"email": "jan@example.nl", "password": PASSWORD}, **https))
for path in ("/home", f"/dossiers/{dossier}", f"/dossiers/{dossier}/documenten/{document}", "/dossiers/nee", "/geen"):
    seen(browser.get(path, **https))
messages = world.portal.client.messages
messages.send(jan, dossier, messages.new_draft(), MessageText(subject="Vraag", body="Wanneer?"))
told = {
    "pages": pages,
    "audit": world.audit(),
    "loaded": sorted(name for name in sys.modules if name.partition(".")[0] == "opentelemetry"),
    "plain": [
        type(messages) is Messages,
        type(world.portal.client) is ClientSide,
        getattr(messages._storage, "_storage", None) is world.storage,
        world.portal.background.dispatcher._dispatching._mail._sender is world.mail,
    ],
}
print(json.dumps(told))
"""

SDK = """
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from klantportaal.adapters.telemetry import calls
from klantportaal.adapters.telemetry.health import observe_health
from tests.usecases.world import World

calls.LOOK_EVERY = 0  # Else the second that it looks away would have to pass.
world = World()
observe_health(world.portal)
jan = world.onboard()
exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
tracers = TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(tracers)
metrics.set_meter_provider(MeterProvider([reader]))
world.portal.client.home.counts(jan)
names = [span.name for span in exporter.get_finished_spans()]
measured = [metric.name for metric in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics]
print(json.dumps({"names": names, "measured": measured}))
"""


def printed(*programs: str) -> Any:
    """Run programs in one new process, and read what they print."""
    program = "\n".join(("import json", *programs))
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=110, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def without() -> Any:
    """What a process without OpenTelemetry tells of a journey."""
    return printed(ABSENT, JOURNEY)


def test_without_the_package(without: Any) -> None:
    """AL-6: without OpenTelemetry nothing of it is loaded, and no call is on the way that is not the portal's own."""
    assert without["loaded"] == []
    assert without["plain"] == [True, True, True, True]


def test_the_same(without: Any) -> None:
    """AL-6: a portal does the same with the package and without it."""
    watched = printed(JOURNEY)
    assert watched["pages"] == without["pages"]
    assert {status for status, _digest in watched["pages"]} == {200, 303, 404}
    assert watched["audit"] == without["audit"]
    assert watched["plain"] == [False, False, False, False]
    assert watched["loaded"]


def test_an_sdk_that_is_set_up_later() -> None:
    """AL-6: a vendor may set up the SDK after the portal was assembled."""
    told = printed(SDK)
    assert told["names"] == ["klantportaal.storage.read.home", "klantportaal.client.home.counts"]
    assert {"klantportaal.call.duration", "klantportaal.port.duration"} < set(told["measured"])
    assert {"klantportaal.health.verdict", "klantportaal.outbox.age"} < set(told["measured"])
