"""The operations of the office API: each is one call of ``portal.office``, with its scope (AP-6)."""

from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

import attrs

from klantportaal.adapters.web.api.office_values import given_secret
from klantportaal.adapters.web.api.operation import AnyOperation
from klantportaal.domain.api_keys import ApiAccess, ApiArea
from klantportaal.sides import OfficeSide

READ, WRITE = ApiAccess.READ, ApiAccess.WRITE


@attrs.frozen(kw_only=True, cache_hash=True)
class Operation(AnyOperation):
    """One operation of the office API."""

    access: ApiAccess
    shown: Callable[[Any], Any] | None = None
    """Makes the answer of what the call gives, where that has a secret that JSON leaves out."""

    @property
    def side(self) -> type[Any]:
        """The calls are those of ``portal.office``."""
        return OfficeSide

    @property
    def result(self) -> Any:
        """The type of what is shown, or of what the call gives."""
        return super().result if self.shown is None else get_type_hints(self.shown)["return"]

    @property
    def area(self) -> ApiArea:
        """The area that a key needs."""
        return ApiArea(self.call.partition(".")[0])

    @property
    def tag(self) -> str:
        """Operations stand together by their area."""
        return self.area.value

    @property
    def needs(self) -> str:
        """The scope that a key needs."""
        return f"Needs the scope `{self.area}:{self.access}`."

    @property
    def is_counted(self) -> bool:
        """Each request of a key is counted."""
        return True

    @property
    def takes_key(self) -> bool:
        """Whether it takes an ``Idempotency-Key``: whatever makes or does something by POST."""
        return self.method == "POST" and self.access is WRITE and self.is_once


def _get(path: str, call: str, **more: Any) -> Operation:
    return Operation(**{"method": "GET", "path": path, "call": call, "access": READ, "status": 200, **more})


def _post(path: str, call: str, status: int = 204, **more: Any) -> Operation:
    return Operation(**{"method": "POST", "path": path, "call": call, "access": WRITE, "status": status, **more})


def _put(path: str, call: str, **more: Any) -> Operation:
    return Operation(**{"method": "PUT", "path": path, "call": call, "access": WRITE, "status": 204, **more})


def _delete(path: str, call: str) -> Operation:
    return Operation(method="DELETE", path=path, call=call, access=WRITE, status=204)


def _of_row(row: Any) -> Any:
    return row.key


def _id(row: Any) -> Any:
    return row.id


_JSON = "application/json"
_SEARCH = frozenset({"search"})

OPERATIONS: tuple[Operation, ...] = (
    # The office itself.
    _get("/profile", "profile.get"),
    _put("/profile", "profile.change"),
    _put("/profile/two-step", "profile.require_two_step"),
    _put("/profile/vendor-sign-in", "profile.use_vendor_sign_in"),
    _put("/profile/address-changes", "profile.allow_address_changes"),
    _put("/profile/notices", "profile.set_notices"),
    _put("/profile/logo", "profile.change_logo"),
    _put("/profile/dark-logo", "profile.change_dark_logo"),
    _delete("/profile/dark-logo", "profile.remove_dark_logo"),
    # Clients and their accounts.
    _get("/clients", "clients.list", left_out=_SEARCH, key=lambda row: row.client.id),
    _post("/clients/search", "clients.list", 200, access=READ, key=lambda row: row.client.id),
    _post("/clients", "clients.invite", 201, location="/clients/{client_id}"),
    _post("/clients/find", "clients.find", 200, access=READ),
    _get("/clients/{client_id}", "clients.get"),
    _post("/clients/{client_id}/close", "clients.close"),
    _post("/clients/{client_id}/reopen", "clients.reopen"),
    _post("/clients/{client_id}/accounts", "clients.add_extra_account", 201),
    _put("/accounts/{account_id}", "clients.correct"),
    _delete("/accounts/{account_id}", "clients.delete_account"),
    _post("/accounts/{account_id}/invite", "clients.invite_again"),
    _post("/accounts/{account_id}/close", "clients.close_account"),
    _post("/accounts/{account_id}/reopen", "clients.reopen_account"),
    _delete("/accounts/{account_id}/two-step", "clients.reset_two_step"),
    _delete("/accounts/{account_id}/subject", "clients.release_subject"),
    _get("/usage", "clients.usage"),
    _get("/mail-problems", "clients.mail_problems", key=lambda row: row.mail_id),
    _post("/mail-problems/{mail_id}/send-again", "clients.send_mail_again"),
    _post("/bounces", "clients.bounced", 200, media_type="message/rfc822"),
    # Case handlers.
    _get("/case-handlers", "case_handlers.list"),
    _post("/case-handlers", "case_handlers.add", 201),
    _put("/case-handlers/{handler_id}", "case_handlers.change"),
    _delete("/case-handlers/{handler_id}", "case_handlers.remove"),
    _put("/case-handlers/{handler_id}/picture", "case_handlers.change_picture"),
    _delete("/case-handlers/{handler_id}/picture", "case_handlers.remove_picture"),
    # Dossiers.
    _get("/dossiers", "dossiers.list", left_out=_SEARCH, key=_of_row),
    _post("/dossiers/search", "dossiers.list", 200, access=READ, key=_of_row),
    _post("/dossiers", "dossiers.open", 201, location="/dossiers/{id}"),
    _post("/dossiers/find", "dossiers.find", 200, access=READ),
    _get("/dossiers/{dossier_id}", "dossiers.get"),
    _put("/dossiers/{dossier_id}", "dossiers.change", method="PATCH"),
    _put("/dossiers/{dossier_id}/case-handler", "dossiers.give_handler"),
    _put("/dossiers/{dossier_id}/notice-addresses", "dossiers.set_notice_addresses"),
    _put("/dossiers/{dossier_id}/parties/{client_id}", "dossiers.add_party"),
    _delete("/dossiers/{dossier_id}/parties/{client_id}", "dossiers.remove_party"),
    _put("/dossiers/{dossier_id}/third-party", "dossiers.await_third_party"),
    _post("/dossiers/{dossier_id}/third-party/clear", "dossiers.clear_third_party"),
    _get("/dossiers/{dossier_id}/archive", "dossiers.archive", opens=True),
    _get("/waiting", "dossiers.waiting", key=_of_row),
    _get("/quarantine", "dossiers.quarantine", key=lambda row: row.held.file.key),
    # Documents.
    _post("/dossiers/{dossier_id}/documents", "documents.publish", 201, location="/documents/{id}/file"),
    _post("/documents/find", "documents.find", 200, access=READ),
    _post("/documents/{document_id}/replace", "documents.replace", 201, location="/documents/{id}/file"),
    _post("/documents/{document_id}/withdraw", "documents.withdraw"),
    _get("/documents/{document_id}/file", "documents.download"),
    # Messages.
    _get("/messages", "messages.inbox", key=lambda row: row.message.id),
    _post("/dossiers/{dossier_id}/messages", "messages.send", 201, location="/messages/{id}"),
    _post("/messages/find", "messages.find", 200, access=READ),
    _get("/messages/{message_id}", "messages.peek"),
    _post("/messages/{message_id}/read", "messages.read", 200, is_once=False),
    _post("/messages/{message_id}/take-back", "messages.take_back"),
    _post("/messages/{message_id}/handle", "messages.handle"),
    _get("/submissions/{submission_id}/file", "messages.fetch", opens=True),
    # Questionnaires.
    _get("/questionnaires", "questionnaires.revisions"),
    _post("/questionnaires", "questionnaires.publish", 201, media_type=_JSON),
    _get("/questionnaires/{digest}", "questionnaires.document", media_type=_JSON),
    _get("/questionnaire-drafts", "questionnaires.drafts"),
    _post(
        "/questionnaire-drafts",
        "questionnaires.start_draft",
        201,
        location="/questionnaire-drafts/{id}",
        media_type=_JSON,
    ),
    _get("/questionnaire-drafts/{draft_id}", "questionnaires.draft"),
    _put("/questionnaire-drafts/{draft_id}", "questionnaires.save_draft", status=200, media_type=_JSON),
    _post("/questionnaire-drafts/{draft_id}/discard", "questionnaires.discard_draft"),
    _post("/questionnaire-drafts/{draft_id}/publish", "questionnaires.publish_draft", 201),
    _get("/questionnaires/{digest}/source", "questionnaires.source", media_type=_JSON),
    _get("/questionnaire-fragments", "questionnaires.fragments"),
    _get("/questionnaire-fragments/{fragment_id}", "questionnaires.fragment"),
    _put("/questionnaire-fragments/{fragment_id}", "questionnaires.save_fragment", status=200, media_type=_JSON),
    _delete("/questionnaire-fragments/{fragment_id}", "questionnaires.delete_fragment"),
    _get("/questionnaires/{older}/changes/{newer}", "questionnaires.changes"),
    _get("/assignments", "questionnaires.list", key=_id),
    _post("/dossiers/{dossier_id}/assignments", "questionnaires.assign", 201, location="/assignments/{id}"),
    _get("/assignments/{assignment_id}", "questionnaires.get"),
    _post("/assignments/{assignment_id}/withdraw", "questionnaires.withdraw"),
    _post("/assignments/{assignment_id}/rebase", "questionnaires.rebase"),
    _get("/assignments/{assignment_id}/answers", "questionnaires.answers", media_type=_JSON),
    _get("/assignments/{assignment_id}/pdf", "questionnaires.pdf"),
    # Requests for documents.
    _get("/request-templates", "requests.templates"),
    _post("/request-templates", "requests.publish_template", 201, media_type=_JSON),
    _get("/request-templates/{digest}", "requests.template_document", media_type=_JSON),
    _get("/requests", "requests.list", key=_id),
    _get("/delivered-requests", "requests.delivered", key=_id),
    _post("/dossiers/{dossier_id}/requests", "requests.make", 201, location="/requests/{id}"),
    _post(
        "/dossiers/{dossier_id}/requests/from-template",
        "requests.make_from_template",
        201,
        location="/requests/{id}",
    ),
    _get("/requests/{request_id}", "requests.get"),
    _post("/requests/{request_id}/withdraw", "requests.withdraw"),
    _post("/requests/{request_id}/remind", "requests.remind"),
    _post("/requests/{request_id}/items", "requests.add_item", 201),
    _post("/requests/{request_id}/items/{item_id}/withdraw", "requests.withdraw_item"),
    _post("/requests/{request_id}/items/{item_id}/open", "requests.open_item"),
    _post("/requests/{request_id}/items/{item_id}/accept", "requests.accept_item"),
    _post("/requests/{request_id}/items/{item_id}/return", "requests.return_item"),
    _get("/requests/{request_id}/submissions/{submission_id}/file", "requests.fetch", opens=True),
    # The steps of dossiers.
    _get("/progress-templates", "progress.templates"),
    _post("/progress-templates", "progress.publish_template", 201, media_type=_JSON),
    _get("/progress-templates/{digest}", "progress.template_document", media_type=_JSON),
    _post("/dossiers/{dossier_id}/progress/follow", "progress.follow", 200),
    _post("/dossiers/{dossier_id}/progress/move", "progress.move", 200),
    _delete("/dossiers/{dossier_id}/progress", "progress.end"),
    # Reminders.
    _get("/reminders", "reminders.sent", key=_of_row),
    _get("/unseen", "reminders.unseen", key=_of_row),
    _post(
        "/dossiers/{dossier_id}/parties/{client_id}/letter",
        "reminders.letter",
        200,
        media_type="application/pdf",
        is_once=False,
    ),
    _get("/reminders/rules", "reminders.rules"),
    _put("/reminders/rules", "reminders.change"),
    _put("/reminders/clients/{client_id}", "reminders.switch_client"),
    _put("/reminders/assignments/{assignment_id}", "reminders.switch_questionnaire"),
    _put("/reminders/requests/{request_id}", "reminders.switch_request"),
    _put("/reminders/requests/{request_id}/items/{item_id}", "reminders.switch_item"),
    _post("/reminders/switched-off", "reminders.switched_off", 200, access=READ),
    # What happened. The cursor of a page is a number of the feed.
    _get("/events", "events.list"),
    _get("/events/newest", "events.newest"),
    # The audit trail.
    _get("/audit/entries", "audit.entries", key=lambda row: row.entry.id),
    _get("/audit/export", "audit.export", media_type="application/x-ndjson"),
    _post("/audit/verify", "audit.verify", 200, access=READ, left_out=frozenset({"progress"})),
    _post("/audit/accept-restored", "audit.accept_restored"),
    # Webhooks. An answer with a secret is not kept, so these two take no Idempotency-Key.
    _get("/webhooks", "webhooks.list"),
    _post("/webhooks", "webhooks.make", 201, is_once=False, shown=given_secret),
    _put("/webhooks/{webhook_id}", "webhooks.change"),
    _delete("/webhooks/{webhook_id}", "webhooks.remove"),
    _put("/webhooks/{webhook_id}/state", "webhooks.switch"),
    _post("/webhooks/{webhook_id}/secret", "webhooks.rotate_secret", 200, is_once=False, shown=given_secret),
    _get("/webhooks/{webhook_id}/deliveries", "webhooks.deliveries", key=_id),
    _post("/webhooks/{webhook_id}/resend", "webhooks.resend_since", 200),
    _post("/webhook-deliveries/{delivery_id}/resend", "webhooks.resend"),
    # API keys.
    _get("/api-keys", "api_keys.list"),
    _delete("/api-keys/{key_id}", "api_keys.revoke"),
)

LEFT_OUT: Mapping[str, str] = {
    "api_keys.make": "a key could make one that may do more than itself; the vendor's call and the command make keys",
    "questionnaires.result": "it has the whole definition; programs read the answers as JSON, or the PDF",
}
"""The calls of ``portal.office`` that have no operation, each with the reason."""
