"""Tests the promises of ``klantportaal.ports.storage`` and ``klantportaal.ports.reading``.

Inherit ``StorageContract`` and provide a fixture ``storage`` that is new and empty for each test::

    class TestOurStorage(StorageContract):
        @pytest.fixture
        def storage(self) -> OurStorage:
            return OurStorage()
"""

from klantportaal.testing.contracts.storage.accounts import AccountsContract
from klantportaal.testing.contracts.storage.acting import ActingContract
from klantportaal.testing.contracts.storage.address_changes import AddressChangesContract
from klantportaal.testing.contracts.storage.admission import AdmissionContract
from klantportaal.testing.contracts.storage.assignments import AssignmentsContract
from klantportaal.testing.contracts.storage.audit import AuditContract
from klantportaal.testing.contracts.storage.documents import DocumentsContract
from klantportaal.testing.contracts.storage.dossiers import DossiersContract, ListsContract
from klantportaal.testing.contracts.storage.drafts import DraftsContract
from klantportaal.testing.contracts.storage.extra_accounts import ExtraAccountsContract
from klantportaal.testing.contracts.storage.health import HealthContract
from klantportaal.testing.contracts.storage.holdings import HoldingsContract
from klantportaal.testing.contracts.storage.keys import KeysContract
from klantportaal.testing.contracts.storage.links import LinksContract
from klantportaal.testing.contracts.storage.messages import MessagesContract
from klantportaal.testing.contracts.storage.office_reading import OfficeReadingContract
from klantportaal.testing.contracts.storage.outbox import MailProblemsContract, OutboxContract
from klantportaal.testing.contracts.storage.persons import PersonsContract
from klantportaal.testing.contracts.storage.questionnaires import AnswerFilesContract, QuestionnairesContract
from klantportaal.testing.contracts.storage.refusals import RefusalsContract
from klantportaal.testing.contracts.storage.sessions import SessionsContract
from klantportaal.testing.contracts.storage.sms import SmsContract
from klantportaal.testing.contracts.storage.texts import TextsContract
from klantportaal.testing.contracts.storage.throttles import ThrottlesContract
from klantportaal.testing.contracts.storage.transactions import TransactionsContract
from klantportaal.testing.contracts.storage.two_steps import TwoStepsContract, VerificationsContract
from klantportaal.testing.contracts.storage.uploads import SubmissionsContract, UploadsContract
from klantportaal.testing.contracts.storage.usages import UsagesContract

__all__ = ["StorageContract"]


class StorageContract(
    TransactionsContract,
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
    ListsContract,
    DocumentsContract,
    MessagesContract,
    DraftsContract,
    UploadsContract,
    SubmissionsContract,
    UsagesContract,
    QuestionnairesContract,
    AssignmentsContract,
    AnswerFilesContract,
    OutboxContract,
    MailProblemsContract,
    SmsContract,
    AuditContract,
    HealthContract,
    OfficeReadingContract,
    TextsContract,
):
    """The promises of a storage, as tests."""
