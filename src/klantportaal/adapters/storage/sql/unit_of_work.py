"""One transaction, and the repositories that work in it."""

from klantportaal.adapters.storage.sql.repositories.api_keys import SqlApiKeys, SqlIdempotentRequests
from klantportaal.adapters.storage.sql.repositories.auditing import SqlAudit
from klantportaal.adapters.storage.sql.repositories.clients import SqlAccounts, SqlClients
from klantportaal.adapters.storage.sql.repositories.documents import SqlDocuments
from klantportaal.adapters.storage.sql.repositories.dossiers import SqlCaseHandlers, SqlDossiers
from klantportaal.adapters.storage.sql.repositories.drafts import SqlDrafts
from klantportaal.adapters.storage.sql.repositories.entrance import (
    SqlAddressChanges,
    SqlLinks,
    SqlSessions,
    SqlThrottles,
)
from klantportaal.adapters.storage.sql.repositories.external_ids import SqlExternalIds
from klantportaal.adapters.storage.sql.repositories.keys import SqlKeys
from klantportaal.adapters.storage.sql.repositories.messages import SqlMessages, SqlSubmissions, SqlUploads
from klantportaal.adapters.storage.sql.repositories.offices import SqlOffices
from klantportaal.adapters.storage.sql.repositories.persons import SqlPersons
from klantportaal.adapters.storage.sql.repositories.public_events import SqlPublicEvents
from klantportaal.adapters.storage.sql.repositories.quarantine import SqlQuarantine
from klantportaal.adapters.storage.sql.repositories.questionnaires import (
    SqlAssignments,
    SqlQuestionnaireDrafts,
    SqlQuestionnaireFragments,
    SqlQuestionnaires,
)
from klantportaal.adapters.storage.sql.repositories.receipts import SqlReceipts
from klantportaal.adapters.storage.sql.repositories.refusals import SqlRefusals
from klantportaal.adapters.storage.sql.repositories.reminders import SqlReminders
from klantportaal.adapters.storage.sql.repositories.requests import SqlRequests
from klantportaal.adapters.storage.sql.repositories.templates import SqlProgressTemplates, SqlRequestTemplates
from klantportaal.adapters.storage.sql.repositories.two_steps import SqlTwoSteps, SqlVerifications
from klantportaal.adapters.storage.sql.repositories.usages import SqlUsages
from klantportaal.adapters.storage.sql.repositories.waiting import SqlWaiting
from klantportaal.adapters.storage.sql.repositories.webhooks import SqlWebhookDeliveries, SqlWebhooks
from klantportaal.adapters.storage.sql.repositories.work import SqlOutbox, SqlTexts
from klantportaal.adapters.storage.sql.repositories.workers import SqlWorkers
from klantportaal.adapters.storage.sql.running import Runner


class SqlUnitOfWork:
    """One transaction. `SqlStorage.begin` opens it, and rolls back what is not committed."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.offices = SqlOffices(runner)
        self.clients = SqlClients(runner)
        self.persons = SqlPersons(runner)
        self.accounts = SqlAccounts(runner)
        self.links = SqlLinks(runner)
        self.address_changes = SqlAddressChanges(runner)
        self.sessions = SqlSessions(runner)
        self.throttles = SqlThrottles(runner)
        self.refusals = SqlRefusals(runner)
        self.two_steps = SqlTwoSteps(runner)
        self.verifications = SqlVerifications(runner)
        self.keys = SqlKeys(runner)
        self.case_handlers = SqlCaseHandlers(runner)
        self.api_keys = SqlApiKeys(runner)
        self.idempotent_requests = SqlIdempotentRequests(runner)
        self.external_ids = SqlExternalIds(runner)
        self.dossiers = SqlDossiers(runner)
        self.documents = SqlDocuments(runner)
        self.messages = SqlMessages(runner)
        self.drafts = SqlDrafts(runner)
        self.uploads = SqlUploads(runner)
        self.usages = SqlUsages(runner)
        self.submissions = SqlSubmissions(runner)
        self.quarantine = SqlQuarantine(runner)
        self.receipts = SqlReceipts(runner)
        self.questionnaires = SqlQuestionnaires(runner)
        self.questionnaire_drafts = SqlQuestionnaireDrafts(runner)
        self.questionnaire_fragments = SqlQuestionnaireFragments(runner)
        self.assignments = SqlAssignments(runner)
        self.request_templates = SqlRequestTemplates(runner)
        self.progress_templates = SqlProgressTemplates(runner)
        self.requests = SqlRequests(runner)
        self.waiting = SqlWaiting(runner)
        self.reminders = SqlReminders(runner)
        self.outbox = SqlOutbox(runner)
        self.events = SqlPublicEvents(runner)
        self.webhooks = SqlWebhooks(runner)
        self.webhook_deliveries = SqlWebhookDeliveries(runner)
        self.workers = SqlWorkers(runner)
        self.texts = SqlTexts(runner)
        self.audit = SqlAudit(runner)

    def commit(self) -> None:
        """Commit everything done so far.

        Raises:
            Conflict, StorageFull, Unavailable: nothing is kept.
        """
        self.events.write()
        self._runner.commit()
