"""The journey of an office and its client by clients that are made from the documents of both APIs (AP-6, AP-9).

They run on real servers of both hosts. What the office sends is read by the client's client, and the other way round.
"""

import importlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import attrs
import pytest

from klantportaal.adapters.web.api.client import DESCRIBED as CLIENT_API
from klantportaal.adapters.web.api.documentation import Described, document
from klantportaal.adapters.web.api.office import DESCRIBED as OFFICE_API
from tests.hosts.office_api import secret
from tests.support import clients, running_hosts
from tests.usecases import intake
from tests.usecases.world import PASSWORD, PDF, World

SETTINGS = Path(clients.__file__).parent / "openapi-python-client.yaml"
MADE: Mapping[str, tuple[Described, str]] = {
    "office_client": (OFFICE_API, running_hosts.OFFICE),
    "portal_client": (CLIENT_API, running_hosts.CLIENT),
}
"""The packages that are made, each from a document, with the path where its API stands."""
EMAIL = "jan@example.nl"


@attrs.frozen(kw_only=True)
class Made:
    """A client that was made from a document."""

    package: str
    client: Any

    def call(self, group: str, operation: str, *arguments: Any, **more: Any) -> Any:
        """Send a request and give its answer, as a value of the client's own classes."""
        module = importlib.import_module(f"{self.package}.api.{group}.{operation}")
        answer = module.sync_detailed(*arguments, client=self.client, **more)
        assert answer.status_code < 400, answer.content
        return answer.parsed

    def model(self, name: str, value: Mapping[str, Any]) -> Any:
        """Make a value of one of the client's classes."""
        return getattr(self._module("models"), name).from_dict(value)

    def upload(self, name: str, file_name: str, **data: Any) -> Any:
        """Make a body with a file."""
        file = self._module("types").File(payload=io.BytesIO(PDF), file_name=file_name, mime_type="application/pdf")
        return getattr(self._module("models"), name)(file=file, **data)

    def _module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{name}")


@pytest.fixture(scope="module", autouse=True)
def _packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The clients. Each operation must be in them: a warning is a failure."""
    folder = tmp_path_factory.mktemp("clients")
    for package, (described, path) in MADE.items():
        _make(folder, package, described, path)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


def _make(folder: Path, package: str, described: Described, path: str) -> None:
    place = folder / f"{package}.json"
    place.write_text(json.dumps(document(described, path)))
    arguments = ["--path", str(place), "--config", str(SETTINGS), "--output-path", str(folder / package)]
    made = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        *arguments,
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # It formats what it makes with ruff.
    ran = subprocess.run(made, capture_output=True, text=True, env={**os.environ, "PATH": tools}, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@contextmanager
def _connected(package: str, host: str, token: str = "") -> Iterator[Made]:
    """Connect a client to a host, with a bearer token if there is one."""
    place, module = f"{host}{MADE[package][1]}", importlib.import_module(f"{package}.client")
    client = module.AuthenticatedClient(base_url=place, token=token) if token else module.Client(base_url=place)
    with client:
        yield Made(package=package, client=client)


@pytest.mark.parametrize("host", running_hosts.HOSTS)
def test_the_journey(host: str) -> None:
    """OF-1, AP-6, AP-9: a client gets a document and a questionnaire; its answers and its file reach the office."""
    world = World()
    running, key = running_hosts.HOSTS[host], secret(world.portal, world.handler)
    with running(world.portal) as place, _connected("office_client", place, key) as office:
        dossier, assignment = _send_as_office(office)
        world.deliver()
        with _connected("portal_client", place) as visitor:
            token = _sign_in(visitor, world)
        with _connected("portal_client", place, token) as client:
            _answer_as_client(client, dossier, assignment)
        _read_as_office(office, assignment)


def _send_as_office(office: Made) -> tuple[UUID, UUID]:
    """Invite a client, open a dossier, publish a document, and assign a questionnaire."""
    new = office.model("NewClient", {"kind": "person", "name": "Jan", "email": EMAIL, "external_id": "K-1"})
    invited = office.call("clients", "post_clients_invite", body=new)
    assert office.call("clients", "post_clients_invite", body=new) == invited
    client = str(invited.client_id)

    body = {"number": "2026-1", "description": "Levering", "parties": [client]}
    opened = office.call("dossiers", "post_dossiers_open", body=office.model("PostDossiersOpenBody", body))
    whom = office.model("Publication", {"kind": "document", "title": "Akte", "for_clients": [client]})
    sent = office.upload("PostDocumentsPublishBody", "akte.pdf", data=whom)
    published = office.call("documents", "post_documents_publish", opened.id, body=sent)
    assert office.call("documents", "get_documents_download", published.id).payload.read() == PDF

    questionnaire = office.model("PostQuestionnairesPublishBody", json.loads(intake.document()))
    office.call("questionnaires", "post_questionnaires_publish", body=questionnaire)
    ask = office.model("PostQuestionnairesAssignBody", {"client_id": client, "questionnaire": "intake"})
    return opened.id, office.call("questionnaires", "post_questionnaires_assign", opened.id, body=ask).id


def _sign_in(visitor: Made, world: World) -> str:
    """Set a password with the link of the second mail, sign in as an app does, and give its newest access token."""
    asking = visitor.model("PostOnboardingAskLinkBody", {"address": EMAIL})
    visitor.call("onboarding", "post_onboarding_ask_link", body=asking)
    token = world.token(world.deliver()[-1])
    chosen = {"token": token, "password": PASSWORD, "repeated": PASSWORD}
    body = visitor.model("PostOnboardingSetPasswordBody", chosen)
    visitor.call("onboarding", "post_onboarding_set_password", body=body)
    signing_in = visitor.model("PostSignInSignInBody", {"email": EMAIL, "password": PASSWORD, "app": "Telefoon"})
    entered = visitor.call("sign_in", "post_sign_in_sign_in", body=signing_in)
    refreshing = visitor.model("PostSignInRefreshBody", {"refresh_token": entered.tokens.refresh_token})
    found: str = visitor.call("sign_in", "post_sign_in_refresh", body=refreshing).tokens.access_token
    return found


def _answer_as_client(client: Made, dossier: UUID, assignment: UUID) -> None:
    """Download the document, complete the questionnaire, and send a message with a file."""
    own = client.call("sign_in", "get_sign_in_session").account_id
    (row,) = client.call("dossiers", "get_dossiers_dossiers", own).items
    assert row.id == dossier
    kind = importlib.import_module(f"{client.package}.models").DocumentKind.DOCUMENT
    (published,) = client.call("dossiers", "get_dossiers_documents", own, dossier, kind=kind).items
    assert client.call("dossiers", "get_dossiers_download", own, dossier, published.id).payload.read() == PDF

    client.call("questionnaires", "post_questionnaires_start", own, assignment)
    for page, submitted in intake.ALL.items():
        form = client.call("questionnaires", "get_questionnaires_questionnaire_page", own, assignment, page)
        body = client.model("PutQuestionnairesSaveBody", {"submitted": submitted})
        version = f'"{form.version}"'
        client.call("questionnaires", "put_questionnaires_save", own, assignment, page, body=body, if_match=version)
    filled_in = client.call("questionnaires", "get_questionnaires_open", own, assignment).assignment.answering
    version = f'"{filled_in.version}"'
    client.call("questionnaires", "post_questionnaires_complete", own, assignment, if_match=version)

    draft = client.call("messages", "post_messages_new_draft", own).id
    file = client.upload("PostAttachmentsStageBody", "paspoort.pdf")
    staged = client.call("attachments", "post_attachments_stage", own, dossier, draft, body=file)
    text = {"subject": "Paspoort", "body": "Zie bijlage."}
    message = client.model("PostMessagesSendBody", {"text": text, "files": {str(staged.id): "paspoort.pdf"}})
    client.call("messages", "post_messages_send", own, dossier, draft, body=message)


def _read_as_office(office: Made, assignment: UUID) -> None:
    """Read the answers and the message, and fetch the file."""
    answers = office.call("questionnaires", "get_questionnaires_answers", assignment)
    assert answers.to_dict()["answers"]["naam"] == intake.PERSON["naam"]
    (message,) = office.call("messages", "get_messages_inbox").items
    assert (message.message.subject, message.client_name) == ("Paspoort", "Jan")
    (attachment,) = message.attachments
    assert office.call("messages", "get_messages_fetch", attachment.id).payload.read() == PDF
