"""The composition root: ports in, a portal out."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import attrs

from klantportaal.deviations import Deviation, deviations, tell
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.mail import MailSender, MailWriter
from klantportaal.ports.pdf import PdfWriter
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.secrets import Blocklist, Codes, Ids, Passwords, Seals, Tokens, Vault
from klantportaal.ports.sms import SmsSender, SmsWriter
from klantportaal.ports.storage import Storage
from klantportaal.settings import Settings
from klantportaal.usecases.background.answer_pdfs import Rendering
from klantportaal.usecases.background.dispatcher import Dispatcher, Dispatching
from klantportaal.usecases.background.letters import Letters
from klantportaal.usecases.background.sms import Texting
from klantportaal.usecases.background.sms_codes import CodeMinting
from klantportaal.usecases.background.sweeper import Sweeper
from klantportaal.usecases.client.answer_files import AnswerFiles
from klantportaal.usecases.client.attachments import Attaching
from klantportaal.usecases.client.code_check import Verifying
from klantportaal.usecases.client.dossiers import Dossiers
from klantportaal.usecases.client.extra_accounts import ExtraAccounts
from klantportaal.usecases.client.home import Home
from klantportaal.usecases.client.messages import Messaging
from klantportaal.usecases.client.onboarding import Onboarding
from klantportaal.usecases.client.password_check import Proving
from klantportaal.usecases.client.password_choice import Choosing
from klantportaal.usecases.client.profile import ProfileSettings
from klantportaal.usecases.client.questionnaires import Questionnaires
from klantportaal.usecases.client.second_step import SecondStep
from klantportaal.usecases.client.session_start import Entering
from klantportaal.usecases.client.sessions import OpenSessions
from klantportaal.usecases.client.sign_in import SignIn
from klantportaal.usecases.client.two_step import TwoStepSettings
from klantportaal.usecases.office.audit import OfficeAudit
from klantportaal.usecases.office.clients import OfficeClients
from klantportaal.usecases.office.documents import Publishing
from klantportaal.usecases.office.dossiers import OfficeDossiers
from klantportaal.usecases.office.messages import OfficeMessaging
from klantportaal.usecases.office.offices import Offices
from klantportaal.usecases.office.profile import OfficeProfiles
from klantportaal.usecases.office.questionnaires import OfficeQuestionnaires
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.sealing import Sealer
from klantportaal.usecases.shared.throttling import Throttle


@attrs.frozen(kw_only=True)
class OfficeSide:
    """What the vendor's own code calls on behalf of an office; every call takes an ``OfficeActor`` (OF-1)."""

    profile: OfficeProfiles
    clients: OfficeClients
    dossiers: OfficeDossiers
    publishing: Publishing
    messaging: OfficeMessaging
    questionnaires: OfficeQuestionnaires
    audit: OfficeAudit


@attrs.frozen(kw_only=True)
class BackgroundSide:
    """What goes on behind the pages."""

    dispatcher: Dispatcher
    """Sends mail, makes PDFs; ``start()`` it in every host, or call ``run_once()`` from one's own job.

    Started, it runs the sealer too.
    """
    sealer: Sealer
    """Seals the audit trail; call ``run_once()`` every minute where no host starts the dispatcher."""
    sweeper: Sweeper
    """Clears away leftovers; call ``run_once()`` once a day."""


@attrs.frozen(kw_only=True)
class Portal:
    """A whole client portal; hosts mount its pages, the vendor's code calls its office side."""

    settings: Settings
    deviations: tuple[Deviation, ...]
    """In what it does otherwise than ASVS 5.0 and NIST SP 800-63B-4 ask; the log has it too."""
    offices: Offices
    onboarding: Onboarding
    sign_in: SignIn
    sessions: OpenSessions
    second_step: SecondStep
    two_step: TwoStepSettings
    home: Home
    dossiers: Dossiers
    messaging: Messaging
    attachments: Attaching
    questionnaires: Questionnaires
    answer_files: AnswerFiles
    profile: ProfileSettings
    extra_accounts: ExtraAccounts
    office: OfficeSide
    background: BackgroundSide
    closing: Callable[[], None]

    @classmethod
    def assemble(
        cls,
        *,
        storage: Storage,
        files: Files,
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
        settings: Settings | None = None,
        closing: Callable[[], None] = lambda: None,
    ) -> Self:
        """Put a portal together from its ports; nothing is started, nothing is touched yet.

        In what the settings deviate from the standards is written in the log ``klantportaal.deviations``: here, so that
        it is seen however the portal is started.

        Long, as it is the one place that says which part gets which port, and does nothing else.

        Of those that say nothing by their name: without *sms*, two-step verification is by authenticator app only, and
        with it there must be an *sms_writer*; *scanner* looks at uploads before they are kept, if there is one, and
        *closing* is called when the portal is closed, to close what was opened for it.

        Raises:
            ValueError: there is an *sms*, and nothing to put its words with.
        """
        if sms is not None and sms_writer is None:
            raise ValueError("whoever sends SMSs needs an sms_writer")
        settings = settings or Settings()
        found = tuple(deviations(settings, scans_uploads=scanner is not None))
        tell(found)
        recorder = Recorder(ids=ids, times=settings.dispatch)
        sealer = Sealer(storage=storage, seals=seals)
        definitions = Definitions()
        attaching = Attaching(
            storage=storage,
            files=files,
            clock=clock,
            ids=ids,
            recorder=recorder,
            limits=settings.uploads,
            scanner=scanner,
        )
        choosing = Choosing(storage=storage, blocklist=blocklist, policy=settings.passwords)
        throttle = Throttle(
            storage=storage, clock=clock, passwords=passwords, policy=settings.throttling, links=settings.onboarding
        )
        proving = Proving(storage=storage, clock=clock, passwords=passwords, recorder=recorder, throttle=throttle)
        entering = Entering(ids=ids, tokens=tokens, times=settings.sessions, rules=settings.two_step)
        verifying = Verifying(
            storage=storage,
            clock=clock,
            codes=codes,
            vault=vault,
            recorder=recorder,
            throttle=throttle,
            rules=settings.two_step,
        )
        texting = (
            Texting(
                storage=storage,
                clock=clock,
                sender=sms,
                writer=sms_writer,
                minting=CodeMinting(codes=codes, recorder=recorder, rules=settings.two_step),
                recorder=recorder,
                settings=settings.sms,
            )
            if sms is not None and sms_writer is not None
            else None
        )
        return cls(
            settings=settings,
            deviations=found,
            offices=Offices(storage=storage, files=files, clock=clock, recorder=recorder),
            onboarding=Onboarding(
                storage=storage,
                clock=clock,
                tokens=tokens,
                passwords=passwords,
                entering=entering,
                recorder=recorder,
                choosing=choosing,
                throttle=throttle,
            ),
            sign_in=SignIn(
                storage=storage,
                clock=clock,
                tokens=tokens,
                passwords=passwords,
                entering=entering,
                recorder=recorder,
                proving=proving,
                throttle=throttle,
                times=settings.sessions,
            ),
            sessions=OpenSessions(storage=storage, clock=clock, recorder=recorder, times=settings.sessions),
            second_step=SecondStep(verifying=verifying, entering=entering, tokens=tokens),
            two_step=TwoStepSettings(
                verifying=verifying,
                entering=entering,
                ids=ids,
                times=settings.sessions,
                sms_offered=texting is not None,
                countries=settings.sms.countries,
            ),
            home=Home(storage=storage),
            dossiers=Dossiers(storage=storage, files=files, clock=clock, recorder=recorder),
            messaging=Messaging(
                storage=storage,
                clock=clock,
                ids=ids,
                recorder=recorder,
                limits=settings.messages,
                upload_limits=settings.uploads,
            ),
            attachments=attaching,
            questionnaires=Questionnaires(
                storage=storage, files=files, clock=clock, recorder=recorder, definitions=definitions
            ),
            answer_files=AnswerFiles(storage=storage, clock=clock, attaching=attaching, definitions=definitions),
            profile=ProfileSettings(
                storage=storage,
                clock=clock,
                passwords=passwords,
                entering=entering,
                recorder=recorder,
                choosing=choosing,
                proving=proving,
                throttle=throttle,
            ),
            extra_accounts=ExtraAccounts(
                storage=storage,
                files=files,
                clock=clock,
                ids=ids,
                recorder=recorder,
                throttle=throttle,
                times=settings.sessions,
                limits=settings.extra_accounts,
            ),
            office=OfficeSide(
                profile=OfficeProfiles(storage=storage, files=files, clock=clock, ids=ids, recorder=recorder),
                clients=OfficeClients(
                    storage=storage,
                    files=files,
                    clock=clock,
                    ids=ids,
                    recorder=recorder,
                    limits=settings.extra_accounts,
                ),
                dossiers=OfficeDossiers(storage=storage, clock=clock, ids=ids, recorder=recorder),
                publishing=Publishing(
                    storage=storage, files=files, clock=clock, ids=ids, recorder=recorder, limits=settings.uploads
                ),
                messaging=OfficeMessaging(
                    storage=storage, files=files, clock=clock, ids=ids, recorder=recorder, limits=settings.messages
                ),
                questionnaires=OfficeQuestionnaires(
                    storage=storage,
                    files=files,
                    clock=clock,
                    ids=ids,
                    recorder=recorder,
                    definitions=definitions,
                ),
                audit=OfficeAudit(storage=storage, clock=clock, recorder=recorder, seals=seals, sealer=sealer),
            ),
            background=BackgroundSide(
                dispatcher=Dispatcher(
                    Dispatching(
                        storage=storage,
                        clock=clock,
                        mail=mail,
                        writer=mail_writer,
                        letters=Letters(ids=ids, tokens=tokens, recorder=recorder, times=settings.onboarding),
                        rendering=Rendering(
                            storage=storage,
                            files=files,
                            clock=clock,
                            ids=ids,
                            pdf=pdf,
                            recorder=recorder,
                            definitions=definitions,
                        ),
                        texting=texting,
                        recorder=recorder,
                        times=settings.dispatch,
                    ),
                    sealer,
                ),
                sealer=sealer,
                sweeper=Sweeper(storage=storage, files=files, clock=clock),
            ),
            closing=closing,
        )

    def __enter__(self) -> Self:
        """Start the dispatcher."""
        self.background.dispatcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the portal."""
        self.close()

    def close(self) -> None:
        """Stop the dispatcher, and close what was opened for the portal; what waits to be sent stays in the outbox."""
        self.background.dispatcher.stop()
        self.closing()
