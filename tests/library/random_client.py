"""A client who fills in a questionnaire at random, and chooses what was chosen least before.

So a few clients together answer every question, choose every option, and take every path. They go back to earlier pages
too: because they want to, or because a rule of a later page says so.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import takewhile
from random import Random
from typing import Any
from uuid import UUID

import attrs

from klantportaal.domain.errors import Fault, Refused
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.computing import computed_value
from klantportaal.domain.questionnaires.conditions import day_of, holds
from klantportaal.domain.questionnaires.definition import (
    MARK,
    Answer,
    Answers,
    Compared,
    Comparison,
    Definition,
    Page,
    ProfileValue,
    Question,
    QuestionType,
    Requirement,
    Sum,
    comparisons,
    names_over,
    plain,
)
from klantportaal.domain.questionnaires.projection import VisiblePage, visible_columns
from klantportaal.domain.questionnaires.rows import KEY, key_of, rows_in

TODAY = date(2026, 11, 30)
KNOWN = {
    ProfileValue.NAME: "Willemijn de Groot",
    ProfileValue.EMAIL: "w.degroot@example.nl",
    ProfileValue.CLIENT_NAME: "De Groot Beheer B.V.",
}
TRIES = 500
"""How often the client fills in a page before its rules hold."""
PATIENCE = 30
"""How often the client tries before it changes an earlier page instead."""
SAVES = 1_000
"""The most saves until the review."""
WRITTEN: Mapping[str, str] = {
    "^[A-Za-z0-9][A-Za-z0-9 -]{3,18}[A-Za-z0-9]$": "NX1A2B3C4",
}
"""An answer for each pattern."""
NUMBERS: Mapping[QuestionType, tuple[str, ...]] = {
    QuestionType.EMAIL: ("jan@example.nl", "s.yilmaz@example.com"),
    QuestionType.PHONE: ("+31612345678", "+3228090900"),
    QuestionType.IBAN: ("NL91ABNA0417164300", "BE68539007547034"),
    QuestionType.BSN: ("111222333", "012345672", "123456782", "111111110"),
    QuestionType.RSIN: ("004495445", "123456782"),
    QuestionType.KVK: ("12345678", "00000001", "87654321"),
    QuestionType.PREFILLED: ("Bakkerij Özdemir & Zn. B.V.",),
}
ADDRESSES: tuple[Answer, ...] = (
    {"postcode": "2023 AB", "number": "7", "street": "Rozenprieel", "place": "Haarlem", "country": "NL"},
    {
        "postcode": "2011 HL",
        "number": "1",
        "addition": "bis",
        "street": "Vijfhoek",
        "place": "Haarlem",
        "country": "NL",
    },
    {"postcode": "9000", "number": "12", "street": "Veldstraat", "place": "Gent", "country": "BE"},
)
SIGNATURE: Answer = {"name": "Willemijn de Groot", "at": "2026-11-30T12:00:00Z", "drawing": "M10 10L90 60"}
FILE: Answer = {"id": str(UUID(int=1)), "name": "stuk.pdf", "size": 48_213}


@attrs.frozen
class RandomClient:
    """Fills in one questionnaire from its start to its end."""

    definition: Definition
    random: Random
    chosen: Counter[tuple[str, Answer]]
    """How often each answer was chosen, by question; shared by the clients of one questionnaire."""
    broken: set[tuple[str, Any]] = attrs.field(factory=set)
    """The rules that were broken before they held, by page and number; shared likewise."""
    tried: Counter[tuple[str, Answer]] = attrs.field(factory=Counter)
    """How often each answer was part of a page that broke a rule."""

    def fill_in(self) -> Answering:
        """Save page after page, up to the review. Some clients then change a page or two. Complete it."""
        state = self._to_the_review(answering.start(self.definition, KNOWN, as_of=TODAY))
        for _each in range(self.random.choice([0, 0, 1, 2])):
            changed = self.random.choice(answering.view(self.definition, state).pages)
            state = self._to_the_review(self._past(state, changed))
        return answering.complete(self.definition, state, version=state.version)

    def _to_the_review(self, state: Answering) -> Answering:
        while (shown := answering.resume(self.definition, state)) is not None:
            if state.version > SAVES:
                raise AssertionError(f"the client is still at {shown.page.id} after {SAVES} saves")
            state = self._past(state, shown)
        return state

    # -------------------------------------------------------------- one page
    def _past(self, state: Answering, shown: VisiblePage) -> Answering:
        """Fill in a page until its rules hold. If earlier pages break them, change one of those instead."""
        found: Sequence[Fault] = []
        for number in range(1, TRIES + 1):
            given = self._page(state, shown)
            after, found = self._saved(state, shown, given)
            if after is None and self._share(shown.page, given):
                after, _faults = self._saved(state, shown, given)
            if after is not None:
                self._remember(given, self.chosen)
                return after
            self._remember(given, self.tried)
            rules = [shown.page.must_hold[int(fault.params["number"])] for fault in found if "number" in fault.params]
            if number % PATIENCE == 0 and (changed := self._change_earlier(state, shown, rules)) is not None:
                return changed
        raise AssertionError(f"the client cannot get past {shown.page.id}: {found}")

    def _page(self, state: Answering, shown: VisiblePage) -> dict[str, Any]:
        """Answer the questions of a page from top to bottom, each if the answers before make it visible."""
        own = {plain(question.id) for question in shown.page.questions}
        scope = {id: answer for id, answer in shown.scope.items() if id not in own}
        given: dict[str, Any] = {}
        for question in shown.page.questions:
            is_visible = question.visible_when is None or holds(question.visible_when, scope, as_of=TODAY)
            if not is_visible or (question.options_from is not None and not question.options):
                continue
            if question.computed is not None:
                scope[plain(question.id)] = computed_value(question.computed, scope, as_of=TODAY)
            elif self._answers(question):
                given[question.id] = scope[plain(question.id)] = self._answer(question, scope, state.raw)
        return given

    def _saved(self, state: Answering, shown: VisiblePage, given: Answers) -> tuple[Answering | None, Sequence[Fault]]:
        """Save a page; gives no state, and the faults, if it is refused."""
        try:
            return answering.save(self.definition, state, shown.page.id, given, version=state.version), []
        except Refused as refused:
            numbers = [fault.params["number"] for fault in refused.faults if "number" in fault.params]
            self.broken.update((plain(shown.page.id), number) for number in numbers)
            return None, refused.faults

    # -------------------------------------------------------------- rules over earlier pages
    def _change_earlier(self, state: Answering, shown: VisiblePage, rules: Sequence[Requirement]) -> Answering | None:
        """Answer another page again that the rules look at; None if they look at this page alone."""
        looked_at = {id for rule in rules for each in comparisons(rule.when) for id in _names(each)}
        earlier = takewhile(lambda page: page.page.id != shown.page.id, answering.view(self.definition, state).pages)
        pages = [page for page in earlier if looked_at & {plain(question.id) for question in page.page.questions}]
        if not pages:
            return None
        for total in (each for rule in rules for each in comparisons(rule.when) if isinstance(each, Sum)):
            if (shared := self._share_out(state, total, pages)) is not state:
                return shared
        return self._past(state, self.random.choice(pages))

    def _share_out(self, state: Answering, total: Sum, pages: Sequence[VisiblePage]) -> Answering:
        """Let the shares on the pages of rows be 100 % together."""
        asked = [page for page in pages if total.column in {plain(each.id) for each in page.questions}]
        if not asked or total.schema.document != {"const": 100_00} or asked[0].page.row is None:
            return state
        for page, share in zip(asked, _shares(len(asked)), strict=True):
            before = {each.id: state.raw[each.id] for each in page.questions if each.id in state.raw}
            given = {**before, f"{total.column}{MARK}{page.page.row}": share}
            state = answering.save(self.definition, state, page.page.id, given, version=state.version)
        return state

    def _answers(self, question: Question) -> bool:
        return question.asks and (question.required or self.random.random() < 0.6)

    def _remember(self, given: Answers, counted: Counter[tuple[str, Answer]]) -> None:
        for id, answer in given.items():
            for each in answer if isinstance(answer, list) else [answer]:
                if isinstance(each, Mapping) and each not in (FILE, SIGNATURE, *ADDRESSES):
                    self._remember(each, counted)
                else:
                    counted[plain(id), str(each) if isinstance(each, Mapping) else each] += 1

    # -------------------------------------------------------------- one answer
    def _answer(self, question: Question, answers: Answers, before: Answers) -> Any:
        schema, kind = question.schema.document, question.kind
        if "const" in schema:
            return schema["const"]
        if question.type in NUMBERS or kind in NUMBERS:
            return self.random.choice(NUMBERS[question.type if question.type in NUMBERS else kind])
        if kind is QuestionType.ROWS:
            return self._rows(question, answers, rows_in(before.get(question.id)))
        return self._simple()[kind](question)

    def _simple(self) -> Mapping[QuestionType, Callable[[Question], Any]]:
        return {
            QuestionType.TEXT: self._text,
            QuestionType.LONG_TEXT: lambda question: f"{self._text(question)}\nEn nog een regel: één, twee €."[:500],
            QuestionType.INTEGER: self._number,
            QuestionType.AMOUNT: self._number,
            QuestionType.PERCENTAGE: self._number,
            QuestionType.DATE: self._date,
            QuestionType.BOOLEAN: lambda question: self._least(question, [True, False]),
            QuestionType.CHOICE: lambda question: self._least(question, list(question.options)),
            QuestionType.CHOICES: self._choices,
            QuestionType.ADDRESS: lambda question: self.random.choice(list(filter(question.schema.accepts, ADDRESSES))),
            QuestionType.SIGNATURE: lambda _question: SIGNATURE,
            QuestionType.FILE: lambda _question: [FILE],
        }

    def _text(self, question: Question) -> str:
        schema = question.schema.document
        if "pattern" in schema:
            return WRITTEN[schema["pattern"]]
        return str(self.random.choice(["Jan", "Ana Özdemir-de Wit", "Van 't Hof & Zn.", "x" * schema["maxLength"]]))

    def _number(self, question: Question) -> int:
        schema = question.schema.document
        low, high = int(schema["minimum"]), int(schema["maximum"])
        return self.random.choice([low, high, self.random.randint(low, high)])

    def _date(self, question: Question) -> str:
        first, last = day_of(question.earliest, TODAY), day_of(question.latest, TODAY)
        usual = [TODAY - timedelta(days=365 * years) for years in (0, 1, 15, 17, 25, 40, 74)]
        days = [first, last, *(day for day in usual if first <= day <= last)]
        return self.random.choice(days).isoformat()

    def _least(self, question: Question, options: list[Any]) -> Any:
        """Choose what was chosen or tried least so far, most of the time."""
        if self.random.random() < 0.3:
            return self.random.choice(options)

        def often(option: Any) -> tuple[int, float]:
            at = (plain(question.id), option)
            return self.chosen[at] + self.tried[at], self.random.random()

        return min(options, key=often)

    def _choices(self, question: Question) -> list[str]:
        first = self._least(question, list(question.options))
        more = {first, *self.random.choices(question.options, k=self.random.choice([0, 0, 1, 2]))}
        return [code for code in question.options if code in more]

    # -------------------------------------------------------------- rows
    def _rows(self, question: Question, answers: Answers, before: Sequence[Answers]) -> list[dict[str, Any]]:
        """Write one to three rows. Rows that were there before are written anew in their place, or taken out."""
        schema = question.schema.document
        kept = [row for row in before if self.random.random() < 0.7] if question.followed else []
        number = self.random.randint(schema.get("minItems", 1), min(schema["maxItems"], 3))
        rows = [self._row(question, answers) for _each in range(number)]
        return [{**row, KEY: key_of(old)} for row, old in zip(rows, kept, strict=False)] + rows[len(kept) :]

    def _row(self, question: Question, answers: Answers) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column in question.columns:
            shown = visible_columns(question, row, answers, as_of=TODAY)
            if column in shown and self._answers(column):
                row[column.id] = self._answer(column, answers, {})
        return row

    def _share(self, page: Page, given: dict[str, Any]) -> bool:
        """Let the shares of the rows be 100 % together, where a rule of the page says so. Tells whether one does."""
        shared = False
        for total in (each for rule in page.must_hold for each in comparisons(rule.when) if isinstance(each, Sum)):
            rows = [row for row in given.get(total.question, []) if total.column in row]
            if rows and total.schema.document == {"const": 100_00}:
                shared = True
                for row, share in zip(rows, _shares(len(rows)), strict=True):
                    row[total.column] = share
        return shared


def _shares(number: int) -> list[int]:
    """Give shares in hundredths of a percent, 100 % together."""
    return [100_00 // number + (100_00 % number if first == 0 else 0) for first in range(number)]


def _names(comparison: Comparison) -> set[str]:
    """Give the ids that a comparison looks at: its questions, and what it looks at in each row."""
    other = {comparison.other} if isinstance(comparison, Compared) else set()
    return {comparison.question, *other, *names_over(comparison)}
