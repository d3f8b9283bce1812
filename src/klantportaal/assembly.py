"""Assembles the use cases of a portal from its ports: one function for each group of use cases.

The module is long because it passes every port by name.
"""

from collections import deque
from functools import partial
from operator import attrgetter

import attrs

from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.domain.anchoring import SealingRun
from klantportaal.domain.events import ProgressTemplatePublished, RequestTemplatePublished
from klantportaal.domain.keys import KeyUse
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
from klantportaal.usecases.background.answer_pdfs import AnswerPdfs
from klantportaal.usecases.background.backups import Backups, VerifyTrail
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.background.health import HealthCheck
from klantportaal.usecases.background.letters import Letters
from klantportaal.usecases.background.outbox import OutboxWork
from klantportaal.usecases.background.outgoing_mail import OutgoingMail
from klantportaal.usecases.background.pauses import Pauses
from klantportaal.usecases.background.quarantine import Quarantine
from klantportaal.usecases.background.refusals import RepeatedRefusals
from klantportaal.usecases.background.reminders import ReminderWork
from klantportaal.usecases.background.secrets import Secrets
from klantportaal.usecases.background.sms import CodeSms
from klantportaal.usecases.background.sms_codes import SmsCodes
from klantportaal.usecases.background.sweeper import Sweeper
from klantportaal.usecases.background.webhooks import OutgoingWebhooks
from klantportaal.usecases.background.workers import Workers
from klantportaal.usecases.client.accounts import OwnAccounts
from klantportaal.usecases.client.address_changes import AddressChanges
from klantportaal.usecases.client.admission import VendorAdmission
from klantportaal.usecases.client.answer_files import AnswerFiles
from klantportaal.usecases.client.attachments import Attachments
from klantportaal.usecases.client.code_check import CodeCheck
from klantportaal.usecases.client.dossiers import Dossiers
from klantportaal.usecases.client.drafts import Drafts
from klantportaal.usecases.client.extra_accounts import ExtraAccounts
from klantportaal.usecases.client.forms import Forms
from klantportaal.usecases.client.home import Home
from klantportaal.usecases.client.messages import Messages
from klantportaal.usecases.client.onboarding import Onboarding
from klantportaal.usecases.client.password_check import PasswordCheck
from klantportaal.usecases.client.password_choice import PasswordChoice
from klantportaal.usecases.client.profile import ProfileSettings
from klantportaal.usecases.client.questionnaires import Questionnaires
from klantportaal.usecases.client.receipts import Receipts
from klantportaal.usecases.client.requests import Requests
from klantportaal.usecases.client.second_step import SecondStep
from klantportaal.usecases.client.session_start import SessionStart
from klantportaal.usecases.client.sessions import OpenSessions
from klantportaal.usecases.client.sign_in import SignIn
from klantportaal.usecases.client.two_step import TwoStepSettings
from klantportaal.usecases.office.api_entrance import ApiEntrance
from klantportaal.usecases.office.api_keys import OfficeApiKeys
from klantportaal.usecases.office.audit import OfficeAudit
from klantportaal.usecases.office.case_handlers import OfficeCaseHandlers
from klantportaal.usecases.office.clients import OfficeClients
from klantportaal.usecases.office.documents import OfficeDocuments
from klantportaal.usecases.office.dossiers import OfficeDossiers
from klantportaal.usecases.office.events import OfficeEvents
from klantportaal.usecases.office.messages import OfficeMessages
from klantportaal.usecases.office.offices import Offices
from klantportaal.usecases.office.profile import OfficeProfiles
from klantportaal.usecases.office.progress import OfficeProgress
from klantportaal.usecases.office.questionnaires import OfficeQuestionnaires
from klantportaal.usecases.office.reminders import OfficeReminders
from klantportaal.usecases.office.requests import OfficeRequests
from klantportaal.usecases.office.webhooks import OfficeWebhooks
from klantportaal.usecases.shared.answer_reports import AnswerReports
from klantportaal.usecases.shared.archiving import Archives
from klantportaal.usecases.shared.daily_usage import DailyUsage
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.downloading import Downloads
from klantportaal.usecases.shared.logos import Logos
from klantportaal.usecases.shared.looking import Looks
from klantportaal.usecases.shared.receipt_codes import ReceiptCodes
from klantportaal.usecases.shared.receipt_sheets import ReceiptSheets
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.scanner_limits import ScannerLimits
from klantportaal.usecases.shared.scanning import Scanning
from klantportaal.usecases.shared.sealing import Sealer
from klantportaal.usecases.shared.subscriptions import Subscriptions
from klantportaal.usecases.shared.templates import Templates
from klantportaal.usecases.shared.throttling import Throttle
from klantportaal.usecases.shared.verified_files import VerifiedFiles


@attrs.frozen(kw_only=True)
class Parts:
    """The ports of a portal, its settings, and the services that several groups of use cases share."""

    storage: Storage
    files: Files
    anchors: Anchors
    mail: MailSender
    mail_writer: MailWriter
    pdf: PdfWriter
    clock: Clock
    ids: Ids
    tokens: Tokens
    passwords: Passwords
    blocklist: Blocklist
    seals: Seals
    codes: Codes
    vault: Vault
    sms: SmsSender | None
    sms_writer: SmsWriter | None
    scanner: Scanner | None
    pictures: Pictures | None
    addresses: AddressLookup | None
    webhooks: WebhookSender | None
    settings: Settings
    subscriptions: Subscriptions = attrs.field(factory=Subscriptions)
    recorder: Recorder = attrs.field(init=False)
    sealing_runs: deque[SealingRun] = attrs.field(init=False, factory=partial(deque, maxlen=1))
    """The last run of the sealer in this process."""
    sealer: Sealer = attrs.field(init=False)
    definitions: Definitions = attrs.field(init=False, factory=Definitions)
    downloads: Downloads = attrs.field(init=False)
    logos: Logos = attrs.field(init=False)
    receipt_codes: ReceiptCodes = attrs.field(init=False)
    sheets: ReceiptSheets = attrs.field(init=False)
    answer_reports: AnswerReports = attrs.field(init=False)
    archives: Archives = attrs.field(init=False)
    scanning: Scanning = attrs.field(init=False)
    scanner_limits: ScannerLimits = attrs.field(init=False)

    @recorder.default
    def _make_recorder(self) -> Recorder:
        return Recorder(ids=self.ids, seals=self.seals, times=self.settings.dispatch, subscriptions=self.subscriptions)

    @sealer.default
    def _make_sealer(self) -> Sealer:
        return Sealer(storage=self.storage, seals=self.seals, anchors=self.anchors, runs=self.sealing_runs)

    @downloads.default
    def _make_downloads(self) -> Downloads:
        return Downloads(
            storage=self.storage,
            files=self.files,
            clock=self.clock,
            recorder=self.recorder,
            verified=VerifiedFiles(files=self.files, clock=self.clock),
        )

    @logos.default
    def _make_logos(self) -> Logos:
        return Logos(downloads=self.downloads)

    @scanner_limits.default
    def _make_scanner_limits(self) -> ScannerLimits:
        largest = self.settings.scanning.largest(self.settings.uploads)
        return ScannerLimits(scanner=self.scanner, largest=largest)

    @archives.default
    def _make_archives(self) -> Archives:
        from klantportaal.adapters.archives import JinjaArchiveWriter  # Imported here: values need no templates.

        return Archives(
            storage=self.storage,
            clock=self.clock,
            ids=self.ids,
            recorder=self.recorder,
            downloads=self.downloads,
            writer=JinjaArchiveWriter(),
            sheets=self.sheets,
        )

    @receipt_codes.default
    def _make_receipt_codes(self) -> ReceiptCodes:
        return ReceiptCodes(tokens=self.tokens)

    @sheets.default
    def _make_sheets(self) -> ReceiptSheets:
        return ReceiptSheets(pdf=self.pdf, receipt_codes=self.receipt_codes, logos=self.logos)

    @answer_reports.default
    def _make_answer_reports(self) -> AnswerReports:
        return AnswerReports(
            storage=self.storage,
            downloads=self.downloads,
            pdf=self.pdf,
            definitions=self.definitions,
            logos=self.logos,
        )

    @scanning.default
    def _make_scanning(self) -> Scanning:
        return Scanning(
            storage=self.storage,
            clock=self.clock,
            recorder=self.recorder,
            scanner=self.scanner,
            policy=self.settings.scanning,
        )


def offices(parts: Parts) -> Offices:
    """Assemble the use cases of the vendor's start-up code."""
    return Offices(storage=parts.storage, downloads=parts.downloads, clock=parts.clock, recorder=parts.recorder)


def client_side(parts: Parts) -> ClientSide:
    """Assemble the use cases of clients: first the shared services, then each use case.

    The function is long because it passes every port by name. It does nothing else.
    """
    storage, files, clock, ids, tokens = parts.storage, parts.files, parts.clock, parts.ids, parts.tokens
    passwords, recorder, settings = parts.passwords, parts.recorder, parts.settings
    throttle = Throttle(
        storage=storage, clock=clock, passwords=passwords, policy=settings.throttling, links=settings.onboarding
    )
    password_choice = PasswordChoice(storage=storage, blocklist=parts.blocklist, policy=settings.passwords)
    password_check = PasswordCheck(
        storage=storage, clock=clock, passwords=passwords, recorder=recorder, throttle=throttle
    )
    session_start = SessionStart(
        ids=ids, tokens=tokens, vault=parts.vault, times=settings.sessions, rules=settings.two_step
    )
    code_check = CodeCheck(
        storage=storage,
        clock=clock,
        codes=parts.codes,
        vault=parts.vault,
        recorder=recorder,
        throttle=throttle,
        rules=settings.two_step,
    )
    daily_usage = DailyUsage(storage=storage, clock=clock, recorder=recorder, quotas=settings.quotas)
    attachments = Attachments(
        storage=storage,
        files=files,
        clock=clock,
        ids=ids,
        recorder=recorder,
        limits=settings.uploads,
        scanning=parts.scanning,
        daily_usage=daily_usage,
    )
    messages = Messages(
        storage=storage,
        files=files,
        clock=clock,
        ids=ids,
        recorder=recorder,
        limits=settings.messages,
        upload_limits=settings.uploads,
        daily_usage=daily_usage,
        receipt_codes=parts.receipt_codes,
    )
    requests = Requests(
        storage=storage,
        files=files,
        clock=clock,
        ids=ids,
        recorder=recorder,
        attachments=attachments,
        receipt_codes=parts.receipt_codes,
    )
    receipts = Receipts(
        storage=storage,
        clock=clock,
        recorder=recorder,
        receipt_codes=parts.receipt_codes,
        sheets=parts.sheets,
        throttle=throttle,
        file_size=settings.uploads.file_size,
    )
    return ClientSide(
        onboarding=Onboarding(
            storage=storage,
            clock=clock,
            tokens=tokens,
            passwords=passwords,
            session_start=session_start,
            recorder=recorder,
            password_choice=password_choice,
            throttle=throttle,
        ),
        sign_in=SignIn(
            storage=storage,
            clock=clock,
            tokens=tokens,
            passwords=passwords,
            session_start=session_start,
            recorder=recorder,
            password_check=password_check,
            vendor_admission=VendorAdmission(
                storage=storage,
                clock=clock,
                tokens=tokens,
                session_start=session_start,
                throttle=throttle,
                recorder=recorder,
                times=settings.sessions,
            ),
            throttle=throttle,
            times=settings.sessions,
        ),
        accounts=OwnAccounts(storage=storage, clock=clock, recorder=recorder),
        sessions=OpenSessions(storage=storage, clock=clock, recorder=recorder, times=settings.sessions),
        second_step=SecondStep(
            storage=storage,
            clock=clock,
            tokens=tokens,
            recorder=recorder,
            code_check=code_check,
            session_start=session_start,
            rules=settings.two_step,
        ),
        two_step=TwoStepSettings(
            storage=storage,
            clock=clock,
            ids=ids,
            codes=parts.codes,
            vault=parts.vault,
            recorder=recorder,
            code_check=code_check,
            session_start=session_start,
            rules=settings.two_step,
            times=settings.sessions,
            sms_offered=parts.sms is not None,
            countries=settings.sms.countries,
        ),
        home=Home(storage=storage),
        dossiers=Dossiers(
            storage=storage,
            downloads=parts.downloads,
            looks=Looks(downloads=parts.downloads, pictures=parts.pictures),
            archives=parts.archives,
            messages=messages,
            requests=requests,
            receipts=receipts,
        ),
        messages=messages,
        receipts=receipts,
        drafts=Drafts(
            storage=storage,
            files=files,
            clock=clock,
            recorder=recorder,
            limits=settings.drafts,
            message_limits=settings.messages,
        ),
        attachments=attachments,
        questionnaires=Questionnaires(
            storage=storage,
            files=files,
            clock=clock,
            recorder=recorder,
            definitions=parts.definitions,
            reports=parts.answer_reports,
            throttle=throttle,
            addresses=parts.addresses,
        ),
        answer_files=AnswerFiles(storage=storage, clock=clock, attachments=attachments, definitions=parts.definitions),
        requests=requests,
        profile=ProfileSettings(
            storage=storage,
            clock=clock,
            passwords=passwords,
            session_start=session_start,
            recorder=recorder,
            password_choice=password_choice,
            password_check=password_check,
            throttle=throttle,
        ),
        address_changes=AddressChanges(
            storage=storage,
            clock=clock,
            ids=ids,
            tokens=tokens,
            code_check=code_check,
            session_start=session_start,
            recorder=recorder,
            throttle=throttle,
            times=settings.sessions,
            links=settings.onboarding,
        ),
        extra_accounts=ExtraAccounts(
            storage=storage,
            files=files,
            clock=clock,
            ids=ids,
            recorder=recorder,
            times=settings.sessions,
            limits=settings.extra_accounts,
        ),
        forms=Forms(vault=parts.vault, clock=clock),
    )


def office_side(parts: Parts) -> OfficeSide:
    """Assemble the use cases of offices."""
    storage, files, clock, ids = parts.storage, parts.files, parts.clock, parts.ids
    recorder, settings = parts.recorder, parts.settings
    templates = partial(Templates, storage=storage, clock=clock, recorder=recorder)
    return OfficeSide(
        profile=OfficeProfiles(storage=storage, files=files, clock=clock, ids=ids, recorder=recorder),
        clients=OfficeClients(
            storage=storage,
            files=files,
            clock=clock,
            ids=ids,
            recorder=recorder,
            limits=settings.extra_accounts,
        ),
        dossiers=OfficeDossiers(storage=storage, clock=clock, ids=ids, recorder=recorder, archives=parts.archives),
        case_handlers=OfficeCaseHandlers(storage=storage, files=files, clock=clock, ids=ids, recorder=recorder),
        documents=OfficeDocuments(
            storage=storage,
            files=files,
            downloads=parts.downloads,
            clock=clock,
            ids=ids,
            recorder=recorder,
            scanning=parts.scanning,
        ),
        messages=OfficeMessages(
            storage=storage,
            downloads=parts.downloads,
            clock=clock,
            ids=ids,
            recorder=recorder,
            limits=settings.messages,
        ),
        questionnaires=OfficeQuestionnaires(
            storage=storage,
            files=files,
            clock=clock,
            ids=ids,
            recorder=recorder,
            definitions=parts.definitions,
            reports=parts.answer_reports,
        ),
        progress=OfficeProgress(
            storage=storage,
            clock=clock,
            recorder=recorder,
            templates=templates(kept=attrgetter("progress_templates"), fact=ProgressTemplatePublished),
        ),
        requests=OfficeRequests(
            storage=storage,
            downloads=parts.downloads,
            clock=clock,
            ids=ids,
            recorder=recorder,
            templates=templates(kept=attrgetter("request_templates"), fact=RequestTemplatePublished),
        ),
        reminders=OfficeReminders(storage=storage, clock=clock, recorder=recorder, pdf=parts.pdf, logos=parts.logos),
        events=OfficeEvents(storage=storage),
        webhooks=OfficeWebhooks(
            storage=storage,
            clock=clock,
            ids=ids,
            tokens=parts.tokens,
            vault=parts.vault,
            recorder=recorder,
            settings=settings.webhooks,
            offered=parts.webhooks is not None,
        ),
        audit=OfficeAudit(
            storage=storage,
            clock=clock,
            recorder=recorder,
            seals=parts.seals,
            anchors=parts.anchors,
            sealer=parts.sealer,
        ),
        api_keys=OfficeApiKeys(storage=storage, clock=clock, ids=ids, tokens=parts.tokens, recorder=recorder),
    )


def api_entrance(parts: Parts) -> ApiEntrance:
    """Assemble the entrance of requests with an API key."""
    return ApiEntrance(
        storage=parts.storage,
        clock=parts.clock,
        ids=parts.ids,
        tokens=parts.tokens,
        vault=parts.vault,
        limits=parts.settings.api,
    )


def background_side(parts: Parts, *, verify_trail: VerifyTrail) -> BackgroundSide:
    """Assemble the background work. *verify_trail* verifies the audit trail of an office."""
    storage, clock, recorder, settings = parts.storage, parts.clock, parts.recorder, parts.settings
    work = OutboxWork(
        storage=storage,
        clock=clock,
        mail=_outgoing_mail(parts),
        answer_pdfs=AnswerPdfs(
            storage=storage,
            files=parts.files,
            clock=clock,
            ids=parts.ids,
            recorder=recorder,
            receipt_codes=parts.receipt_codes,
            reports=parts.answer_reports,
        ),
        code_sms=_code_sms(parts),
        quarantine=_quarantine(parts),
        webhooks=_webhooks(parts),
        recorder=recorder,
        times=settings.dispatch,
    )
    refusals = RepeatedRefusals(storage=storage, clock=clock, recorder=recorder)
    reminders = ReminderWork(storage=storage, clock=clock, times=parts.settings.dispatch)
    return BackgroundSide(
        dispatcher=Dispatcher(work, parts.sealer, refusals, reminders, starting=parts.scanner_limits.begin),
        sealer=parts.sealer,
        sweeper=Sweeper(storage=storage, files=parts.files, clock=clock, refusals=refusals),
        reminders=reminders,
        secrets=_secrets(parts),
        workers=Workers(storage=storage, clock=clock, ids=parts.ids),
        backups=Backups(
            storage=storage, files=parts.files, clock=clock, open_folder=DiskFiles, verify_trail=verify_trail
        ),
    )


def health_check(parts: Parts) -> HealthCheck:
    """Assemble what asks how the portal is doing."""
    return HealthCheck(
        storage=parts.storage,
        files=parts.files,
        clock=parts.clock,
        ids=parts.ids,
        scanner=parts.scanner,
        limits=parts.settings.disk,
        runs=parts.sealing_runs,
    )


def _secrets(parts: Parts) -> Secrets:
    """Assemble the check of the pepper and the key."""
    known = {
        KeyUse.PASSWORDS: parts.passwords.key_ids(),
        KeyUse.CODES: parts.codes.key_ids(),
        KeyUse.SEALS: parts.seals.key_ids(),
        KeyUse.VAULT: parts.vault.key_ids(),
    }
    return Secrets(storage=parts.storage, clock=parts.clock, known=known)


def _outgoing_mail(parts: Parts) -> OutgoingMail:
    """Assemble the sender of mails."""
    return OutgoingMail(
        storage=parts.storage,
        clock=parts.clock,
        sender=parts.mail,
        writer=parts.mail_writer,
        letters=Letters(
            tokens=parts.tokens,
            recorder=parts.recorder,
            times=parts.settings.onboarding,
            merge=parts.settings.dispatch.merge,
            receipt_codes=parts.receipt_codes,
        ),
        logos=parts.logos,
        times=parts.settings.dispatch,
        pauses=Pauses(times=parts.settings.dispatch),
    )


def _quarantine(parts: Parts) -> Quarantine | None:
    """Assemble what scans the files that wait. None if the portal has no scanner."""
    if parts.scanner is None:
        return None
    return Quarantine(
        storage=parts.storage,
        files=parts.files,
        clock=parts.clock,
        scanner=parts.scanner,
        recorder=parts.recorder,
    )


def _webhooks(parts: Parts) -> OutgoingWebhooks | None:
    """Assemble what sends webhooks. None if the portal has no sender of them."""
    if parts.webhooks is None:
        return None
    return OutgoingWebhooks(
        storage=parts.storage,
        clock=parts.clock,
        ids=parts.ids,
        vault=parts.vault,
        sender=parts.webhooks,
        recorder=parts.recorder,
        settings=parts.settings.webhooks,
        pauses=Pauses(times=parts.settings.dispatch),
    )


def _code_sms(parts: Parts) -> CodeSms | None:
    """Assemble the sender of SMS codes. None if the portal has no SMS sender."""
    if parts.sms is None or parts.sms_writer is None:
        return None
    return CodeSms(
        storage=parts.storage,
        clock=parts.clock,
        sender=parts.sms,
        writer=parts.sms_writer,
        sms_codes=SmsCodes(codes=parts.codes, recorder=parts.recorder, rules=parts.settings.two_step),
        recorder=parts.recorder,
        settings=parts.settings.sms,
    )
