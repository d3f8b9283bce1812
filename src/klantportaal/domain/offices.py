"""The office: its name, colour, logo and texts (OF-3), and the statuses that its dossiers may have."""

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid5

import attrs

from klantportaal.domain import admission
from klantportaal.domain.admission import VendorSignIn
from klantportaal.domain.base_urls import normalised
from klantportaal.domain.boundary import checked
from klantportaal.domain.contact_details import telephone_faults, texts_faults
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    AddressChangesSwitched,
    OfficeChanged,
    OfficeMoved,
    RemindersChanged,
    TwoStepRequirementChanged,
    VendorSignInChanged,
)
from klantportaal.domain.file_types import FileType, FileTypes
from klantportaal.domain.reminders import ReminderRules
from klantportaal.domain.uploads import MEBIBYTE, UploadLimits
from klantportaal.domain.values import NAME_LIMIT, Language, OfficeId, address, is_blank, plain_line, plain_text

StatusCode = str
IN_PROGRESS: StatusCode = "in_progress"
"""``in behandeling``. A client's list of dossiers shows this status by default (DO-2)."""
WELCOME_LIMIT = 500
HELP_LIMIT = 2000
"""The longest text that an office adds to the help page, in characters."""
CONTACT_LIMIT = 300
"""The longest address and opening hours, in characters."""
STATUS_CODE_LIMIT = 32
STATUS_LABEL_LIMIT = 60
KEY_LIMIT = 100
"""The longest key, in characters."""
LOGO_LIMITS = UploadLimits(file_size=MEBIBYTE, files=1, types=FileTypes(taken=frozenset({FileType.PNG, FileType.JPEG})))
"""The limits for a logo."""
_IDS = UUID("0a3f6c1e-6f0d-4a53-9a1b-5f7f0c0d6b2e")
"""The namespace of the UUIDs of offices. Do not change it: the id of each office is derived from it."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class DossierStatus:
    """One status that a dossier may have, with its label in every language."""

    code: StatusCode
    labels: Mapping[Language, str]


DEFAULT_STATUSES = (
    DossierStatus(code=IN_PROGRESS, labels={Language.DUTCH: "In behandeling", Language.ENGLISH: "In progress"}),
    DossierStatus(code="on_hold", labels={Language.DUTCH: "Aangehouden", Language.ENGLISH: "On hold"}),
    DossierStatus(code="completed", labels={Language.DUTCH: "Afgerond", Language.ENGLISH: "Completed"}),
    DossierStatus(code="archived", labels={Language.DUTCH: "Gearchiveerd", Language.ENGLISH: "Archived"}),
)


class Typeface(enum.StrEnum):
    """The letters of an office's pages. The portal has them itself: no page asks another host for a font."""

    SERIF = "serif"
    """Headings with serifs, and texts without."""
    SANS = "sans"
    """Headings and texts without serifs."""
    SYSTEM = "system"
    """Those of the reader's own device, which nobody has to wait for."""


class Corners(enum.StrEnum):
    """The corners of cards, fields and buttons."""

    ROUND = "round"
    SQUARE = "square"


class Density(enum.StrEnum):
    """The room between things. What can be pressed keeps its size."""

    ROOMY = "roomy"
    COMPACT = "compact"


@attrs.frozen(kw_only=True, field_transformer=checked)
class OfficeProfile:
    """The settings of an office that clients see: name, contact address, appearance, texts and statuses."""

    name: str
    contact_address: str
    colour: str = "#1f4e79"
    """The accent colour, as ``#rrggbb``. Text on it is black or white, whichever has more contrast."""
    typeface: Typeface = Typeface.SERIF
    corners: Corners = Corners.ROUND
    density: Density = Density.ROOMY
    welcome: Mapping[Language, str] = attrs.field(factory=dict)
    """The text above the sign-in form. If empty, the portal shows its own."""
    statuses: tuple[DossierStatus, ...] = DEFAULT_STATUSES
    telephone: str = ""
    """As clients read it. Its link is made from it."""
    hours: Mapping[Language, str] = attrs.field(factory=dict)
    """The opening hours, of several lines if need be."""
    visiting_address: str = ""
    """Of several lines if need be."""
    privacy_page: Mapping[Language, str] = attrs.field(factory=dict)
    """The page that says how the office deals with personal data: a path, or an address over HTTPS."""
    accessibility_page: Mapping[Language, str] = attrs.field(factory=dict)
    """The office's own page with an accessibility statement. If empty, the portal shows its own."""
    help_text: Mapping[Language, str] = attrs.field(factory=dict)
    """What the office adds to the help page: plain text, of several lines if need be."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class OfficeNotices:
    """How an office is told by mail what its clients sent and completed (OF-4)."""

    page: str
    """The page of the vendor's back office to which the mails lead: an address over HTTPS."""
    addresses: tuple[str, ...] = ()
    """Who is told. A dossier can have addresses of its own instead."""
    language: Language = Language.DUTCH


@attrs.frozen(kw_only=True, field_transformer=checked)
class Office:
    """The tenant. Everything else in the portal belongs to exactly one office (OF-2)."""

    id: OfficeId
    key: str
    """The vendor's name for the office. It does not depend on the URL. The id is derived from it."""
    base_url: str
    """The URL of the portal for its clients, in the form of `normalised`. Links in mails are made from it only."""
    profile: OfficeProfile
    logo: StoredFile | None = None
    dark_logo: StoredFile | None = None
    """The logo on dark pages, in place of the logo. None: the logo, on white."""
    two_step_required: bool = False
    """Whether every account must turn two-step verification on before anything else (TS-1)."""
    vendor_sign_in: VendorSignIn | None = None
    """The vendor's own sign-in, if the office uses it (PE-6)."""
    address_changes: bool = True
    """Whether persons may change their own e-mail address (PR-4)."""
    notices: OfficeNotices | None = None
    """Who at the office is told by mail what clients send. None if nobody is (OF-4)."""
    reminders: ReminderRules | None = attrs.field(factory=ReminderRules)
    """When clients are reminded by mail. None if they are not (RM-1)."""
    version: int = 1

    def status(self, code: StatusCode) -> DossierStatus | None:
        """Find one of the office's statuses."""
        return next((each for each in self.profile.statuses if each.code == code), None)


def new_office(key: str, base_url: str, profile: OfficeProfile) -> Office:
    """Make an office. Its id is derived from its key (RFC 9562 5.5), so hosts that start together make the same id.

    Raises:
        Refused: one fault for each argument or field that breaks a rule.
    """
    profile = tidy(profile)
    if faults := [*key_faults(key), *base_url_faults(base_url), *profile_faults(profile)]:
        raise Refused(faults)
    return Office(id=OfficeId(uuid5(_IDS, key)), key=key, base_url=normalised(base_url), profile=profile)


def move(office: Office, base_url: str, *, at: datetime) -> tuple[Office, OfficeMoved]:
    """Change the base URL of an office.

    Raises:
        Refused: the base URL is not valid.
    """
    return attrs.evolve(office, base_url=normalised(base_url)), OfficeMoved(at=at)


def change_profile(office: Office, profile: OfficeProfile, *, at: datetime) -> tuple[Office, OfficeChanged]:
    """Change the profile of an office (OF-3).

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    profile = tidy(profile)
    if faults := list(profile_faults(profile)):
        raise Refused(faults)
    return attrs.evolve(office, profile=profile), OfficeChanged(at=at)


def require_two_step(office: Office, required: bool, *, at: datetime) -> tuple[Office, TwoStepRequirementChanged]:
    """Make two-step verification mandatory for the office's clients, or optional again (TS-1)."""
    fact = TwoStepRequirementChanged(required=required, at=at)
    return attrs.evolve(office, two_step_required=required), fact


def use_vendor_sign_in(
    office: Office, sign_in: VendorSignIn | None, *, at: datetime
) -> tuple[Office, VendorSignInChanged]:
    """Begin, change or end the use of the vendor's own sign-in (PE-6).

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    used = None if sign_in is None else admission.tidy(sign_in)
    fact = VendorSignInChanged(
        used=used is not None,
        least=used.least if used else "",
        takes_passwords=admission.takes_passwords(used),
        at=at,
    )
    return attrs.evolve(office, vendor_sign_in=used), fact


def allow_address_changes(office: Office, allowed: bool, *, at: datetime) -> tuple[Office, AddressChangesSwitched]:
    """Let the office's clients change their own e-mail address, or not any more (PR-4)."""
    return attrs.evolve(office, address_changes=allowed), AddressChangesSwitched(allowed=allowed, at=at)


def change_reminders(office: Office, rules: ReminderRules | None, *, at: datetime) -> tuple[Office, RemindersChanged]:
    """Change when the clients of an office are reminded, or remind them no longer (RM-1)."""
    return attrs.evolve(office, reminders=rules), RemindersChanged(used=rules is not None, at=at)


def key_faults(key: str) -> Iterable[Fault]:
    """Require 1 to 100 printable characters in NFC, some of them visible, without white space at the ends."""
    plain = key.isprintable() and not is_blank(key) and key == key.strip() and unicodedata.is_normalized("NFC", key)
    if not plain or len(key) > KEY_LIMIT:
        yield Fault(code=FaultCode.NOT_A_KEY, field="key", params={"limit": KEY_LIMIT})


def base_url_faults(base_url: str) -> Iterable[Fault]:
    """Require a valid base URL."""
    try:
        normalised(base_url)
    except Refused as refused:
        yield from refused.faults


def tidy(profile: OfficeProfile) -> OfficeProfile:
    """Clean a profile, as it is stored: plain lines, a plain welcome text and a normalised contact address."""
    return attrs.evolve(
        profile,
        name=plain_line(profile.name),
        contact_address=address(profile.contact_address) or profile.contact_address.strip(),
        welcome={language: plain_text(text).strip() for language, text in profile.welcome.items()},
        statuses=tuple(
            attrs.evolve(each, labels={language: plain_line(label) for language, label in each.labels.items()})
            for each in profile.statuses
        ),
        telephone=plain_line(profile.telephone),
        hours=_filled(profile.hours),
        visiting_address=plain_text(profile.visiting_address).strip(),
        privacy_page=_filled(profile.privacy_page),
        accessibility_page=_filled(profile.accessibility_page),
        help_text=_filled(profile.help_text),
    )


def _filled(texts: Mapping[Language, str]) -> Mapping[Language, str]:
    cleaned = {language: plain_text(text).strip() for language, text in texts.items()}
    return {language: text for language, text in cleaned.items() if text}


def profile_faults(profile: OfficeProfile) -> Iterable[Fault]:
    """List the rules that a profile breaks, in the order of its fields."""
    if is_blank(profile.name):
        yield Fault(code=FaultCode.MISSING, field="name")
    if len(profile.name) > NAME_LIMIT:
        yield Fault(code=FaultCode.TOO_LONG, field="name", params={"limit": NAME_LIMIT})
    if is_blank(profile.contact_address):
        yield Fault(code=FaultCode.MISSING, field="contact_address")
    elif address(profile.contact_address) is None:
        yield Fault(code=FaultCode.NOT_AN_ADDRESS, field="contact_address")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", profile.colour):
        yield Fault(code=FaultCode.NOT_A_COLOUR, field="colour")
    if any(len(text) > WELCOME_LIMIT for text in profile.welcome.values()):
        yield Fault(code=FaultCode.TOO_LONG, field="welcome", params={"limit": WELCOME_LIMIT})
    yield from status_faults(profile.statuses)
    yield from telephone_faults(profile.telephone)
    yield from texts_faults("hours", profile.hours, CONTACT_LIMIT)
    yield from texts_faults("help_text", profile.help_text, HELP_LIMIT)
    if len(profile.visiting_address) > CONTACT_LIMIT:
        yield Fault(code=FaultCode.TOO_LONG, field="visiting_address", params={"limit": CONTACT_LIMIT})
    for field in ("privacy_page", "accessibility_page"):
        if not all(map(admission.is_page, getattr(profile, field).values())):
            yield Fault(code=FaultCode.NOT_A_PAGE, field=field)


def status_faults(statuses: tuple[DossierStatus, ...]) -> Iterable[Fault]:
    """Require ``in_progress``, valid codes without duplicates, and a label of 1 to 60 characters in each language."""
    codes = [status.code for status in statuses]
    spelled = all(re.fullmatch(rf"[a-z0-9_]{{1,{STATUS_CODE_LIMIT}}}", code) for code in codes)
    if IN_PROGRESS not in codes or len(set(codes)) != len(codes) or not spelled:
        yield Fault(code=FaultCode.UNKNOWN_STATUS, field="statuses")
    if any(is_blank(status.labels.get(language, "")) for status in statuses for language in Language):
        yield Fault(code=FaultCode.MISSING, field="statuses")
    if any(len(label) > STATUS_LABEL_LIMIT for status in statuses for label in status.labels.values()):
        yield Fault(code=FaultCode.TOO_LONG, field="statuses", params={"limit": STATUS_LABEL_LIMIT})
