"""The contents of PDFs as JSON, for the layouts beside this module. A text is a list of its lines.

The layouts say how a thing looks; what is said, and in which order, is here.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from klantportaal.adapters.answer_texts import NOT_ANSWERED, AnswerText, Cell, in_words
from klantportaal.adapters.colours import LIGHT, palette
from klantportaal.adapters.figures import file_size, long_day
from klantportaal.adapters.pdf.words import LETTER_WORDS, RECEIPT_WORDS, WORDS, by_and_at, typed, waiting, ways
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.questionnaires.signatures import HEIGHT, WIDTH
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import PostalLetter, ReceiptSheet, Report

_ATTACHMENT: Mapping[Language, str] = {
    Language.DUTCH: "De antwoorden, om met een programma te lezen",
    Language.ENGLISH: "The answers, to be read by a program",
}
"""What the attached file is."""
_SHORT = 1_500
"""The most characters of a row that is not broken over two pages. It is less than a page, whatever its lines."""
_FEW = 20
"""The most lines of such a row."""
_BESIDE = 40
"""The most characters of an answer that stands beside its label."""


def report_contents(report: Report) -> Mapping[str, Any]:
    """Make the contents of the PDF of a completed questionnaire."""
    words, language = WORDS[report.language], report.language
    facts = (
        (words.dossier, report.dossier_number),
        ("", report.dossier_description),
        (words.client, report.client_name),
        (words.completed, by_and_at(report.completed_by, report.completed_at, language)),
    )
    return {
        **_head(report, report.title, f"{report.dossier_number} · {report.title}"),
        "facts": _facts(facts),
        "attachment": _ATTACHMENT[language],
        "drawing": words.drawing,
        "pages": [
            {
                "title": _lines(page.texts[language].title),
                "questions": [_question(each, language) for each in questions],
            }
            for page, questions in groupby(report.asked, key=lambda each: each.page)
        ],
    }


def receipt_contents(sheet: ReceiptSheet) -> Mapping[str, Any]:
    """Make the contents of the PDF of a receipt (RQ-4)."""
    receipt, language = sheet.receipt, sheet.language
    general, words = WORDS[language], RECEIPT_WORDS[language]
    facts = (
        (general.dossier, receipt.dossier_number),
        (general.client, receipt.client_name),
        (words.delivered, by_and_at(receipt.delivered_by, receipt.delivered_at, language)),
    )
    return {
        **_head(sheet, words.title, f"{receipt.dossier_number} · {words.title}"),
        "facts": _facts(facts),
        "delivered": _lines(words.files),
        "files": [
            {
                "name": _lines(each.name),
                "facts": _facts(((words.size, file_size(each.size, language)), ("SHA-256", _halves(each.sha256)))),
            }
            for each in receipt.files
        ],
        "check": _lines(words.check),
        "how": _lines(words.how),
        "code": words.code,
        "url": sheet.url,
    }


def letter_contents(letter: PostalLetter) -> Mapping[str, Any]:
    """Make the contents of a letter by post about what nobody of a party opened (RM-1)."""
    language, office, words = letter.language, letter.office, LETTER_WORDS[letter.language]
    own = (*office.visiting_address.split("\n"), office.telephone, office.contact_address)
    return {
        **_head(letter, words.title, f"{letter.dossier_number} · {office.name}"),
        "address": _lines("\n".join((letter.client_name, *letter.address))),
        "own": _lines("\n".join(filter(None, own))),
        "day": long_day(letter.written_on, language),
        "facts": _facts(((WORDS[language].dossier, letter.dossier_number),)),
        "opening": _lines(words.opening),
        "waiting": [_lines(waiting(words, each, language)) for each in letter.unseen],
        "how": _lines(words.how),
        "url": letter.url,
        "help": _lines(f"{words.help} {words.help_by.format(ways=ways(letter))}"),
        "greeting": _lines(words.greeting),
    }


def _head(told: Report | ReceiptSheet | PostalLetter, title: str, about: str) -> Mapping[str, Any]:
    """Make what every PDF has: its title, whose it is, and what its feet say."""
    language, office = told.language, told.office.name
    return {
        "language": language.value,
        "accent": palette(told.office.colour, LIGHT).accent,
        "alternative": WORDS[language].logo.format(office=office),
        "title": _lines(title),
        "name": title,
        "office": _lines(office),
        "author": office,
        "about": about.replace("\n", " "),
        "page": WORDS[language].page.split("{number}")[0],
        "of": WORDS[language].page.split("{number}")[1].split("{count}")[0],
    }


def _facts(facts: Iterable[tuple[str, str]]) -> list[Mapping[str, Any]]:
    return [{"name": name, "fact": _lines(fact)} for name, fact in facts if fact]


def _halves(digits: str) -> str:
    middle = len(digits) // 2
    return f"{digits[:middle]}\n{digits[middle:]}"


def _question(asked: Asked, language: Language) -> Mapping[str, Any]:
    answer = in_words(asked.question, asked.answer, language)
    return {
        "label": _lines(asked.question.texts[language].label),
        "answer": _answer(answer),
        "short": not answer.rows and len(answer.lines) == 1 and len(answer.lines[0]) <= _BESIDE,
        "rows": [_row(answer.row_name(number), row, language) for number, row in enumerate(answer.rows, start=1)],
    }


def _row(name: str, row: tuple[Cell, ...], language: Language) -> Mapping[str, Any]:
    cells = row or (Cell(label="", text=AnswerText(lines=(NOT_ANSWERED[language],), answered=False)),)
    said = [{"label": _lines(each.label), **_answer(each.text)} for each in cells]
    lines = [line for each in said for line in (*each["label"], *each["lines"])]
    whole = len(lines) <= _FEW and sum(len(line["text"]) for line in lines) <= _SHORT
    return {"name": _lines(name) if name else [], "cells": said, "whole": whole}


def _answer(answer: AnswerText) -> Mapping[str, Any]:
    return {"lines": _lines(typed(answer.lines)), "answered": answer.answered, "drawing": _drawing(answer.drawing)}


def _drawing(drawing: str) -> str | None:
    """Make an SVG of the drawing of a signature. None without one."""
    if not drawing:
        return None
    pen = 'fill="none" stroke="#1e1e1e" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"'
    box = f"0 0 {WIDTH} {HEIGHT}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path {pen} d="{drawing}"/></svg>'


def _lines(text: str) -> list[Mapping[str, Any]]:
    """Split a text into lines, each with whether it reads from right to left."""
    return [{"text": line, "leftwards": _is_leftwards(line)} for line in text.split("\n")]


def _is_leftwards(line: str) -> bool:
    """Tell whether the first letter of a line is of a script that reads from right to left (Unicode UAX 9, P2)."""
    kinds = (unicodedata.bidirectional(each) for each in line)
    return next((kind != "L" for kind in kinds if kind in {"L", "R", "AL"}), False)
