"""The office API of both hosts, for tests: one way to send a request, and a valid request of each operation."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import attrs
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from flask.testing import FlaskClient

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.web.api.arguments import arguments_of
from klantportaal.adapters.web.api.operations import OPERATIONS, Operation
from klantportaal.domain.api_keys import ApiAccess, ApiArea, NewApiKey
from klantportaal.domain.sessions import OfficeActor
from klantportaal.portal import Portal
from tests.usecases import intake
from tests.usecases.matrix.office_calls import PNG
from tests.usecases.matrix.scene import Things
from tests.usecases.progress_template import TEMPLATE as STEPS
from tests.usecases.request_template import TEMPLATE
from tests.usecases.world import PDF

ROOT = "/kantoor/office/v1"
EVERYTHING = dict.fromkeys(ApiArea, ApiAccess.WRITE)
BY_ID = {each.id: each for each in OPERATIONS}
BOUNDARY = "grens"


@attrs.frozen(kw_only=True)
class Reply:
    """A response, of either host."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    content: bytes
    cookies: tuple[str, ...] = ()
    """The headers ``Set-Cookie``."""

    @property
    def json(self) -> Any:
        """The content as JSON."""
        return json.loads(self.content)


@attrs.frozen(kw_only=True)
class Caller:
    """Sends requests to the API of one host, with a key."""

    client: FlaskClient | TestClient
    secret: str = ""
    root: str = ROOT
    always: Mapping[str, str] = attrs.field(factory=dict)
    """Headers of every request, unless it has others."""

    def __call__(
        self, method: str, path: str, body: Any = None, *, content: bytes | None = None, **headers: str
    ) -> Reply:
        """Send a request. *body* is sent as JSON, *content* as it is. An underscore in a header is a hyphen."""
        sent = {**self.always, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.secret:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        if body is not None:
            content = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        if isinstance(self.client, FlaskClient):
            told = self.client.open(f"{self.root}{path}", method=method, data=content, headers=sent)
            set_cookies = tuple(told.headers.getlist("Set-Cookie"))
            headers = _lower(told.headers.items())
            return Reply(status=told.status_code, headers=headers, content=told.data, cookies=set_cookies)
        self.client.cookies.clear()  # Cookies are sent as a header.
        answer = self.client.request(method, f"{self.root}{path}", content=content, headers=sent)
        set_cookies = tuple(answer.headers.get_list("set-cookie"))
        headers = _lower(answer.headers.items())
        return Reply(status=answer.status_code, headers=headers, content=answer.content, cookies=set_cookies)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _flask(portal: Portal) -> FlaskClient:
    app = Flask("vendor")
    app.register_blueprint(flask.office_api(portal), url_prefix="/kantoor")
    return app.test_client()


def _fastapi(portal: Portal) -> TestClient:
    app = FastAPI()
    app.include_router(fastapi.office_api(portal), prefix="/kantoor")
    return TestClient(app)


HOSTS: Mapping[str, Callable[[Portal], FlaskClient | TestClient]] = {"flask": _flask, "fastapi": _fastapi}


def secret(portal: Portal, office: OfficeActor, scopes: Mapping[ApiArea, ApiAccess] = EVERYTHING) -> str:
    """Make a key, and give its secret."""
    return portal.office.api_keys.make(office, NewApiKey(name="boekhouding", scopes=scopes)).secret


def multipart(data: Any = None, *, name: str = "akte.pdf", content: bytes = PDF) -> dict[str, Any]:
    """Make the body of an upload, and its header, as arguments of a caller. *data* becomes JSON, unless it is bytes."""
    written = data if isinstance(data, bytes) else json.dumps(data).encode()
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="data"\r\n\r\n'.encode() + written + b"\r\n"
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = (b"" if data is None else head) + file.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return {"content": body, "Content_Type": f"multipart/form-data; boundary={BOUNDARY}"}


DIGESTS: Mapping[ApiArea, Callable[[Things], str]] = {
    ApiArea.QUESTIONNAIRES: lambda of: of.digest,
    ApiArea.REQUESTS: lambda of: of.template_digest,
    ApiArea.PROGRESS: lambda of: of.steps_digest,
}
"""The digest of a published document of an area."""


def path_of(operation: Operation, of: Things) -> str:
    """Fill the path of an operation with things of the first office."""
    keys = of.world.portal.office.api_keys.list(of.world.handler)
    calls = of.world.portal.office.webhooks
    hooks = calls.list(of.world.handler)
    told = calls.deliveries(of.world.handler, hooks[0].id) if hooks else ()
    completed = operation.call in {"questionnaires.answers", "questionnaires.pdf"}
    return operation.path.format(
        client_id=of.owner.client_id,
        account_id=of.sibling.account_id if "account" in operation.call else of.owner.account_id,
        mail_id=UUID(int=9),
        handler_id=of.handler,
        dossier_id=of.dossier,
        draft_id=of.questionnaire_draft,
        fragment_id=of.questionnaire_fragment,
        document_id=of.document,
        message_id=of.message if operation.call.endswith("take_back") else of.sent,
        submission_id=of.requested if operation.call.startswith("requests") else of.submission,
        digest=DIGESTS[operation.area](of) if operation.area in DIGESTS else "",
        older=of.digest,
        newer=of.digest,
        assignment_id=of.completed if completed else of.assignment,
        request_id=of.request,
        item_id=of.items[0],
        key_id=keys[-1].id if keys else UUID(int=9),
        webhook_id=hooks[0].id if hooks else UUID(int=9),
        delivery_id=told[0].id if told else UUID(int=9),
    )


CARD = {"name": "Els", "role": {"nl": "notaris"}}
PERSON = {"kind": "person", "name": "Een ander", "email": "ander@example.nl"}
REASON = {"reason": "Vergissing"}
HOOK = {"url": "https://example.nl/hook", "types": ["message.sent"]}
BODIES: Mapping[str, Callable[[Things], Any]] = {
    "profile.change": lambda _of: {"name": "Kantoor", "contact_address": "info@kantoor.nl"},
    "profile.require_two_step": lambda _of: {"required": False},
    "profile.use_vendor_sign_in": lambda _of: {"sign_in": None},
    "profile.allow_address_changes": lambda _of: {"allowed": False},
    "profile.set_notices": lambda _of: {"notices": {"page": "https://example.nl", "addresses": ["post@example.nl"]}},
    "clients.list": lambda _of: {"search": "koper"},
    **dict.fromkeys(
        ("clients.find", "dossiers.find", "documents.find", "messages.find"), lambda _of: {"external_id": "X-1"}
    ),
    "clients.invite": lambda _of: PERSON,
    "clients.add_extra_account": lambda _of: {"name": "Els", "email": "els@example.nl", "language": "nl"},
    "clients.correct": lambda _of: {"name": "Iemand", "email": "iemand@example.nl"},
    "case_handlers.add": lambda _of: CARD,
    "case_handlers.change": lambda _of: CARD,
    "dossiers.list": lambda _of: {"search": "2026"},
    "dossiers.open": lambda of: {"number": "9", "description": "Erfenis", "parties": [str(of.owner.client_id)]},
    "dossiers.change": lambda _of: {"description": "Koop"},
    "dossiers.give_handler": lambda _of: {"handler_id": None},
    "dossiers.set_notice_addresses": lambda _of: {"addresses": ["post@example.nl"]},
    "dossiers.await_third_party": lambda _of: {"name": {"nl": "de bank", "en": "the bank"}},
    "dossiers.clear_third_party": lambda _of: {},
    "documents.publish": lambda of: {"kind": "document", "title": "Nota", "for_clients": [str(of.owner.client_id)]},
    "documents.withdraw": lambda _of: REASON,
    "messages.send": lambda of: {
        "client_id": str(of.owner.client_id),
        "text": {"subject": "Vraag", "body": "Klopt dit?"},
    },
    "questionnaires.assign": lambda of: {
        "client_id": str(of.owner.client_id),
        "questionnaire": "intake",
        "given": {"naam": "Jan Jansen"},
    },
    "questionnaires.rebase": lambda _of: {"revision": 1},
    "requests.make": lambda of: {
        "client_id": str(of.owner.client_id),
        "request": {"subject": "Stukken", "items": [{"title": "Loonstrook"}]},
    },
    "requests.make_from_template": lambda of: {"client_id": str(of.owner.client_id), "template": "hypotheek"},
    "requests.add_item": lambda _of: {"title": "Loonstrook"},
    "requests.withdraw_item": lambda _of: REASON,
    "requests.withdraw": lambda _of: REASON,
    "requests.return_item": lambda _of: REASON,
    "progress.follow": lambda _of: {"template": "levering", "step": "akte"},
    "progress.move": lambda _of: {"step": "concept"},
    "webhooks.make": lambda _of: HOOK,
    "webhooks.change": lambda _of: HOOK,
    "webhooks.switch": lambda _of: {"on": False},
    "webhooks.rotate_secret": lambda _of: {"keep": 3600},
    "webhooks.resend_since": lambda _of: {"since": "2026-01-01T00:00:00Z"},
    "reminders.letter": lambda _of: {"address": "Dam 1\n1012 JS Amsterdam"},
    "reminders.change": lambda _of: {"rules": None},
    "reminders.switch_client": lambda _of: {"on": False},
    "reminders.switch_questionnaire": lambda _of: {"on": False},
    "reminders.switch_request": lambda _of: {"on": False},
    "reminders.switch_item": lambda _of: {"on": False},
    "reminders.switched_off": lambda of: {"ids": [str(of.request)]},
    "audit.verify": lambda _of: {},
    "audit.accept_restored": lambda _of: REASON,
}
"""A valid JSON body of each operation that has one, by its call."""


SENT_AS_IT_IS: Mapping[str, Callable[[Things], dict[str, Any]]] = {
    "profile.change_logo": lambda _of: multipart(name="a.png", content=PNG),
    "profile.change_dark_logo": lambda _of: multipart(name="a.png", content=PNG),
    "case_handlers.change_picture": lambda _of: multipart(name="a.png", content=PNG),
    "documents.publish": lambda of: multipart(BODIES["documents.publish"](of)),
    "documents.replace": lambda _of: multipart(),
    "questionnaires.publish": lambda _of: {"body": json.loads(intake.document(id="anders"))},
    "questionnaires.start_draft": lambda _of: {"body": json.loads(intake.document())},
    "questionnaires.save_fragment": lambda _of: {"If_Match": '"1"', "body": {"questions": []}},
    "questionnaires.save_draft": lambda _of: {"body": json.loads(intake.document())},
    "requests.publish_template": lambda _of: {"body": {**TEMPLATE, "id": "anders"}},
    "progress.publish_template": lambda _of: {"body": {**STEPS, "id": "anders"}},
    "clients.bounced": lambda _of: {"content": b"Subject: x\r\n\r\n", "Content_Type": "message/rfc822"},
}
"""The arguments of a caller for each operation whose body is a file or a document."""


def sent(operation: Operation, of: Things) -> dict[str, Any]:
    """Make the arguments of a caller for a valid request of an operation."""
    more: dict[str, Any] = {"If_Match": '"1"'} if arguments_of(operation).needs_version else {}
    if operation.method == "GET":
        return more
    if operation.call in SENT_AS_IT_IS:
        return {**more, **SENT_AS_IT_IS[operation.call](of)}
    return {**more, "body": BODIES[operation.call](of)} if operation.call in BODIES else more
