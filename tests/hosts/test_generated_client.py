"""The journey of an office with a client that is made from the document of its API, on running hosts (AP-6)."""

import importlib
import io
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest
import uvicorn
from fastapi import FastAPI
from flask import Flask
from werkzeug.serving import make_server

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.web.api.documentation import document
from klantportaal.adapters.web.api.office import DESCRIBED
from klantportaal.domain.messages import MessageText
from klantportaal.portal import Portal
from tests.hosts.office_api import ROOT, secret
from tests.support import clients
from tests.usecases import intake
from tests.usecases.world import PASSWORD, PDF, World

SETTINGS = Path(clients.__file__).parent / "openapi-python-client.yaml"
EMAIL = "jan@example.nl"


@attrs.frozen(kw_only=True)
class Office:
    """The office, which calls the portal by the client that was made."""

    client: Any
    name: str
    """The name of the package of the client."""

    def call(self, area: str, operation: str, *arguments: Any, **more: Any) -> Any:
        """Send a request and give its answer, as a value of the client's own classes."""
        module = importlib.import_module(f"{self.name}.api.{area}.{operation}")
        answer = module.sync_detailed(*arguments, client=self.client, **more)
        assert answer.status_code < 400, answer.content
        return answer.parsed

    def model(self, name: str, value: Mapping[str, Any]) -> Any:
        """Make a value of one of the client's classes."""
        return getattr(self._models, name).from_dict(value)

    def file(self, name: str, content: bytes) -> Any:
        """Make a file to send."""
        types = importlib.import_module(f"{self.name}.types")
        return types.File(payload=io.BytesIO(content), file_name=name, mime_type="application/pdf")

    @property
    def _models(self) -> ModuleType:
        return importlib.import_module(f"{self.name}.models")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A client, made from the document. Each operation must be in it: a warning is a failure."""
    folder = tmp_path_factory.mktemp("client")
    place = folder / "openapi.json"
    place.write_text(json.dumps(document(DESCRIBED, ROOT)))
    making = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--path",
        str(place),
        "--config",
        str(SETTINGS),
    ]
    made = [*making, "--meta", "none", "--output-path", str(folder / "office_client"), "--fail-on-warning"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # It formats what it makes with ruff.
    ran = subprocess.run(made, capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    sys.path.insert(0, str(folder))
    yield "office_client"
    sys.path.remove(str(folder))


@contextmanager
def _on_flask(portal: Portal) -> Iterator[str]:
    app = Flask("vendor")
    app.register_blueprint(flask.office_api(portal), url_prefix="/kantoor")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def _on_fastapi(portal: Portal) -> Iterator[str]:
    app = FastAPI()
    app.include_router(fastapi.office_api(portal), prefix="/kantoor")
    listening = socket.create_server(("127.0.0.1", 0))  # What comes before the server accepts, waits.
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("host", [_on_flask, _on_fastapi], ids=["flask", "fastapi"])
def test_the_journey(package: str, host: Any) -> None:
    """OF-1, AP-6: a client is invited, gets a document and a questionnaire; its answers and its file come back."""
    world = World()
    made, key = importlib.import_module(package), secret(world.portal, world.handler)
    with host(world.portal) as place, made.AuthenticatedClient(base_url=f"{place}{ROOT}", token=key) as client:
        office = Office(client=client, name=package)
        new = office.model("NewClient", {"kind": "person", "name": "Jan", "email": EMAIL, "external_id": "K-1"})
        invited = office.call("clients", "post_clients_invite", body=new)
        assert office.call("clients", "post_clients_invite", body=new) == invited

        body = {"number": "2026-1", "description": "Levering", "parties": [str(invited.client_id)]}
        opened = office.call("dossiers", "post_dossiers_open", body=office.model("PostDossiersOpenBody", body))
        whom = {"kind": "document", "title": "Akte", "for_clients": [str(invited.client_id)]}
        models = importlib.import_module(f"{package}.models")
        sent = models.PostDocumentsPublishBody(
            data=office.model("Publication", whom), file=office.file("akte.pdf", PDF)
        )
        published = office.call("documents", "post_documents_publish", opened.id, body=sent)
        assert office.call("documents", "get_documents_download", published.id).payload.read() == PDF

        questionnaire = office.model("PostQuestionnairesPublishBody", json.loads(intake.document()))
        office.call("questionnaires", "post_questionnaires_publish", body=questionnaire)
        asked = {"client_id": str(invited.client_id), "questionnaire": "intake"}
        ask = office.model("PostQuestionnairesAssignBody", asked)
        assigned = office.call("questionnaires", "post_questionnaires_assign", opened.id, body=ask)

        _do_as_client(world, opened.id, assigned.id)

        answers = office.call("questionnaires", "get_questionnaires_answers", assigned.id)
        assert answers.to_dict()["answers"]["naam"] == intake.PERSON["naam"]
        (message,) = office.call("messages", "get_messages_inbox").items
        assert (message.message.subject, message.client_name) == ("Paspoort", "Jan")
        (attachment,) = message.attachments
        assert office.call("messages", "get_messages_fetch", attachment.id).payload.read() == PDF


def _do_as_client(world: World, dossier: Any, assignment: Any) -> None:
    """Set a password, answer the questionnaire, and send a message with a file."""
    world.deliver()
    world.portal.client.onboarding.set_password(world.visitor, world.password_link(EMAIL), PASSWORD, PASSWORD)
    person, client = world.sign_in(EMAIL), world.portal.client
    world.complete(person, assignment)
    draft = client.messages.new_draft()
    client.attachments.stage(person, dossier, draft, name="paspoort.pdf", blocks=[PDF])
    client.messages.send(person, dossier, draft, MessageText(subject="Paspoort", body="Zie bijlage."))
