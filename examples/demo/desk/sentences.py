"""The texts of the desk: for each fault, and for each action that was done."""

from collections.abc import Mapping

from klantportaal import Absent, Conflict, Fault, FaultCode, FileDamaged, PortalError, Refused, StorageFull, Unavailable

FAULTS: Mapping[FaultCode, str] = {
    FaultCode.MISSING: "This is required.",
    FaultCode.TOO_LONG: "At most {limit} characters.",
    FaultCode.NOT_AN_ADDRESS: "Enter one e-mail address, such as name@example.nl.",
    FaultCode.ADDRESS_TAKEN: "This client has an account with this address already.",
    FaultCode.TOO_MANY_ACCOUNTS: "A company can have at most {limit} extra accounts. Delete one first.",
    FaultCode.TOO_MANY_INVITATIONS: "At most {limit} accounts a day can be added to a company. Try again tomorrow.",
    FaultCode.NUMBER_TAKEN: "Another dossier of this office has this number.",
    FaultCode.UNKNOWN_STATUS: "This is not one of the office's statuses.",
    FaultCode.NOT_A_PARTY: "This client is not a party to the dossier.",
    FaultCode.LAST_PARTY: "A dossier needs at least one party.",
    FaultCode.WRONG_STATE: "This is not possible any more, because the state has changed.",
    FaultCode.NOT_A_COLOUR: "Enter a colour as #rrggbb.",
    FaultCode.FILE_EMPTY: "Choose a file that is not empty.",
    FaultCode.FILE_TOO_LARGE: "“{name}” is larger than {limit} bytes.",
    FaultCode.FILE_TYPE_FORBIDDEN: "“{name}” is not a PNG or JPEG picture.",
    FaultCode.FILE_CONTENT_DIFFERS: "The content of “{name}” does not match its file extension.",
    FaultCode.DATE_PASSED: "This day has passed. Choose today or a later day.",
    FaultCode.OTHER_QUESTIONNAIRE: "This is another questionnaire, not another revision of the same one.",
    # Faults of the document of a questionnaire.
    FaultCode.NOT_JSON: "This is not JSON. Check brackets, commas, quotation marks and repeated keys.",
    FaultCode.DOCUMENT_TOO_LARGE: "The document is larger than {limit} bytes.",
    FaultCode.UNKNOWN_KEY: "The format has no such key.",
    FaultCode.LANGUAGE_MISSING: "The texts in this language are missing.",
    FaultCode.NOT_AS_FORMAT: "This does not match the format. See format.schema.json.",
    FaultCode.DUPLICATE_ID: "The id “{id}” is used twice.",
    FaultCode.OPTIONS_DIFFER: "The options must have the same codes in every language.",
    FaultCode.UNKNOWN_REFERENCE: "There is no question “{id}” to refer to.",
    FaultCode.FORWARD_REFERENCE: "“{id}” is asked later. Refer to an earlier question.",
    FaultCode.NOT_A_DATE: "This date does not exist, or the question does not ask for a date.",
    FaultCode.UNKNOWN_CHOICE: "The question has no such option. Use the codes of its options; for choices, use a list.",
    FaultCode.NOT_A_SCHEMA: "This is not a valid JSON Schema: the value has the wrong type, or is above its maximum.",
    FaultCode.KEYWORD_MISFIT: "This keyword does not apply to questions of this type.",
    FaultCode.REFERENCE_OUTSIDE: "Refer only to #/$defs/… of the same schema.",
    FaultCode.REFERENCE_CYCLIC: "The references of this schema are circular, or lead to something that does not exist.",
    FaultCode.UNKNOWN_FORMAT: "The portal does not check the format “{format}”.",
    FaultCode.PATTERN_INVALID: "This pattern is not a regular expression of ECMA-262: “{part}” is invalid there.",
    FaultCode.PATTERN_TOO_LONG: "This pattern is too long.",
    FaultCode.PATTERN_TOO_LARGE: "This pattern has too many repetitions. Use fewer, or use minLength and maxLength.",
    FaultCode.PATTERN_UNSUPPORTED: "The portal does not support “{part}” in a pattern. Write it differently.",
    FaultCode.REVISION_TAKEN: "Revision {newest} was published already. Use a higher number.",
}

PRECISE: Mapping[tuple[FaultCode, str], str] = {
    (FaultCode.NOT_JSON, "line"): "This is not JSON. The error is at line {line}, character {column}, or just before.",
    (FaultCode.NOT_JSON, "anchor"): "This is not the last line of an export of the audit trail.",
    (FaultCode.NOT_AS_FORMAT, "allowed"): "The format allows only these: {allowed}.",
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
    "due_on": "Due date",
    "subject": "Subject",
    "body": "Message",
    "message": "Message",
    "contact_address": "Contact address",
    "colour": "Colour",
    "welcome": "Welcome text",
    "anchor": "Last line of an earlier export",
}

DONE: Mapping[str, str] = {
    "invited": "The client was invited. The first mail arrives in the mailbox soon.",
    "account-added": "The account was added. The first mail arrives in the mailbox soon.",
    "account-deleted": "The account was deleted. Nobody can act for the client with it any more.",
    "two-step-reset": "Two-step verification is off. All sessions of the person have ended, and a mail was sent.",
    "two-step-required": "Two-step verification is mandatory. Accounts without it must turn it on first.",
    "two-step-left": "Two-step verification is optional.",
    "address-changes-on": "Clients can change their own e-mail address.",
    "address-changes-off": "Only the office changes e-mail addresses. Links that were sent before do not work.",
    "sent-again": "The mail is sent again.",
    "invited-again": "The first mail is sent again. The older link no longer works.",
    "corrected": "The account was corrected. Links that were sent to an old address no longer work.",
    "closed": "Closed. All sessions have ended.",
    "reopened": "Reopened.",
    "opened": "The dossier is open. Its parties can see it now.",
    "changed": "The changes were saved.",
    "party-added": "The client is a party now.",
    "party-removed": "The client is no longer a party and cannot see the dossier any more.",
    "published": "The file was published.",
    "replaced": "The document was replaced by the new version.",
    "withdrawn": "The document was withdrawn. The client sees this, and the reason.",
    "sent": "The message was sent.",
    "handled": "The message was marked as handled.",
    "logo": "The office has a new logo.",
    "definition": "The questionnaire was published. Clients who have an older revision keep it.",
    "assigned": "The questionnaire was assigned to the client.",
    "questionnaire-withdrawn": "The questionnaire was withdrawn. The answers so far were erased.",
    "rebased": "The client now has the other revision.",
}

TROUBLES: Mapping[type[PortalError], tuple[int, str]] = {
    Absent: (404, "This does not exist at this office."),
    Refused: (422, "Not possible now. A questionnaire can be read once the client has completed it."),
    Conflict: (409, "Somebody else changed this in the meantime. Nothing was saved. Check the page and try again."),
    FileDamaged: (500, "The stored file is missing or damaged, so it cannot be downloaded."),
    StorageFull: (507, "The storage is full. Nothing was saved."),
    Unavailable: (503, "The portal is busy. Nothing was saved. Try again in a moment."),
}


def say(fault: Fault) -> str:
    """Return the text of a fault."""
    precise = [sentence for (code, told), sentence in PRECISE.items() if code is fault.code and told in fault.params]
    said = [*precise, FAULTS.get(fault.code, "This is not possible ({code}).")][0]
    return said.format(code=fault.code, **fault.params)
