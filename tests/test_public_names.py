"""The public names of the package, and what an editor offers."""

import re
import subprocess
import sys
import tomllib
from inspect import isfunction, ismodule
from pathlib import Path

import attrs
import pytest

import klantportaal
from klantportaal import _public, questionnaires, text, trail
from klantportaal.domain import errors
from klantportaal.domain.errors import PortalError
from tests.support import surface
from tests.usecases.matrix.doors import doors
from tests.usecases.world import World

ROOT = Path(__file__).parents[1]
MODULES = ["embedded", "questionnaires", "serialisation", "text", "trail"]
NAMES = """
    Absent AccountCard AccountId AccountRole AccountState ActionKey Actor AddressView Admission AdmissionProblem
    Allowance AnswerFileId ApiAccess ApiArea ApiKey ApiKeyDead ApiKeyId ApiLimits AppTokens Archive AssignmentId
    AssignmentRow Assurance Authentication BackgroundSide Backup CaseHandler CaseHandlerId Client ClientCard ClientId
    ClientKind ClientSide ClientUsage CodeDue Confirmation Conflict ContactCard Conversation Corners CurrentStep
    DEFAULT_STATUSES DailyQuotas DataPart DataProgress DataVerification DatabaseHealth DatabaseUnfit Decision
    DeliveredFile Delivery DeliveryId Density Deviation Direction DiskHealth DiskLimits DiskSpace DispatchTimes Document
    DocumentId DocumentKind DocumentRequest DocumentRow DocumentState Dossier DossierId DossierKey DossierList
    DossierQuery DossierRow DossierStatus DossierView Download DraftId DraftLimits DraftRow DraftView E164 Enrolling
    Entrance EntryId EventId EventPage EventType ExtraAccountLimits ExtraAccountRow FailingTask Fault FaultCode
    FileDamaged FileFault FileFaultKind FileKey FileType FileTypes FileWithheld FilesHealth Finding Fingerprint FormDead
    FormForAnother FormOwner FoundAddress Halfway Health HomeCounts HomeNews IN_PROGRESS InboxRow ItemId ItemState
    KeptForm KeyId KeyUsage KeyUse Lane LaneHealth Language LinkDead LinkView Look MadeApiKey MailProblem Message
    MessageId MessageLimits MessageRow MessageText MessageView NewAddressView NewApiKey NewClient NewExtraAccount
    NewItem NewRequest NewWebhook NewsKind NewsRow NotAdmitted NotConfirmed NotSignedIn Notifications Office OfficeActor
    OfficeConversation OfficeDossier OfficeId OfficeNotices OfficeProfile OfficeSide OfficeUsage OnboardingTimes
    OpenAction OpenThing OtherAccount OutboxHealth PAGE PageForm PasswordPolicy PersonId Portal PortalError Profile
    ProfileView Progress PublicEvent Publication PublishedRow QuarantineHealth QuarantineRow QuarantineState
    QuarantinedFile QuestionnaireDraft QuestionnaireDraftId QuestionnaireDraftRow QuestionnaireFragment Receipt
    ReceiptFile ReceiptId ReceiptView Refused Reminder ReminderKey ReminderKind ReminderRow ReminderRules RequestId
    RequestRow RequestState RequestTimes RequestView RequestedItem RevisionRow Room STRICT ScanOutcome ScanPolicy
    ScanVerdict ScannerHealth ScopeMissing SealerHealth SecondStepDead SecondStepView SessionEnd SessionId SessionRow
    SessionTimes SessionsView Settings Showing ShownAs ShownForm SignInFailed SignedIn SmsSettings StatusCode Step
    StepState StorageDamaged StorageFull StoredFile Subject SubmissionId SubmissionKey SubmissionKind SubmissionRow Tab
    TabCount TaskId TaskKind TaskState TemplateRow Texts ThreadId ThrottlePolicy TooManyRequests TotpKey TwoStepDue
    TwoStepMethod TwoStepRules TwoStepView Typeface Unavailable Unscanned UnseenKey UnseenKind UnseenRow UploadId
    UploadLimits UploadRow Usage VendorSignIn Verdict Visitor Waiting WaitingDossier WaitingFor WaitingKey WaitingKind
    WaitingRow WebhookDelivery WebhookDeliveryId WebhookDeliveryState WebhookFailure WebhookId WebhookProblem
    WebhookRow WebhookSecret WebhookSettings WebhookState Worker WrongSecrets WrongWords open_portal
    progress_template_schema request_template_schema
"""
"""The public names, repeated here so that a change, which affects vendors, is noticed."""
NOT_CLASSES = {
    "DEFAULT_STATUSES",
    "IN_PROGRESS",
    "PAGE",
    "STRICT",
    "StatusCode",
    "Texts",
    "open_portal",
    "progress_template_schema",
    "request_template_schema",
}


def test_the_list() -> None:
    """OF-1: the public names are as listed, so that no change is made by accident."""
    assert dir(klantportaal) == sorted([*NAMES.split(), *MODULES])
    assert [name for name in MODULES if not ismodule(getattr(klantportaal, name))] == []
    classes = {name: getattr(klantportaal, name) for name in NAMES.split() if name not in NOT_CLASSES}
    assert {name: each.__name__ for name, each in classes.items()} == {name: name for name in classes}


def test_star_import() -> None:
    """OF-1: a star import gives all public names."""
    names: dict[str, object] = {}
    exec("from klantportaal import *", names)
    assert names.keys() - {"__builtins__"} == set(dir(klantportaal))


@pytest.mark.parametrize("module", [questionnaires, text, trail])
def test_submodules(module: object) -> None:
    """OF-1: every name in `__all__` of a submodule exists."""
    for name in module.__all__:  # type: ignore[attr-defined]
        assert getattr(module, name) is not None


def test_every_error() -> None:
    """AL-1: every error has a public name."""
    ours = {each.__name__ for each in PortalError.__subclasses__() if each.__module__ == errors.__name__}
    assert ours <= set(_public.__all__)


def test_every_type_of_a_call() -> None:
    """OF-1: every type that a call takes or returns, down to its fields, is public."""
    assert surface.calls().keys() == doors(World().portal).keys()
    public = {id(each) for each in surface.public().values()}
    hidden = {kind.__name__: where for kind, where in surface.types().items() if id(kind) not in public}
    assert hidden == {}


def test_one_name_is_one_thing() -> None:
    """OF-1: no name is public in two modules."""
    listed = [*NAMES.split(), *questionnaires.__all__, *trail.__all__, *text.__all__]
    assert sorted(listed) == sorted(set(listed))


def test_the_portal_has_four_doors() -> None:
    """OF-1: an editor offers the sides of the portal, events, settings, deviations, assemble, health and close."""
    assert _offered(World().portal) == [
        "assemble", "background", "client", "close", "deviations", "events", "health", "office", "offices", "settings",
    ]  # fmt: skip


def test_an_editor_offers_calls_and_nothing_else() -> None:
    """OF-1: each part of the portal has calls only; all else is private."""
    portal = World().portal
    for side, of in surface.SIDES.items():
        groups = [field.name for field in attrs.fields(of) if not field.name.startswith("_")]
        calls = [each for each, call in vars(of).items() if isfunction(call) and each[0] != "_"]
        assert _offered(getattr(portal, side)) == sorted([*groups, *calls])
    for name, kind in surface.parts().items():
        part: object = portal
        for step in name.split("."):
            part = getattr(part, step)
        assert isinstance(part, kind)
        assert _offered(part) == sorted(
            each for each, call in vars(kind).items() if isfunction(call) and each[0] != "_"
        )
        assert _offered(part) != []


def _offered(thing: object) -> list[str]:
    return [name for name in dir(thing) if not name.startswith("_")]


def test_examples_and_docs_use_public_names() -> None:
    """OF-1: examples and documentation import no inner module."""
    inner = re.compile(
        r"^ *(from|import) klantportaal\.(domain|usecases|sides|assembly|settings|portal)\b", re.MULTILINE
    )
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.py")]
    assert [page.name for page in pages if inner.search(page.read_text())] == []


def test_no_other_names() -> None:
    """OF-1: an unknown name raises AttributeError."""
    for name in ("Portaal", "_hidden", "__wrapped__"):
        with pytest.raises(AttributeError, match=f"no attribute '{name}'"):
            getattr(klantportaal, name)


def test_the_version() -> None:
    """OF-1: the version is the one in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert klantportaal.__version__ == project["version"]


def test_importing_the_package_imports_no_part_of_it() -> None:
    """OF-1: importing the package imports none of its modules."""
    program = (
        "import klantportaal, sys; print(sorted(name for name in sys.modules if name.startswith('klantportaal.')))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert printed.strip() == "[]"


def test_values_bring_no_database_along() -> None:
    """OF-1: importing a value imports none of the large libraries."""
    heavy = {"sqlalchemy", "fpdf", "jinja2", "babel", "cattrs", "jsonschema", "flask", "fastapi", "cryptography"}
    program = f"from klantportaal import NewClient; import sys; print(sorted({heavy!r} & sys.modules.keys()))"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert printed.strip() == "[]"
