"""A unit of work with one repository per subject."""

from collections.abc import Callable

from klantportaal.adapters.storage.memory.access import AddressChanges, Links, Refusals, Sessions, Throttles
from klantportaal.adapters.storage.memory.accounts import Accounts, Clients, Offices, Persons
from klantportaal.adapters.storage.memory.api_keys import ApiKeys, IdempotentRequests
from klantportaal.adapters.storage.memory.auditing import Audit
from klantportaal.adapters.storage.memory.dossiers import CaseHandlers, Documents, Dossiers
from klantportaal.adapters.storage.memory.drafts import Drafts
from klantportaal.adapters.storage.memory.external_ids import ExternalIds
from klantportaal.adapters.storage.memory.keys import Keys
from klantportaal.adapters.storage.memory.messages import Messages, Receipts, Submissions, Uploads, Usages
from klantportaal.adapters.storage.memory.outbox import Outbox, Texts
from klantportaal.adapters.storage.memory.public_events import PublicEvents
from klantportaal.adapters.storage.memory.quarantine import Quarantine
from klantportaal.adapters.storage.memory.questionnaires import (
    Assignments,
    QuestionnaireDrafts,
    QuestionnaireFragments,
    Questionnaires,
)
from klantportaal.adapters.storage.memory.reminders import Reminders
from klantportaal.adapters.storage.memory.requests import Requests, Templates
from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.adapters.storage.memory.two_steps import TwoSteps, Verifications
from klantportaal.adapters.storage.memory.waiting import WaitingParties
from klantportaal.adapters.storage.memory.webhooks import WebhookDeliveries, Webhooks
from klantportaal.adapters.storage.memory.workers import Workers


class MemoryUnitOfWork:
    """Changes a copy of the tables. Without a commit the copy is dropped."""

    def __init__(self, tables: Tables, keep: Callable[[Tables], None]) -> None:
        self._tables = tables
        self._keep = keep
        self.offices = Offices(tables)
        self.clients = Clients(tables)
        self.persons = Persons(tables)
        self.accounts = Accounts(tables)
        self.links = Links(tables)
        self.address_changes = AddressChanges(tables)
        self.sessions = Sessions(tables)
        self.throttles = Throttles(tables)
        self.refusals = Refusals(tables)
        self.two_steps = TwoSteps(tables)
        self.verifications = Verifications(tables)
        self.keys = Keys(tables)
        self.case_handlers = CaseHandlers(tables)
        self.api_keys = ApiKeys(tables)
        self.idempotent_requests = IdempotentRequests(tables)
        self.external_ids = ExternalIds(tables)
        self.dossiers = Dossiers(tables)
        self.documents = Documents(tables)
        self.messages = Messages(tables)
        self.drafts = Drafts(tables)
        self.uploads = Uploads(tables)
        self.usages = Usages(tables)
        self.submissions = Submissions(tables)
        self.quarantine = Quarantine(tables)
        self.receipts = Receipts(tables)
        self.questionnaires = Questionnaires(tables)
        self.questionnaire_drafts = QuestionnaireDrafts(tables)
        self.questionnaire_fragments = QuestionnaireFragments(tables)
        self.assignments = Assignments(tables)
        self.request_templates = Templates(tables.request_templates, "request template")
        self.progress_templates = Templates(tables.progress_templates, "progress template")
        self.requests = Requests(tables)
        self.waiting = WaitingParties(tables)
        self.reminders = Reminders(tables)
        self.outbox = Outbox(tables)
        self.events = PublicEvents(tables)
        self.webhooks = Webhooks(tables)
        self.webhook_deliveries = WebhookDeliveries(tables)
        self.workers = Workers(tables)
        self.texts = Texts(tables)
        self.audit = Audit(tables)

    def commit(self) -> None:
        """Replace the tables by the copy. Later changes of this unit of work are lost unless it commits again."""
        self._keep(self._tables.copy())
