"""One transaction, and the repositories that work in it."""

from sqlalchemy import Connection

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


class SqlUnitOfWork:
    """One transaction. `SqlStorage.begin` opens it, and rolls back what is not committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.offices = SqlOffices(connection)
        self.clients = SqlClients(connection)
        self.persons = SqlPersons(connection)
        self.accounts = SqlAccounts(connection)
        self.links = SqlLinks(connection)
        self.address_changes = SqlAddressChanges(connection)
        self.sessions = SqlSessions(connection)
        self.throttles = SqlThrottles(connection)
        self.refusals = SqlRefusals(connection)
        self.two_steps = SqlTwoSteps(connection)
        self.verifications = SqlVerifications(connection)
        self.keys = SqlKeys(connection)
        self.dossiers = SqlDossiers(connection)
        self.documents = SqlDocuments(connection)
        self.messages = SqlMessages(connection)
        self.drafts = SqlDrafts(connection)
        self.uploads = SqlUploads(connection)
        self.usages = SqlUsages(connection)
        self.submissions = SqlSubmissions(connection)
        self.questionnaires = SqlQuestionnaires(connection)
        self.assignments = SqlAssignments(connection)
        self.outbox = SqlOutbox(connection)
        self.texts = SqlTexts(connection)
        self.audit = SqlAudit(connection)

    def commit(self) -> None:
        """Commit everything done so far.

        Raises:
            Conflict, StorageFull, Unavailable: nothing is kept.
        """
        try:
            self._connection.commit()
        except BaseException:
            # The transaction may still be open in the database. Nobody else may get this connection.
            self._connection.invalidate()
            raise
