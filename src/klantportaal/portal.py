"""`Portal`: the object with all use cases, grouped by caller."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import attrs

from klantportaal.adapters import telemetry
from klantportaal.assembly import (
    Parts,
    api_entrance,
    background_side,
    client_side,
    health_check,
    office_side,
    offices,
)
from klantportaal.deviations import deviations
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.deviations import Deviation
from klantportaal.domain.health import Health
from klantportaal.ports.addresses import AddressLookup
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.mail import MailSender, MailWriter
from klantportaal.ports.pdf import PdfWriter
from klantportaal.ports.pictures import Pictures
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.secrets import Blocklist, Codes, Ids, Passwords, Seals, Tokens, Vault
from klantportaal.ports.sms import SmsSender, SmsWriter
from klantportaal.ports.storage import Storage
from klantportaal.ports.webhooks import WebhookSender
from klantportaal.settings import Settings
from klantportaal.sides import BackgroundSide, ClientSide, OfficeSide
from klantportaal.usecases.background.health import HealthCheck
from klantportaal.usecases.office.api_entrance import ApiEntrance
from klantportaal.usecases.office.offices import Offices
from klantportaal.usecases.shared.deviation_log import tell
from klantportaal.usecases.shared.port_results import checked_results
from klantportaal.usecases.shared.scanner_limits import ScannerLimits
from klantportaal.usecases.shared.subscriptions import Events, Subscriptions, TellingStorage


@attrs.frozen(kw_only=True)
class Adapters:
    """The adapters that a portal was assembled of and that can be away or be left out, as they were given."""

    database: Storage
    files: Files
    anchors: Anchors
    mail: MailSender
    sms: SmsSender | None
    scanner: Scanner | None
    pictures: Pictures | None
    addresses: AddressLookup | None


@attrs.frozen(kw_only=True)
class Portal:
    """A client portal. A host serves its pages. The vendor's code creates offices and calls ``office``."""

    settings: Settings
    deviations: tuple[Deviation, ...]
    """The settings that deviate from ASVS 5.0 or NIST SP 800-63B-4; also in the log ``klantportaal.deviations``."""
    offices: Offices
    """For the vendor's start-up code: creates, moves and finds offices."""
    client: ClientSide
    """For pages: the use cases of clients."""
    office: OfficeSide
    """For the vendor's back office: the use cases of offices."""
    background: BackgroundSide
    """For the process: the background work."""
    events: Events
    """For code in the process: tells it of public events."""
    _adapters: Adapters = attrs.field(repr=False)
    _health: HealthCheck
    _scanner_limits: ScannerLimits = attrs.field(repr=False)
    _api: ApiEntrance = attrs.field(repr=False)
    _closing: Callable[[], None]

    @classmethod
    @checked_call
    def assemble(
        cls,
        *,
        storage: Storage,
        files: Files,
        anchors: Anchors,
        mail: MailSender,
        mail_writer: MailWriter,
        pdf: PdfWriter,
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        passwords: Passwords,
        blocklist: Blocklist,
        seals: Seals,
        codes: Codes,
        vault: Vault,
        sms: SmsSender | None = None,
        sms_writer: SmsWriter | None = None,
        scanner: Scanner | None = None,
        pictures: Pictures | None = None,
        addresses: AddressLookup | None = None,
        webhooks: WebhookSender | None = None,
        settings: Settings | None = None,
        closing: Callable[[], None] = lambda: None,
    ) -> Self:
        """Put a portal together from its ports. Starts nothing.

        Compares the pepper and the key with those of earlier starts. With other secrets nobody could sign in.

        Logs each setting that deviates from the standards to ``klantportaal.deviations``. Done here, so every way of
        starting the portal logs it.

        Args:
            storage: keeps everything but files. It is migrated.
            files: keeps the files.
            anchors: keeps the newest head of each audit trail, where nobody who can write to the storage can write.
            mail: sends mails.
            mail_writer: writes mails.
            pdf: writes the PDF of a completed questionnaire.
            clock: tells the time.
            ids: makes ids.
            tokens: makes the secrets of links and sessions.
            passwords: hashes passwords.
            blocklist: knows the passwords that are too common.
            seals: seals the audit trail.
            codes: makes the codes of two-step verification.
            vault: encrypts the keys of authenticator apps.
            sms: sends codes. Without it, two-step verification works by authenticator app only. Needs *sms_writer*.
            sms_writer: writes SMSs.
            scanner: scans files for viruses. Without it, files are not scanned.
            pictures: makes JPEGs of HEIC pictures, to look at. Without it, they can only be downloaded.
            addresses: looks up the street and place of a postcode. Without it, clients type them.
            webhooks: sends webhooks. Without it, offices cannot make endpoints.
            settings: the times, limits and policies. Without them, the defaults of the manual.
            closing: called when the portal is closed. It closes what was opened for the portal.

        Raises:
            TypeError: an argument has a wrong type, or a port lacks a method.
            ValueError: *sms* is given without *sms_writer*.
            WrongSecrets: the portal was started with another pepper or key before. The message says which.
            Unavailable: the storage cannot be used now.
        """
        if sms is not None and sms_writer is None:
            raise ValueError("sms needs an sms_writer: without one there are no words to send")
        subscriptions = Subscriptions()
        parts = Parts(
            storage=TellingStorage(storage, subscriptions),
            subscriptions=subscriptions,
            files=checked_results(files, Files),
            anchors=checked_results(anchors, Anchors),
            mail=mail,
            mail_writer=checked_results(mail_writer, MailWriter),
            pdf=checked_results(pdf, PdfWriter),
            clock=checked_results(clock, Clock),
            ids=checked_results(ids, Ids),
            tokens=checked_results(tokens, Tokens),
            passwords=checked_results(passwords, Passwords),
            blocklist=checked_results(blocklist, Blocklist),
            seals=checked_results(seals, Seals),
            codes=checked_results(codes, Codes),
            vault=checked_results(vault, Vault),
            sms=sms,
            sms_writer=sms_writer and checked_results(sms_writer, SmsWriter),
            scanner=scanner and checked_results(scanner, Scanner),
            pictures=pictures and checked_results(pictures, Pictures),
            addresses=addresses and checked_results(addresses, AddressLookup),
            webhooks=webhooks and checked_results(webhooks, WebhookSender),
            settings=settings or Settings(),
        )
        watching = telemetry.installed()
        if watching is not None:
            parts = watching.watched(parts)
        office = office_side(parts)
        background = background_side(parts, verify_trail=office.audit.verify)
        background.secrets.check()
        found = tuple(deviations(parts.settings, scans_uploads=scanner is not None))
        tell(found)
        portal = cls(
            settings=parts.settings,
            deviations=found,
            offices=offices(parts),
            client=client_side(parts),
            office=office,
            background=background,
            events=Events(subscriptions=subscriptions),
            adapters=Adapters(
                database=storage,
                files=files,
                anchors=anchors,
                mail=mail,
                sms=sms,
                scanner=scanner,
                pictures=pictures,
                addresses=addresses,
            ),
            health=health_check(parts),
            scanner_limits=parts.scanner_limits,
            api=api_entrance(parts),
            closing=closing,
        )
        if watching is not None:
            watching.watch(portal)
        return portal

    def __enter__(self) -> Self:
        """Start the dispatcher."""
        self.background.dispatcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the portal."""
        self.close()

    def health(self) -> Health:
        """Ask how the portal is doing: database, files, disks, outbox, sealer, scanner, and one verdict (AL-6).

        This never raises an error: if a part cannot be checked, its ``problem`` says why. The values have no personal
        data. The call takes a few short statements, a small file and a small scan. If the database is frozen, it takes
        as long as the storage's patience, and if the scanner is, five seconds.

        The last run of the sealer is that of this process. All else holds over all processes.
        """
        return self._health.ask()

    def close(self) -> None:
        """Stop the dispatcher and close what was opened for the portal. Unsent mails stay in the outbox."""
        self.background.dispatcher.stop()
        self._closing()


def mounted(portal: Portal) -> None:
    """Note that a host serves the pages of a portal: the limits of its scanner are compared once, in a thread."""
    portal._scanner_limits.begin()  # noqa: SLF001 - only hosts call this


def shows_heic(portal: Portal) -> bool:
    """Tell whether HEIC pictures can be looked at (NW-3)."""
    return portal._adapters.pictures is not None  # noqa: SLF001 - pages offer it or not


def finds_addresses(portal: Portal) -> bool:
    """Tell whether the street and place of a postcode can be looked up (QU-2)."""
    return portal._adapters.addresses is not None  # noqa: SLF001 - pages offer it or not


def adapters_of(portal: Portal) -> Adapters:
    """Give the adapters of a portal, for ``klantportaal check``."""
    return portal._adapters  # noqa: SLF001 - nobody else is to see them, not even in an editor


def api_entrance_of(portal: Portal) -> ApiEntrance:
    """Give the entrance of requests with an API key."""
    return portal._api  # noqa: SLF001 - only hosts call this
