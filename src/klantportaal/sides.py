"""The use cases of a portal, grouped by caller: pages, the vendor's back office, and background work."""

from collections.abc import Callable
from pathlib import Path

import attrs

from klantportaal.domain.backups import Backup, DataProgress, DataVerification
from klantportaal.domain.boundary import checked_call
from klantportaal.usecases.background.backups import Backups
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.background.reminders import ReminderWork
from klantportaal.usecases.background.secrets import Secrets
from klantportaal.usecases.background.sweeper import Sweeper
from klantportaal.usecases.background.workers import Workers
from klantportaal.usecases.client.accounts import OwnAccounts
from klantportaal.usecases.client.address_changes import AddressChanges
from klantportaal.usecases.client.answer_files import AnswerFiles
from klantportaal.usecases.client.attachments import Attachments
from klantportaal.usecases.client.dossiers import Dossiers
from klantportaal.usecases.client.drafts import Drafts
from klantportaal.usecases.client.extra_accounts import ExtraAccounts
from klantportaal.usecases.client.forms import Forms
from klantportaal.usecases.client.home import Home
from klantportaal.usecases.client.messages import Messages
from klantportaal.usecases.client.onboarding import Onboarding
from klantportaal.usecases.client.profile import ProfileSettings
from klantportaal.usecases.client.questionnaires import Questionnaires
from klantportaal.usecases.client.receipts import Receipts
from klantportaal.usecases.client.requests import Requests
from klantportaal.usecases.client.second_step import SecondStep
from klantportaal.usecases.client.sessions import OpenSessions
from klantportaal.usecases.client.sign_in import SignIn
from klantportaal.usecases.client.two_step import TwoStepSettings
from klantportaal.usecases.office.api_keys import OfficeApiKeys
from klantportaal.usecases.office.audit import OfficeAudit
from klantportaal.usecases.office.case_handlers import OfficeCaseHandlers
from klantportaal.usecases.office.clients import OfficeClients
from klantportaal.usecases.office.documents import OfficeDocuments
from klantportaal.usecases.office.dossiers import OfficeDossiers
from klantportaal.usecases.office.events import OfficeEvents
from klantportaal.usecases.office.messages import OfficeMessages
from klantportaal.usecases.office.profile import OfficeProfiles
from klantportaal.usecases.office.progress import OfficeProgress
from klantportaal.usecases.office.questionnaires import OfficeQuestionnaires
from klantportaal.usecases.office.reminders import OfficeReminders
from klantportaal.usecases.office.requests import OfficeRequests
from klantportaal.usecases.office.webhooks import OfficeWebhooks
from klantportaal.usecases.shared.sealing import Sealer


@attrs.frozen(kw_only=True)
class ClientSide:
    """The use cases of clients, which pages call for a ``Visitor`` or an ``Actor``."""

    onboarding: Onboarding
    accounts: OwnAccounts
    sign_in: SignIn
    sessions: OpenSessions
    second_step: SecondStep
    two_step: TwoStepSettings
    home: Home
    dossiers: Dossiers
    messages: Messages
    receipts: Receipts
    drafts: Drafts
    attachments: Attachments
    questionnaires: Questionnaires
    answer_files: AnswerFiles
    requests: Requests
    profile: ProfileSettings
    address_changes: AddressChanges
    extra_accounts: ExtraAccounts
    forms: Forms


@attrs.frozen(kw_only=True)
class OfficeSide:
    """The use cases of offices, which the vendor's own code calls. Every call takes an ``OfficeActor`` (OF-1)."""

    profile: OfficeProfiles
    clients: OfficeClients
    case_handlers: OfficeCaseHandlers
    dossiers: OfficeDossiers
    documents: OfficeDocuments
    messages: OfficeMessages
    questionnaires: OfficeQuestionnaires
    requests: OfficeRequests
    reminders: OfficeReminders
    progress: OfficeProgress
    events: OfficeEvents
    webhooks: OfficeWebhooks
    audit: OfficeAudit
    api_keys: OfficeApiKeys


@attrs.frozen(kw_only=True)
class BackgroundSide:
    """The background work."""

    dispatcher: Dispatcher
    """Sends mails, SMSs and webhooks, and makes PDFs. Call ``start()`` in every host, or ``run_once()`` in a job.

    Once started, it runs the sealer and the reminders too.
    """
    sealer: Sealer
    """Seals the audit trail. If no host starts the dispatcher, call ``run_once()`` every minute."""
    sweeper: Sweeper
    """Removes expired data and files without a row. Call ``run_once()`` once a day."""
    reminders: ReminderWork
    """Adds the mails that remind clients. If no host starts the dispatcher, call ``run_once()`` every few minutes."""
    secrets: Secrets
    """Checks the pepper and the key by their ids, and counts what is stored under each. Use it to replace one."""
    workers: Workers
    """Gives each worker a name of its own, and lists those that run. The command ``worker`` uses it."""
    _backups: Backups

    @checked_call
    def backup(self, to: Path, *, progress: Callable[[DataProgress], object] | None = None) -> Backup:
        """Make a backup in a new folder, while the portal is used.

        It has a copy of the database, and every file that this copy refers to. It gets its name *to* once everything in
        it is written and flushed. A file that is damaged already is left out, logged, and named in the result.

        Args:
            to: the path of the backup. There is nothing, or an empty folder.
            progress: is told of each file. Without it, the files are not counted before.

        Raises:
            FileExistsError: there is something at *to*. Nothing is written.
            NotImplementedError, FileNotFoundError: the storage cannot be copied here; the message says why.
            StorageDamaged: the database is damaged.
            StorageFull, Unavailable: the backup cannot be written, or the storage cannot be reached. Nothing is kept.
        """
        return self._backups.make(to, progress=progress)

    @checked_call
    def verify(self, *, progress: Callable[[DataProgress], object] | None = None) -> DataVerification:
        """Read everything that is stored, and compare it with its rows: each file, and the trail of each office.

        The portal may be used meanwhile. Each verification of a trail is recorded in that trail. Each fault is logged.

        Args:
            progress: is told of each file, and of entries. Without it, they are not counted before.
        """
        return self._backups.verify(progress=progress)
