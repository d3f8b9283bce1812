"""The map from errors to the HTTP status and the text of their error page.

The portal's own errors are in ``domain/errors.py``. This module adds errors that only web requests have.
"""

from collections.abc import Mapping, Sequence

import attrs

from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.domain.errors import (
    Absent,
    AdmissionProblem,
    ApiKeyDead,
    CodeDue,
    Conflict,
    FileDamaged,
    FileWithheld,
    FormDead,
    FormForAnother,
    LinkDead,
    NotAdmitted,
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


class WebError(Exception):
    """An error in the HTTP request itself, as opposed to the errors that use cases raise."""


class CrossSite(WebError):
    """Another site made the browser send a request that the portal does not answer (see ``origin.is_let_in``)."""


class Malformed(WebError):
    """The body does not match its headers, or lacks a field that every form of the portal has."""


class TooLarge(WebError):
    """The body exceeds the limits for the portal's forms."""


class TooSlow(WebError):
    """The body came too slowly, so the host broke it off (AL-7)."""


class TooManyDownloads(WebError):
    """An account downloads as many files at once as it may (AL-7)."""


class NoSuchPage(WebError):
    """No route of the portal has this address."""


class WrongMethod(WebError):
    """The address is a route's, which has other HTTP methods."""

    def __init__(self, allowed: frozenset[str]) -> None:
        """Keep the methods that it has."""
        super().__init__(", ".join(sorted(allowed)))
        self.allowed = allowed


class LinkMeant(WebError):
    """Something that does not belong to the address stands behind it. The answer is a redirect to the address alone."""

    def __init__(self, path: str) -> None:
        """Keep the address: a path below the mount, percent-encoded. It may have a token, so no text has it."""
        super().__init__()
        self.path = path


class AddressLinkDead(WebError):
    """The link to a new e-mail address does not work any more. A new one is asked for elsewhere than other links."""


class NoHandler(WebError):
    """The vendor says that nobody of an office asks for a page of the editor of questionnaires."""


class NotCarriedOut(WebError):
    """A form was shown to another account, or its seal is not good. Nothing was done (PE-4)."""

    def __init__(self, reason: FormForAnother | FormDead, typed: Mapping[str, Sequence[str]]) -> None:
        """Keep the reason, and the text fields of the form without secrets, to show them once more."""
        super().__init__(str(reason))
        self.reason = reason
        self.typed = typed


@attrs.frozen(kw_only=True)
class Answer:
    """The HTTP status and the text for an error."""

    status: int
    title: Sentence
    text: Sentence
    retry_after: int | None = None
    """The value of the header ``Retry-After`` in seconds."""
    way_on: str | None = None
    """The name of the route that the page links to. None links to the start page."""
    contact: bool = False
    """Whether the page shows the office's contact details."""


ANSWERS: Mapping[type[PortalError] | type[WebError], Answer] = {
    Refused: Answer(
        status=422,
        title=sentence("That is not possible"),
        text=sentence("We cannot accept what you sent. Nothing was changed."),
    ),
    SignInFailed: Answer(
        status=401,
        title=sentence("Signing in failed"),
        text=sentence("Check your e-mail address and password, or wait a few minutes if you have tried several times."),
    ),
    NotAdmitted: Answer(
        status=403,
        title=sentence("You cannot sign in"),
        text=sentence("Nothing was changed. Try again, or contact the office."),
        way_on="sign_in",
        contact=True,
    ),
    NotSignedIn: Answer(
        status=401,
        title=sentence("You are not signed in"),
        text=sentence("Sign in to see this page. If you were signed in, your session has ended."),
    ),
    NotConfirmed: Answer(
        status=403,
        title=sentence("Your password again"),
        text=sentence("Enter your password again before you do this. Nothing was changed."),
    ),
    NoHandler: Answer(
        status=403,
        title=sentence("These pages are for the office"),
        text=sentence("Sign in to the office's own program first, and open this page from there."),
    ),
    Absent: Answer(
        status=404,
        title=sentence("Page not found"),
        text=sentence("This page does not exist, or is not meant for you."),
    ),
    NoSuchPage: Answer(
        status=404,
        title=sentence("Page not found"),
        text=sentence(
            "There is no page at this address. If the link was in an e-mail, it may have been cut off: open it from the"
            " e-mail again, or go to the start page."
        ),
    ),
    WrongMethod: Answer(
        status=405,
        title=sentence("This page cannot be opened this way"),
        text=sentence(
            "This address only works with a button on another page. Nothing was changed. Go to the start page and"
            " continue from there."
        ),
    ),
    ApiKeyDead: Answer(
        status=401,
        title=sentence("This API key does not work"),
        text=sentence("The API key is missing, unknown, revoked or expired. Nothing was changed."),
    ),
    ScopeMissing: Answer(
        status=403,
        title=sentence("This API key may not do this"),
        text=sentence("The API key does not have the scope that is needed. Nothing was changed."),
    ),
    TooManyRequests: Answer(
        status=429,
        title=sentence("Too many requests"),
        text=sentence("This API key has no requests left in this minute. Nothing was changed. Try again later."),
    ),
    LinkDead: Answer(
        status=410,
        title=sentence("This link no longer works"),
        text=sentence("The link has already been used, or has expired. Ask for a new one below."),
        way_on="ask_link",
    ),
    AddressLinkDead: Answer(
        status=410,
        title=sentence("This link no longer works"),
        text=sentence(
            "The link has already been used, has expired, or was replaced by a newer one. Ask for a new one under My"
            " details."
        ),
        way_on="profile",
    ),
    SecondStepDead: Answer(
        status=410,
        title=sentence("Please sign in again"),
        text=sentence("The code was not entered in time, or was wrong too often. Sign in again for a new code."),
        way_on="sign_in",
    ),
    CodeDue: Answer(
        status=403,
        title=sentence("A code is needed first"),
        text=sentence("To change two-step verification, first enter a code. Nothing was changed."),
        way_on="two_step",
    ),
    TwoStepDue: Answer(
        status=403,
        title=sentence("Two-step verification is needed"),
        text=sentence("The office asks for it. Turn it on first; after that you can use the portal."),
        way_on="two_step",
    ),
    FormForAnother: Answer(
        status=409,
        title=sentence("This form was for another account"),
        text=sentence("This form was shown to another account. Nothing was sent and nothing was changed."),
    ),
    FormDead: Answer(
        status=400,
        title=sentence("This form is out of date"),
        text=sentence(
            "What you sent does not belong to this page, or the page is too old. Nothing was sent and nothing was"
            " changed. Open the page again."
        ),
    ),
    Conflict: Answer(
        status=409,
        title=sentence("This was changed in the meantime"),
        text=sentence(
            "This was changed in another window or by somebody else, so your change was not saved. Look at it again and"
            " try once more."
        ),
    ),
    FileWithheld: Answer(
        status=409,
        title=sentence("This file cannot be opened"),
        text=sentence(
            "The file is still being checked for viruses, or was removed because of that check. Go back and look at the"
            " list: it says which."
        ),
    ),
    FileDamaged: Answer(
        status=500,
        title=sentence("This file is damaged"),
        text=sentence("The file has been damaged, so you cannot download it at the moment. Please tell the office."),
        contact=True,
    ),
    StorageFull: Answer(
        status=507,
        title=sentence("There is no room left"),
        text=sentence("What you sent could not be kept. Nothing was changed. Please try again later."),
        contact=True,
    ),
    StorageDamaged: Answer(
        status=500,
        title=sentence("The portal is not working"),
        text=sentence("What you asked for could not be read. Nothing was changed. Please tell the office."),
        contact=True,
    ),
    Unavailable: Answer(
        status=503,
        title=sentence("The portal is busy"),
        text=sentence("Nothing was changed. Please try again in a moment."),
        retry_after=5,
    ),
    CrossSite: Answer(
        status=403,
        title=sentence("This was not carried out"),
        text=sentence(
            "According to your browser, another website sent this. That is why nothing was done. Open the portal and"
            " try again."
        ),
    ),
    Malformed: Answer(
        status=400,
        title=sentence("This could not be read"),
        text=sentence("What we received is incomplete or damaged. Nothing was changed. Go back and try again."),
    ),
    TooLarge: Answer(
        status=413,
        title=sentence("This is too large"),
        text=sentence("What you sent is larger than the portal accepts. Go back and send less at a time."),
    ),
    TooSlow: Answer(
        status=408,
        title=sentence("This took too long"),
        text=sentence(
            "What you sent came in too slowly, so we stopped it. Nothing was changed. Try again, with a better"
            " connection or less at a time if necessary."
        ),
    ),
    TooManyDownloads: Answer(
        status=429,
        title=sentence("You are still downloading other files"),
        text=sentence("You can download a few files at a time. Wait until one of them is done, and try again."),
        retry_after=5,
    ),
}


NOT_ADMITTED: Mapping[AdmissionProblem, Sentence] = {
    AdmissionProblem.NOT_OFFERED: sentence("You cannot sign in to this office in this way. Nothing was changed."),
    AdmissionProblem.ASSURANCE_TOO_LOW: sentence(
        "The office asks for a more secure way of signing in. Choose one, and try again."
    ),
    AdmissionProblem.NOT_RECENT: sentence("You confirmed who you are too long ago. Please sign in again."),
    AdmissionProblem.NOT_INVITED: sentence(
        "We know who you are, but this office has no account for you. If you received an invitation by e-mail,"
        " begin with the button in that e-mail."
    ),
    AdmissionProblem.SUBJECT_TAKEN: sentence(
        "You already sign in to this office with another e-mail address, so this invitation cannot be used. Please"
        " contact the office."
    ),
    AdmissionProblem.OTHER_SUBJECT: sentence(
        "This was confirmed by somebody other than the person who is signed in. Nothing was changed."
    ),
}
"""The text for each reason why somebody whom the vendor authenticated is not let in (PE-6)."""


def answer_to(error: PortalError | WebError) -> Answer:
    """Find the status and text for an error: those of its class, or else of its nearest base class."""
    if isinstance(error, NotCarriedOut):
        error = error.reason
    if isinstance(error, NotAdmitted):
        return attrs.evolve(ANSWERS[NotAdmitted], text=NOT_ADMITTED[error.problem])
    return next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
