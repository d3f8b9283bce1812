"""The translation catalogs: every text in both languages, no unused ones, and the same placeholders in each."""

import re
from collections.abc import Mapping

import pytest
from babel.messages.catalog import Message

from klantportaal.adapters.web.http.errors import (
    ANSWERS,
    AddressLinkDead,
    CrossSite,
    Malformed,
    NoSuchPage,
    TooLarge,
    TooManyDownloads,
    TooSlow,
    WebError,
    WrongMethod,
    answer_to,
)
from klantportaal.adapters.web.language.fault_texts import FAULTS, LABELS, NOTICES, say_fault
from klantportaal.adapters.web.language.translations import Sentence, wordings
from klantportaal.domain import errors
from klantportaal.domain.base_urls import UrlPart
from klantportaal.domain.errors import Fault, FaultCode, PortalError, Refused
from klantportaal.domain.values import Language
from tools import catalogs

PARAMS: Mapping[str, str | int] = {
    "name": "a.pdf",
    "limit": 3,
    "length": 9,
    "id": "naam",
    "external_id": "K-1042",
    "step": "akte",
    "format": "uri",
    "newest": 2,
    "countries": "NL BE",
    "left": 3,
    "part": "(?=",
    "type": "pdf",
    "types": "docx, pdf",
}


def keys(messages: object) -> set[tuple[str, ...]]:
    """List the texts of a catalog, plural forms included."""
    assert hasattr(messages, "__iter__")
    return {forms(message) for message in messages if message.id}


def forms(message: Message) -> tuple[str, ...]:
    """Give the singular and plural of a text, or its only form."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def blanks(text: str) -> set[str]:
    """List the placeholders of a text."""
    return set(re.findall(r"%\(\w+\)s|{\w+}", text))


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_complete(language: str) -> None:
    """PR-1: A catalog has all texts of the pages and no others (renew with: python -m tools.catalogs)."""
    assert keys(catalogs.read(language)) == keys(catalogs.said())


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_translated(language: str) -> None:
    """PR-1: Each text is translated and not fuzzy, with the same placeholders as the key in every form."""
    for message in catalogs.read(language):
        if not message.id:
            continue
        said = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert all(said), message.id
        assert not message.fuzzy, message.id
        assert {frozenset(blanks(each)) for each in said} == {frozenset(blanks(forms(message)[-1]))}, message.id


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_no_sentence_ends_in_a_name(language: str) -> None:
    """PE-3, PE-4: after the name of a company, such as `Jansen B.V.`, there would be two full stops."""
    ends = {
        message.id
        for message in catalogs.read(language)
        if re.search(r"%\((client|name|other)\)s\.", str(message.string))
    }
    assert ends <= {
        "This is about the security of your account. To make sure it is you, confirm it again with %(name)s.",
        "You are signed out of the portal. You are now signed out of %(name)s too.",
        "You sign in with %(name)s.",
    }  # These name the vendor's sign-in, such as DigiD.


def test_dutch_is_dutch() -> None:
    """PR-1: A Dutch text equals the English one only if the words are the same in both languages."""
    same = {message.id for message in catalogs.read("nl") if message.id and message.string == message.id}
    assert same <= {
        "Document",
        "Postcode",
        "Dossier",
        "Dossier %(number)s",
        "dossier %(number)s",
        "Dossiers",
        "Filter",
        "Home",
        "Status",
        "Open",
        "Accounts",
        "Privacy",
        "Extra accounts",
        "Fragment",
        "IBAN",
        "Percentage",
        "RSIN",
        "is",
    }


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", list(FaultCode))
def test_every_fault_is_told(code: FaultCode, language: Language) -> None:
    """AL-1: Every broken rule has a sentence in every language, for one and for several."""
    for limit in (1, 3):
        part = {"part": UrlPart.PATH} if code is FaultCode.NOT_A_BASE_URL else {}
        fault = Fault(code=code, field="body", params={**PARAMS, "limit": limit, **part})
        text = say_fault(fault, wordings()[language])
        assert text.endswith("."), text
        assert "%(" not in text


def test_place_of_no_json() -> None:
    """AL-1: For invalid JSON, the line and character are named if they are known, in every language."""
    placed = Fault(code=FaultCode.NOT_JSON, field="$", params={"line": 7, "column": 12})
    where = {Language.DUTCH: "op regel 7, teken 12", Language.ENGLISH: "at line 7, character 12"}
    for language, wording in wordings().items():
        assert where[language] in say_fault(placed, wording)
        assert "7" not in say_fault(Fault(code=FaultCode.NOT_JSON, field="$"), wording)


def test_countries_have_names() -> None:
    """TS-1: The countries of allowed phone numbers are given by name, in every language."""
    fault = Fault(code=FaultCode.COUNTRY_NOT_ALLOWED, field="number", params={"countries": "NL BE DE"})
    named = {
        Language.DUTCH: "uit Nederland, België of Duitsland.",
        Language.ENGLISH: "Netherlands, Belgium or Germany.",
    }
    for language, wording in wordings().items():
        assert say_fault(fault, wording).endswith(named[language])


@pytest.mark.parametrize("language", list(Language))
def test_what_is_wrong_with_a_base_url(language: Language) -> None:
    """OF-2: Each possible fault of a base URL has its own sentence, in every language."""
    told = {
        say_fault(Fault(code=FaultCode.NOT_A_BASE_URL, params={"part": part}), wordings()[language]) for part in UrlPart
    }
    assert len(told) == len(UrlPart)


def test_every_fault_is_distinct() -> None:
    """AL-1: No two faults have the same sentence."""
    assert set(FAULTS) == set(FaultCode)
    assert len({sentence.one for sentence in FAULTS.values()}) == len(FaultCode)


def every_error() -> list[type[PortalError] | type[WebError]]:
    """List every error that a page can show."""
    own = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, PortalError)]
    of_web = [AddressLinkDead, CrossSite, Malformed, NoSuchPage, TooLarge, TooManyDownloads, TooSlow, WrongMethod]
    return [*(each for each in own if each is not PortalError), *of_web]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_has_an_answer(kind: type[PortalError] | type[WebError]) -> None:
    """AL-1: Every error has a status and a page, in both languages."""
    made = Refused([]) if kind is Refused else WrongMethod(frozenset()) if kind is WrongMethod else kind()
    answer = answer_to(made)
    assert 400 <= answer.status < 600
    assert kind in ANSWERS
    for language in Language:
        assert wordings()[language].say(answer.title)
        assert wordings()[language].say(answer.text)


def test_statuses() -> None:
    """AL-1: Each error has the right status."""
    assert {kind.__name__: answer.status for kind, answer in ANSWERS.items()} == {
        "Refused": 422,
        "AddressLinkDead": 410,
        "NoSuchPage": 404,
        "WrongMethod": 405,
        "SignInFailed": 401,
        "NotAdmitted": 403,
        "NotSignedIn": 401,
        "NotConfirmed": 403,
        "NoHandler": 403,
        "SecondStepDead": 410,
        "CodeDue": 403,
        "TwoStepDue": 403,
        "Absent": 404,
        "ApiKeyDead": 401,
        "ScopeMissing": 403,
        "TooManyRequests": 429,
        "LinkDead": 410,
        "FormForAnother": 409,
        "FormDead": 400,
        "Conflict": 409,
        "FileDamaged": 500,
        "FileWithheld": 409,
        "StorageDamaged": 500,
        "StorageFull": 507,
        "Unavailable": 503,
        "CrossSite": 403,
        "Malformed": 400,
        "TooLarge": 413,
        "TooManyDownloads": 429,
        "TooSlow": 408,
    }


@pytest.mark.parametrize("sentence", [*LABELS.values(), *NOTICES.values()], ids=lambda sentence: sentence.one)
def test_labels_and_notices(sentence: Sentence) -> None:
    """PR-1: Field labels and notices are in both languages."""
    assert wordings()[Language.DUTCH].say(sentence) != wordings()[Language.ENGLISH].say(sentence)
