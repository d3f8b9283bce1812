"""The client API of both hosts, for tests: callers of every kind, and a valid request of each operation."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import attrs
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from flask.testing import FlaskClient

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.web.api.client_operations import ACTING_FOR, OPERATIONS, ClientOperation
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal
from klantportaal.usecases.client.session_start import Entrance
from tests.hosts.office_api import Caller, multipart
from tests.usecases import intake
from tests.usecases.matrix.scene import Things
from tests.usecases.world import NUMBER, PASSWORD

ROOT = "/portaal/api/v1"
BY_ID: Mapping[str, ClientOperation] = {each.id: each for each in OPERATIONS}
OFFICE = "X-Kantoor"
"""The header by which the vendor's function finds the office, in these tests."""
OWNER = "directie@bakkerij.example.nl"
NEWER = "Klaproos8"
DELIVERY = UUID(int=77)


def _office_of(request: Any) -> OfficeId:
    return OfficeId(UUID(request.headers[OFFICE]))


def _flask(portal: Portal) -> FlaskClient:
    app = Flask("vendor")
    app.register_blueprint(flask.client_api(portal, _office_of), url_prefix="/portaal")
    return app.test_client(use_cookies=False)


def _fastapi(portal: Portal) -> TestClient:
    app = FastAPI()
    app.include_router(fastapi.client_api(portal, _office_of), prefix="/portaal")
    return TestClient(app)


HOSTS: Mapping[str, Callable[[Portal], FlaskClient | TestClient]] = {"flask": _flask, "fastapi": _fastapi}


def visitor(client: FlaskClient | TestClient, office: OfficeId) -> Caller:
    """Make a caller without a token, which is no browser."""
    return Caller(client=client, root=ROOT, always={OFFICE: str(office)})


def cookie(name: Cookie, office: OfficeId, token: str) -> str:
    """Write a cookie as a browser sends it."""
    return f"{cookies.name(name, office, secure=True)}={token}"


def browser(client: FlaskClient | TestClient, office: OfficeId, token: str, name: Cookie = Cookie.SESSION) -> Caller:
    """Make a caller with a cookie, from a page of the same origin."""
    sent = {OFFICE: str(office), "Cookie": cookie(name, office, token), "Sec-Fetch-Site": "same-origin"}
    return Caller(client=client, root=ROOT, always=sent)


def app(client: FlaskClient | TestClient, office: OfficeId, token: str) -> Caller:
    """Make a caller with a bearer token."""
    return Caller(client=client, secret=token, root=ROOT, always={OFFICE: str(office)})


def entered(of: Things, email: str = OWNER, office: OfficeId | None = None, *, is_app: bool = False) -> Entrance:
    """Sign in with the password alone."""
    who = Visitor(office_id=office or of.world.office, device="App", is_app=is_app)
    entrance = of.world.portal.client.sign_in.sign_in(who, email, PASSWORD)
    assert isinstance(entrance, Entrance)
    return entrance


# ---------------------------------------------------------------------- a valid request of each operation
def path_of(operation: ClientOperation, of: Things, acting_for: UUID | None = None) -> str:
    """Fill the path of an operation with things of the company."""
    group, name = operation.call.split(".")
    is_first = name == "take_back"
    item = of.items[0 if is_first else 1 if name == "staged" else 2]
    uploads = {"attachments": of.upload, "answer_files": of.answer_upload, "requests": of.item_upload}
    return operation.path.format(
        **{ACTING_FOR: acting_for or of.owner.account_id},
        account_id=of.invited,
        session_id=of.owner.session_id,
        dossier_id=of.dossier,
        document_id=of.document,
        submission_id=of.submission,
        receipt_id=of.receipt,
        message_id=of.sent if is_first else of.message,
        draft_id=of.kept if group == "drafts" and name != "save" else of.draft,
        upload_id=uploads.get(group),
        assignment_id=of.completed if name in {"complete", "pdf"} else of.assignment,
        page_id="persoon",
        question_id="kopie",
        request_id=of.request,
        item_id=item,
        delivery_id=of.delivery if is_first else DELIVERY,
    )


def receipt_code(of: Things) -> str:
    """Give the code of the receipt."""
    return of.world.portal.client.receipts.get(of.owner, of.dossier, of.receipt).url.rpartition("/")[2]


TEXT = {"subject": "Re", "body": "Ja."}
PROFILE = {"language": "en", "notifications": {"documents": True, "questionnaires": True, "messages": False}}
BODIES: Mapping[str, Callable[[Things], Any]] = {
    "post_questionnaires_find_address": lambda _of: {"postcode": "2513 AA", "number": "1"},
    "post_sign_in_sign_in": lambda _of: {"email": OWNER, "password": PASSWORD},
    "post_sign_in_refresh": lambda _of: {"refresh_token": "verzonnen"},
    "post_sign_in_confirm": lambda _of: {"password": PASSWORD},
    "put_accounts_switch": lambda of: {"account_id": str(of.second)},
    "post_second_step_enter_code": lambda _of: {"code": "123456"},
    "post_second_step_recover": lambda _of: {"code": "-".join(["00000"] * 5)},
    "post_onboarding_ask_link": lambda _of: {"address": OWNER},
    "post_onboarding_look_at_invitation": lambda _of: {"token": "verzonnen"},
    "post_onboarding_look_at_password_link": lambda _of: {"token": "verzonnen"},
    "post_onboarding_set_password": lambda _of: {"token": "verzonnen", "password": NEWER, "repeated": NEWER},
    "put_profile_change_password": lambda _of: {"current": PASSWORD, "password": NEWER, "repeated": NEWER},
    "post_two_step_begin_sms": lambda _of: {"number": NUMBER},
    "post_two_step_enrol": lambda _of: {"code": "123456"},
    "post_two_step_prove": lambda _of: {"code": "123456"},
    "post_address_changes_ask": lambda _of: {"email": "anders@example.nl"},
    "post_address_changes_look": lambda _of: {"token": "verzonnen"},
    "post_address_changes_confirm_address": lambda _of: {"token": "verzonnen"},
    "post_receipts_look": lambda of: {"code": receipt_code(of)},
    "post_receipts_check": lambda of: {"code": receipt_code(of), "sha256": "00" * 32},
    "put_profile_save": lambda _of: PROFILE,
    "post_dossiers_dossiers": lambda _of: {"search": "2026"},
    "put_drafts_save": lambda _of: {"text": TEXT},
    "post_messages_send": lambda of: {"text": TEXT, "answers": str(of.message), "files": {str(of.upload): "a.pdf"}},
    "put_questionnaires_save": lambda _of: {"submitted": dict(intake.SINGLE)},
    "put_requests_deliver": lambda _of: {"files": {str(DELIVERY): "a.pdf"}},
    "put_requests_declare_not_applicable": lambda _of: {"reason": "Wij huren"},
    "post_extra_accounts_add": lambda _of: {"name": "Els", "email": "els@example.nl"},
}
"""A valid JSON body of each operation that has one."""
VERSIONS: Mapping[str, str] = {"put_questionnaires_save": '"2"', "post_questionnaires_complete": '"3"'}
"""What ``If-Match`` has to say."""


def sent(operation: ClientOperation, of: Things) -> dict[str, Any]:
    """Make the arguments of a caller for a valid request of an operation."""
    more: dict[str, Any] = {"If_Match": VERSIONS[operation.id]} if operation.id in VERSIONS else {}
    if operation.id == "get_dossiers_documents":
        return more
    if operation.id == "post_receipts_check_file":
        return multipart({"code": receipt_code(of)})
    if operation.call.endswith(".stage"):
        return multipart()
    return {**more, "body": BODIES[operation.id](of)} if operation.id in BODIES else more


def query_of(operation: ClientOperation) -> str:
    """Give the query that an operation needs."""
    return "?kind=document" if operation.id == "get_dossiers_documents" else ""


@attrs.frozen(kw_only=True)
class Set:
    """One scene, with its API on a host."""

    of: Things
    host: str
    client: FlaskClient | TestClient

    @property
    def office(self) -> OfficeId:
        """The office of the company."""
        return self.of.world.office

    def browser_of(self, actor: Actor) -> Caller:
        """Sign the person of an actor in, and make its browser."""
        with self.of.world.storage.begin() as uow:
            email = uow.persons.get(actor.office_id, actor.person_id).email
        return browser(self.client, actor.office_id, entered(self.of, email, actor.office_id).token)

    def ask(self, caller: Caller, id: str, acting_for: UUID | None = None, **more: Any) -> Any:
        """Send the valid request of an operation."""
        operation = BY_ID[id]
        path = f"{path_of(operation, self.of, acting_for)}{query_of(operation)}"
        return caller(operation.method, path, **{**sent(operation, self.of), **more})
