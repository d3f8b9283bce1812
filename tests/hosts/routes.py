"""The routes that both hosts must have: name, path, methods and who may use them."""

import enum

import attrs


class Guard(enum.StrEnum):
    """Who may use a route."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed in"


@attrs.frozen
class Route:
    """One route. Path parameters are in braces."""

    name: str
    path: str
    methods: frozenset[str]
    guard: Guard


def _route(name: str, path: str, methods: str, guard: Guard = Guard.SIGNED_IN) -> Route:
    return Route(name, path, frozenset(methods.split()), guard)


D, M = "/dossiers/{dossier_id}", "/dossiers/{dossier_id}/berichten"
Q = "/vragenlijsten/{assignment_id}"
R = "/dossiers/{dossier_id}/ontvangstbewijzen/{receipt_id}"
V = "/verzoeken/{request_id}"
W = f"{V}/stukken/{{item_id}}"
X = "/accounts/extra-accounts"

ROUTES = (
    _route("start", "/", "GET", Guard.EVERYONE),
    _route("sign_in", "/inloggen", "GET POST", Guard.EVERYONE),
    _route("second_step", "/tweede-stap", "GET POST", Guard.EVERYONE),
    _route("second_step_recovery", "/tweede-stap/herstelcode", "GET POST", Guard.EVERYONE),
    _route("sign_out", "/uitloggen", "POST", Guard.EVERYONE),
    _route("ask_link", "/instellen-wachtwoord", "GET POST", Guard.EVERYONE),
    _route("invitation", "/uitnodiging/{token}", "GET", Guard.EVERYONE),
    _route("password_link", "/wachtwoord/{token}", "GET", Guard.EVERYONE),
    _route("set_password", "/wachtwoord", "GET POST", Guard.EVERYONE),
    _route("address_link", "/e-mailadres/{token}", "GET", Guard.EVERYONE),
    _route("confirm_address", "/e-mailadres", "GET POST", Guard.EVERYONE),
    _route("check_receipt", "/ontvangstbewijs/{receipt_id}/{code}", "GET POST", Guard.EVERYONE),
    _route("help", "/hulp", "GET", Guard.EVERYONE),
    _route("accessibility", "/toegankelijkheid", "GET", Guard.EVERYONE),
    _route("style", "/huisstijl.css", "GET", Guard.EVERYONE),
    _route("logo", "/logo", "GET", Guard.EVERYONE),
    _route("dark_logo", "/logo-donker", "GET", Guard.EVERYONE),
    _route("icon", "/pictogram.png", "GET", Guard.EVERYONE),
    _route("manifest", "/manifest.webmanifest", "GET", Guard.EVERYONE),
    _route("static", "/static/{file}", "GET", Guard.EVERYONE),
    _route("confirm", "/bevestigen", "GET POST"),
    _route("keep_session", "/ingelogd-blijven", "POST"),
    _route("home", "/home", "GET"),
    _route("acting_for", "/namens", "GET"),
    _route("switch_account", "/namens/{account_id}", "POST"),
    _route("actions", "/acties", "GET"),
    _route("dossiers", "/dossiers", "GET"),
    _route("correspondence", D, "GET"),
    _route("documents", f"{D}/documenten", "GET"),
    _route("submissions", f"{D}/aangeleverd", "GET"),
    _route("messages", M, "GET"),
    _route("progress", f"{D}/voortgang", "GET"),
    _route("download_document", f"{D}/documenten/{{document_id}}", "GET"),
    _route("download_submission", f"{D}/aangeleverd/{{submission_id}}", "GET"),
    _route("look_at_document", f"{D}/documenten/{{document_id}}/bekijken", "GET"),
    _route("look_at_submission", f"{D}/aangeleverd/{{submission_id}}/bekijken", "GET"),
    _route("document_contents", f"{D}/documenten/{{document_id}}/inhoud", "GET"),
    _route("submission_contents", f"{D}/aangeleverd/{{submission_id}}/inhoud", "GET"),
    _route("download_dossier", f"{D}/alles", "GET"),
    _route("handler_picture", f"{D}/behandelaar", "GET"),
    _route("new_message", f"{M}/nieuw", "GET POST"),
    _route("message", f"{M}/{{message_id}}", "GET"),
    _route("answer", f"{M}/{{message_id}}/beantwoorden", "GET POST"),
    _route("take_back", f"{M}/{{message_id}}/terugnemen", "GET POST"),
    _route("draft", f"{M}/concepten/{{draft_id}}", "GET"),
    _route("delete_draft", f"{M}/concepten/{{draft_id}}/verwijderen", "GET POST"),
    _route("upload", f"{D}/bijlagen", "POST"),
    _route("remove_upload", f"{D}/bijlagen/{{upload_id}}/verwijderen", "POST"),
    _route("start_questionnaire", Q, "GET POST"),
    _route("questionnaire_page", f"{Q}/pagina/{{page_id}}", "GET POST"),
    _route("questionnaire_review", f"{Q}/overzicht", "GET POST"),
    _route("questionnaire_result", f"{Q}/resultaat", "GET"),
    _route("questionnaire_pdf", f"{Q}/pdf/{{language}}", "GET"),
    _route("questionnaire_upload", f"{Q}/bestanden/{{question_id}}", "POST"),
    _route("request", V, "GET"),
    _route("request_item", W, "GET POST"),
    _route("request_upload", f"{W}/bestanden", "POST"),
    _route("remove_request_upload", f"{W}/bestanden/{{upload_id}}/verwijderen", "POST"),
    _route("take_back_delivery", f"{W}/terugnemen/{{delivery_id}}", "POST"),
    _route("receipt", R, "GET"),
    _route("receipt_pdf", f"{R}/pdf", "GET"),
    _route("mail_receipt", f"{R}/mailen", "POST"),
    _route("profile", "/mijn-gegevens", "GET POST"),
    _route("address", "/mijn-gegevens/e-mailadres", "GET POST"),
    _route("change_password", "/mijn-gegevens/wachtwoord", "GET POST"),
    _route("sessions", "/mijn-gegevens/sessies", "GET POST"),
    _route("end_session", "/mijn-gegevens/sessies/{session_id}/beeindigen", "POST"),
    _route("two_step", "/mijn-gegevens/tweestaps", "GET POST"),
    _route("recovery_file", "/mijn-gegevens/tweestaps/herstelcode", "POST"),
    _route("extra_accounts", X, "GET"),
    _route("new_extra_account", f"{X}/nieuw", "GET POST"),
    _route("extra_account", f"{X}/{{account_id}}", "GET"),
    _route("invite_extra_account", f"{X}/{{account_id}}/uitnodigen", "POST"),
    _route("delete_extra_account", f"{X}/{{account_id}}/verwijderen", "GET POST"),
)
