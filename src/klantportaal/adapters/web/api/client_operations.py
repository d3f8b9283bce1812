"""The operations of the client API: each is one call of ``portal.client``, for who may make it (AP-9).

What is done for an account has the account in its path, so that a request acts for any account of its person.
"""

import enum
import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import attrs

from klantportaal.adapters.web.api import client_values, entering
from klantportaal.adapters.web.api.operation import AnyOperation
from klantportaal.sides import ClientSide

ACTING_FOR = "acting_for"
"""The part of a path with the account that is acted for."""


class Who(enum.StrEnum):
    """Who may make a request."""

    VISITOR = "visitor"
    """Anybody."""
    SECOND_STEP = "second_step"
    """Somebody who gave the password, and has to take the second step."""
    PERSON = "person"
    """Somebody who is signed in."""
    ACCOUNT = "account"
    """Somebody who is signed in, for the account of the path."""


_NEEDS: Mapping[Who, str] = {
    Who.VISITOR: "Anybody can do this.",
    Who.SECOND_STEP: "Needs a sign-in that waits for its second step.",
    Who.PERSON: "Needs a session.",
    Who.ACCOUNT: "Needs a session of the person of the account.",
}


@attrs.frozen(kw_only=True, cache_hash=True)
class ClientOperation(AnyOperation):
    """One operation of the client API."""

    who: Who
    is_open: bool = False
    """Whether it is open while two-step verification must still be turned on (TS-1)."""
    via: Callable[..., Any] | None = None
    """Makes the call, where the answer is not just what the call gives."""

    @property
    def side(self) -> type[Any]:
        """The calls are those of ``portal.client``."""
        return ClientSide

    @property
    def function(self) -> Callable[..., Any]:
        """What stands between, or the call itself."""
        return super().function if self.via is None else self.via

    @property
    def id(self) -> str:
        """The name of the operation in the OpenAPI document."""
        name = self.call.partition(".")[2] if self.via is None else self.via.__name__
        return f"{self.method.lower()}_{self.tag}_{name}"

    @property
    def tag(self) -> str:
        """Operations stand together by the group of the call."""
        return self.call.partition(".")[0]

    @property
    def needs(self) -> str:
        """Who may do it, and when."""
        due = " Open while two-step verification must still be turned on." if self.is_open else ""
        return f"{_NEEDS[self.who]}{due}"

    @property
    def security(self) -> list[dict[str, list[str]]] | None:
        """Anybody needs nothing."""
        return [] if self.who is Who.VISITOR else None

    @property
    def is_counted(self) -> bool:
        """Each request of a session is counted."""
        return self.who in {Who.PERSON, Who.ACCOUNT}

    @property
    def takes_key(self) -> bool:
        """Whether it takes an ``Idempotency-Key``: whatever is made or done for an account by POST."""
        return self.method == "POST" and self.who is Who.ACCOUNT and self.is_once

    @cached_property
    def asks_nobody(self) -> bool:
        """Whether the call is the same for everybody, and is not told who asks."""
        return self.via is None and len(inspect.signature(super().function).parameters) == 1


def _operation(method: str, who: Who, path: str, call: str, more: Mapping[str, Any]) -> ClientOperation:
    start = f"/accounts/{{{ACTING_FOR}}}" if who is Who.ACCOUNT else ""
    return ClientOperation(**{"method": method, "who": who, "path": f"{start}{path}", "call": call, **more})


def _get(path: str, call: str, who: Who = Who.ACCOUNT, **more: Any) -> ClientOperation:
    return _operation("GET", who, path, call, {"status": 200, **more})


def _post(path: str, call: str, status: int = 204, who: Who = Who.ACCOUNT, **more: Any) -> ClientOperation:
    return _operation("POST", who, path, call, {"status": status, **more})


def _put(path: str, call: str, who: Who = Who.ACCOUNT, **more: Any) -> ClientOperation:
    return _operation("PUT", who, path, call, {"status": 204, **more})


def _delete(path: str, call: str, who: Who = Who.ACCOUNT, **more: Any) -> ClientOperation:
    return _operation("DELETE", who, path, call, {"status": 204, **more})


def _id(row: Any) -> Any:
    return row.id


def _row_key(row: Any) -> Any:
    return row.key


_TOKEN = frozenset({"token"})
_SEARCH = frozenset({"search", "statuses"})
_DOSSIER = "/dossiers/{dossier_id}"
_DRAFT = f"{_DOSSIER}/drafts/{{draft_id}}"
_MESSAGE = f"{_DOSSIER}/messages/{{message_id}}"
_RECEIPT = f"{_DOSSIER}/receipts/{{receipt_id}}"
_QUESTIONNAIRE = "/questionnaires/{assignment_id}"
_REQUEST = "/requests/{request_id}"
_ITEM = f"{_REQUEST}/items/{{item_id}}"
_PDF = "application/pdf"
_VISITOR, _SECOND, _PERSON = Who.VISITOR, Who.SECOND_STEP, Who.PERSON

OPERATIONS: tuple[ClientOperation, ...] = (
    # Signing in and out.
    _post("/session", "sign_in.sign_in", 200, _VISITOR, via=entering.sign_in),
    _get("/session", "sign_in.whoever", _PERSON, via=entering.session, is_open=True),
    _delete("/session", "sign_in.sign_out", _PERSON, via=entering.sign_out, is_open=True),
    _post("/session/tokens", "sign_in.refresh", 200, _VISITOR, via=entering.refresh),
    _post("/session/confirmation", "sign_in.confirm", 200, _PERSON, via=entering.confirm, is_open=True),
    _post("/session/use", "sessions.keep", 200, _PERSON, is_open=True),
    _put("/session/account", "accounts.switch", _PERSON),
    # The second step of signing in.
    _get("/second-step", "second_step.view", _SECOND, left_out=_TOKEN),
    _post("/second-step/code", "second_step.enter", 200, _SECOND, via=entering.enter_code),
    _post("/second-step/recovery", "second_step.recover", 200, _SECOND, via=entering.recover),
    _post("/second-step/resend", "second_step.resend", 204, _SECOND, left_out=_TOKEN),
    # Onboarding, and a forgotten password. The links of mails lead to pages; an app sends their tokens in bodies.
    _post("/password-links", "onboarding.ask_link", 204, _VISITOR),
    _post("/invitations/look", "onboarding.look_at_invitation", 200, _VISITOR),
    _post("/password-links/look", "onboarding.look_at_password_link", 200, _VISITOR),
    _post("/password", "onboarding.set_password", 200, _VISITOR, via=entering.set_password),
    _put("/password", "profile.change_password", _PERSON, status=200, via=entering.change_password),
    # The person: accounts, sessions, two-step verification, e-mail address.
    _get("/accounts", "accounts.others", _PERSON),
    _get("/sessions", "sessions.view", _PERSON),
    _delete("/sessions/{session_id}", "sessions.end", _PERSON),
    _post("/sessions/end-others", "sessions.end_others", 204, _PERSON),
    _get("/two-step", "two_step.view", _PERSON, via=client_values.two_step, is_open=True),
    _post("/two-step/sms", "two_step.begin_sms", 204, _PERSON, is_open=True),
    _post("/two-step/app", "two_step.begin_totp", 200, _PERSON, via=client_values.begin_totp, is_open=True),
    _post("/two-step/enrolment", "two_step.enrol", 200, _PERSON, via=client_values.enrol, is_open=True),
    _post("/two-step/enrolment/resend", "two_step.resend", 204, _PERSON, is_open=True),
    _delete("/two-step/enrolment", "two_step.cancel", _PERSON, is_open=True),
    _post("/two-step/code", "two_step.ask_code", 204, _PERSON, is_open=True),
    _post("/two-step/proof", "two_step.prove", 200, _PERSON, via=client_values.prove, is_open=True),
    _delete("/two-step", "two_step.turn_off", _PERSON, is_open=True),
    _get("/address", "address_changes.view", _PERSON),
    _get("/address/ready", "address_changes.ready", _PERSON, status=204),
    _post("/address", "address_changes.ask", 204, _PERSON),
    _post("/address-links/look", "address_changes.look", 200, _VISITOR),
    _post("/address-links/confirm", "address_changes.confirm", 200, _VISITOR, via=client_values.confirm_address),
    # Checking a receipt, by whoever holds it.
    _post("/receipts/{receipt_id}/look", "receipts.look", 200, _VISITOR),
    _post("/receipts/{receipt_id}/check", "receipts.check", 200, _VISITOR),
    _post("/receipts/{receipt_id}/check-file", "receipts.check_file", 200, _VISITOR),
    # What is new, and the settings of the account.
    _get("/counts", "home.counts"),
    _get("/news", "home.news"),
    _get("/room", "messages.room"),
    _get("/profile", "profile.view"),
    _put("/profile", "profile.save"),
    # Dossiers and their files.
    _get(
        "/dossiers",
        "dossiers.list",
        via=client_values.dossiers,
        left_out=frozenset({"search", "statuses"}),
        key=_row_key,
    ),
    _post("/dossiers/search", "dossiers.list", 200, via=client_values.dossiers, is_once=False, key=_row_key),
    _get(_DOSSIER, "dossiers.open"),
    _get(f"{_DOSSIER}/documents", "dossiers.documents", key=_id),
    _get(f"{_DOSSIER}/documents/{{document_id}}/file", "dossiers.download"),
    _get(f"{_DOSSIER}/documents/{{document_id}}/view", "dossiers.look", opens=True),
    _get(f"{_DOSSIER}/submissions", "dossiers.submissions", key=_id),
    _get(f"{_DOSSIER}/submissions/{{submission_id}}/file", "dossiers.download_submission"),
    _get(f"{_DOSSIER}/submissions/{{submission_id}}/view", "dossiers.look_at_submission"),
    _get(f"{_DOSSIER}/archive", "dossiers.archive", opens=True),
    _get(f"{_DOSSIER}/handler-picture", "dossiers.handler_picture"),
    # Messages. A draft has an id of its own, by which its message is sent once.
    _get(f"{_DOSSIER}/messages", "dossiers.messages", key=_id),
    _get(_MESSAGE, "messages.peek"),
    _post(f"{_MESSAGE}/read", "messages.read", 200, is_once=False),
    _get(f"{_MESSAGE}/conversation", "messages.peek_conversation"),
    _post(f"{_MESSAGE}/conversation/read", "messages.read_conversation", 200, is_once=False),
    _post(f"{_MESSAGE}/take-back", "messages.take_back"),
    _get(f"{_DOSSIER}/drafts", "drafts.list"),
    _post("/drafts", "messages.new_draft", 201, is_once=False),
    _get(_DRAFT, "drafts.get"),
    _put(_DRAFT, "drafts.save", status=200),
    _delete(_DRAFT, "drafts.delete"),
    _get(f"{_DRAFT}/files", "messages.uploads"),
    _post(f"{_DRAFT}/files", "attachments.stage", 201),
    _delete(f"{_DOSSIER}/files/{{upload_id}}", "attachments.unstage"),
    _post(f"{_DRAFT}/send", "messages.send", 201),
    _get(_RECEIPT, "receipts.get", via=client_values.receipt),
    _get(f"{_RECEIPT}/pdf", "receipts.pdf", media_type=_PDF),
    _post(f"{_RECEIPT}/mail", "receipts.mail"),
    # Questionnaires.
    _get("/today", "questionnaires.today"),
    _get("/questionnaires", "questionnaires.waiting", key=_row_key),
    _post("/addresses/find", "questionnaires.find_address", 200, is_once=False),
    _get(_QUESTIONNAIRE, "questionnaires.open"),
    _post(f"{_QUESTIONNAIRE}/start", "questionnaires.start", 200),
    _get(f"{_QUESTIONNAIRE}/pdf", "questionnaires.pdf"),
    _get(f"{_QUESTIONNAIRE}/pages/{{page_id}}", "questionnaires.open", via=client_values.questionnaire_page),
    _put(f"{_QUESTIONNAIRE}/pages/{{page_id}}", "questionnaires.save", status=200),
    _post(f"{_QUESTIONNAIRE}/complete", "questionnaires.complete", 200),
    _get(f"{_QUESTIONNAIRE}/questions/{{question_id}}/files", "answer_files.staged"),
    _post(f"{_QUESTIONNAIRE}/questions/{{question_id}}/files", "answer_files.stage", 201),
    _delete(f"{_QUESTIONNAIRE}/files/{{upload_id}}", "answer_files.unstage"),
    # Requests for documents. A delivery has an id of its own, by which it is made once.
    _get("/requests", "requests.waiting", key=_row_key),
    _get("/requests/delivered", "requests.delivered", key=_row_key),
    _get(f"{_DOSSIER}/requests", "requests.list", key=_id),
    _get(_REQUEST, "requests.get"),
    _post(f"{_REQUEST}/open", "requests.open", 200, is_once=False),
    _get(f"{_ITEM}/files", "requests.staged"),
    _post(f"{_ITEM}/files", "requests.stage", 201),
    _delete(f"{_REQUEST}/files/{{upload_id}}", "requests.unstage"),
    _post("/deliveries", "requests.new_delivery", 201, is_once=False),
    _put(f"{_ITEM}/deliveries/{{delivery_id}}", "requests.deliver", status=200),
    _put(f"{_ITEM}/not-applicable/{{delivery_id}}", "requests.declare_not_applicable"),
    _delete(f"{_ITEM}/deliveries/{{delivery_id}}", "requests.take_back"),
    # The extra accounts of a company.
    _get("/extra-accounts", "extra_accounts.list"),
    _get("/extra-accounts/ready", "extra_accounts.ready", status=204),
    _post("/extra-accounts", "extra_accounts.add", 201),
    _get("/extra-accounts/{account_id}", "extra_accounts.get"),
    _post("/extra-accounts/{account_id}/invite", "extra_accounts.invite_again"),
    _delete("/extra-accounts/{account_id}", "extra_accounts.delete"),
)

LEFT_OUT: Mapping[str, str] = {
    "sign_in.admit": "the vendor's own code makes it, after its own sign-in",
    "sign_in.confirm_admitted": "the vendor's own code makes it, after its own sign-in",
    "sign_in.lapsed": "it keeps forms of pages whose session ended; here the caller still has what it sent",
    "sessions.keep_during": "every operation to which a file streams makes it",
    "accounts.act_for": "every operation under an account makes it",
    "forms.seal": "a page says for whom it was shown; here the account stands in the path",
    "forms.require_own": "a page says for whom it was shown; here the account stands in the path",
    "forms.shown": "a page says for whom it was shown; here the account stands in the path",
    "forms.keep": "it keeps forms of pages whose session ended; here the caller still has what it sent",
    "forms.kept": "it keeps forms of pages whose session ended; here the caller still has what it sent",
    "forms.kept_account": "it keeps forms of pages whose session ended; here the caller still has what it sent",
}
"""The calls of ``portal.client`` that have no operation, each with the reason."""
