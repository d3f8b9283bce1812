"""The problems with which the API answers what it cannot do (RFC 9457): one for each error, with all faults at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.api.requests import ALWAYS, ApiAnswer
from klantportaal.adapters.web.http.errors import (
    Answer,
    CrossSite,
    Malformed,
    TooLarge,
    TooManyDownloads,
    TooSlow,
    WebError,
    answer_to,
)
from klantportaal.adapters.web.language.fault_texts import say_fault
from klantportaal.adapters.web.language.translations import Wording, sentence
from klantportaal.domain.errors import (
    Absent,
    ApiKeyDead,
    CodeDue,
    Conflict,
    Fault,
    FaultCode,
    FileDamaged,
    FileWithheld,
    LinkDead,
    NotConfirmed,
    NotSignedIn,
    PortalError,
    Refused,
    ScopeMissing,
    SecondStepDead,
    SignInFailed,
    StorageDamaged,
    StorageFull,
    TooManyRequests,
    TwoStepDue,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"


class ApiError(WebError):
    """An error in a request to the API itself."""

    code = "api_error"


class NoSuchMethod(ApiError):
    """The resource does not have this method."""

    code = "no_such_method"

    def __init__(self, allowed: Sequence[str]) -> None:
        """Keep the methods that it has."""
        super().__init__()
        self.allowed = tuple(allowed)


class NotAcceptable(ApiError):
    """The answer does not come in a type that the request accepts."""

    code = "not_acceptable"


class UnknownMediaType(ApiError):
    """The body is not of the type that the operation takes."""

    code = "unknown_media_type"


class NotShown(ApiError):
    """A browser cannot show the file safely (NW-3)."""

    code = "not_shown"


class VersionChanged(ApiError):
    """``If-Match`` names a version that is not the newest any more."""

    code = "version_changed"


class KeyInAddress(ApiError):
    """There is an API key in the address, where logs keep it. It must be revoked."""

    code = "key_in_address"


API_ANSWERS: Mapping[type[PortalError] | type[WebError], Answer] = {
    Refused: Answer(
        status=400,
        title=sentence("That is not possible"),
        text=sentence("We cannot accept what you sent. Nothing was changed."),
    ),
    Absent: Answer(
        status=404,
        title=sentence("This does not exist"),
        text=sentence("This does not exist, or does not belong to the office of this API key."),
    ),
    Conflict: Answer(
        status=409,
        title=sentence("This was changed in the meantime"),
        text=sentence(
            "Somebody else is changing this, or the same request is still running. Nothing was changed. Try again."
        ),
        retry_after=1,
    ),
    Malformed: Answer(
        status=400,
        title=sentence("This could not be read"),
        text=sentence("The body is incomplete, or does not have the parts of this operation. Nothing was changed."),
    ),
    TooLarge: Answer(
        status=413,
        title=sentence("This is too large"),
        text=sentence("The body is larger than this operation takes. Nothing was changed."),
    ),
    TooSlow: Answer(
        status=408,
        title=sentence("This took too long"),
        text=sentence("The body came in too slowly. Nothing was changed. Try again."),
    ),
    NoSuchMethod: Answer(
        status=405,
        title=sentence("This method is not allowed"),
        text=sentence("This address does not take this method. The Allow header lists the methods that it takes."),
    ),
    NotAcceptable: Answer(
        status=406,
        title=sentence("This type is not available"),
        text=sentence("The answer is not available in any type that the Accept header names."),
    ),
    UnknownMediaType: Answer(
        status=415,
        title=sentence("This type is not accepted"),
        text=sentence("A body of this Content-Type is not accepted here. Nothing was changed."),
    ),
    VersionChanged: Answer(
        status=412,
        title=sentence("This was changed in the meantime"),
        text=sentence("There is a newer version than that of If-Match. Nothing was changed. Get it, and try again."),
    ),
    KeyInAddress: Answer(
        status=400,
        title=sentence("There is an API key in the address"),
        text=sentence("Addresses are kept in logs. Nothing was done. Revoke this key, and send keys in a header."),
    ),
}
_OTHER_STATUS: Mapping[FaultCode, int] = {FaultCode.KEY_USED_BEFORE: 422, FaultCode.ANSWER_LOST: 409}
"""The status of a refusal is 400, but for these faults."""
_AS_PAGES = (
    *(ApiKeyDead, ScopeMissing, TooManyRequests, FileWithheld, FileDamaged),
    *(StorageFull, StorageDamaged, Unavailable),
)
"""Errors about which the API says what pages say."""


CLIENT_ANSWERS: Mapping[type[PortalError] | type[WebError], Answer] = {
    **{kind: said for kind, said in API_ANSWERS.items() if kind is not KeyInAddress},
    Absent: Answer(
        status=404,
        title=sentence("This does not exist"),
        text=sentence("This does not exist, or is not meant for you."),
    ),
    NotShown: Answer(
        status=409,
        title=sentence("This cannot be shown"),
        text=sentence("A browser cannot show this file safely. Download it instead."),
    ),
    SignInFailed: Answer(
        status=401,
        title=sentence("Signing in failed"),
        text=sentence(
            "This e-mail address and password do not belong together. After several failed attempts you have to wait"
            " for a while, even with the right password."
        ),
    ),
    TooManyRequests: Answer(
        status=429,
        title=sentence("Too many requests"),
        text=sentence("This session has no requests left in this minute. Nothing was changed. Try again later."),
    ),
    LinkDead: Answer(
        status=410,
        title=sentence("This link no longer works"),
        text=sentence("This link has already been used, or has expired. Ask for a new one."),
    ),
}
"""What the client API says in place of what pages say."""
_AS_PAGES_FOR_CLIENTS = (
    *(NotSignedIn, NotConfirmed, TwoStepDue, CodeDue, SecondStepDead, CrossSite, TooManyDownloads),
    *(FileWithheld, FileDamaged, StorageFull, StorageDamaged, Unavailable),
)


@attrs.frozen(kw_only=True)
class Problems:
    """The problems of one API."""

    answers: Mapping[type[PortalError] | type[WebError], Answer]
    as_pages: tuple[type[PortalError] | type[WebError], ...]
    """The errors about which it says what pages say."""
    realm: str
    """The realm of the header ``WWW-Authenticate``."""

    def codes(self) -> Iterator[tuple[str, Answer]]:
        """Give the code of each problem, and what it says."""
        for kind in self.answers:
            yield _code(kind), self.answers[kind]
        for other in self.as_pages:
            yield _code(other), answer_to(other())

    def said(self, error: PortalError | WebError) -> Answer:
        """Give what is said about an error."""
        return self.answers.get(type(error)) or answer_to(error)


OFFICE = Problems(answers=API_ANSWERS, as_pages=_AS_PAGES, realm="office")
CLIENT = Problems(answers=CLIENT_ANSWERS, as_pages=_AS_PAGES_FOR_CLIENTS, realm="client")


def _code(kind: type[Exception]) -> str:
    """Give the code of an error: its own, or its name in small letters."""
    code = "body_too_large" if kind is TooLarge else getattr(kind, "code", None)  # A fault is called too_large.
    if isinstance(code, str):
        return code
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in kind.__name__).strip("_")


def _status_of(error: PortalError | WebError, said: Answer) -> int:
    if isinstance(error, Refused):
        return next((_OTHER_STATUS[each.code] for each in error.faults if each.code in _OTHER_STATUS), 400)
    return said.status


def problem(error: PortalError | WebError, wording: Wording, *, root: str, of: Problems) -> ApiAnswer:
    """Make the answer to an error.

    Args:
        error: the error.
        wording: the language of its texts.
        root: the path where the API stands. The problem links to what stands there about its code.
        of: the problems of the API.
    """
    said = of.said(error)
    status, code = _status_of(error, said), _code(type(error))
    told: dict[str, Any] = {
        "type": f"{root}/problems/{code}",
        "title": wording.say(said.title),
        "status": status,
        "detail": wording.say(said.text),
        "code": code,
    }
    if isinstance(error, Refused):
        told["errors"] = [_fault(each, wording, root) for each in error.faults]
    if isinstance(error, ScopeMissing):
        told["scope"] = error.scope
    headers = {**ALWAYS, "Content-Type": MEDIA_TYPE, "Content-Language": wording.language.value}
    headers |= _more(error, said, of.realm)
    return ApiAnswer(status=status, headers=headers, content=json.dumps(told, ensure_ascii=False).encode())


def _fault(fault: Fault, wording: Wording, root: str) -> dict[str, Any]:
    return {
        "type": f"{root}/problems/{fault.code.value}",
        "code": fault.code.value,
        "field": fault.field,
        "detail": say_fault(fault, wording),
        "params": dict(fault.params),
    }


def _more(error: PortalError | WebError, said: Answer, realm: str) -> dict[str, str]:
    """Give the headers of some problems."""
    if said.status == 401:
        return {"WWW-Authenticate": f'Bearer realm="{realm}"'}
    if isinstance(error, NoSuchMethod):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, TooManyRequests):
        seconds = str(error.seconds)
        limits = {"RateLimit-Limit": str(error.limit), "RateLimit-Remaining": "0", "RateLimit-Reset": seconds}
        return {**limits, "Retry-After": seconds}
    return {} if said.retry_after is None else {"Retry-After": str(said.retry_after)}
