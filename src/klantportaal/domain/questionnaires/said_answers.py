"""Earlier answers in texts: ``{name}`` in a text of a page is the answer to that question.

The projection fills them in, so every view has the same texts. An answer of the client is put in as it is: it is never
read as a text with references itself, and pages and PDFs escape it as they do every text.
"""

from collections.abc import Mapping

import attrs

from klantportaal.domain.questionnaires.definition import (
    REFERENCE,
    Answer,
    Answers,
    Definition,
    Heading,
    Page,
    Question,
    QuestionType,
    Requirement,
)
from klantportaal.domain.questionnaires.explanations import verbatim
from klantportaal.domain.questionnaires.number_texts import number_text
from klantportaal.domain.values import Language

ABSENT = "…"
"""Stands for an answer to a question that is hidden or not answered."""
SAID = frozenset(
    {
        *(QuestionType.TEXT, QuestionType.PREFILLED, QuestionType.INTEGER, QuestionType.TIME, QuestionType.EMAIL),
        *(QuestionType.PHONE, QuestionType.IBAN, QuestionType.BSN, QuestionType.RSIN, QuestionType.KVK),
        *(QuestionType.VAT, QuestionType.CHOICE, QuestionType.CHOICES),
        *(QuestionType.AMOUNT, QuestionType.PERCENTAGE, QuestionType.DECIMAL),
    }
)
"""The types whose answers can stand in a text: one line as stored, numbers in words, or the labels of options."""


def with_answers(page: Page, definition: Definition, answers: Answers) -> Page:
    """Fill the effective answers of earlier pages into the texts of a page."""
    if not page.says:
        return page
    asked = definition.by_id
    words = {
        language: {id: _said(asked[id], answers.get(id), language) for id in page.says if id in asked}
        for language in Language
    }
    return page.like(
        texts={key: _heading(heading, words[key]) for key, heading in page.texts.items()},
        questions=tuple(_question(question, words) for question in page.questions),
        must_hold=tuple(_requirement(rule, words) for rule in page.must_hold),
    )


def _said(question: Question, answer: Answer, language: Language) -> str:
    """Write an answer on one line."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        return number_text(question, answer, language)
    codes = answer if isinstance(answer, (list, tuple)) else [answer]
    options = question.texts[language].options
    return ", ".join(options.get(each, each) for each in codes if isinstance(each, str)) or ABSENT


def _filled(text: str, words: Mapping[str, str]) -> str:
    return REFERENCE.sub(lambda found: words.get(found[1], ABSENT), text)


def _explained(text: str, words: Mapping[str, str]) -> str:
    """Fill answers into a text with emphasis and links, without making such of them."""
    return _filled(text, {id: verbatim(said) for id, said in words.items()})


def _heading(heading: Heading, words: Mapping[str, str]) -> Heading:
    return attrs.evolve(heading, title=_filled(heading.title, words), intro=_explained(heading.intro, words))


def _question(question: Question, words: Mapping[Language, Mapping[str, str]]) -> Question:
    texts = {
        key: attrs.evolve(
            each,
            label=_filled(each.label, words[key]),
            help=_explained(each.help, words[key]),
            fault=_filled(each.fault, words[key]),
        )
        for key, each in question.texts.items()
    }
    return attrs.evolve(question, texts=texts, columns=tuple(_question(each, words) for each in question.columns))


def _requirement(rule: Requirement, words: Mapping[Language, Mapping[str, str]]) -> Requirement:
    return attrs.evolve(rule, texts={key: _filled(text, words[key]) for key, text in rule.texts.items()})
