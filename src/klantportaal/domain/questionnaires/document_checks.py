"""Checks of a document that the JSON Schema of the format cannot express: ids, references, options.

Each check reads the parsed document, and skips what has the wrong shape: the JSON Schema reports that.
"""

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from klantportaal.domain.accounts import ClientKind
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.beside_checks import beside_faults
from klantportaal.domain.questionnaires.computing import operands, with_type
from klantportaal.domain.questionnaires.condition_checks import empty_conditions, idle_comparison
from klantportaal.domain.questionnaires.defaults import default_faults
from klantportaal.domain.questionnaires.definition import ProfileValue
from klantportaal.domain.questionnaires.earlier_options import options_faults
from klantportaal.domain.questionnaires.misfits import (
    ROW_CONDITIONS,
    bound_misfits,
    leaf_misfits,
    options_of,
    refused_values,
    schema_misfits,
)
from klantportaal.domain.questionnaires.schema_checks import schema_faults
from klantportaal.domain.questionnaires.text_checks import text_faults
from klantportaal.domain.questionnaires.value_checks import compared_with, computed_faults, order_faults
from klantportaal.domain.values import Language

Tree = Mapping[str, Any]


@attrs.frozen
class Place:
    """A question or column of the document, and its place."""

    path: str
    question: Tree
    page: int
    order: int
    """Its number among all questions and columns. A condition may refer to lower numbers only."""
    rows: str | None = None
    """For a column: the id of its rows."""
    for_each: str | None = None
    """On a page for each row: the id of those rows."""


@attrs.frozen
class Names:
    """The questions and columns of a document by id; of several with one id, the first.

    Computed questions have the types of their values.
    """

    questions: dict[str, Place]
    """Those that are no columns."""
    columns: Mapping[str, dict[str, Place]]
    """By rows: their columns."""
    beyond: Mapping[str, dict[str, Place]]
    """By rows: the questions on their pages."""

    @classmethod
    def of(cls, places: list[Place]) -> "Names":
        """Index the questions and columns of a document."""
        named = [(str(place.question.get("id")), place) for place in reversed(places)]
        columns: dict[str, dict[str, Place]] = {}
        beyond: dict[str, dict[str, Place]] = {}
        for id, place in named:
            if place.rows is not None:
                columns.setdefault(place.rows, {})[id] = place
            elif place.for_each is not None:
                beyond.setdefault(place.for_each, {})[id] = place
        names = cls({id: place for id, place in named if place.rows is None}, columns, beyond)
        for place in places:
            if "compute" in place.question:
                names._give_type(place)
        return names

    def _give_type(self, computed: Place) -> None:
        """Give a computed question the type of its value. Those before it have theirs."""
        id = str(computed.question.get("id"))
        if self.questions.get(id) is computed:
            made_of = [operand.tree for operand in operands(computed.question, "")]
            earlier, beyond = self.named(made_of, _rows(computed)), self.on_pages(made_of)
            typed = attrs.evolve(computed, question=with_type(computed.question, earlier, beyond))
            self.questions[id] = typed
            if computed.for_each is not None:
                self.beyond[computed.for_each][id] = typed

    def seen_from(self, rows: "Rows") -> Mapping[str, Place]:
        """Give what ids mean within rows: a column before a question elsewhere."""
        return ChainMap(*(self.columns.get(str(each), {}) for each in rows), self.questions)

    def named(self, trees: Iterable[Tree], rows: "Rows") -> dict[str, Tree]:
        """Give the questions that comparisons or operands within rows name, by id."""
        seen = self.seen_from(rows)
        ids = {id for tree in trees for id in (str(tree.get("question")), *(id for _key, id in compared_with(tree)))}
        return {id: seen[id].question for id in ids if id in seen}

    def on_pages(self, trees: Iterable[Tree]) -> dict[str, dict[str, Tree]]:
        """Give the questions on the pages of the rows that comparisons or operands name, by rows and id."""
        named = {str(tree.get("question")) for tree in trees}
        return {id: {key: place.question for key, place in self.beyond.get(id, {}).items()} for id in named}


Rows = tuple[str | None, ...]
"""The rows that a condition is within, from the innermost. None stands for no rows."""


def _rows(place: Place) -> Rows:
    return place.rows, place.for_each


About = Callable[[str], bool]
"""Tells by its path whether a page, question, column or rule is checked."""


def everything(_path: str) -> bool:
    """Check all of a document."""
    return True


def faults_within(document: Tree, about: About = everything) -> Iterator[Fault]:
    """List the faults of a document that are not of shape.

    Args:
        document: the document.
        about: what is checked. Faults of others may be among those that are found.
    """
    places = list(_places(document))
    names = Names.of(places)
    checked = [place for place in places if about(place.path)]
    yield from _duplicate_ids(document, places, names)
    yield from _reference_faults(document, places, names, about)
    yield from row_page_faults(document, places, names.questions)
    yield from _text_faults(document, checked, names, about)
    for place in checked:
        yield from _option_faults(place)
        yield from _one_sided_texts(place)
        yield from bound_misfits(place.question, place.path)
        made_of = [operand.tree for operand in operands(place.question, place.path)]
        asked, beyond = names.named(made_of, _rows(place)), names.on_pages(made_of)
        yield from computed_faults(place.question, place.path, asked, beyond)
        yield from beside_faults(place.question, place.path, _together_with(place, places))
        if isinstance(schema := place.question.get("schema"), dict):
            yield from schema_faults(schema, f"{place.path}.schema")
            yield from schema_misfits(schema, place.question, f"{place.path}.schema")
    yield from _condition_faults(document, checked, names, about)


def _condition_faults(document: Tree, places: list[Place], names: Names, about: About) -> Iterator[Fault]:
    """List what is wrong with the comparisons of conditions, and the conditions that say nothing."""
    waiting = list(_all_conditions(document, places, about))
    while waiting:
        path, condition, rows = waiting.pop(0)
        leaves, faulty = list(_leaves(condition, path)), set()
        questions = names.named((leaf for _path, leaf in leaves), rows)
        for leaf_path, leaf in leaves:
            id = str(leaf["question"])
            found = list(_leaf_faults(leaf, questions, names.on_pages([leaf])[id], leaf_path))
            yield from found
            faulty |= {leaf_path} if found else set()
            waiting += [(inner_path, inner, (id, *rows)) for inner_path, inner in _row_conditions(leaf, leaf_path)]
        yield from empty_conditions(condition, path, questions, faulty)


def _leaf_faults(leaf: Tree, questions: Mapping[str, Tree], beyond: Mapping[str, Tree], path: str) -> Iterator[Fault]:
    """List the faults of one comparison. What it compares with is checked once that is a schema."""
    question = questions.get(str(leaf["question"]), {})
    found = [
        fault
        for key in ("is", "count")
        if isinstance(schema := leaf.get(key), dict)
        for fault in schema_faults(schema, f"{path}.{key}")
    ]
    found = found or [*leaf_misfits(leaf, question, beyond, path), *order_faults(leaf, questions, path)]
    own = question.get("schema")
    if not found and isinstance(own, dict) and not any(schema_faults(own, "")):
        found = list(refused_values(leaf, own, path))
    yield from found or idle_comparison(leaf, question, path)


def says_nothing(condition: Tree, questions: Mapping[str, Tree]) -> bool:
    """Tell whether a condition on these questions, by id, is refused for what it compares."""
    compared = any(any(_leaf_faults(leaf, questions, {}, path)) for path, leaf in _leaves(condition, ""))
    return compared or any(empty_conditions(condition, "", questions, set()))


# ------------------------------------------------------------------ walking the document
def mappings(thing: Any, key: str, path: str) -> Iterator[tuple[int, str, Tree]]:
    """Give the objects in a list, with their paths."""
    listed = thing.get(key) if isinstance(thing, Mapping) else None
    for number, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict):
            yield number, f"{path}.{key}[{number}]", each


def _places(document: Tree) -> Iterator[Place]:
    order = 0
    for number, page_path, page in mappings(document, "pages", "$"):
        for_each = rows_of(page)
        for _number, path, question in mappings(page, "questions", page_path):
            for _each, column_path, column in mappings(question, "columns", path):
                order += 1
                yield Place(column_path, column, number, order, str(question.get("id")), for_each)
            order += 1  # After its columns: rows are answered once all of their columns are.
            yield Place(path, question, number, order, None, for_each)


def rows_of(page: Tree) -> str | None:
    """Give the rows that a page is for each of; None for a page that is there once."""
    return str(page["for_each"]) if "for_each" in page else None


def _all_conditions(document: Tree, places: list[Place], about: About) -> Iterator[tuple[str, Any, Rows]]:
    """Give all conditions, with their paths and the rows that they are within."""
    for _number, path, page in mappings(document, "pages", "$"):
        if about(path):
            yield f"{path}.visible_when", page.get("visible_when"), (rows_of(page),)
        for _each, rule_path, rule in mappings(page, "must_hold", path):
            if about(rule_path):
                yield f"{rule_path}.when", rule.get("when"), (rows_of(page),)
    for place in places:
        yield f"{place.path}.visible_when", place.question.get("visible_when"), _rows(place)


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, Tree]]:
    """Give the leaves of a condition, with their paths."""
    if not isinstance(tree, Mapping):
        return
    if "question" in tree:
        yield path, tree
    for key in ("all", "any"):
        for _number, inner_path, inner in mappings(tree, key, path):
            yield from _leaves(inner, inner_path)
    yield from _leaves(tree.get("not"), f"{path}.not")


def _row_conditions(leaf: Tree, path: str) -> Iterator[tuple[str, Any]]:
    """Give the conditions that a comparison of rows has for each row, with their paths."""
    yield from ((f"{path}.{key}", leaf[key]) for key in ROW_CONDITIONS if key in leaf)


# ------------------------------------------------------------------ ids and references
def _duplicate_ids(document: Tree, places: list[Place], names: Names) -> Iterator[Fault]:
    """Refuse ids that stand twice: among pages, among questions, and in a row with its pages."""
    yield from duplicate_ids((path, page) for _number, path, page in mappings(document, "pages", "$"))
    asked = [place for place in places if place.rows is None]
    yield from duplicate_ids((place.path, place.question) for place in asked)
    for rows in asked:
        columns = [(path, column) for _number, path, column in mappings(rows.question, "columns", rows.path)]
        beyond = names.beyond.get(str(rows.question.get("id")), {}).values() if columns else ()
        yield from duplicate_ids([*columns, *((place.path, place.question) for place in beyond)])


def duplicate_ids(things: Iterable[tuple[str, Tree]]) -> Iterator[Fault]:
    """Refuse each id that stands twice among things, which are given with their paths."""
    seen: set[str] = set()
    for path, thing in things:
        id = thing.get("id")
        if isinstance(id, str) and id in seen:
            yield Fault(code=FaultCode.DUPLICATE_ID, field=f"{path}.id", params={"id": id})
        seen.add(str(id))


def _reference_faults(document: Tree, places: list[Place], names: Names, about: About) -> Iterator[Fault]:
    """Check that conditions and computed values refer to earlier questions; those of columns to earlier columns too."""
    last_of = _last_orders(places)
    for number, path, page in mappings(document, "pages", "$"):
        before = max((last_of[each] for each in last_of if each < number), default=0)
        here = Here(names, number, before, (rows_of(page),))
        if about(path):
            yield from _wrong_references(page.get("visible_when"), f"{path}.visible_when", here)
        for _each, rule_path, rule in mappings(page, "must_hold", path):
            after = attrs.evolve(here, upto=max(before, last_of.get(number, 0)))
            if about(rule_path):
                yield from _wrong_references(rule.get("when"), f"{rule_path}.when", after)
    for place in filter(lambda place: about(place.path), places):
        here = Here(names, place.page, _before(place), _rows(place))
        yield from _wrong_references(place.question.get("visible_when"), f"{place.path}.visible_when", here)
        for operand in operands(place.question, place.path):
            yield from _wrong_references(operand.tree, operand.path, here)


def _last_orders(places: list[Place]) -> dict[int, int]:
    """Give, for each page, the number of its last question."""
    return {place.page: place.order for place in places}


def _before(place: Place) -> int:
    """Give the highest number that a question may refer to. Rows may not refer to their own columns."""
    own = sum(1 for _each in mappings(place.question, "columns", ""))
    return place.order - 1 - own


@attrs.frozen
class Here:
    """Where a condition stands: what it may refer to."""

    names: Names
    page: int
    upto: int
    """The highest number that it may refer to."""
    rows: Rows
    over: frozenset[str] = frozenset()
    """Of these rows, those that a comparison looks over: it sees each of them, and not the one that a page is for."""

    def within(self, rows: str) -> "Here":
        """Give the place of a condition on each row of a comparison."""
        return attrs.evolve(self, rows=(rows, *self.rows), over=self.over | {rows})

    def is_later(self, target: Place) -> bool:
        """Tell whether a question is asked after this place. Each row is seen with what earlier pages asked of it."""
        return target.order > self.upto or (target.for_each in self.over and target.page >= self.page)

    def fault_of(self, id: str) -> FaultCode | None:
        """Say what is wrong with a reference to a question, if anything is."""
        target = self.names.seen_from(self.rows).get(id)
        if target is None or target.for_each not in (None, *self.rows) or target.question.get("type") == "note":
            return FaultCode.UNKNOWN_REFERENCE
        return FaultCode.FORWARD_REFERENCE if self.is_later(target) else None


def _wrong_references(tree: Any, path: str, here: Here) -> Iterator[Fault]:
    """Refuse references to later questions, and to columns and pages of rows that the condition is not within."""
    for leaf_path, leaf in _leaves(tree, path):
        id = str(leaf["question"])
        for at, each in ((leaf_path, id), *((f"{leaf_path}.{key}", other) for key, other in compared_with(leaf))):
            if (wrong := here.fault_of(each)) is not None:
                yield Fault(code=wrong, field=f"{at}.question", params={"id": each})
        yield from _later_columns(leaf, leaf_path, here.within(id))
        for inner_path, inner in _row_conditions(leaf, leaf_path):
            yield from _wrong_references(inner, inner_path, here.within(id))


def _later_columns(leaf: Tree, path: str, here: Here) -> Iterator[Fault]:
    """Refuse the sum of a question that is asked of each row on a later page; or that it has no answer twice.

    Of rows, a computed value sums a column too.
    """
    for key in ("sum", "unique", "column"):
        id = str(leaf.get(key))
        target = here.names.beyond.get(str(leaf["question"]), {}).get(id)
        if target is not None and here.is_later(target):
            yield Fault(code=FaultCode.FORWARD_REFERENCE, field=f"{path}.{key}", params={"id": id})


def row_page_faults(document: Tree, places: list[Place], known: Mapping[str, Place]) -> Iterator[Fault]:
    """Check that pages are for each row of an earlier page, and that nothing on them starts with what is known."""
    for number, path, page in mappings(document, "pages", "$"):
        id = page.get("for_each")
        if not isinstance(id, str):
            continue
        rows = known.get(id)
        if rows is None or rows.for_each is not None or "columns" not in rows.question:
            yield Fault(code=FaultCode.UNKNOWN_REFERENCE, field=f"{path}.for_each", params={"id": id})
        elif rows.page >= number:
            yield Fault(code=FaultCode.FORWARD_REFERENCE, field=f"{path}.for_each", params={"id": id})
    for place in places:
        profile = place.question.get("profile")
        is_misfit = profile == ProfileValue.CLIENT_KIND and (place.rows is not None or not _is_by_kind(place.question))
        if is_misfit or (profile is not None and place.for_each is not None):
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{place.path}.profile")


def _is_by_kind(question: Tree) -> bool:
    """Tell whether a question has the kinds of clients as its options."""
    return sorted(options_of(question)) == sorted(ClientKind)


def _together_with(place: Place, places: list[Place]) -> Mapping[str, Tree]:
    """Index what stands before a question on its page, or before a column in its row."""
    if "beside" not in place.question:
        return {}
    return {
        str(each.question.get("id")): each.question
        for each in places
        if each.order < place.order and (each.page, each.rows) == (place.page, place.rows)
    }


def _text_faults(document: Tree, places: list[Place], names: Names, about: About) -> Iterator[Fault]:
    """Check the references in texts, options and defaults, which cannot be to columns and pages of rows.

    The texts of the document come before every question.
    """
    asked = ((id, each) for id, each in names.questions.items() if each.for_each is None)
    questions = {id: (each.page, each.question) for id, each in asked}
    yield from text_faults(document.get("texts"), "$.texts", questions, -1)
    for number, path, page in mappings(document, "pages", "$"):
        if about(path):
            yield from text_faults(page.get("texts"), f"{path}.texts", questions, number)
        for _each, rule_path, rule in mappings(page, "must_hold", path):
            if about(rule_path):
                yield from text_faults(rule.get("texts"), f"{rule_path}.texts", questions, number)
    for place in places:
        yield from options_faults(place.question, place.path, place.page, questions)
        yield from _default_faults(place, questions)
        yield from text_faults(place.question.get("texts"), f"{place.path}.texts", questions, place.page)


def _default_faults(place: Place, questions: Mapping[str, tuple[int, Tree]]) -> Iterator[Fault]:
    """Check a default, if the schema that it must meet is one."""
    schema = place.question.get("schema")
    if "default" in place.question and not (isinstance(schema, dict) and any(schema_faults(schema, ""))):
        yield from default_faults(place.question, place.path, place.page, questions)


# ------------------------------------------------------------------ options
def _option_faults(place: Place) -> Iterator[Fault]:
    """Check that each language has the same codes: an answer is a code, in every language."""
    texts = place.question.get("texts")
    if not isinstance(texts, Mapping) or not all(isinstance(texts.get(each), Mapping) for each in Language):
        return
    codes = [texts[language].get("options") for language in Language]
    if all(isinstance(each, Mapping) for each in codes) and len({frozenset(each) for each in codes}) > 1:
        yield Fault(code=FaultCode.OPTIONS_DIFFER, field=f"{place.path}.texts")


def _one_sided_texts(place: Place) -> Iterator[Fault]:
    """Check that the author's own words are in every language, or in none."""
    texts = place.question.get("texts")
    told = [(each, texts.get(each)) for each in Language] if isinstance(texts, Mapping) else []
    for word in ("fault", "row"):
        missing = [language for language, each in told if isinstance(each, Mapping) and word not in each]
        for language in missing if any(isinstance(each, Mapping) and word in each for _, each in told) else ():
            yield Fault(code=FaultCode.LANGUAGE_MISSING, field=f"{place.path}.texts.{language}.{word}")
