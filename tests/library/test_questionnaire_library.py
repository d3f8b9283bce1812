"""The questionnaires of the library: complete in both languages, filled in on every path, and printed."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from random import Random
from typing import Any

import pytest

from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.pdf.typst import TypstWriter
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.definition import Answer, Definition, Question, QuestionType, plain
from klantportaal.domain.questionnaires.projection import asked
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import PdfWriter
from klantportaal.questionnaires import library, read
from klantportaal.testing.contracts.pdf import report, text_of
from tests.library.random_client import RandomClient

NAMES = [
    "intake-erfenis",
    "intake-huwelijksvoorwaarden",
    "intake-inkomstenbelasting",
    "intake-koop-hypotheek",
    "intake-levenstestament",
    "intake-oprichting-bv",
    "intake-samenleving",
    "intake-testament",
    "intake-wwft-onderneming",
    "intake-wwft-persoon",
]
CLIENTS = 100
"""Who fill in each questionnaire: a thousand together."""
BSN = {
    "intake-erfenis": {"ovl_bsn", "partner_bsn", "kind_bsn", "erf_bsn"},
    "intake-inkomstenbelasting": {"bsn", "partner_bsn"},
    "intake-koop-hypotheek": {"kop_bsn"},
    "intake-oprichting-bv": {"bsn"},
}
"""Who may ask for a citizen service number: for tax returns and for the Trade Register, by law."""
THE_SAME = {"Bank", "Partner", "Postcode", "RSIN", "UBO", "Website"}
"""Words that are the same in Dutch and English."""
PDF_WRITERS: dict[str, type[PdfWriter]] = {"fpdf2": FpdfWriter, "typst": TypstWriter}


@cache
def definition(name: str) -> Definition:
    """Read a questionnaire of the library as publishing does."""
    return read(library()[name])[0]


def questions(of: Definition) -> Iterator[Question]:
    """Give every question, each followed by its columns."""
    for _page, question in of.questions():
        yield from (question, *question.columns)


def texts(of: Definition, language: Language) -> list[str]:
    """Give every text in one language, in the order of the document."""
    headings = [of.texts[language], *(page.texts[language] for page in of.pages)]
    rules = [rule.texts[language] for page in of.pages for rule in page.must_hold]
    labels = [question.texts[language] for question in questions(of)]
    told = ([each.label, each.help, each.fault, each.row, *each.options.values()] for each in labels)
    return [*chain.from_iterable((each.title, each.intro) for each in headings), *rules, *chain.from_iterable(told)]


def test_names() -> None:
    """QU-1: There are ten, each under the id in its document, and none can be replaced for others."""
    assert list(library()) == NAMES
    assert [definition(name).id for name in NAMES] == NAMES
    with pytest.raises(TypeError):
        library()["intake-testament"] = "{}"  # type: ignore[index]


@pytest.mark.parametrize("name", NAMES)
def test_both_languages(name: str) -> None:
    """PR-1: Every text is in both languages, and no English text is the Dutch one."""
    dutch, english = (texts(definition(name), language) for language in Language)
    assert [bool(each) for each in dutch] == [bool(each) for each in english]
    both = {text for text, other in zip(dutch, english, strict=True) if text and text == other}
    assert both <= THE_SAME


@pytest.mark.parametrize("name", NAMES)
def test_formal(name: str) -> None:
    """PR-1: The Dutch texts say "u", and use the quotation marks of print, not those of a keyboard."""
    said = " ".join(texts(definition(name), Language.DUTCH))
    assert re.findall(r"\b(?:je|jij|jou|jouw|jullie)\b", said, re.IGNORECASE) == []
    assert re.findall(r"[\"']", said) == []


@pytest.mark.parametrize("name", NAMES)
def test_citizen_service_numbers(name: str) -> None:
    """QU-1: A citizen service number is asked only where a law needs it, and its help says why."""
    found = [each for each in questions(definition(name)) if each.type is QuestionType.BSN]
    assert {each.id for each in found} == BSN.get(name, set())
    assert all(each.texts[language].help for each in found for language in Language)


@pytest.mark.parametrize("name", NAMES)
def test_readable(name: str) -> None:
    """QU-1: A document is indented, and what fits on a line of 120 characters is on one line."""
    lines = library()[name].splitlines()
    assert json.loads(library()[name]).keys() == {"id", "revision", "texts", "pages"}
    assert [line for line in lines if len(line) > 120 and not re.match(r' *"[a-z_0-9-]+": ".*",?$', line)] == []


def possible(of: Definition) -> set[tuple[str, Answer]]:
    """Give every option of every choice, both answers to each yes-or-no question, and None for another answer."""
    every: set[tuple[str, Answer]] = set()
    for each in questions(of):
        if each.options:
            every |= {(each.id, code) for code in each.options}
        elif each.type is QuestionType.BOOLEAN and "const" not in each.schema.document:
            every |= {(each.id, True), (each.id, False)}
        elif each.asks and not each.columns:
            every.add((each.id, None))
    return every


@pytest.mark.parametrize("name", NAMES)
def test_every_path(name: str) -> None:
    """QU-2: Clients who answer at random get to the end. Together they see, answer and break everything there is."""
    form = definition(name)
    rules = {(page.id, number) for page in form.pages for number, _rule in enumerate(page.must_hold)}
    chosen, broken, seen = Counter[tuple[str, Answer]](), set[tuple[str, Any]](), set[str]()
    for number in range(CLIENTS):
        filled_in = answering.view(form, RandomClient(form, Random(number), chosen, broken).fill_in())
        seen |= {plain(question.id) for page in filled_in.pages for question in page.questions}
    given = {(id, found) for id, answer in chosen for found in (answer, None)}
    assert (form.by_id.keys() - seen, possible(form) - given, rules - broken) == (set(), set(), set())


@pytest.mark.parametrize("writer", PDF_WRITERS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", NAMES)
def test_pdf(name: str, language: Language, writer: str) -> None:
    """QU-4: The PDF has every question that was asked, in the language of the client, from both writers."""
    filled_in = RandomClient(definition(name), Random(0), Counter()).fill_in()
    answers = tuple(asked(answering.view(definition(name), filled_in)))
    title = definition(name).texts[language].title
    pdf = PDF_WRITERS[writer]().write(report(*answers, language=language, title=title))
    written = "".join(text_of(pdf).split())
    said = [title, *(each.page.texts[language].title for each in answers)]
    said += [each.question.texts[language].label for each in answers]
    assert [each for each in said if "".join(each.split()) not in written] == []
