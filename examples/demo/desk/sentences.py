"""The texts of the desk: for each fault, and for each action that was done."""

from collections.abc import Mapping

from klantportaal import Absent, Conflict, Fault, FaultCode, FileDamaged, PortalError, Refused, StorageFull, Unavailable

FAULTS: Mapping[FaultCode, str] = {
    FaultCode.MISSING: "This is required.",
    FaultCode.TOO_LONG: "At most {limit} characters.",
    FaultCode.NOT_AN_ADDRESS: "Enter one e-mail address, such as name@example.nl.",
    FaultCode.ADDRESS_TAKEN: "An account of this office has this address already.",
    FaultCode.TOO_MANY_ACCOUNTS: "A company has at most {limit} extra accounts: delete one first.",
    FaultCode.TOO_MANY_INVITATIONS: "At most {limit} accounts a day are added to a company: try again tomorrow.",
    FaultCode.NUMBER_TAKEN: "A dossier of this office has this number already.",
    FaultCode.UNKNOWN_STATUS: "This is not one of the office's statuses.",
    FaultCode.NOT_A_PARTY: "This client is not a party to the dossier.",
    FaultCode.LAST_PARTY: "A dossier keeps at least one party.",
    FaultCode.WRONG_STATE: "That is not possible any more: it was done before, or something else was.",
    FaultCode.NOT_A_COLOUR: "Enter a colour as #rrggbb.",
    FaultCode.FILE_EMPTY: "Choose a file that is not empty.",
    FaultCode.FILE_TOO_LARGE: "“{name}” is larger than {limit} bytes.",
    FaultCode.FILE_TYPE_FORBIDDEN: "“{name}” is not a PNG or JPEG picture.",
    FaultCode.FILE_CONTENT_DIFFERS: "“{name}” is not the kind of file that its name says.",
    FaultCode.DATE_PASSED: "This day has passed: choose today or a later one.",
    FaultCode.OTHER_QUESTIONNAIRE: "This is another questionnaire, not another revision of the same one.",
    # Faults of the document of a questionnaire.
    FaultCode.NOT_JSON: "This is not JSON: look for a bracket, a comma or a quotation mark, or for a key twice.",
    FaultCode.DOCUMENT_TOO_LARGE: "The document is larger than {limit} bytes.",
    FaultCode.UNKNOWN_KEY: "The format knows no such key.",
    FaultCode.LANGUAGE_MISSING: "The texts in this language are missing.",
    FaultCode.NOT_AS_FORMAT: "This is not what the format asks here; see format.schema.json.",
    FaultCode.DUPLICATE_ID: "The id “{id}” stands there twice.",
    FaultCode.OPTIONS_DIFFER: "The options need the same codes in every language.",
    FaultCode.UNKNOWN_REFERENCE: "There is no question “{id}” that this can refer to.",
    FaultCode.FORWARD_REFERENCE: "“{id}” is asked only later; refer to an earlier question.",
    FaultCode.NOT_A_DATE: "There is no such day here: the calendar lacks it, or the question asks for no date.",
    FaultCode.UNKNOWN_CHOICE: "The question has no such option: use the codes of its options, in a list for choices.",
    FaultCode.NOT_A_SCHEMA: "This is no JSON Schema: the keyword has another kind of value, or is above its maximum.",
    FaultCode.KEYWORD_MISFIT: "This keyword says nothing of answers to a question of this type.",
    FaultCode.REFERENCE_OUTSIDE: "Refer only to #/$defs/… of the same schema.",
    FaultCode.REFERENCE_CYCLIC: "The references of this schema lead to themselves, or to what is not there.",
    FaultCode.UNKNOWN_FORMAT: "The portal does not check the format “{format}”.",
    FaultCode.PATTERN_INVALID: "This pattern is no regular expression of ECMA-262: “{part}” cannot stand there.",
    FaultCode.PATTERN_TOO_LONG: "This pattern is too long.",
    FaultCode.PATTERN_TOO_LARGE: "This pattern repeats too much: repeat less, or use minLength and maxLength.",
    FaultCode.PATTERN_UNSUPPORTED: "The portal does not support “{part}” in a pattern: write it differently.",
    FaultCode.REVISION_TAKEN: "Revision {newest} was published already: give this one a higher number.",
}

PRECISE: Mapping[tuple[FaultCode, str], str] = {
    (FaultCode.NOT_JSON, "line"): "This is not JSON at line {line}, character {column}: look there, or just before.",
    (FaultCode.NOT_JSON, "anchor"): "This is not the last line of an export of the trail.",
    (FaultCode.NOT_AS_FORMAT, "allowed"): "The format asks for one of these: {allowed}.",
}
"""More specific texts, for faults that have the given parameter."""

FIELDS: Mapping[str | None, str] = {
    "name": "Name",
    "account_name": "Who signs in",
    "email": "E-mail address",
    "number": "Number",
    "description": "Description",
    "status": "Status",
    "parties": "Parties",
    "client": "Client",
    "account": "Account",
    "two_step": "Two-step verification",
    "title": "Title",
    "for_clients": "For",
    "files": "File",
    "reason": "Reason",
    "document": "Document",
    "client_id": "To",
    "questionnaire": "Questionnaire",
    "due_on": "By",
    "subject": "Subject",
    "body": "Message",
    "message": "Message",
    "contact_address": "Contact address",
    "colour": "Colour",
    "welcome": "Welcome text",
    "anchor": "Last line of an earlier export",
}

DONE: Mapping[str, str] = {
    "invited": "The client was invited; the first mail is in the mailbox in a moment.",
    "account-added": "The account was added; the first mail is in the mailbox in a moment.",
    "account-deleted": "The account was deleted: it signs in no more, and its address is free.",
    "two-step-reset": "Two-step verification is off. The client is told by mail, and is signed out everywhere.",
    "two-step-required": "Two-step verification is mandatory; who has yet to turn it on comes no further than that.",
    "two-step-left": "Two-step verification is left to each account.",
    "invited-again": "The first mail goes out once more; the older link no longer works.",
    "corrected": "The account was corrected. Where its address is another one, what went to the older one is dead.",
    "closed": "Closed. Whoever was signed in is signed out.",
    "reopened": "Opened again.",
    "opened": "The dossier is open; its parties see it from now on.",
    "changed": "The changes were saved.",
    "party-added": "The client is a party now.",
    "party-removed": "The client is no longer a party; the dossier no longer exists for it.",
    "published": "The file was published.",
    "replaced": "The new version was published in its place.",
    "withdrawn": "The document was withdrawn; the client sees that, and why.",
    "sent": "The message was sent.",
    "handled": "The message was marked as handled.",
    "logo": "The office has a new logo.",
    "definition": "The questionnaire was published; what clients are filling in stays as it is.",
    "assigned": "The client was given the questionnaire, and is told so by mail.",
    "questionnaire-withdrawn": "The questionnaire was withdrawn; what was answered so far is erased.",
    "rebased": "The client goes on with the other revision.",
}

TROUBLES: Mapping[type[PortalError], tuple[int, str]] = {
    Absent: (404, "There is no such thing at this office."),
    Refused: (422, "That is not possible now. A questionnaire can be read once the client has completed it."),
    Conflict: (409, "Somebody else changed this in the meantime. Nothing was saved: look again, and try once more."),
    FileDamaged: (500, "The stored file is missing or damaged, so it is not given out."),
    StorageFull: (507, "There is no room left. Nothing was kept."),
    Unavailable: (503, "Busy just now. Nothing was changed: try again in a moment."),
}


def say(fault: Fault) -> str:
    """Return the text of a fault."""
    precise = [sentence for (code, told), sentence in PRECISE.items() if code is fault.code and told in fault.params]
    said = [*precise, FAULTS.get(fault.code, "This is not possible ({code}).")][0]
    return said.format(code=fault.code, **fault.params)
