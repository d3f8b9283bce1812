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
    Absent AccountCard AccountId AccountRole AccountState Actor AddressView Admission AdmissionProblem Allowance
    AssignmentId AssignmentRow Assurance Authentication BackgroundSide Backup Client ClientCard ClientId ClientKind
    ClientSide ClientUsage CodeDue Confirmation Conflict DEFAULT_STATUSES DEFAULT_TYPES DailyQuotas DataVerification
    DatabaseHealth Deviation Direction DiskHealth DispatchTimes Document DocumentId DocumentKind DocumentRow
    DocumentState Dossier DossierId DossierKey DossierList DossierQuery DossierRow DossierStatus DossierView Download
    DraftId DraftLimits DraftRow DraftView E164 Enrolling Entrance EntryId ExtraAccountLimits ExtraAccountRow
    FailingTask Fault FaultCode FileDamaged FileFault FileFaultKind FileKey FileType FilesHealth Finding Fingerprint
    FormDead FormForAnother FormOwner Halfway Health HomeCounts IN_PROGRESS InboxRow KeptForm KeyId KeyUsage KeyUse
    Lane LaneHealth Language LinkDead LinkView MailProblem Message MessageId MessageLimits MessageRow MessageText
    MessageView NewAddressView NewClient NewExtraAccount NotAdmitted NotConfirmed NotSignedIn Notifications Office
    OfficeActor OfficeDossier OfficeId OfficeProfile OfficeSide OfficeUsage OnboardingTimes OpenAction OtherAccount
    OutboxHealth PAGE PageForm PasswordPolicy PersonId Portal PortalError Profile ProfileView Publication PublishedRow
    Refused RequestTimes RevisionRow Room STRICT SealerHealth SecondStepDead SecondStepView SessionEnd SessionId
    SessionRow SessionTimes SessionsView Settings ShownForm SignInFailed SignedIn SmsSettings StatusCode
    StorageDamaged StorageFull StoredFile Subject SubmissionId SubmissionKind SubmissionRow Tab TabCount TaskId
    TaskKind TaskState Texts ThreadId ThrottlePolicy TotpKey TwoStepDue TwoStepMethod TwoStepRules TwoStepView
    Unavailable UploadId UploadLimits UploadRow Usage VendorSignIn Verdict Visitor WrongSecrets WrongWords open_portal
"""
"""The public names, repeated here so that a change, which affects vendors, is noticed."""
NOT_CLASSES = {
    "DEFAULT_STATUSES",
    "DEFAULT_TYPES",
    "IN_PROGRESS",
    "PAGE",
    "STRICT",
    "StatusCode",
    "Texts",
    "open_portal",
}


def test_the_list() -> None:
    """The public names are as listed: a change must be made on purpose."""
    assert dir(klantportaal) == sorted([*NAMES.split(), *MODULES])
    assert [name for name in MODULES if not ismodule(getattr(klantportaal, name))] == []
    classes = {name: getattr(klantportaal, name) for name in NAMES.split() if name not in NOT_CLASSES}
    assert {name: each.__name__ for name, each in classes.items()} == {name: name for name in classes}


def test_star_import() -> None:
    """A star import gives all public names."""
    names: dict[str, object] = {}
    exec("from klantportaal import *", names)
    assert names.keys() - {"__builtins__"} == set(dir(klantportaal))


@pytest.mark.parametrize("module", [questionnaires, text, trail])
def test_submodules(module: object) -> None:
    """Every name in `__all__` of a submodule exists."""
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
    """No name is public in two modules."""
    listed = [*NAMES.split(), *questionnaires.__all__, *trail.__all__, *text.__all__]
    assert sorted(listed) == sorted(set(listed))


def test_the_portal_has_four_doors() -> None:
    """OF-1: an editor offers the sides of the portal, its settings, deviations, assemble, health and close."""
    assert _offered(World().portal) == [
        "assemble", "background", "client", "close", "deviations", "health", "office", "offices", "settings",
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
        assert type(part) is kind
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
    """An unknown name raises AttributeError."""
    for name in ("Portaal", "_hidden", "__wrapped__"):
        with pytest.raises(AttributeError, match=f"no attribute '{name}'"):
            getattr(klantportaal, name)


def test_the_version() -> None:
    """The version is the one in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert klantportaal.__version__ == project["version"]


def test_importing_the_package_imports_no_part_of_it() -> None:
    """Importing the package imports none of its modules."""
    program = (
        "import klantportaal, sys; print(sorted(name for name in sys.modules if name.startswith('klantportaal.')))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert printed.strip() == "[]"


def test_values_bring_no_database_along() -> None:
    """Importing a value imports none of the large libraries."""
    heavy = {"sqlalchemy", "fpdf", "jinja2", "babel", "cattrs", "jsonschema", "flask", "fastapi", "cryptography"}
    program = f"from klantportaal import NewClient; import sys; print(sorted({heavy!r} & sys.modules.keys()))"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert printed.strip() == "[]"
