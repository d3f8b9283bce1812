"""All errors of the portal, as one tree.

::

    PortalError
    ├── Refused             the input breaks rules; one Fault for each
    ├── SignInFailed        the sign-in failed; the error does not tell why (SI-1)
    ├── NotAdmitted         the vendor authenticated somebody whom the portal does not let in (PE-6)
    ├── NotSignedIn         there is no session, or it has ended
    ├── NotConfirmed        the password was given too long ago for this call; give it again
    ├── TwoStepDue          the office requires two-step verification, and the account has not turned it on (TS-1)
    ├── SecondStepDead      the pending sign-in is unknown, used, expired or out of attempts (TS-2)
    ├── CodeDue             the call needs a code first (TS-5)
    ├── ApiKeyDead          the API key is unknown, revoked or expired (AP-1)
    ├── ScopeMissing        the API key may not do this (AP-2)
    ├── TooManyRequests     the API key or session has no requests left in this minute (AP-3)
    ├── Absent              it does not exist, or this actor may not see it; the error is the same (DO-1, OF-2)
    ├── LinkDead            the link is unknown, used, voided or expired
    ├── FormForAnother      the form was shown to another person or account of the same browser (PE-4)
    ├── FormDead            the form's seal is missing, changed, or of another page or office (PE-4)
    ├── Conflict            somebody else changed it in the meantime
    ├── FileDamaged         the stored file is missing, or its contents differ from what was stored (DC-4)
    ├── FileWithheld        the file was not scanned yet, or was rejected by the scanner (AT-3)
    ├── StorageFull         the storage is full; nothing was kept
    ├── StorageDamaged      the storage is damaged, and an operator must repair it; nothing was changed
    └── Unavailable         a service is busy or cannot be reached; nothing was changed, so retry
"""

import enum
from collections.abc import Mapping, Sequence

import attrs

from klantportaal.domain.boundary import checked

MINUTE = 60
"""The seconds of a minute."""


class FaultCode(enum.StrEnum):
    """The codes of broken rules. They never change. The web layer has a text for each code in both languages."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_AN_ADDRESS = "not_an_address"
    ADDRESS_TAKEN = "address_taken"
    ADDRESS_UNCHANGED = "address_unchanged"
    ADDRESS_CHANGES_OFF = "address_changes_off"
    ADDRESSES_ASKED_TOO_OFTEN = "addresses_asked_too_often"
    TOO_MANY_ACCOUNTS = "too_many_accounts"
    TOO_MANY_INVITATIONS = "too_many_invitations"
    INVITED_JUST_NOW = "invited_just_now"
    NUMBER_TAKEN = "number_taken"
    EXTERNAL_ID_TAKEN = "external_id_taken"
    """Something was made with the external ID before, from other contents (EX-2)."""
    PASSWORD_TOO_SHORT = "password_too_short"
    PASSWORD_TOO_LONG = "password_too_long"
    PASSWORD_WITHOUT_CAPITAL = "password_without_capital"
    PASSWORD_WITHOUT_DIGIT = "password_without_digit"
    PASSWORD_COMMON = "password_common"
    PASSWORD_GUESSABLE = "password_guessable"
    PASSWORDS_DIFFER = "passwords_differ"
    PASSWORD_WRONG = "password_wrong"
    NOT_A_MOBILE_NUMBER = "not_a_mobile_number"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    NOT_A_CODE = "not_a_code"
    NOT_A_RECOVERY_CODE = "not_a_recovery_code"
    CODE_WRONG = "code_wrong"
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    NOTHING_TO_ENTER = "nothing_to_enter"
    TWO_STEP_REQUIRED = "two_step_required"
    SMS_NOT_OFFERED = "sms_not_offered"
    UNKNOWN_CHOICE = "unknown_choice"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_STEP = "unknown_step"
    DATE_AHEAD = "date_ahead"
    NOT_A_PARTY = "not_a_party"
    LAST_PARTY = "last_party"
    WRONG_STATE = "wrong_state"
    NOT_A_COLOUR = "not_a_colour"
    NOT_A_KEY = "not_a_key"
    NOT_A_WORD = "not_a_word"
    NOT_A_PAGE = "not_a_page"
    NOT_AN_ENDPOINT = "not_an_endpoint"
    WEBHOOKS_NOT_OFFERED = "webhooks_not_offered"
    NOT_A_BASE_URL = "not_a_base_url"
    BASE_URL_TAKEN = "base_url_taken"
    FILE_TOO_LARGE = "file_too_large"
    FILE_EMPTY = "file_empty"
    FILE_TYPE_FORBIDDEN = "file_type_forbidden"
    FILE_CONTENT_DIFFERS = "file_content_differs"
    FILE_PROTECTED = "file_protected"
    FILE_SUSPECT = "file_suspect"
    FILE_ENCRYPTED = "file_encrypted"
    FILE_TOO_LARGE_TO_SCAN = "file_too_large_to_scan"
    FILE_NOT_SCANNED = "file_not_scanned"
    FILE_NOT_KEPT = "file_not_kept"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_WAITING = "too_many_waiting"
    MESSAGES_USED_UP = "messages_used_up"
    FILES_USED_UP = "files_used_up"
    BYTES_USED_UP = "bytes_used_up"
    OFFICE_MESSAGES_USED_UP = "office_messages_used_up"
    OFFICE_FILES_USED_UP = "office_files_used_up"
    UPLOAD_GONE = "upload_gone"
    FILE_ELSEWHERE = "file_elsewhere"
    """A file among the answers of a questionnaire belongs to another place of them."""
    TOO_MANY_DRAFTS = "too_many_drafts"
    DRAFT_CHANGED = "draft_changed"
    DRAFT_SENT = "draft_sent"
    MESSAGE_SEEN = "message_seen"
    """The other side has read the message, so it cannot be taken back (ME-6)."""
    MESSAGE_GONE = "message_gone"
    """The message was taken back, so it can be neither answered nor taken back again (ME-6)."""
    # One answer of a questionnaire.
    NOT_TEXT = "not_text"
    NOT_A_NUMBER = "not_a_number"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_A_DATE = "not_a_date"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_A_PHONE_NUMBER = "not_a_phone_number"
    NOT_AN_IBAN = "not_an_iban"
    NOT_A_PERCENTAGE = "not_a_percentage"
    NOT_A_DECIMAL = "not_a_decimal"
    NOT_A_TIME = "not_a_time"
    NOT_A_BSN = "not_a_bsn"
    NOT_A_RSIN = "not_a_rsin"
    NOT_A_KVK_NUMBER = "not_a_kvk_number"
    NOT_A_VAT_NUMBER = "not_a_vat_number"
    NOT_A_POSTAL_ADDRESS = "not_a_postal_address"
    NOT_A_POSTCODE = "not_a_postcode"
    NOT_A_HOUSE_NUMBER = "not_a_house_number"
    NOT_A_SIGNATURE = "not_a_signature"
    NOT_A_DRAWING = "not_a_drawing"
    NOT_A_LIST = "not_a_list"
    TOO_SHORT = "too_short"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    WRONG_FORM = "wrong_form"
    NOT_ACCEPTED = "not_accepted"
    # A page of a questionnaire, or the whole of it.
    MUST_HOLD = "must_hold"
    UNKNOWN_QUESTION = "unknown_question"
    PAGE_HIDDEN = "page_hidden"
    FIXED = "fixed"
    """The office gave this answer, and the client cannot change it."""
    PAGE_UNFINISHED = "page_unfinished"
    ANSWERS_TOO_LARGE = "answers_too_large"
    DATE_PASSED = "date_passed"
    OTHER_QUESTIONNAIRE = "other_questionnaire"
    # A request for documents.
    DELIVERY_OPENED = "delivery_opened"
    DELIVERY_RETURNED = "delivery_returned"
    REMINDED_TODAY = "reminded_today"
    NOBODY_REMINDED = "nobody_reminded"
    # The definition of a questionnaire.
    NOT_JSON = "not_json"
    DOCUMENT_TOO_LARGE = "document_too_large"
    UNKNOWN_KEY = "unknown_key"
    LANGUAGE_MISSING = "language_missing"
    NOT_AS_FORMAT = "not_as_format"
    DUPLICATE_ID = "duplicate_id"
    OPTIONS_DIFFER = "options_differ"
    TYPES_DIFFER = "types_differ"
    UNKNOWN_REFERENCE = "unknown_reference"
    FORWARD_REFERENCE = "forward_reference"
    NOT_A_SCHEMA = "not_a_schema"
    KEYWORD_MISFIT = "keyword_misfit"
    UNKNOWN_COLUMN = "unknown_column"
    ALWAYS_TRUE = "always_true"
    NEVER_TRUE = "never_true"
    REFERENCE_OUTSIDE = "reference_outside"
    REFERENCE_CYCLIC = "reference_cyclic"
    UNKNOWN_FORMAT = "unknown_format"
    PATTERN_INVALID = "pattern_invalid"
    PATTERN_TOO_LONG = "pattern_too_long"
    PATTERN_TOO_LARGE = "pattern_too_large"
    PATTERN_UNSUPPORTED = "pattern_unsupported"
    REVISION_TAKEN = "revision_taken"
    NOT_AN_ID = "not_an_id"
    STILL_USED = "still_used"
    """A draft or another fragment uses the fragment, so it cannot be deleted."""
    # The HTTP API of offices.
    KEY_USED_BEFORE = "key_used_before"
    """The ``Idempotency-Key`` was sent with another body before (AP-4)."""
    ANSWER_LOST = "answer_lost"
    """The request was carried out before, but its answer was not kept (AP-4)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Fault:
    """One broken rule: its code, its field, and the parameters of its text, such as ``{"limit": 500}``."""

    code: FaultCode
    field: str | None = None
    params: Mapping[str, str | int] = attrs.field(factory=dict)


class PortalError(Exception):
    """The base class of the portal's errors. The message says what is wrong. It contains no user input."""

    code = "error"
    sentence = "the portal cannot do this"
    """The default message."""

    def __str__(self) -> str:
        """Return the message."""
        return super().__str__() or self.sentence


class Refused(PortalError):
    """The input breaks rules. Nothing was changed (AL-1)."""

    code = "refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults, in the order of the fields."""
        super().__init__(faults)
        self.faults = tuple(faults)
        """The faults, in the order of the fields."""

    def __str__(self) -> str:
        """List the faults, each with its field, code and numbers: ``body: too_long (limit 500)``."""
        return ", ".join(map(_named, self.faults)) or "refused"


def _named(fault: Fault) -> str:
    """Write a fault as text. Only parameters that are numbers or enums are included: others may be user input."""
    numbers = [f"{name} {value}" for name, value in fault.params.items() if isinstance(value, (int, enum.Enum))]
    told = f" ({', '.join(numbers)})" if numbers else ""
    return f"{fault.field or 'form'}: {fault.code}{told}"


class SignInFailed(PortalError):
    """The sign-in failed. The error does not tell whether the address or the password was wrong, or why (SI-1)."""

    code = "sign_in_failed"
    sentence = "address and password do not sign in"


class AdmissionProblem(enum.StrEnum):
    """Why somebody whom the vendor authenticated is not let in (PE-6)."""

    NOT_OFFERED = "not_offered"
    """The office does not use the vendor's sign-in."""
    ASSURANCE_TOO_LOW = "assurance_too_low"
    """The office asks for a higher level of assurance."""
    NOT_RECENT = "not_recent"
    """The authentication is too old, or of the future by this clock."""
    NOT_INVITED = "not_invited"
    """Nobody with an open account is known by this subject, and no invitation that works came with it."""
    SUBJECT_TAKEN = "subject_taken"
    """The invitation is of one person, and the subject belongs to another one."""
    OTHER_SUBJECT = "other_subject"
    """The subject that confirms is not the one of the person that is signed in."""


class NotAdmitted(PortalError):
    """The vendor authenticated somebody whom the portal does not let in (PE-6). Nothing was changed."""

    code = "not_admitted"

    def __init__(self, problem: AdmissionProblem = AdmissionProblem.NOT_INVITED) -> None:
        """Keep the problem."""
        super().__init__(problem)
        self.problem = problem
        """Why the portal does not let this person in."""

    def __str__(self) -> str:
        """Name the problem."""
        return f"the portal does not let in whom the vendor authenticated: {self.problem}"


class NotSignedIn(PortalError):
    """There is no session, or it has ended (SI-3)."""

    code = "not_signed_in"
    sentence = "there is no session, or it has ended: sign in"


class NotConfirmed(PortalError):
    """The password was given too long ago for this call. Nothing was changed. Ask for it and retry (SI-3)."""

    code = "not_confirmed"
    sentence = "the password was given too long ago: give it again"


class TwoStepDue(PortalError):
    """The office requires two-step verification. Until it is on, an account can only turn it on or sign out (TS-1)."""

    code = "two_step_due"
    sentence = "two-step verification must be turned on first"


class SecondStepDead(PortalError):
    """The pending sign-in is unknown, used, expired or out of attempts. Start a new sign-in (TS-2)."""

    code = "second_step_dead"
    sentence = "this sign-in is unknown, over or out of attempts: sign in again"


class CodeDue(PortalError):
    """To change two-step verification, or turn it off, give a code or the recovery code first (TS-5)."""

    code = "code_due"
    sentence = "a code must be given first"


class ApiKeyDead(PortalError):
    """The API key is unknown, revoked or expired. The error is the same for all of these (AP-1)."""

    code = "api_key_dead"
    sentence = "the API key is unknown, revoked or expired"


class ScopeMissing(PortalError):
    """The API key may not do this. Nothing was done (AP-2)."""

    code = "scope_missing"

    def __init__(self, scope: str = "") -> None:
        """Keep the scope that is needed, such as ``documents:write``."""
        super().__init__(scope)
        self.scope = scope
        """The scope that is needed, such as ``documents:write``."""

    def __str__(self) -> str:
        """Name the scope."""
        return f"the API key needs the scope {self.scope}"


class TooManyRequests(PortalError):
    """The API key, or the session, has no requests left in this minute. Nothing was done (AP-3)."""

    code = "too_many_requests"
    sentence = "no requests are left in this minute"

    def __init__(self, *, limit: int = 0, seconds: int = MINUTE) -> None:
        """Keep the number of requests in a minute, and the seconds until the next minute."""
        super().__init__()
        self.limit = limit
        """The number of requests in a minute."""
        self.seconds = seconds
        """The seconds until all of them are there again."""


class Absent(PortalError):
    """It does not exist, or this actor may not see it. The error is the same for both (DO-1, OF-2)."""

    code = "absent"

    def __init__(self, what: str = "thing") -> None:
        """Keep the kind of thing that is absent, such as ``dossier``."""
        super().__init__(what)
        self.what = what
        """The kind of thing, such as ``dossier``."""

    def __str__(self) -> str:
        """Name the kind of thing. The text is the same whether it does not exist or belongs to somebody else."""
        return f"there is no such {self.what}, or not for who asks"


class LinkDead(PortalError):
    """The link is unknown, used, voided or expired (ON-2, ON-4)."""

    code = "link_dead"
    sentence = "the link is unknown, used, voided or too old"


class FormForAnother(PortalError):
    """The form was shown to another person or account than the one that is signed in now. Nothing was done (PE-4)."""

    code = "form_for_another"
    sentence = "the form was shown to another account: nothing was done"

    def __init__(self, name: str = "", *, same_person: bool = False) -> None:
        """Keep the name of the account that the form was shown to, and whether the same person has it (PE-3)."""
        super().__init__(name)
        self.name = name
        """The name of the account that the form was shown to."""
        self.same_person = same_person

    def __str__(self) -> str:
        """Return the message, without the name."""
        return self.sentence


class FormDead(PortalError):
    """The form does not say for whom it was shown, or is of another page or office. Nothing was done (PE-4)."""

    code = "form_dead"
    sentence = "the form's seal is missing, changed, or of another page or office: nothing was done"


class Conflict(PortalError):
    """Somebody else changed it in the meantime. Nothing of this change was kept."""

    code = "conflict"
    sentence = "somebody else changed it in the meantime: nothing was kept"


class FileDamaged(PortalError):
    """The stored file is missing, or its bytes differ from what was stored (DC-4)."""

    code = "file_damaged"
    sentence = "the stored file is missing, or is not what was stored"


class FileWithheld(PortalError):
    """The file is in quarantine: it was not scanned yet, or the scanner rejected it (AT-3). Nobody can read it."""

    code = "file_withheld"
    sentence = "the file was not scanned for viruses yet, or was rejected"


class StorageFull(PortalError):
    """The storage is full. Nothing was kept."""

    code = "storage_full"
    sentence = "there is no room to write: nothing was kept"


class StorageDamaged(PortalError):
    """The storage is damaged. Nothing was changed. A retry does not help: an operator must restore a backup."""

    code = "storage_damaged"
    sentence = "the storage is damaged: an operator must restore a backup"


class Unavailable(PortalError):
    """A service is busy or cannot be reached. Nothing was changed, so the same call may be retried."""

    code = "unavailable"
    sentence = "busy or out of reach for now: try again"
