"""The content of the PDF of a completed questionnaire, as strips of text."""

import math
from collections.abc import Iterable, Iterator
from itertools import groupby

import attrs

from klantportaal.adapters.answer_texts import NOT_ANSWERED, AnswerText, Cell, in_words
from klantportaal.adapters.pdf.lettering import Face
from klantportaal.adapters.pdf.sheets import BOTTOM, LEFT, RIGHT, ROOM, Column, Lettering, Sheet, Strip, Text
from klantportaal.adapters.pdf.words import WORDS, by_and_at, typed
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.questionnaires.signatures import HEIGHT, WIDTH
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import Report

OFFICE = Lettering(size=13, leading=18, bold=True, is_accent=True)
TITLE = Lettering(size=19, leading=25, bold=True)
HEADING = Lettering(size=13, leading=18, bold=True, is_accent=True)
LABEL = Lettering(size=9.5, leading=14, bold=True)
TEXT = Lettering(size=9.5, leading=14)
QUIET = Lettering(size=9.5, leading=14, grey=95)
FOOT = Lettering(size=8, leading=11, grey=95)
FOOT_Y = BOTTOM + 34
LOGO_WIDTH, LOGO_HEIGHT = 120.0, 34.0
"""The room of the logo, at the left of the name of the office."""
FACT_X = 110.0
"""The position of the facts at the top."""
ANSWER_X = 230.0
"""The position of a short answer, beside its label."""
CELL_X, CELL_TEXT_X = 24.0, 190.0
"""The positions of the labels and the texts of a row."""
DRAWING_WIDTH = 175.0
"""The width of the drawing of a signature."""
DRAWING_LINES = math.ceil(DRAWING_WIDTH * HEIGHT / WIDTH / TEXT.leading)
"""The lines of text that it is as high as."""


@attrs.frozen(kw_only=True)
class Composer:
    """Makes the strips of a report in one language."""

    language: Language
    regular: Face
    bold: Face
    logo_width: float = 0.0
    """The width of the logo. 0 if there is none."""

    def strips(self, report: Report) -> Iterator[Strip]:
        """Make the strips: the facts of the report, then each question with its answer, under the title of its page."""
        yield from self._head(report)
        for page, questions in groupby(report.asked, key=lambda each: each.page):
            title = page.texts[self.language].title
            heading = self.column(title, HEADING)
            yield Strip(columns=(heading,), before=30, keep=True, bookmark=self.bold.printable(title))
            for each in questions:
                yield from self._question(each)

    def add_foot(self, sheet: Sheet, about: str, *, number: int, count: int) -> None:
        """Add the page number to a sheet, with what the PDF is about."""
        page = WORDS[self.language].page.format(number=number, count=count)
        wide = self.regular.width(page, FOOT.size)
        short = self.regular.shortened(about.replace("\n", " "), size=FOOT.size, width=ROOM - wide - 24)
        sheet.hairlines.append(FOOT_Y - 2 * FOOT.size)
        sheet.texts.append(Text(x=LEFT, y=FOOT_Y, text=short, lettering=FOOT))
        sheet.texts.append(Text(x=RIGHT - wide, y=FOOT_Y, text=page, lettering=FOOT))

    def _head(self, report: Report) -> Iterator[Strip]:
        words = WORDS[self.language]
        yield self.office(report.office.name)
        yield Strip(columns=(self.column(report.title, TITLE),), before=40, ruled=True)
        facts = (
            (words.dossier, report.dossier_number),
            ("", report.dossier_description),
            (words.client, report.client_name),
            (words.completed, by_and_at(report.completed_by, report.completed_at, self.language)),
        )
        yield from self.facts(facts)

    def office(self, name: str, *, width: float = ROOM) -> Strip:
        """Make the strip with the name of the office, at the right of its logo."""
        x = self.logo_width + 12 if self.logo_width else 0.0
        return Strip(columns=(self.column(name, OFFICE, x=x, width=width - x),))

    def facts(self, facts: Iterable[tuple[str, str]]) -> Iterator[Strip]:
        """Make the strips of facts, each with its name on the left. Empty facts are left out."""
        before = 12
        for name, fact in facts:
            if fact:
                columns = (self.column(name, QUIET), self.column(fact, TEXT, x=FACT_X))
                yield Strip(columns=columns, before=before)
                before = 2

    def _question(self, asked: Asked) -> Iterator[Strip]:
        label = asked.question.texts[self.language].label
        answer = in_words(asked.question, asked.answer, self.language)
        beside = (self.column(label, LABEL, width=ANSWER_X - 12), self._answer(answer, x=ANSWER_X))
        if not answer.rows and all(len(column.lines) == 1 for column in beside):
            yield Strip(columns=beside, before=12)
            return
        yield Strip(columns=(self.column(label, LABEL),), before=12, keep=True)
        for number, row in enumerate(answer.rows, start=1):
            yield from self._row(number, answer.row_name(number), row)
        if not answer.rows:
            yield Strip(columns=(self._answer(answer),), before=1, keep=bool(answer.drawing))
            yield from _drawing(answer, keep=False)

    def _row(self, number: int, name: str, row: tuple[Cell, ...]) -> Iterator[Strip]:
        """Make the strips of a row, with its name or number: one for each column, with its label on the left."""
        if name:
            yield Strip(columns=(self.column(name, LABEL),), before=10, ruled=number > 1, keep=True)
        cells = row or (Cell(label="", text=AnswerText(lines=(NOT_ANSWERED[self.language],), answered=False)),)
        for place, cell in enumerate(cells):
            first, last = place == 0 and not name, place == len(cells) - 1
            columns = (
                self.column(f"{number}." if first else "", LABEL),
                self.column(cell.label, QUIET, x=CELL_X, width=CELL_TEXT_X - CELL_X - 12),
                self._answer(cell.text, x=CELL_TEXT_X),
            )
            keep = not last or bool(cell.text.drawing)
            yield Strip(columns=columns, before=10 if first else 1, ruled=first and number > 1, keep=keep)
            yield from _drawing(cell.text, x=CELL_TEXT_X, keep=not last)

    def _answer(self, answer: AnswerText, *, x: float = 0.0) -> Column:
        text = typed(answer.lines)
        return self.column(text, TEXT if answer.answered else QUIET, x=x)

    def column(self, text: str, lettering: Lettering, *, x: float = 0.0, width: float | None = None) -> Column:
        """Break a text into a column of lines. Without *width*, it reaches to the right margin."""
        face = self.bold if lettering.bold else self.regular
        lines = face.lines(text, size=lettering.size, width=ROOM - x if width is None else width)
        return Column(lines=lines, lettering=lettering, x=x)


def _drawing(answer: AnswerText, *, x: float = 0.0, keep: bool) -> Iterator[Strip]:
    """Make the strip with the drawing of a signature, if it was drawn."""
    if answer.drawing:
        room = Column(lines=("",) * DRAWING_LINES, lettering=TEXT, x=x)
        yield Strip(columns=(room,), before=2, keep=keep, drawing=answer.drawing)
