"""The portal's addresses: the name of every route and its path under the prefix at which a host has the portal.

Hosts declare their routes with these and pages link with them, so that the two cannot drift apart, and a page with a
hundred links does not ask its framework a hundred times.
"""

from collections.abc import Mapping
from string import Formatter
from urllib.parse import quote, urlencode
from uuid import UUID

import attrs

_DOSSIER = "dossiers/{dossier_id}"
_MESSAGES = f"{_DOSSIER}/berichten"
_QUESTIONNAIRE = "vragenlijsten/{assignment_id}"
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
    "style": "huisstijl.css",
    "logo": "logo",
    "static": "static/{file}",
    "confirm": "bevestigen",
    "home": "home",
    "actions": "acties",
    "dossiers": "dossiers",
    "correspondence": _DOSSIER,
    "documents": f"{_DOSSIER}/documenten",
    "submissions": f"{_DOSSIER}/aangeleverd",
    "messages": _MESSAGES,
    "download_document": f"{_DOSSIER}/documenten/{{document_id}}",
    "download_submission": f"{_DOSSIER}/aangeleverd/{{submission_id}}",
    "new_message": f"{_MESSAGES}/nieuw",
    "message": f"{_MESSAGES}/{{message_id}}",
    "answer": f"{_MESSAGES}/{{message_id}}/beantwoorden",
    "upload": f"{_DOSSIER}/bijlagen",
    "remove_upload": f"{_DOSSIER}/bijlagen/{{upload_id}}/verwijderen",
    "start_questionnaire": _QUESTIONNAIRE,
    "questionnaire_page": f"{_QUESTIONNAIRE}/pagina/{{page_id}}",
    "questionnaire_review": f"{_QUESTIONNAIRE}/overzicht",
    "questionnaire_result": f"{_QUESTIONNAIRE}/resultaat",
    "questionnaire_upload": f"{_QUESTIONNAIRE}/bestanden/{{question_id}}",
    "profile": "mijn-gegevens",
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
"""By name; what differs from one page to the next stands in braces."""
PARTS: Mapping[str, frozenset[str]] = {
    name: frozenset(part for _text, part, _spec, _conversion in Formatter().parse(path) if part)
    for name, path in PATHS.items()
}
"""The names in braces, by name of the route. A prefix such as ``/{office}/portaal`` adds others: the vendor's."""


def own_parts(name: str, parts: Mapping[str, object]) -> dict[str, object]:
    """Pick the parts of the portal's own path from all that a host found in an address."""
    return {part: value for part, value in parts.items() if part in PARTS[name]}


def prefix_parts(name: str, parts: Mapping[str, object]) -> dict[str, object]:
    """Pick the parts of the vendor's prefix from all that a host found in an address."""
    return {part: value for part, value in parts.items() if part not in PARTS[name]}


def written(path: str) -> str:
    """Write a decoded path as it stands in an address."""
    return quote(path, safe="/!$&'()*+,;=:@")


@attrs.frozen
class Url:
    """Gives the paths of pages, never a host name: whatever the Host header says, links stay within the portal."""

    mount: str
    """The path under which the host has the portal, ending in a slash."""

    def __call__(self, name: str, /, *, query: Mapping[str, object] | None = None, **parts: object) -> str:
        """Fill in the route *name*; *query* comes after the question mark."""
        filled = PATHS[name].format_map({part: _segment(value) for part, value in parts.items()})
        return f"{self.mount}{filled}?{urlencode(query, doseq=True)}" if query else f"{self.mount}{filled}"


def _segment(value: object) -> str:
    """Write a value as one segment of a path; an id needs no escaping."""
    return str(value) if isinstance(value, UUID) else quote(str(value), safe="")
