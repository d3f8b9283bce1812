"""The sentence of every fault and notice, and the label of every field."""

from collections.abc import Iterable, Mapping

import attrs

from klantportaal.adapters.figures import countries
from klantportaal.adapters.web.language.translations import Sentence, Wording, counted, sentence
from klantportaal.domain.base_urls import UrlPart
from klantportaal.domain.errors import Fault, FaultCode

FAULTS: Mapping[FaultCode, Sentence] = {
    FaultCode.MISSING: sentence("Fill this in."),
    FaultCode.TOO_LONG: counted(
        "%(field)s can have at most %(limit)s character.", "%(field)s can have at most %(limit)s characters."
    ),
    FaultCode.NOT_AN_ADDRESS: sentence("Enter an e-mail address, such as name@example.com."),
    FaultCode.ADDRESS_TAKEN: sentence("This e-mail address is already in use."),
    FaultCode.ADDRESS_UNCHANGED: sentence("This is already your e-mail address. Enter another one."),
    FaultCode.ADDRESS_CHANGES_OFF: sentence(
        "At this office you cannot change your e-mail address yourself. Ask the office to change it."
    ),
    FaultCode.ADDRESSES_ASKED_TOO_OFTEN: sentence(
        "You have asked for another e-mail address too many times. Try again in an hour. The newest link still works."
    ),
    FaultCode.TOO_MANY_ACCOUNTS: counted(
        "You can have at most %(limit)s extra account. Delete it first, or ask the office.",
        "You can have at most %(limit)s extra accounts. Delete one first, or ask the office.",
    ),
    FaultCode.TOO_MANY_INVITATIONS: counted(
        "You can add at most %(limit)s account a day. Try again tomorrow.",
        "You can add at most %(limit)s accounts a day. Try again tomorrow.",
    ),
    FaultCode.INVITED_JUST_NOW: counted(
        "The invitation was sent a moment ago. Wait %(limit)s minute before you send it again.",
        "The invitation was sent a moment ago. Wait %(limit)s minutes before you send it again.",
    ),
    FaultCode.NUMBER_TAKEN: sentence("This number is already in use."),
    FaultCode.EXTERNAL_ID_TAKEN: sentence(
        "Something else was made with the external ID “%(external_id)s” before. Choose another one."
    ),
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
    FaultCode.PASSWORD_COMMON: sentence(
        "This password is easy to guess: many people have it, or one just like it. Choose another one, such as a few"
        " words that have nothing to do with each other."
    ),
    FaultCode.PASSWORD_GUESSABLE: sentence(
        "This password is easy to guess: it is your name, your e-mail address or the name of the office or the portal."
        " Choose another one, such as a few words that have nothing to do with each other."
    ),
    FaultCode.PASSWORDS_DIFFER: sentence("The two passwords are not the same."),
    FaultCode.NOT_A_MOBILE_NUMBER: sentence("Enter a mobile number that receives text messages, such as 06 12345678."),
    FaultCode.COUNTRY_NOT_ALLOWED: sentence("We can only send text messages to mobile numbers from %(countries)s."),
    FaultCode.PASSWORD_WRONG: sentence(
        "Check your current password, or wait a few minutes if you have tried several times."
    ),
    FaultCode.UNKNOWN_CHOICE: sentence("Choose one of the options for %(field)s."),
    FaultCode.UNKNOWN_STATUS: sentence("This is not one of the office's statuses."),
    FaultCode.UNKNOWN_STEP: sentence("%(step)s is not one of the steps of the dossier."),
    FaultCode.DATE_AHEAD: sentence("This day is still to come."),
    FaultCode.NOT_A_PARTY: sentence("This client is not a party to the dossier."),
    FaultCode.LAST_PARTY: sentence("A dossier needs at least one party."),
    FaultCode.WRONG_STATE: sentence("That is not possible any more."),
    FaultCode.NOT_A_COLOUR: sentence("Enter a colour as #rrggbb."),
    FaultCode.NOT_A_KEY: sentence("A key is one line of at most %(limit)s characters, without white space around it."),
    FaultCode.NOT_A_WORD: sentence("This is one line of 1 to %(limit)s characters that can be printed."),
    FaultCode.NOT_A_PAGE: sentence(
        "A page is a path that begins with one slash, or an address that begins with https://. It has no fragment."
    ),
    FaultCode.NOT_AN_ENDPOINT: sentence(
        "This cannot be the address of a webhook. Enter an address on the internet that begins with https://, without "
        "a user and a fragment."
    ),
    FaultCode.WEBHOOKS_NOT_OFFERED: sentence("This portal sends no webhooks."),
    FaultCode.NOT_A_BASE_URL: sentence("This cannot be the address of a portal: %(reason)s."),
    FaultCode.BASE_URL_TAKEN: sentence("Another office already has this address."),
    FaultCode.FILE_TOO_LARGE: sentence(
        "“%(name)s” is larger than %(limit)s. Make it smaller, or split it into several files."
    ),
    FaultCode.FILE_EMPTY: sentence("“%(name)s” is empty. Check that it is the right file."),
    FaultCode.FILE_TYPE_FORBIDDEN: sentence(
        "“%(name)s” is of a type that cannot be sent. You can send %(types)s. Save it as one of these, such as PDF, and"
        " add that."
    ),
    FaultCode.FILE_CONTENT_DIFFERS: sentence(
        "“%(name)s” is damaged, or is not a %(type)s file at all. Open it, save it as a PDF, and add that."
    ),
    FaultCode.FILE_PROTECTED: sentence(
        "“%(name)s” is protected by a password. Remove the password in Word or Excel, save it, and add it again."
    ),
    FaultCode.FILE_NOT_SCANNED: sentence("“%(name)s” is still being checked for viruses."),
    FaultCode.FILE_SUSPECT: sentence(
        "“%(name)s” was refused: the virus scanner found a virus in it. Do not open the file, and have your"
        " computer checked for viruses."
    ),
    FaultCode.FILE_ENCRYPTED: sentence(
        "“%(name)s” was refused: it is protected with a password, so it cannot be checked for viruses. Save it without"
        " a password, and add it again."
    ),
    FaultCode.FILE_TOO_LARGE_TO_SCAN: sentence(
        "“%(name)s” was refused: it contains too much to be checked for viruses. Split it into smaller files, and add"
        " those."
    ),
    FaultCode.FILE_NOT_KEPT: sentence("“%(name)s” could not be kept just now. Add it again in a moment."),
    FaultCode.TOO_MANY_FILES: counted(
        "“%(name)s” cannot be added: a message can have at most %(limit)s file.",
        "“%(name)s” cannot be added: a message can have at most %(limit)s files.",
    ),
    FaultCode.TOO_MANY_WAITING: counted(
        "“%(name)s” cannot be added: %(limit)s of your files is waiting in other messages. Send or remove it first.",
        "“%(name)s” cannot be added: %(limit)s of your files are waiting in other messages. Send or remove some first.",
    ),
    FaultCode.MESSAGES_USED_UP: counted(
        "You can send at most %(limit)s message a day. Keep this one as a draft, and send it tomorrow.",
        "You can send at most %(limit)s messages a day. Keep this one as a draft, and send it tomorrow.",
    ),
    FaultCode.FILES_USED_UP: counted(
        "“%(name)s” cannot be added: you can send at most %(limit)s file a day. Add it tomorrow.",
        "“%(name)s” cannot be added: you can send at most %(limit)s files a day. Add it tomorrow.",
    ),
    FaultCode.BYTES_USED_UP: sentence(
        "“%(name)s” cannot be added: you can send files of at most %(limit)s together in a day. Add it tomorrow."
    ),
    FaultCode.OFFICE_MESSAGES_USED_UP: sentence(
        "The office cannot receive any more messages today. Keep this one as a draft, and send it tomorrow."
    ),
    FaultCode.OFFICE_FILES_USED_UP: sentence(
        "“%(name)s” cannot be added: the office cannot receive any more files today. Add it tomorrow."
    ),
    FaultCode.UPLOAD_GONE: sentence(
        "“%(name)s” was left here too long, or was removed in another window. Add it again."
    ),
    FaultCode.FILE_ELSEWHERE: sentence("“%(name)s” is also in another answer. Remove it from one of the two."),
    FaultCode.TOO_MANY_DRAFTS: counted(
        "This was not saved: you already have %(limit)s draft in this dossier. Send it or delete it first.",
        "This was not saved: you already have %(limit)s drafts in this dossier. Send or delete one first.",
    ),
    FaultCode.DRAFT_CHANGED: sentence(
        "This draft was changed or deleted in another window, so what is here was not saved. You can send it, or choose"
        " “Save as draft” to keep this text instead."
    ),
    FaultCode.DRAFT_SENT: sentence("This message has already been sent, so it is not kept as a draft."),
    FaultCode.MESSAGE_SEEN: sentence("The message has been read, so it can no longer be taken back."),
    FaultCode.MESSAGE_GONE: sentence("That message was taken back, so it cannot be answered. Write a new message."),
    FaultCode.NOT_A_CODE: sentence("Enter the %(limit)s-digit code."),
    FaultCode.NOT_A_RECOVERY_CODE: sentence("A recovery code has %(limit)s letters and digits. Check what you typed."),
    FaultCode.CODE_WRONG: counted(
        "This code is not right. You can try %(left)s more time.",
        "This code is not right. You can try %(left)s more times.",
        count="left",
    ),
    FaultCode.NO_ATTEMPTS_LEFT: sentence("The code was wrong too often. Cancel, and start again."),
    FaultCode.NOTHING_TO_ENTER: sentence("A code is no longer needed. Start again."),
    FaultCode.TWO_STEP_REQUIRED: sentence("The office asks for two-step verification, so it cannot be turned off."),
    FaultCode.SMS_NOT_OFFERED: sentence("This portal does not send text messages. Use an authenticator app."),
    # One answer of a questionnaire. Limits of amounts are formatted as amounts before.
    FaultCode.NOT_TEXT: sentence("Enter this as text."),
    FaultCode.NOT_A_NUMBER: sentence("Enter a whole number, such as 12."),
    FaultCode.NOT_AN_AMOUNT: sentence("Enter an amount in euros, such as 1250 or 1250.50."),
    FaultCode.NOT_A_DATE: sentence("Enter a date that exists: day, month and year, such as 31 1 2026."),
    FaultCode.NOT_YES_OR_NO: sentence("Choose yes or no."),
    FaultCode.NOT_A_PHONE_NUMBER: sentence(
        "Enter a telephone number, such as 06 12345678. Start a number from abroad with + and the country code."
    ),
    FaultCode.NOT_AN_IBAN: sentence("Enter an IBAN as your bank writes it, such as NL91 ABNA 0417 1643 00."),
    FaultCode.NOT_A_PERCENTAGE: sentence("Enter a percentage with at most two decimal places, such as 12.5."),
    FaultCode.NOT_A_DECIMAL: counted(
        "Enter a number with at most %(limit)s decimal place, such as 12.5.",
        "Enter a number with at most %(limit)s decimal places, such as 12.5.",
    ),
    FaultCode.NOT_A_TIME: sentence("Enter a time of day, such as 14:30."),
    FaultCode.NOT_A_BSN: sentence("Enter a citizen service number (BSN) of nine digits, as on an identity document."),
    FaultCode.NOT_A_RSIN: sentence("Enter an RSIN of nine digits, as on letters from the Tax Administration."),
    FaultCode.NOT_A_KVK_NUMBER: sentence("Enter a Chamber of Commerce number of eight digits."),
    FaultCode.NOT_A_VAT_NUMBER: sentence("Enter a VAT number with its country, such as NL004495445B01."),
    FaultCode.NOT_A_POSTAL_ADDRESS: sentence("Fill in the fields of the address."),
    FaultCode.NOT_A_POSTCODE: sentence("Enter a postcode of four digits and two letters, such as 1234 AB."),
    FaultCode.NOT_A_HOUSE_NUMBER: sentence(
        "Enter a house number in digits, such as 12. Other characters are its addition."
    ),
    FaultCode.NOT_A_SIGNATURE: sentence("Type your full name to sign."),
    FaultCode.NOT_A_DRAWING: sentence("The drawing could not be read. Draw it again, or leave it out."),
    FaultCode.NOT_A_LIST: sentence("This could not be read. Fill it in again."),
    FaultCode.TOO_SHORT: counted(
        "%(field)s needs at least %(limit)s character.", "%(field)s needs at least %(limit)s characters."
    ),
    FaultCode.TOO_SMALL: sentence("Enter %(limit)s or more."),
    FaultCode.TOO_LARGE: sentence("Enter %(limit)s or less."),
    FaultCode.TOO_EARLY: sentence("Enter a date from %(limit)s on."),
    FaultCode.TOO_LATE: sentence("Enter a date up to and including %(limit)s."),
    FaultCode.TOO_FEW: sentence("Choose or add at least %(limit)s of these."),
    FaultCode.TOO_MANY: sentence("Choose or add at most %(limit)s of these."),
    FaultCode.WRONG_FORM: sentence("This is not written in the way that is asked for here. Check what you typed."),
    FaultCode.NOT_ACCEPTED: sentence("This answer is not possible here. Give another one."),
    # A page of a questionnaire, or the whole of it.
    FaultCode.MUST_HOLD: sentence("The answers on this page do not fit together. Check them."),
    FaultCode.UNKNOWN_QUESTION: sentence("This page has changed. Open it again and fill it in once more."),
    FaultCode.FIXED: sentence("The office filled this in. You cannot change it."),
    FaultCode.PAGE_HIDDEN: sentence(
        "Because of another answer, this page is no longer needed. Nothing on it was saved."
    ),
    FaultCode.PAGE_UNFINISHED: sentence("A page is not finished yet. Go to that page and complete it."),
    FaultCode.ANSWERS_TOO_LARGE: sentence(
        "All answers together can have at most %(limit)s characters. Write less, or send the rest in a message."
    ),
    FaultCode.DATE_PASSED: sentence("This date has passed. Choose today or a later date."),
    FaultCode.OTHER_QUESTIONNAIRE: sentence("This is another questionnaire. Choose a revision of the same one."),
    # A request for documents.
    FaultCode.DELIVERY_OPENED: sentence("The office has already opened this, so it can no longer be taken back."),
    FaultCode.DELIVERY_RETURNED: sentence("The office has already sent this back, so it can no longer be taken back."),
    FaultCode.REMINDED_TODAY: sentence("The client gets one reminder a day. Send the next reminder tomorrow."),
    FaultCode.NOBODY_REMINDED: sentence(
        "Nobody will get this reminder: the client does not want such e-mails, cannot open the request, or has been"
        " reminded often."
    ),
    # The HTTP API of offices.
    FaultCode.KEY_USED_BEFORE: sentence("This key was sent with something else before. Use another key."),
    FaultCode.ANSWER_LOST: sentence("This was done before, but its answer was lost. Look for what was made."),
    # The definition of a questionnaire, for the person who publishes it.
    FaultCode.NOT_JSON: sentence("This is not JSON. Check brackets, commas and quotation marks."),
    FaultCode.DOCUMENT_TOO_LARGE: counted(
        "The document can have at most %(limit)s byte.", "The document can have at most %(limit)s bytes."
    ),
    FaultCode.UNKNOWN_KEY: sentence("The format has nothing of this name. Check the spelling, or remove it."),
    FaultCode.LANGUAGE_MISSING: sentence("A text is missing here: give it in Dutch and in English."),
    FaultCode.NOT_AS_FORMAT: sentence("This does not follow the format. See the description of the format."),
    FaultCode.DUPLICATE_ID: sentence("“%(id)s” is there twice. Give each its own id."),
    FaultCode.TYPES_DIFFER: sentence("The two questions have different types. Use questions of one type."),
    FaultCode.OPTIONS_DIFFER: sentence("The options have different codes in each language. Use the same codes."),
    FaultCode.UNKNOWN_REFERENCE: sentence("There is no question “%(id)s” to refer to here."),
    FaultCode.FORWARD_REFERENCE: sentence("“%(id)s” is asked only later. Refer to an earlier question."),
    FaultCode.NOT_A_SCHEMA: sentence("This is not a JSON Schema. Check the keyword and its value."),
    FaultCode.KEYWORD_MISFIT: sentence("This keyword does not apply to answers of this type. Use another one."),
    FaultCode.UNKNOWN_COLUMN: sentence("These rows have no column “%(id)s”. Name one of their columns."),
    FaultCode.ALWAYS_TRUE: sentence("This holds for every answer. Leave it out, or write {} for “is answered”."),
    FaultCode.NEVER_TRUE: sentence("This holds for no answer. Compare with an answer that can be given."),
    FaultCode.REFERENCE_OUTSIDE: sentence("This refers to something outside the schema. Only #/$defs/… is possible."),
    FaultCode.REFERENCE_CYCLIC: sentence("These references lead to themselves, or to what is not there."),
    FaultCode.UNKNOWN_FORMAT: sentence("The portal does not check the format “%(format)s”. Use another one."),
    FaultCode.PATTERN_INVALID: sentence(
        "This pattern is not a regular expression of ECMA-262: “%(part)s” cannot be there."
    ),
    FaultCode.PATTERN_TOO_LONG: sentence("This pattern is too long. Make it shorter."),
    FaultCode.PATTERN_TOO_LARGE: sentence(
        "This pattern repeats too much. Repeat less, or limit the length with minLength and maxLength."
    ),
    FaultCode.PATTERN_UNSUPPORTED: sentence(
        "The portal does not support “%(part)s” in a pattern. Write it differently."
    ),
    FaultCode.NOT_AN_ID: sentence(
        "An id is a lower-case letter, and then at most 63 lower-case letters, digits, hyphens and underscores."
    ),
    FaultCode.STILL_USED: sentence("“%(id)s” still uses this. Take it out there first."),
    FaultCode.REVISION_TAKEN: sentence(
        "Revision %(newest)s has already been published. Give this one a higher number."
    ),
}

NOT_JSON_AT = sentence(
    "This is not JSON at line %(line)s, character %(column)s. Check brackets, commas and quotation marks."
)
"""The sentence for NOT_JSON with a line and a column."""

MISSING: Mapping[str, Sentence] = {
    "file": sentence("Choose a file."),
    "reason": sentence("Enter a reason."),
    "name": sentence("Enter a name."),
    "email": FAULTS[FaultCode.NOT_AN_ADDRESS],
    "password": sentence("Enter a new password."),
    "repeated": sentence("Enter the new password once more."),
    "current": sentence("Enter your current password."),
    "code": sentence("Enter the code."),
    "recovery": sentence("Enter your recovery code."),
    "number": FAULTS[FaultCode.NOT_A_MOBILE_NUMBER],
    "subject": sentence("Enter a subject."),
    "body": sentence("Write a message."),
    "files": sentence("Add at least one file."),
}
"""The sentence of MISSING for each field of the pages."""

BASE_URL_REASONS: Mapping[UrlPart, Sentence] = {
    UrlPart.LENGTH: sentence("it is too long"),
    UrlPart.CHARACTERS: sentence("white space, control characters and backslashes cannot be in it"),
    UrlPart.SCHEME: sentence("it has to begin with https:// or http://"),
    UrlPart.USER: sentence("there cannot be a user name or password in it"),
    UrlPart.HOST: sentence("it does not have the name of a computer after the two slashes"),
    UrlPart.PORT: sentence("the port has to be a number from 1 to 65535"),
    UrlPart.PATH: sentence("the path has an empty part, dots only, or an escape that cannot be there"),
    UrlPart.QUERY: sentence("there cannot be a question mark in it"),
    UrlPart.FRAGMENT: sentence("there cannot be a # in it"),
}
"""What is wrong with a base URL, for the sentence of NOT_A_BASE_URL."""

LABELS: Mapping[str, Sentence] = {
    "file": sentence("File"),
    "note": sentence("Note to the office"),
    "reason": sentence("Reason"),
    "name": sentence("Name"),
    "email": sentence("E-mail address"),
    "password": sentence("Password"),
    "repeated": sentence("Repeat the password"),
    "current": sentence("Current password"),
    "code": sentence("6-digit code"),
    "recovery": sentence("Recovery code"),
    "number": sentence("Mobile number"),
    "language": sentence("Language"),
    "subject": sentence("Subject"),
    "body": sentence("Message"),
    "files": sentence("Attachments"),
}

NOTICES: Mapping[str, Sentence] = {
    "opgeslagen": sentence("Your settings were saved. A change of language applies from the next time you sign in."),
    "gewijzigd": sentence("Your password was changed. You were signed out everywhere else."),
    "adres-gevraagd": sentence(
        "We have sent an e-mail to the new address. Your address changes once you open the link in it, and confirm it."
    ),
    "niet-uitgevoerd": sentence(
        "What you asked for has not been done yet. Confirm that it is you, and then ask for it once more."
    ),
    "gewisseld": sentence("You switched to another account."),
    "beeindigd": sentence("You are signed out there."),
    "elders-beeindigd": sentence("You are signed out everywhere else."),
    "code-verstuurd": sentence("A new code is on its way. Codes that were sent before no longer work."),
    "code-onderweg": sentence("A code is on its way."),
    "code-gevraagd": sentence("Enter a code first; then you can change two-step verification or turn it off."),
    "code-eerst": sentence("You need a code for that. Enter one first; nothing was changed."),
    "niet-gewijzigd": sentence("Nothing was changed."),
    "tweestaps-aan": sentence("Two-step verification is on. You were signed out everywhere else."),
    "tweestaps-uit": sentence("Two-step verification is off. You were signed out everywhere else."),
    "tweestaps-nodig": sentence("Turn on two-step verification first; after that you can use the portal."),
    "herstelcode-gebruikt": sentence("Your recovery code was used and no longer works. This is your new one."),
    "uitgelogd": sentence("You are signed out."),
    "teruggezet": sentence(
        "This is what you filled in before you had to sign in again. Nothing has been sent yet: check it, and send it."
    ),
    "niet-teruggezet": sentence(
        "What was filled in before signing in is not shown: it belongs to another account, or was left too long."
        " Nothing was sent."
    ),
    "verstuurd": sentence("Your message was sent."),
    "ontvangstbewijs-gemaild": sentence("The receipt is on its way to your e-mail address."),
    "aangeleverd": sentence("The office has received your files. Your receipt is with them below."),
    "niet-van-toepassing": sentence("The office has received your reason, and will look at it."),
    "aanlevering-teruggenomen": sentence("You took this back. The office does not have it any more."),
    "concept-verstuurd": sentence("This draft has already been sent. You will find it among the messages below."),
    "concept-bewaard": sentence(
        "Your message was kept as a draft. You will find it with the messages of this dossier."
    ),
    "concept-verwijderd": sentence("The draft was deleted."),
    "teruggenomen": sentence("The message was taken back. The office cannot read it."),
    "niet-teruggenomen": sentence("The office has already read this message, so it can no longer be taken back."),
    "later-verder": sentence("Your answers were saved. You can continue whenever it suits you."),
    "voltooid": sentence("You completed the questionnaire. The office has received your answers."),
    "toegevoegd": sentence("The account was added. An invitation is on its way by e-mail."),
    "uitgenodigd": sentence("The invitation is on its way again. The link in the earlier e-mail no longer works."),
    "verwijderd": sentence("The account was deleted. It can no longer sign in."),
    "ingetrokken": sentence("The office withdrew this questionnaire. You no longer need to fill it in."),
    "overgeslagen": sentence("That page is not needed with the answers you gave. You continue here."),
    "aangepast": sentence("The office changed the questionnaire. Check your answers on this page."),
}
"""The notices above a page about what was done before it, by the code in its query."""

MILD = frozenset(
    {
        "concept-verstuurd",
        "niet-teruggenomen",
        "teruggezet",
        "niet-teruggezet",
        "niet-uitgevoerd",
        "ingetrokken",
        "overgeslagen",
        "aangepast",
        "code-gevraagd",
        "code-eerst",
        "niet-gewijzigd",
        "tweestaps-nodig",
    }
)
"""The notices that report no success."""


THIS_FIELD = sentence("This field")


@attrs.frozen(kw_only=True)
class SaidFault:
    """A fault with its sentence."""

    field: str | None
    """The id of the field on the page. None if it is about no single field."""
    sentence: str
    href: str = ""
    """The link to the field, if that is on another page."""


def say_faults(faults: Iterable[Fault], wording: Wording) -> list[SaidFault]:
    """Translate faults. Each sentence names the field and the rule (AL-1)."""
    return [SaidFault(field=fault.field, sentence=say_fault(fault, wording)) for fault in faults]


def say_fault(fault: Fault, wording: Wording, *, label: str = "") -> str:
    """Translate one fault. *label*: how a sentence names its field, if that is not one of ``LABELS``."""
    field = label or wording.say(LABELS.get(fault.field or "", THIS_FIELD))
    params = dict(fault.params)
    if fault.code in (FaultCode.FILE_TOO_LARGE, FaultCode.BYTES_USED_UP):
        params["limit"] = wording.size(int(params["limit"]))
    if fault.code is FaultCode.COUNTRY_NOT_ALLOWED:
        params["countries"] = countries(str(params["countries"]).split(), wording.language)
    if fault.code is FaultCode.NOT_A_BASE_URL:
        params["reason"] = wording.say(BASE_URL_REASONS[UrlPart(str(params["part"]))])
    return wording.say(_sentence(fault), field=field, **params)


def _sentence(fault: Fault) -> Sentence:
    if fault.code is FaultCode.NOT_JSON and "line" in fault.params:
        return NOT_JSON_AT
    if fault.code is FaultCode.MISSING:
        return MISSING.get(fault.field or "", FAULTS[fault.code])
    return FAULTS[fault.code]
