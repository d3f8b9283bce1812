"""Tests the promises of ``klantportaal.ports.storage`` and ``klantportaal.ports.reading``.

Inherit ``StorageContract`` and provide a fixture ``storage`` that is new and empty for each test, and the fixtures of
``promises``::

    class TestOurStorage(StorageContract):
        @pytest.fixture
        def storage(self, place) -> OurStorage:
            return OurStorage(place)

        @pytest.fixture
        def reopened(self, place) -> Callable[[], OurStorage]:
            return lambda: OurStorage(place)

        @pytest.fixture
        def full(self) -> Without:
            return Without("the reason")

``full`` and ``refusing`` are empty. The place of ``full`` has room for an office and a client, and not for 8 MiB.
"""

from klantportaal.testing.contracts.storage.accounts import AccountsContract
from klantportaal.testing.contracts.storage.acting import ActingContract
from klantportaal.testing.contracts.storage.address_changes import AddressChangesContract
from klantportaal.testing.contracts.storage.admission import AdmissionContract
from klantportaal.testing.contracts.storage.api_keys import ApiKeysContract
from klantportaal.testing.contracts.storage.assignments import AssignmentsContract
from klantportaal.testing.contracts.storage.audit import AuditContract
from klantportaal.testing.contracts.storage.case_handlers import CaseHandlersContract
from klantportaal.testing.contracts.storage.documents import DocumentsContract
from klantportaal.testing.contracts.storage.dossiers import DossiersContract, ListsContract
from klantportaal.testing.contracts.storage.drafts import DraftsContract
from klantportaal.testing.contracts.storage.external_ids import ExternalIdsContract
from klantportaal.testing.contracts.storage.extra_accounts import ExtraAccountsContract
from klantportaal.testing.contracts.storage.health import HealthContract
from klantportaal.testing.contracts.storage.holdings import HoldingsContract
from klantportaal.testing.contracts.storage.home import HomeContract
from klantportaal.testing.contracts.storage.keys import KeysContract
from klantportaal.testing.contracts.storage.links import LinksContract
from klantportaal.testing.contracts.storage.messages import MessagesContract
from klantportaal.testing.contracts.storage.office_reading import OfficeReadingContract
from klantportaal.testing.contracts.storage.outbox import MailProblemsContract, OutboxContract
from klantportaal.testing.contracts.storage.persons import PersonsContract
from klantportaal.testing.contracts.storage.public_events import PublicEventsContract
from klantportaal.testing.contracts.storage.quarantine import QuarantineContract
from klantportaal.testing.contracts.storage.questionnaires import (
    AnswerFilesContract,
    QuestionnaireDraftsContract,
    QuestionnaireFragmentsContract,
    QuestionnairesContract,
)
from klantportaal.testing.contracts.storage.receipts import ReceiptsContract
from klantportaal.testing.contracts.storage.refusals import RefusalsContract
from klantportaal.testing.contracts.storage.reminders import RemindersContract
from klantportaal.testing.contracts.storage.requests import RequestsContract
from klantportaal.testing.contracts.storage.sessions import SessionsContract
from klantportaal.testing.contracts.storage.situations import SituationsContract
from klantportaal.testing.contracts.storage.sms import SmsContract
from klantportaal.testing.contracts.storage.templates import TemplatesContract
from klantportaal.testing.contracts.storage.texts import TextsContract
from klantportaal.testing.contracts.storage.throttles import ThrottlesContract
from klantportaal.testing.contracts.storage.transactions import TransactionsContract
from klantportaal.testing.contracts.storage.two_steps import TwoStepsContract, VerificationsContract
from klantportaal.testing.contracts.storage.unseen import UnseenContract
from klantportaal.testing.contracts.storage.uploads import SubmissionsContract, UploadsContract
from klantportaal.testing.contracts.storage.usages import UsagesContract
from klantportaal.testing.contracts.storage.waiting import WaitingContract
from klantportaal.testing.contracts.storage.webhooks import WebhooksContract
from klantportaal.testing.contracts.storage.workers import WorkersContract

__all__ = ["StorageContract"]


class StorageContract(
    TransactionsContract,
    SituationsContract,
    AccountsContract,
    PersonsContract,
    AdmissionContract,
    HoldingsContract,
    ActingContract,
    ExtraAccountsContract,
    LinksContract,
    AddressChangesContract,
    SessionsContract,
    ThrottlesContract,
    RefusalsContract,
    TwoStepsContract,
    VerificationsContract,
    KeysContract,
    DossiersContract,
    HomeContract,
    ListsContract,
    CaseHandlersContract,
    ApiKeysContract,
    ExternalIdsContract,
    DocumentsContract,
    MessagesContract,
    DraftsContract,
    UnseenContract,
    UploadsContract,
    SubmissionsContract,
    ReceiptsContract,
    UsagesContract,
    QuarantineContract,
    WaitingContract,
    QuestionnairesContract,
    QuestionnaireDraftsContract,
    QuestionnaireFragmentsContract,
    AssignmentsContract,
    AnswerFilesContract,
    RequestsContract,
    TemplatesContract,
    RemindersContract,
    PublicEventsContract,
    WebhooksContract,
    OutboxContract,
    MailProblemsContract,
    SmsContract,
    AuditContract,
    HealthContract,
    OfficeReadingContract,
    TextsContract,
    WorkersContract,
):
    """The promises of a storage, as tests."""
