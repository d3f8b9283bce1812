"""The portal's addresses: the name of every route and its path under the prefix at which the portal is mounted.

Hosts declare their routes from this table, and pages make their links from it, so links always match routes. Making a
link from it is also cheaper than a call of the framework for each link of a page.
"""

from collections.abc import Mapping
from string import Formatter
from urllib.parse import quote, urlencode
from uuid import UUID

import attrs

_DOSSIER = "dossiers/{dossier_id}"
_MESSAGES = f"{_DOSSIER}/berichten"
_DRAFT = f"{_MESSAGES}/concepten/{{draft_id}}"
_QUESTIONNAIRE = "vragenlijsten/{assignment_id}"
_RECEIPT = f"{_DOSSIER}/ontvangstbewijzen/{{receipt_id}}"
_REQUEST = "verzoeken/{request_id}"
_ITEM = f"{_REQUEST}/stukken/{{item_id}}"
_EXTRA = "accounts/extra-accounts"

PATHS: Mapping[str, str] = {
    "start": "",
    "sign_in": "inloggen",
    "second_step": "tweede-stap",
    "second_step_recovery": "tweede-stap/herstelcode",
    "sign_out": "uitloggen",
    "ask_link": "instellen-wachtwoord",
    "invitation": "uitnodiging/{token}",
    "password_link": "wachtwoord/{token}",
    "set_password": "wachtwoord",
    "address_link": "e-mailadres/{token}",
    "confirm_address": "e-mailadres",
    "help": "hulp",
    "accessibility": "toegankelijkheid",
    "style": "huisstijl.css",
    "logo": "logo",
    "dark_logo": "logo-donker",
    "icon": "pictogram.png",
    "manifest": "manifest.webmanifest",
    "static": "static/{file}",
    "check_receipt": "ontvangstbewijs/{receipt_id}/{code}",
    "confirm": "bevestigen",
    "keep_session": "ingelogd-blijven",
    "home": "home",
    "acting_for": "namens",
    "switch_account": "namens/{account_id}",
    "actions": "acties",
    "dossiers": "dossiers",
    "correspondence": _DOSSIER,
    "documents": f"{_DOSSIER}/documenten",
    "submissions": f"{_DOSSIER}/aangeleverd",
    "messages": _MESSAGES,
    "progress": f"{_DOSSIER}/voortgang",
    "download_document": f"{_DOSSIER}/documenten/{{document_id}}",
    "download_submission": f"{_DOSSIER}/aangeleverd/{{submission_id}}",
    "look_at_document": f"{_DOSSIER}/documenten/{{document_id}}/bekijken",
    "look_at_submission": f"{_DOSSIER}/aangeleverd/{{submission_id}}/bekijken",
    "document_contents": f"{_DOSSIER}/documenten/{{document_id}}/inhoud",
    "submission_contents": f"{_DOSSIER}/aangeleverd/{{submission_id}}/inhoud",
    "download_dossier": f"{_DOSSIER}/alles",
    "handler_picture": f"{_DOSSIER}/behandelaar",
    "new_message": f"{_MESSAGES}/nieuw",
    "message": f"{_MESSAGES}/{{message_id}}",
    "answer": f"{_MESSAGES}/{{message_id}}/beantwoorden",
    "take_back": f"{_MESSAGES}/{{message_id}}/terugnemen",
    "draft": _DRAFT,
    "delete_draft": f"{_DRAFT}/verwijderen",
    "upload": f"{_DOSSIER}/bijlagen",
    "remove_upload": f"{_DOSSIER}/bijlagen/{{upload_id}}/verwijderen",
    "start_questionnaire": _QUESTIONNAIRE,
    "questionnaire_page": f"{_QUESTIONNAIRE}/pagina/{{page_id}}",
    "questionnaire_review": f"{_QUESTIONNAIRE}/overzicht",
    "questionnaire_result": f"{_QUESTIONNAIRE}/resultaat",
    "questionnaire_pdf": f"{_QUESTIONNAIRE}/pdf/{{language}}",
    "questionnaire_upload": f"{_QUESTIONNAIRE}/bestanden/{{question_id}}",
    "request": _REQUEST,
    "request_item": _ITEM,
    "request_upload": f"{_ITEM}/bestanden",
    "remove_request_upload": f"{_ITEM}/bestanden/{{upload_id}}/verwijderen",
    "take_back_delivery": f"{_ITEM}/terugnemen/{{delivery_id}}",
    "receipt": _RECEIPT,
    "receipt_pdf": f"{_RECEIPT}/pdf",
    "mail_receipt": f"{_RECEIPT}/mailen",
    "profile": "mijn-gegevens",
    "address": "mijn-gegevens/e-mailadres",
    "change_password": "mijn-gegevens/wachtwoord",
    "sessions": "mijn-gegevens/sessies",
    "end_session": "mijn-gegevens/sessies/{session_id}/beeindigen",
    "two_step": "mijn-gegevens/tweestaps",
    "recovery_file": "mijn-gegevens/tweestaps/herstelcode",
    "extra_accounts": _EXTRA,
    "new_extra_account": f"{_EXTRA}/nieuw",
    "extra_account": f"{_EXTRA}/{{account_id}}",
    "invite_extra_account": f"{_EXTRA}/{{account_id}}/uitnodigen",
    "delete_extra_account": f"{_EXTRA}/{{account_id}}/verwijderen",
}
"""The path of each route, by route name. Path parameters are in braces."""
PARTS: Mapping[str, frozenset[str]] = {
    name: frozenset(part for _text, part, _spec, _conversion in Formatter().parse(path) if part)
    for name, path in PATHS.items()
}
"""The names of the path parameters, by route name. A vendor's prefix such as ``/{office}/portaal`` may add others."""
UNKNOWN = "unknown"
"""The name of the route of all addresses below the mount that no other route has."""
REST = "klantportaal_rest"
"""Its path parameter: the path below the mount. It is in no log, because it may have a token in it."""


def own_parts(name: str, parts: Mapping[str, object]) -> dict[str, object]:
    """Pick the path parameters of the portal's own route from all path parameters of a request. A vendor's has none."""
    own = PARTS.get(name, frozenset())
    return {part: value for part, value in parts.items() if part in own}


def prefix_parts(name: str, parts: Mapping[str, object]) -> dict[str, object]:
    """Pick the path parameters of the vendor's prefix from all path parameters of a request."""
    own = PARTS.get(name, frozenset({REST}))
    return {part: value for part, value in parts.items() if part not in own}


def written(path: str) -> str:
    """Percent-encode a decoded path for use in an address."""
    return quote(path, safe="/!$&'()*+,;=:@")


@attrs.frozen
class Url:
    """Makes the paths of pages, without a host name, so that a forged Host header cannot change the links."""

    mount: str
    """The path under which the portal is mounted, ending in a slash."""

    def __call__(self, name: str, /, *, query: Mapping[str, object] | None = None, **parts: object) -> str:
        """Make the path of a page.

        Args:
            name: the name of the route in ``PATHS``.
            query: the query parameters. A list gives one parameter for each of its values.
            parts: the path parameters.
        """
        filled = PATHS[name].format_map({part: _segment(value) for part, value in parts.items()})
        return f"{self.mount}{filled}?{urlencode(query, doseq=True)}" if query else f"{self.mount}{filled}"


def _segment(value: object) -> str:
    """Write a value as one path segment. A UUID needs no percent-encoding."""
    return str(value) if isinstance(value, UUID) else quote(str(value), safe="")
