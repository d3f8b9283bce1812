"""What the portal says of every fault, and of every field that one can be about."""

from collections.abc import Iterable, Mapping

import attrs

from klantportaal.adapters.web.wording import Sentence, Wording, counted, sentence
from klantportaal.domain.errors import Fault, FaultCode

FAULTS: Mapping[FaultCode, Sentence] = {
    FaultCode.MISSING: sentence("%(field)s is required."),
    FaultCode.TOO_LONG: counted(
        "%(field)s can have at most %(limit)s character.", "%(field)s can have at most %(limit)s characters."
    ),
    FaultCode.NOT_AN_ADDRESS: sentence("Enter one e-mail address, such as name@example.com."),
    FaultCode.ADDRESS_TAKEN: sentence("This e-mail address is in use already."),
    FaultCode.NUMBER_TAKEN: sentence("This number is in use already."),
    FaultCode.PASSWORD_TOO_SHORT: counted(
        "The password needs at least %(limit)s character.", "The password needs at least %(limit)s characters."
    ),
    FaultCode.PASSWORD_TOO_LONG: counted(
        "The password can have at most %(limit)s character.", "The password can have at most %(limit)s characters."
    ),
    FaultCode.PASSWORD_WITHOUT_CAPITAL: counted(
        "The password needs at least %(limit)s capital letter.",
        "The password needs at least %(limit)s capital letters.",
    ),
    FaultCode.PASSWORD_WITHOUT_DIGIT: counted(
        "The password needs at least %(limit)s digit.", "The password needs at least %(limit)s digits."
    ),
    FaultCode.PASSWORDS_DIFFER: sentence("The two passwords are not the same."),
    FaultCode.PASSWORD_WRONG: sentence("The current password is not right."),
    FaultCode.UNKNOWN_CHOICE: sentence("%(field)s: choose one of the options."),
    FaultCode.UNKNOWN_STATUS: sentence("This is not one of the office's statuses."),
    FaultCode.NOT_A_PARTY: sentence("This client is not a party to the dossier."),
    FaultCode.LAST_PARTY: sentence("A dossier needs at least one party."),
    FaultCode.WRONG_STATE: sentence("That is not possible any more."),
    FaultCode.NOT_A_COLOUR: sentence("Enter a colour as #rrggbb."),
    FaultCode.FILE_TOO_LARGE: sentence("“%(name)s” is larger than %(limit)s."),
    FaultCode.FILE_EMPTY: sentence("“%(name)s” is empty."),
    FaultCode.FILE_TYPE_FORBIDDEN: sentence("“%(name)s” is of a type that cannot be sent."),
    FaultCode.FILE_CONTENT_DIFFERS: sentence("“%(name)s” is not the type of file that its name says."),
    FaultCode.FILE_SUSPECT: sentence("“%(name)s” was refused by the virus scanner."),
    FaultCode.FILE_NOT_KEPT: sentence("“%(name)s” could not be kept just now. Add it again in a moment."),
    FaultCode.TOO_MANY_FILES: counted(
        "“%(name)s” cannot be added: a message can have at most %(limit)s file.",
        "“%(name)s” cannot be added: a message can have at most %(limit)s files.",
    ),
    FaultCode.TOO_MANY_WAITING: counted(
        "“%(name)s” cannot be added: %(limit)s file of yours waits in other messages. Send or remove some first.",
        "“%(name)s” cannot be added: %(limit)s files of yours wait in other messages. Send or remove some first.",
    ),
    FaultCode.UPLOAD_GONE: sentence("“%(name)s” waited too long to be sent. Add it again."),
}

LABELS: Mapping[str, Sentence] = {
    "email": sentence("E-mail address"),
    "password": sentence("Password"),
    "repeated": sentence("Repeat the password"),
    "current": sentence("Current password"),
    "language": sentence("Language"),
    "subject": sentence("Subject"),
    "body": sentence("Message"),
    "files": sentence("Attachments"),
}

NOTICES: Mapping[str, Sentence] = {
    "aangevraagd": sentence(
        "If this address is known to us, you will receive an e-mail with a link to set your password."
    ),
    "opgeslagen": sentence("Your settings were saved. A change of language applies from the next time you sign in."),
    "gewijzigd": sentence("Your password was changed. You were signed out everywhere else."),
    "uitgelogd": sentence("You are signed out."),
    "verstuurd": sentence("Your message was sent."),
}
"""What a page says after what went before it, by the word in its address."""


THIS_FIELD = sentence("This field")


@attrs.frozen(kw_only=True)
class SaidFault:
    """A fault as a page tells it."""

    field: str | None
    """The id of the field on the page; None where it is about none of them."""
    sentence: str


def say_faults(faults: Iterable[Fault], wording: Wording) -> list[SaidFault]:
    """Put faults into words that name field and rule (AL-1)."""
    return [SaidFault(field=fault.field, sentence=say_fault(fault, wording)) for fault in faults]


def say_fault(fault: Fault, wording: Wording) -> str:
    """Put one fault into words."""
    field = wording.say(LABELS.get(fault.field or "", THIS_FIELD))
    params = dict(fault.params)
    if fault.code is FaultCode.FILE_TOO_LARGE:
        params["limit"] = wording.size(int(params["limit"]))
    return wording.say(FAULTS[fault.code], field=field, **params)
