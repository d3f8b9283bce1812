"""Writes a draft as a document of the portal, and takes out what publishing would refuse."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.json_documents import DOCUMENT_LIMIT
from klantportaal.domain.questionnaires.publishing import faults
from klantportaal.domain.questionnaires.said_answers import SAID
from klantportaal.domain.questionnaires.size_limits import LEAVES_LIMIT
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.comparisons import Beyond, Tree, combined, depth, leaves, negated
from klantportaal.questionnaire_imports.drafts import Asked, Deferred, Draft, DraftPage, Rule, every
from klantportaal.questionnaire_imports.remarks import RemarkCode, Report
from klantportaal.questionnaire_imports.words import Words, same

PAGES_LIMIT, QUESTIONS_LIMIT, RULES_LIMIT = 200, 2000, 50
"""The most pages of a document, and questions and rules of a page: as in ``format.schema.json``."""
TITLE_LIMIT, LABEL_LIMIT, HELP_LIMIT = 150, 2000, 5000
"""Characters of texts: as in ``format.schema.json``."""
_DEPTH_LIMIT = 45
"""Levels of a condition: with those around it, fewer than a document may have."""
_BRACES = re.compile(r"\{([^{}]{1,200})\}")
_PLACE = re.compile(
    r"\$\.pages\[(?P<page>[0-9]+)\](?:\.questions\[(?P<question>[0-9]+)\](?:\.columns\[(?P<column>[0-9]+)\])?)?"
    r"(?:\.must_hold\[(?P<rule>[0-9]+)\])?(?:\.(?P<key>[a-z_]+))?(?:\.(?P<inner>[A-Za-z]+))?"
)


@attrs.define(eq=False)
class _Placed:
    """A page, question, column or rule of the document, with its place in the source."""

    content: dict[str, Any]
    path: str
    sources: Mapping[str, str]
    holder: list[dict[str, Any]]
    """The list that it is in."""

    def source(self, key: str) -> str:
        """Give the place in the source of one of its keys."""
        return self.sources.get(key, self.path)


@attrs.define(eq=False)
class Writer:
    """Writes one draft."""

    draft: Draft
    _placed: dict[int, _Placed] = attrs.field(factory=dict)
    """By the identity of the content."""
    _leaves: int = 0
    _size: int = 0

    @property
    def report(self) -> Report:
        """The report of the import."""
        return self.draft.report

    # -------------------------------------------------------------- writing
    def document(self) -> str:
        """Write the document; it publishes without a fault.

        Raises:
            Refused: ``MISSING``: no question is left. ``DOCUMENT_TOO_LARGE``.
        """
        self._number_pages()
        pages: list[dict[str, Any]] = []
        for number, page in enumerate(self.draft.pages):
            self._write_page(page, number, pages)
        title = self.draft.title or same(self.draft.id, "$")
        document = {
            "id": self.draft.id,
            "revision": 1,
            "texts": self._heading(title, self.draft.intro, -1),
            "pages": pages,
        }
        self._settle(document)
        if not pages:
            raise Refused([Fault(code=FaultCode.MISSING, field="$")])
        for indent in (2, None):
            text = json.dumps(document, ensure_ascii=False, indent=indent)
            if len(text.encode()) <= DOCUMENT_LIMIT:
                return text
        raise _too_large()

    def _number_pages(self) -> None:
        """Leave pages without questions out, and those beyond the limit; number what is left."""
        found: list[DraftPage] = []
        for page in self.draft.pages:
            if not page.questions:
                self.report.add(page.path, RemarkCode.EMPTY)
            elif len(found) == PAGES_LIMIT:
                self.report.add(page.path, RemarkCode.TOO_MANY, limit=PAGES_LIMIT)
            else:
                found.append(page)
        self.draft.pages = found
        for number, page in enumerate(found):
            for each in page.questions[QUESTIONS_LIMIT:]:
                self.report.add(each.path, RemarkCode.TOO_MANY, limit=QUESTIONS_LIMIT)
            page.questions = page.questions[:QUESTIONS_LIMIT]
            for each in every(page.questions):
                each.page = number

    def _write_page(self, page: DraftPage, number: int, pages: list[dict[str, Any]]) -> None:
        questions: list[dict[str, Any]] = []
        content: dict[str, Any] = {"id": page.id, "texts": self._heading(page.title, page.intro, number)}
        self._place(content, page.path, {"visible_when": _place_of(page.conditions)}, pages)
        self._add_condition(content, page.conditions)
        content["questions"] = questions
        for each in page.questions:
            self._write_question(each, questions)
        rules: list[dict[str, Any]] = []
        for rule in page.rules:
            self._write_rule(rule, number, rules)
        if rules:
            content["must_hold"] = rules

    def _write_question(self, asked: Asked, holder: list[dict[str, Any]]) -> None:
        content: dict[str, Any] = {"id": asked.id, "type": asked.type.value}
        sources = {"visible_when": _place_of(asked.conditions), **asked.sources}
        self._place(content, asked.path, {key: path for key, path in sources.items() if path}, holder)
        if asked.required:
            content["required"] = True
        if asked.schema:
            content["schema"] = asked.schema
        if asked.type is QuestionType.DECIMAL:
            content["decimals"] = asked.decimals
        content |= asked.more
        self._add_condition(content, asked.conditions)
        content["texts"] = self._question_texts(asked)
        self._weigh(content)
        if asked.columns:
            columns: list[dict[str, Any]] = []
            content["columns"] = columns
            for each in asked.columns:
                self._write_question(each, columns)

    def _write_rule(self, rule: Rule, number: int, holder: list[dict[str, Any]]) -> None:
        when = self._condition([rule.when])
        hidden = self._condition(rule.unless_hidden) if rule.unless_hidden else None
        if when is None:
            return
        if len(holder) == RULES_LIMIT:
            self.report.add(rule.path, RemarkCode.TOO_MANY, limit=RULES_LIMIT)
            return
        whole = when if hidden is None else combined("any", [negated(hidden), when])
        texts = {each.value: self._text(rule.words, each, LABEL_LIMIT, number) for each in Language}
        self._place({"when": whole, "texts": texts}, rule.path, {}, holder)

    def _weigh(self, content: Mapping[str, Any]) -> None:
        """Count the size of a question: a short source can make many that have the same options. Raises: Refused."""
        self._size += len(json.dumps(content, ensure_ascii=False))
        if self._size > DOCUMENT_LIMIT:
            raise _too_large()

    def _place(
        self, content: dict[str, Any], path: str, sources: Mapping[str, str], holder: list[dict[str, Any]]
    ) -> None:
        self._placed[id(content)] = _Placed(content, path, sources, holder)
        holder.append(content)

    # -------------------------------------------------------------- conditions
    def _add_condition(self, content: dict[str, Any], conditions: Sequence[Deferred]) -> None:
        if (condition := self._condition(conditions)) is not None:
            content["visible_when"] = condition

    def _condition(self, conditions: Sequence[Deferred]) -> Tree | None:
        """Join conditions; those that cannot be made are told and left out."""
        made = []
        for each in conditions:
            if isinstance(each.made, Beyond):
                self.report.add(each.path, each.made.code, **each.made.params)
            else:
                made.append(each.made)
        if not made:
            return None
        path, count = conditions[-1].path, sum(map(leaves, made))
        if self._leaves + count > LEAVES_LIMIT:
            self.report.add(path, RemarkCode.TOO_MANY, limit=LEAVES_LIMIT)
            return None
        joined = combined("all", made)
        if depth(joined) > _DEPTH_LIMIT:
            self.report.add(path, RemarkCode.TOO_MANY, limit=_DEPTH_LIMIT)
            return None
        self._leaves += count
        return joined

    # -------------------------------------------------------------- texts
    def _heading(self, title: Words, intro: Words | None, page: int) -> dict[str, Any]:
        found = {}
        for each in Language:
            told = {"title": " ".join(self._text(title, each, TITLE_LIMIT, page).split())}
            if intro is not None:
                told["intro"] = self._text(intro, each, HELP_LIMIT, page)
            found[each.value] = told
        return found

    def _question_texts(self, asked: Asked) -> dict[str, Any]:
        return {each.value: self._texts_in(asked, each) for each in Language}

    def _texts_in(self, asked: Asked, language: Language) -> dict[str, Any]:
        told: dict[str, Any] = {"label": self._text(asked.label, language, LABEL_LIMIT, asked.page)}
        if asked.help is not None:
            told["help"] = self._text(asked.help, language, HELP_LIMIT, asked.page)
        if asked.fault is not None:
            told["fault"] = self._text(asked.fault, language, LABEL_LIMIT, asked.page)
        if asked.options:
            told["options"] = {each.code: self._cut(each.words, language, LABEL_LIMIT) for each in asked.options}
        return told

    def _text(self, words: Words, language: Language, limit: int, page: int) -> str:
        """Write a text, with the references to answers that may stand there."""
        text = self._cut(words, language, limit)

        def referred(found: re.Match[str]) -> str:
            asked = self.draft.named.get(found[1])
            if asked is not None and asked.rows is None and asked.page < page and asked.type in SAID:
                return f"{{{asked.id}}}"
            self.report.add(words.path, RemarkCode.REFERENCE_LEFT_OUT, name=found[1])
            return f"({found[1]})"

        return self._within(_BRACES.sub(referred, text), words, limit)

    def _cut(self, words: Words, language: Language, limit: int) -> str:
        return self._within(words.texts[language], words, limit)

    def _within(self, text: str, words: Words, limit: int) -> str:
        if len(text) <= limit:
            return text
        self.report.add(words.path, RemarkCode.TEXT_SHORTENED, limit=limit)
        return f"{text[: limit - 1].rstrip()}…"

    # -------------------------------------------------------------- publishing
    def _settle(self, document: Mapping[str, Any]) -> None:
        """Take out what publishing would refuse, until nothing is left of that. Each turn takes something out."""
        while document["pages"] and (found := list(faults(document))):
            taken = [self._take_out(*each) for each in [*self._refused(document, found)]]
            if not any(taken):  # Never seen: without this, it would go on for ever.
                raise Refused(found)
            for content in list(document["pages"]):
                if not content["questions"]:
                    self.report.add(self._placed[id(content)].path, RemarkCode.EMPTY)
                    document["pages"].remove(content)

    def _refused(self, document: Mapping[str, Any], found: Iterable[Fault]) -> Iterator[tuple[Fault, _Placed, str]]:
        """Give what has a fault: what it is of, and the key; "" for all of it."""
        for fault in found:
            placed, key = self._at(document, fault)
            yield fault, placed, key
            if fault.code is FaultCode.TOO_MANY:  # Told at the first place beyond a limit.
                yield from ((fault, each, other) for each, other in self._after(document, placed, key))

    def _at(self, document: Mapping[str, Any], fault: Fault) -> tuple[_Placed, str]:
        """Find what a fault is about.

        Raises:
            Refused: it is about the document as a whole.
        """
        place = _PLACE.match(fault.field or "")
        if place is None:
            raise Refused([fault])
        content = document["pages"][int(place["page"])]
        if place["question"] is not None:
            content = content["questions"][int(place["question"])]
        if place["column"] is not None:
            content = content["columns"][int(place["column"])]
        if place["rule"] is not None:
            content = content["must_hold"][int(place["rule"])]
        key = str(place["key"])
        if key == "schema" and place["inner"] in content["schema"]:
            key = f"schema.{place['inner']}"
        return self._placed[id(content)], key if place["rule"] is None and _removable(key) else ""

    def _after(self, document: Mapping[str, Any], first: _Placed, key: str) -> Iterator[tuple[_Placed, str]]:
        """Give all that stands after a place and has the same key, or is a rule too."""
        short, begun = key.partition(".")[0], False
        for content in _objects(document):
            if begun and (short in content if short else "when" in content):
                yield self._placed[id(content)], short
            begun = begun or content is first.content

    def _take_out(self, fault: Fault, placed: _Placed, key: str) -> bool:
        """Take out what has a fault. False if it was taken out before, for another fault."""
        name, _dot, inner = key.partition(".")
        holder = placed.content.get(name, {}) if inner else placed.content
        if key and (inner or name) not in holder:
            return False
        keys = [f"schema.{each}" for each in holder["schema"]] if key == "schema" else [key]
        for each in keys:
            self.report.add(placed.source(each), RemarkCode.REFUSED, fault=fault.code.value)
        if not key:
            before = len(placed.holder)
            placed.holder[:] = [each for each in placed.holder if each is not placed.content]
            return len(placed.holder) < before
        del holder[inner or name]
        if inner and not holder:
            del placed.content[name]
        return True


def _removable(key: str) -> bool:
    return key in ("visible_when", "earliest", "latest") or key.startswith("schema")


def _objects(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the pages, questions, columns and rules of a document, in its order."""
    for page in document["pages"]:
        yield page
        for question in page["questions"]:
            yield question
            yield from question.get("columns", ())
        yield from page.get("must_hold", ())


def _place_of(conditions: Sequence[Deferred]) -> str:
    return conditions[-1].path if conditions else ""


def _too_large() -> Refused:
    return Refused([Fault(code=FaultCode.DOCUMENT_TOO_LARGE, field="$", params={"limit": DOCUMENT_LIMIT})])
