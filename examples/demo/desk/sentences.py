"""What the desk says: of every rule that an office can break, and of everything that was done."""

from collections.abc import Mapping

from klantportaal.domain.errors import (
    Absent,
    Conflict,
    Fault,
    FaultCode,
    FileDamaged,
    PortalError,
    StorageFull,
    Unavailable,
)

FAULTS: Mapping[FaultCode, str] = {
    FaultCode.MISSING: "This is required.",
    FaultCode.TOO_LONG: "At most {limit} characters.",
    FaultCode.NOT_AN_ADDRESS: "Enter one e-mail address, such as name@example.nl.",
    FaultCode.ADDRESS_TAKEN: "An account of this office has this address already.",
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
}

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
    "title": "Title",
    "for_clients": "For",
    "files": "File",
    "reason": "Reason",
    "document": "Document",
    "subject": "Subject",
    "body": "Message",
    "message": "Message",
    "contact_address": "Contact address",
    "colour": "Colour",
    "welcome": "Welcome text",
}

DONE: Mapping[str, str] = {
    "invited": "The client was invited; the first mail is in the mailbox in a moment.",
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
}

TROUBLES: Mapping[type[PortalError], tuple[int, str]] = {
    Absent: (404, "There is no such thing at this office."),
    Conflict: (409, "Somebody else changed this in the meantime. Nothing was saved: look again, and try once more."),
    FileDamaged: (500, "The stored file is missing or damaged, so it is not given out."),
    StorageFull: (507, "There is no room left. Nothing was kept."),
    Unavailable: (503, "Busy just now. Nothing was changed: try again in a moment."),
}


def say(fault: Fault) -> str:
    """Put a broken rule into words."""
    return FAULTS.get(fault.code, "This is not possible ({code}).").format(code=fault.code, **fault.params)
