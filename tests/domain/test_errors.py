"""The tree of errors, and the codes of faults."""

import functools
import inspect
import pickle
import re
from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable

import pytest

from klantportaal.domain import errors
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.errors import Absent, Fault, FaultCode, PortalError, Refused, Unavailable


def tree(error: type[PortalError], depth: int = 0) -> list[tuple[int, str]]:
    """Return an error and the errors below it, each with its depth in the tree."""
    below = [each for each in error.__subclasses__() if each.__module__ == errors.__name__]
    return [(depth, error.__name__), *(line for each in below for line in tree(each, depth + 1))]


def test_documented_tree() -> None:
    """AL-1: the tree drawn in the docstring of the module is the real tree, in the order of the module."""
    drawn = re.findall(r"^ {4}((?:[│├└─ ]{4})*)(\w+)", inspect.getdoc(errors) or "", re.MULTILINE)
    assert [(len(branch) // 4, name) for branch, name in drawn] == tree(PortalError)


def test_codes() -> None:
    """AL-1: every error has a unique code, spelled as its name."""
    named = {
        error.__name__: error.code for error in PortalError.__subclasses__() if error.__module__ == errors.__name__
    }
    assert named == {name: re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in named}
    assert PortalError.code == "error"


def test_refused() -> None:
    """AL-1: a refusal keeps its faults in order, and lists them on one line without what was typed."""
    faults = [
        Fault(code=FaultCode.MISSING, field="subject"),
        Fault(code=FaultCode.TOO_LONG, field="body", params={"limit": 500}),
        Fault(code=FaultCode.WRONG_STATE, params={"state": AccountState.CLOSED}),
    ]
    refused = Refused(faults)
    assert refused.faults == tuple(faults)
    assert str(refused) == "subject: missing, body: too_long (limit 500), form: wrong_state (state closed)"
    assert refused.code == "refused"
    assert str(Refused([])) == "refused"


ERRORS: list[Callable[[], PortalError]] = [
    PortalError,
    *(each for each in PortalError.__subclasses__() if each is not Refused),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_says_what_is_wrong(error: Callable[[], PortalError]) -> None:
    """AL-5: an error raised without a text has a default text, different for each error."""
    assert len(str(error()).split()) > 3
    assert [other for other in ERRORS if other is not error and str(other()) == str(error())] == []


def test_a_text_of_its_own() -> None:
    """AL-5: an error raised with a text shows that text."""
    assert str(Unavailable("the PDF is being made")) == "the PDF is being made"


def test_absent() -> None:
    """AL-5, DO-1: an absent object is reported by its kind, with the same text whoever owns it."""
    assert str(Absent("dossier")) == "there is no such dossier, or not for who asks"
    assert str(Absent()) == "there is no such thing, or not for who asks"


def test_what_was_typed_is_not_told() -> None:
    """AL-5: the text of a refusal has the numbers of the rule, and nothing that a user typed."""
    refused = Refused([Fault(code=FaultCode.FILE_TOO_LARGE, field="files", params={"name": "Geheim.pdf", "limit": 9})])
    assert str(refused) == "files: file_too_large (limit 9)"


@pytest.mark.parametrize("error", [Absent("dossier"), Refused([Fault(code=FaultCode.MISSING, field="name")])])
def test_errors_can_be_copied(error: PortalError) -> None:
    """AL-5: a pickled error has the same text in another process."""
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_fault_codes() -> None:
    """AL-1: the code of a fault is spelled as its name."""
    assert {code.name.lower(): code.value for code in FaultCode} == {code.value: code.value for code in FaultCode}


@functools.cache
def given_out() -> set[str]:
    """Find the fault codes that the modules use."""
    return set(re.findall(r"FaultCode\.([A-Z_]+)", sources(resources.files("klantportaal"))))


def sources(folder: Traversable) -> str:
    """Read every module below a folder, except those that list codes without using them."""
    texts = []
    for each in folder.iterdir():
        if each.is_dir():
            texts.append(sources(each))
        elif each.name.endswith(".py") and each.name not in ("errors.py", "fault_texts.py"):
            texts.append(each.read_text("utf-8"))
    return "\n".join(texts)


@pytest.mark.parametrize("code", FaultCode)
def test_no_dead_code(code: FaultCode) -> None:
    """AL-1: every fault code is used by some module."""
    assert code.name in given_out()
