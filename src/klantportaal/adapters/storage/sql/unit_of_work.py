"""One transaction, and the repositories that work in it."""

from klantportaal.adapters.storage.sql.repositories.auditing import SqlAudit
from klantportaal.adapters.storage.sql.repositories.clients import SqlAccounts, SqlClients
from klantportaal.adapters.storage.sql.repositories.documents import SqlDocuments
from klantportaal.adapters.storage.sql.repositories.dossiers import SqlDossiers
from klantportaal.adapters.storage.sql.repositories.drafts import SqlDrafts
from klantportaal.adapters.storage.sql.repositories.entrance import (
    SqlAddressChanges,
    SqlLinks,
    SqlSessions,
    SqlThrottles,
)
from klantportaal.adapters.storage.sql.repositories.keys import SqlKeys
from klantportaal.adapters.storage.sql.repositories.messages import SqlMessages, SqlSubmissions, SqlUploads
from klantportaal.adapters.storage.sql.repositories.offices import SqlOffices
from klantportaal.adapters.storage.sql.repositories.persons import SqlPersons
from klantportaal.adapters.storage.sql.repositories.questionnaires import SqlAssignments, SqlQuestionnaires
from klantportaal.adapters.storage.sql.repositories.refusals import SqlRefusals
from klantportaal.adapters.storage.sql.repositories.two_steps import SqlTwoSteps, SqlVerifications
from klantportaal.adapters.storage.sql.repositories.usages import SqlUsages
from klantportaal.adapters.storage.sql.repositories.work import SqlOutbox, SqlTexts
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
        self.dossiers = SqlDossiers(runner)
        self.documents = SqlDocuments(runner)
        self.messages = SqlMessages(runner)
        self.drafts = SqlDrafts(runner)
        self.uploads = SqlUploads(runner)
        self.usages = SqlUsages(runner)
        self.submissions = SqlSubmissions(runner)
        self.questionnaires = SqlQuestionnaires(runner)
        self.assignments = SqlAssignments(runner)
        self.outbox = SqlOutbox(runner)
        self.texts = SqlTexts(runner)
        self.audit = SqlAudit(runner)

    def commit(self) -> None:
        """Commit everything done so far.

        Raises:
            Conflict, StorageFull, Unavailable: nothing is kept.
        """
        self._runner.commit()
