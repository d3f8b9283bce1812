"""A vendor's own sign-in: it authenticates a person, and the portal lets the person in as after a password (PE-6).

An office chooses it with ``VendorSignIn``. The vendor says whom it authenticated, how, how surely and when, with
``Authentication``. The link of an invitation binds the vendor's name for somebody, the ``Subject``, to a person.
"""

import enum
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from klantportaal.domain.base_urls import is_open_to_eavesdroppers, normalised
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import AdmissionProblem, Fault, FaultCode, NotAdmitted, Refused
from klantportaal.domain.values import SKEW, is_blank, plain_line

SUBJECT_LIMIT = 255
"""The longest issuer and the longest name of a subject, in characters (OpenID Connect Core 1.0, 2)."""
METHOD_LIMIT = 255
"""The longest method, in characters."""
SIGN_IN_NAME_LIMIT = 40
"""The longest name of a vendor's sign-in, in characters. It stands on a button."""
PAGE_LIMIT = 500
"""The longest address of a page of the vendor, in characters."""
_PATH = re.compile(r"/(?!/)(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*", re.ASCII)
_QUERY = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*", re.ASCII)


class Assurance(enum.StrEnum):
    """How sure it is who somebody is (eIDAS, Regulation (EU) 910/2014, article 8)."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    """At least two factors. It meets the office's demand for two-step verification (TS-1)."""
    HIGH = "high"

    def meets(self, least: "Assurance") -> bool:
        """Tell whether this level is *least* or a higher one."""
        levels = list(Assurance)
        return levels.index(self) >= levels.index(least)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Subject:
    """The vendor's name for somebody who signs in there. It never goes to somebody else."""

    issuer: str
    """Who gave the name, such as ``iss`` of an ID token."""
    name: str
    """The name, such as ``sub`` of an ID token. Upper and lower case differ."""

    def __attrs_post_init__(self) -> None:
        """Require 1 to 255 printable characters in each. Raises: Refused."""
        _require_words(SUBJECT_LIMIT, issuer=self.issuer, name=self.name)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Authentication:
    """Whom the vendor has authenticated, how, how surely and when."""

    subject: Subject
    method: str
    """The vendor's word for how, for the audit trail: 1 to 255 printable characters, such as ``digid``."""
    assurance: Assurance
    at: datetime
    """When the person proved who it is, such as ``auth_time`` of an ID token."""

    def __attrs_post_init__(self) -> None:
        """Require a method. Raises: Refused."""
        _require_words(METHOD_LIMIT, method=self.method)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Admission:
    """How the person of a session was authenticated by the vendor."""

    method: str
    assurance: Assurance
    at: datetime
    """When the person proved who it is. The session counts as confirmed from then on (SI-3)."""

    @classmethod
    def of(cls, authentication: Authentication) -> "Admission":
        """Take over what the vendor says, without the subject."""
        return cls(method=authentication.method, assurance=authentication.assurance, at=authentication.at)


@attrs.frozen(kw_only=True, field_transformer=checked)
class VendorSignIn:
    """The vendor's own sign-in, as an office uses it.

    Each page of the vendor is a path on the host of the portal, such as ``/sso/start``, or a URL with HTTPS. The portal
    adds the query parameter ``next``: the path of the portal's page to which the vendor leads back.
    """

    name: str
    """What clients call it, such as ``DigiD``. It stands on the button of the sign-in page."""
    sign_in: str
    """The page of the vendor that signs in. Its last step is ``admit``."""
    confirm: str
    """The page of the vendor that asks once more who it is. Its last step is ``confirm``."""
    sign_out: str | None = None
    """The page of the vendor to which ``Uitloggen`` leads on. None if the vendor's session goes on."""
    least: Assurance = Assurance.LOW
    """The lowest level that is let in."""
    with_password: bool = True
    """Whether clients may sign in with a password of the portal, too."""


def tidy(sign_in: VendorSignIn) -> VendorSignIn:
    """Clean the name of a vendor's sign-in, as it is stored, and check it.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    cleaned = attrs.evolve(sign_in, name=plain_line(sign_in.name))
    if faults := list(_faults(cleaned)):
        raise Refused(faults)
    return cleaned


def _faults(sign_in: VendorSignIn) -> Iterable[Fault]:
    if is_blank(sign_in.name):
        yield Fault(code=FaultCode.MISSING, field="name")
    if len(sign_in.name) > SIGN_IN_NAME_LIMIT:
        yield Fault(code=FaultCode.TOO_LONG, field="name", params={"limit": SIGN_IN_NAME_LIMIT})
    pages = {"sign_in": sign_in.sign_in, "confirm": sign_in.confirm, "sign_out": sign_in.sign_out}
    for field, page in pages.items():
        if page is not None and not is_page(page):
            yield Fault(code=FaultCode.NOT_A_PAGE, field=field)


def is_page(page: str) -> bool:
    """Tell whether a page of the vendor is a path, or a URL that no network can read; without a fragment."""
    address, question, query = page.partition("?")
    if len(page) > PAGE_LIMIT or (question and not _QUERY.fullmatch(query)):
        return False
    if _PATH.fullmatch(address):
        return True
    try:
        return not is_open_to_eavesdroppers(normalised(address))
    except Refused:
        return False


def takes_passwords(sign_in: VendorSignIn | None) -> bool:
    """Tell whether the clients of an office sign in with passwords of the portal."""
    return sign_in is None or sign_in.with_password


def require_admissible(
    authentication: Authentication, sign_in: VendorSignIn | None, *, within: timedelta, at: datetime
) -> None:
    """Require that an office lets in whom its vendor authenticated.

    Args:
        authentication: what the vendor says.
        sign_in: the vendor's sign-in at the office, if it uses one.
        within: how long an authentication counts.
        at: the time of admission.

    Raises:
        NotAdmitted: the office does not use a vendor's sign-in, or asks for a higher level, or the authentication is
            too old or in the future.
    """
    if sign_in is None:
        raise NotAdmitted(AdmissionProblem.NOT_OFFERED)
    if not authentication.assurance.meets(sign_in.least):
        raise NotAdmitted(AdmissionProblem.ASSURANCE_TOO_LOW)
    if not -SKEW <= at - authentication.at < within:
        raise NotAdmitted(AdmissionProblem.NOT_RECENT)


def _require_words(limit: int, **texts: str) -> None:
    faults = [
        Fault(code=FaultCode.NOT_A_WORD, field=field, params={"limit": limit})
        for field, text in texts.items()
        if is_blank(text) or len(text) > limit or not text.isprintable()
    ]
    if faults:
        raise Refused(faults)
