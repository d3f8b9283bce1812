"""Mutation test of the rules of questionnaires: inserts one fault at a time, and checks that a test fails.

Run it with ``python -m tools.mutants``, or ``make mutants``. Each fault is inserted into a copy of the package. Only
the test file that should detect it is run. It is an error if that file passes, or if the code to replace is not found.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
RULES = Path("klantportaal/domain/questionnaires")
TESTS = Path("tests/domain/questionnaires")
WORKERS = 2
PATIENCE = 300
"""The timeout for the tests of one fault, in seconds. A timeout counts as a failed test."""


class Mutant(NamedTuple):
    """One fault: its description, the code that it replaces, and the test file that should detect it."""

    name: str
    module: str
    text: str
    """The code to replace. It occurs once in the module."""
    fault: str
    """The code with the fault."""
    noticed_by: str

    def planted(self, source: str) -> str:
        """Insert the fault into the source of a module.

        Raises:
            ValueError: the code to replace does not occur exactly once.
        """
        if source.count(self.text) != 1:
            raise ValueError(f"{self.module}: the place is not found once: {self.text!r}")
        return source.replace(self.text, self.fault)


ADDRESSES, SIGNATURES = "test_postal_addresses.py", "test_signatures.py"
OTHER, GIVEN, SAID = "test_other_namely.py", "test_given.py", "test_said_answers.py"
OPTIONS, OVER_PAGES, FRAGMENTS = "test_earlier_options.py", "test_over_row_pages.py", "test_fragments.py"
VALUES, IN_RANGE = "test_values.py", "test_conditions_in_range.py"
SAVING, COUNTING, REBASING = (f"test_properties_{each}.py" for each in ("saving", "counting", "rebasing"))
REPLIES, CONDITIONS, PUBLISHING, ASSIGNMENTS, PATTERNS, ROWS, ROW_PAGES = (
    f"test_{each}.py"
    for each in ("replies", "conditions", "publishing", "assignments", "patterns", "rows", "row_pages")
)

IMPORTS = "../../questionnaire_imports"
TESTS_OF_IMPORTS = "../../questionnaire_imports"

MUTANTS = [
    Mutant(
        "a signature is signed anew at each save",
        "signatures.py",
        "{**each, AT: times.get(number, now)}",
        "{**each, AT: now}",
        SIGNATURES,
    ),
    Mutant(
        "a client sets the time of a signature",
        "signatures.py",
        "{**each, AT: times.get(number, now)}",
        "{AT: now, **each}",
        SIGNATURES,
    ),
    Mutant(
        "another drawing keeps the time of a signature",
        "signatures.py",
        "return signature.get(NAME), signature.get(DRAWING)",
        "return signature.get(NAME), None",
        SIGNATURES,
    ),
    Mutant(
        "equal signatures in rows share a time",
        "signatures.py",
        "                left.remove(same[0])\n",
        "",
        SIGNATURES,
    ),
    Mutant(
        "the first of equal signatures in rows takes any time",
        "signatures.py",
        "for exactly in (True, False):",
        "for exactly in (False,):",
        SIGNATURES,
    ),
    Mutant(
        "a drawing leaves its box",
        "signatures.py",
        "return all(x <= WIDTH and y <= HEIGHT for",
        "return all(x <= WIDTH for",
        SIGNATURES,
    ),
    Mutant(
        "a drawing alone is a signature",
        "signatures.py",
        '        yield Fault(code=FaultCode.MISSING, field=f"{field}.{NAME}")',
        "        return",
        SIGNATURES,
    ),
    Mutant(
        "a condition may look at what was drawn",
        "misfits.py",
        '        yield from (Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{keyword}") for keyword in schema)\n',
        "",
        SIGNATURES,
    ),
    Mutant(
        "the office signs for the client",
        "given.py",
        "_CLIENTS_OWN = frozenset({QuestionType.FILE, QuestionType.SIGNATURE})",
        "_CLIENTS_OWN = frozenset({QuestionType.FILE})",
        SIGNATURES,
    ),
    Mutant(
        "a Dutch postcode may be anything",
        "postal_addresses.py",
        "return text.isascii() and text == postcode(text) and bool(dutch.is_valid(text))",
        "return text.isascii()",
        ADDRESSES,
    ),
    Mutant(
        "an address abroad needs a postcode",
        "postal_addresses.py",
        "return _DUTCH if country == HOME else _FOREIGN",
        "return _DUTCH",
        ADDRESSES,
    ),
    Mutant(
        "a country alone is an address",
        "postal_addresses.py",
        "    if tidy.keys() <= {COUNTRY}:\n        return None\n",
        "",
        ADDRESSES,
    ),
    Mutant(
        "the addition that was typed is replaced",
        "postal_addresses.py",
        'if found and "addition" not in parts:',
        "if found:",
        ADDRESSES,
    ),
    Mutant(
        "parts that no address has are let through",
        "postal_addresses.py",
        "return all(part in LIMITS and isinstance(text, str) for part, text in tidy.items())",
        "return all(isinstance(text, str) for text in tidy.values())",
        ADDRESSES,
    ),
    Mutant(
        "a condition may name what no address has",
        "misfits.py",
        "        yield from _unknown_columns(schema, _AS_ROW, path)\n        return\n",
        "        return\n",
        ADDRESSES,
    ),
    Mutant(
        "a default is proposed again on a saved page",
        "answering.py",
        "        if is_new and question.id not in answering.raw:",
        "        if question.id not in answering.raw:",
        VALUES,
    ),
    Mutant(
        "a default hides a saved answer",
        "answering.py",
        "        if is_new and question.id not in answering.raw:",
        "        if is_new:",
        VALUES,
    ),
    Mutant(
        "a question that comes later has no default",
        "answering.py",
        " or question.id in answering.unasked\n",
        "\n",
        VALUES,
    ),
    Mutant(
        "a default that is not accepted is proposed",
        "defaults.py",
        "    if default is None or any(faults(question, default, answers, as_of=as_of)):",
        "    if default is None:",
        VALUES,
    ),
    Mutant(
        "a default of another type is let through",
        "defaults.py",
        "    elif measure(as_answered(target)) != measure(question):",
        "    elif False:",
        VALUES,
    ),
    Mutant(
        "a sum is absent where one number is",
        "computing.py",
        "    if not known or (computed.how is not Calculation.SUM and len(known) < len(numbers)):",
        "    if not known or len(known) < len(numbers):",
        VALUES,
    ),
    Mutant(
        "a difference is computed without its second number",
        "computing.py",
        "computed.how is not Calculation.SUM and len",
        "computed.how is Calculation.PRODUCT and len",
        VALUES,
    ),
    Mutant(
        "a value may be larger than any answer",
        "computing.py",
        "    return value if abs(value) <= NUMBER_LIMIT else None",
        "    return value",
        VALUES,
    ),
    Mutant(
        "a half is rounded down",
        "computing.py",
        "    if 2 * rest >= _WHOLE:",
        "    if 2 * rest > _WHOLE:",
        VALUES,
    ),
    Mutant(
        "a computed sum leaves out what the pages of the rows ask",
        "computing.py",
        "    given = column(operand.column, rows_in(answer), answers) if operand.column else [answer]",
        "    given = [row.get(operand.column) for row in rows_in(answer)] if operand.column else [answer]",
        OVER_PAGES,
    ),
    Mutant(
        "a value may be computed from what later pages ask of the rows",
        "document_checks.py",
        'for key in ("sum", "unique", "column"):',
        'for key in ("sum", "unique"):',
        OVER_PAGES,
    ),
    Mutant(
        "a birthday counts the day after",
        "computing.py",
        "((last.month, last.day) < (first.month, first.day))",
        "((last.month, last.day) <= (first.month, first.day))",
        VALUES,
    ),
    Mutant(
        "a saved page keeps computed values",
        "answering.py",
        "    visible = {question.id for question in shown.questions if question.asks}\n    kept",
        "    visible = {question.id for question in shown.questions}\n    kept",
        VALUES,
    ),
    Mutant(
        "a computed value is read from the answers",
        "projection.py",
        "            answer = computed_value(question.computed, scope, as_of=as_of)",
        "            answer = raw.get(question.id) or computed_value(question.computed, scope, as_of=as_of)",
        VALUES,
    ),
    Mutant(
        "a rule speaks about a value of a faulty answer",
        "answering.py",
        "            faulty.add(plain(question.id))",
        "            pass",
        VALUES,
    ),
    Mutant(
        "a computed value is left out of the views",
        "projection.py",
        "            if question.is_listed:",
        "            if question.asks:",
        VALUES,
    ),
    Mutant(
        "a value may be of numbers of two types",
        "value_checks.py",
        "        if not found and first is not None and measure(number) != measure(first):",
        "        if False:",
        VALUES,
    ),
    Mutant(
        "a value may be computed from a later one",
        "document_checks.py",
        "            yield from _wrong_references(operand.tree, operand.path, here)",
        "            pass",
        VALUES,
    ),
    Mutant(
        "an answer is before itself",
        "conditions.py",
        "    Order.BEFORE: operator.lt,",
        "    Order.BEFORE: operator.le,",
        CONDITIONS,
    ),
    Mutant(
        "a comparison with an answer of another type holds",
        "conditions.py",
        "    return alike and _IN_ORDER[order](answer, other)",
        "    return _IN_ORDER[order](str(answer), str(other))",
        CONDITIONS,
    ),
    Mutant(
        "a comparison refers to its first question only",
        "definition.py",
        "            yield each.other",
        "            pass",
        CONDITIONS,
    ),
    Mutant(
        "an answer may be compared with a later one",
        "document_checks.py",
        'in ((leaf_path, id), *((f"{leaf_path}.{key}", other) for key, other in compared_with(leaf))):',
        "in ((leaf_path, id),):",
        VALUES,
    ),
    Mutant(
        "numbers of different size may be compared",
        "value_checks.py",
        "        elif measure(first) != measure(second):",
        "        elif measure(first)[0] != measure(second)[0]:",
        VALUES,
    ),
    Mutant(
        "an import joins the conditions of panels by or",
        f"{IMPORTS}/documents.py",
        'joined = combined("all", made)',
        'joined = combined("any", made)',
        f"{TESTS_OF_IMPORTS}/test_surveyjs.py",
    ),
    Mutant(
        "an import tells nothing of properties that it does not read",
        f"{IMPORTS}/elements.py",
        "if key not in read[each.path] and value is not None:",
        "if False:",
        f"{TESTS_OF_IMPORTS}/test_surveyjs.py",
    ),
    Mutant(
        "in an import, and is weaker than or",
        f"{IMPORTS}/surveyjs/expressions.py",
        'self._combined("or", lambda: self._combined("and",',
        'self._combined("and", lambda: self._combined("or",',
        f"{TESTS_OF_IMPORTS}/test_expressions.py",
    ),
    Mutant(
        "an import keeps what publishing refuses",
        f"{IMPORTS}/documents.py",
        "        self._settle(document)\n",
        "",
        f"{TESTS_OF_IMPORTS}/test_surveyjs.py",
    ),
    Mutant(
        "an import compares a date with its own day too",
        f"{IMPORTS}/comparisons.py",
        'return combined("all", [answered(asked), negated(after)])',
        "return before",
        f"{TESTS_OF_IMPORTS}/test_surveyjs.py",
    ),
    Mutant(
        "enableWhen is always joined by or",
        f"{IMPORTS}/fhir/items.py",
        'combined("all" if behaviour == "all" else "any",',
        'combined("any",',
        f"{TESTS_OF_IMPORTS}/test_fhir.py",
    ),
    Mutant(
        "conditions read raw answers, hidden ones included",
        "projection.py",
        "    counting: dict[str, Answer] = {}\n",
        "    counting: dict[str, Answer] = dict(raw)\n",
        COUNTING,
    ),
    Mutant(
        "hidden pages are shown",
        "projection.py",
        "        if _shows(page.visible_when, scope, as_of)\n",
        "",
        COUNTING,
    ),
    Mutant(
        "hidden columns are kept",
        "projection.py",
        "for column in columns if column.asks and column.id in row}",
        "for column in question.columns if column.asks and column.id in row}",
        ASSIGNMENTS,
    ),
    Mutant(
        "files in rows are no files of the questionnaire",
        "answer_files.py",
        "    for row in listed if question.columns else ():",
        "    for row in ():",
        ROWS,
    ),
    Mutant(
        "a file in a row is looked up as one of the rows",
        "answer_files.py",
        '                    yield f"{question.id}.{column.id}", f',
        "                    yield question.id, f",
        ROWS,
    ),
    Mutant(
        "a note in a row is asked",
        "unasked.py",
        "    return [column for column in question.columns if column.asks]",
        "    return list(question.columns)",
        ROWS,
    ),
    Mutant(
        "a new note in a row must be answered",
        "revision_change.py",
        "for each in (question, *question.columns) if each.asks}",
        "for each in (question, *question.columns)}",
        ROWS,
    ),
    Mutant(
        "a row taken out leaves its answers behind",
        "answering.py",
        "raw={key: answer for key, answer in raw.items() if key not in out},",
        "raw=raw,",
        ROW_PAGES,
    ),
    Mutant(
        "a row taken out leaves its pages saved",
        "answering.py",
        "saved=answering.saved.difference(out) | {page_id},",
        "saved=answering.saved | {page_id},",
        ROW_PAGES,
    ),
    Mutant(
        "a row taken out leaves what was not asked",
        "answering.py",
        '            if key.partition(".")[0] not in out\n',
        "",
        ROW_PAGES,
    ),
    Mutant(
        "all rows lose their pages with one",
        "rows.py",
        "        for key in set(keys_in(before.get(page.for_each))).difference(keys_in(after.get(page.for_each)))\n",
        "        for key in keys_in(before.get(page.for_each))\n",
        ROW_PAGES,
    ),
    Mutant(
        "a key tells the place of a row alone",
        "rows.py",
        '{KEY: f"{save}-{number}", **row}',
        '{KEY: f"0-{number}", **row}',
        ROW_PAGES,
    ),
    Mutant(
        "every save makes new keys",
        "rows.py",
        '{KEY: f"{save}-{number}", **row} if isinstance',
        '{**row, KEY: f"{save}-{number}"} if isinstance',
        ROW_PAGES,
    ),
    Mutant(
        "all rows have keys",
        "rows.py",
        "    if not question.followed or not isinstance",
        "    if not isinstance",
        ROW_PAGES,
    ),
    Mutant(
        "any key is taken",
        "answering.py",
        "            if row[KEY] in left:\n",
        "            if True:\n",
        ROW_PAGES,
    ),
    Mutant(
        "a key may be given to two rows",
        "answering.py",
        "                left.remove(row[KEY])\n",
        "                pass\n",
        ROW_PAGES,
    ),
    Mutant(
        "a page of a row does not see the row",
        "projection.py",
        "ChainMap({}, columns, counting)",
        "ChainMap({}, counting)",
        ROW_PAGES,
    ),
    Mutant(
        "a page of a row does not see what its earlier pages asked",
        "projection.py",
        "counting[question.id] = scope[plain(question.id)] = answer",
        "counting[question.id] = answer",
        ROW_PAGES,
    ),
    Mutant(
        "two rows have one page",
        "projection.py",
        "        if own is not None and own.row not in given:\n",
        "        if own is not None:\n",
        ROW_PAGES,
    ),
    Mutant(
        "columns of rows on the page of a row do not see that row",
        "projection.py",
        "    columns = visible_columns(question, row, page.scope, as_of=projection.as_of)\n",
        "    columns = visible_columns(question, row, projection.answers, as_of=projection.as_of)\n",
        ROW_PAGES,
    ),
    Mutant(
        "schemas see keys",
        "rows.py",
        "    return [{id: each for id, each in row.items() if id != KEY}",
        "    return [{id: each for id, each in row.items()}",
        ROW_PAGES,
    ),
    Mutant(
        "a rule on the page of a row is checked beside a fault",
        "answering.py",
        'faulty = {plain(str(fault.field).split(".", 1)[0]) for fault in found}',
        'faulty = {str(fault.field).split(".", 1)[0] for fault in found}',
        ROW_PAGES,
    ),
    Mutant(
        "a rebase keeps the pages of lost rows",
        "revision_change.py",
        "if (for_each := after[plain(id)][0]) is None or _has_row",
        "if (for_each := after[plain(id)][0]) is None or True or _has_row",
        ROW_PAGES,
    ),
    Mutant(
        "a rebase takes what was asked of each row for what was asked once",
        "revision_change.py",
        "    if before is None or (before[0], before[1].type) != (after[0], after[1].type):",
        "    if before is None or before[1].type != after[1].type:",
        ROW_PAGES,
    ),
    Mutant(
        "the result puts the answers of all rows into the first",
        "results.py",
        "keys.index(str(each.page.row))",
        "0",
        ROW_PAGES,
    ),
    Mutant(
        "other pages refer to what is asked for each row",
        "document_checks.py",
        "if target is None or target.for_each not in (None, *self.rows) or",
        "if target is None or",
        ROW_PAGES,
    ),
    Mutant(
        "pages are for each row of a later page",
        "document_checks.py",
        "        elif rows.page >= number:\n",
        "        elif False:\n",
        ROW_PAGES,
    ),
    Mutant(
        "a fragment uses itself",
        "fragments.py",
        "        if name not in self.known:\n",
        "        if name not in self.known and name != path.split('.')[2]:\n",
        FRAGMENTS,
    ),
    Mutant(
        "conditions of a fragment refer to what stands elsewhere",
        "fragments.py",
        'made[key] = self._id(made[key], own) if key == "question" else self._referring(made[key], own)',
        "pass",
        FRAGMENTS,
    ),
    Mutant(
        "within the rows of a fragment, an id means its question",
        "fragments.py",
        "                made[key] = self._condition(made[key], own - of_row)\n",
        "                made[key] = self._condition(made[key], own)\n",
        FRAGMENTS,
    ),
    Mutant(
        "a column of a fragment refers to a question for a column beside it",
        "fragments.py",
        "        within = own - self.columns.get(id, frozenset())\n",
        "        within = own\n",
        FRAGMENTS,
    ),
    Mutant(
        "faults have their places in the document with every use written out",
        "fragments.py",
        'yield attrs.evolve(fault, field=f"{item.path}{found[2]}")',
        "yield fault",
        FRAGMENTS,
    ),
    Mutant(
        "a use is told nothing of an id that stands twice",
        "fragments.py",
        'found[2] == ".id" and item.use is not None',
        "False",
        FRAGMENTS,
    ),
    Mutant(
        "fragments are written out without end",
        "fragments.py",
        "        if self.made > USED_LIMIT:\n",
        "        if self.made > 1_000_000:\n",
        FRAGMENTS,
    ),
    Mutant(
        "a use keeps the texts of the fragment",
        "fragments.py",
        '            tree["texts"] = _merged(tree["texts"], own_words)\n',
        "            pass\n",
        FRAGMENTS,
    ),
    Mutant(
        "rows are compared without what their pages ask",
        "rows.py",
        '    return {**{name: answers.get(f"{name}{MARK}{key}") for name in names}, **row}',
        "    return {**dict.fromkeys(names), **row}",
        OVER_PAGES,
    ),
    Mutant(
        "a row without an answer is compared by the answer elsewhere",
        "rows.py",
        '    return {**{name: answers.get(f"{name}{MARK}{key}") for name in names}, **row}',
        '    own = {name: answers.get(f"{name}{MARK}{key}") for name in names}\n'
        "    return {**{name: each for name, each in own.items() if each is not None}, **row}",
        OVER_PAGES,
    ),
    Mutant(
        "a rule over rows does not look at their pages again",
        "answering.py",
        "        answered(row, names, page.scope) for id",
        "        dict(row) for id",
        OVER_PAGES,
    ),
    Mutant(
        "pages of a row see an answer elsewhere for a column without one",
        "projection.py",
        "            columns = {**dict.fromkeys(column.id for column in rows.columns), **row}\n",
        "            columns = dict(row)\n",
        OVER_PAGES,
    ),
    Mutant(
        "columns see an answer elsewhere for a hidden column",
        "projection.py",
        "    scope = {**answers, **dict.fromkeys(column.id for column in question.columns)}\n",
        "    scope = dict(answers)\n",
        OVER_PAGES,
    ),
    Mutant(
        "rows are compared by what a later page asks",
        "document_checks.py",
        "target.for_each in self.over and target.page >= self.page",
        "target.for_each in self.over and target.page > self.page",
        OVER_PAGES,
    ),
    Mutant(
        "the sum of what a later page asks",
        "document_checks.py",
        "        if target is not None and here.is_later(target):\n",
        "        if False:\n",
        OVER_PAGES,
    ),
    Mutant(
        "a column has the id of a question on the pages of its row",
        "document_checks.py",
        "        yield from duplicate_ids([*columns, *((place.path, place.question) for place in beyond)])\n",
        "        yield from duplicate_ids(columns)\n",
        PUBLISHING,
    ),
    Mutant(
        "an id within rows means a question elsewhere",
        "document_checks.py",
        "        return ChainMap(*(self.columns.get(str(each), {}) for each in rows), self.questions)",
        "        return ChainMap(self.questions, *(self.columns.get(str(each), {}) for each in rows))",
        OVER_PAGES,
    ),
    Mutant(
        "what is hidden is cleared on saving",
        "answering.py",
        "{**kept, **{key: answer for key, answer in projection.answers.items() if key in visible}, **fixed}",
        "{**projection.answers}",
        SAVING,
    ),
    Mutant(
        "an answer left open keeps its old value",
        "answering.py",
        "for key, answer in answering.raw.items() if key not in visible}",
        "for key, answer in answering.raw.items()}",
        SAVING,
    ),
    Mutant(
        "visibility goes by what was saved instead of what is submitted",
        "answering.py",
        "project(definition, {**elsewhere, **_answered(given), **fixed}, as_of=answering.as_of)",
        "project(definition, {**elsewhere, **_answered(given), **answering.raw}, as_of=answering.as_of)",
        SAVING,
    ),
    Mutant(
        "resume at the last saved page",
        "answering.py",
        "    return next(unfinished(view(definition, answering), answering), None)",
        "    return view(definition, answering).page(answering.last_saved or definition.pages[0].id)",
        SAVING,
    ),
    Mutant(
        "resume takes what was saved for valid",
        "answering.py",
        "        if not is_saved or not _is_sound(page, projection):",
        "        if not is_saved:",
        COUNTING,
    ),
    Mutant(
        "what comes on a saved page need not be shown",
        "answering.py",
        " and not added(page, projection, answering)\n",
        "\n",
        SAVING,
    ),
    Mutant(
        "what was shown once counts as shown at the last save",
        "answering.py",
        "outside(page, answering.unasked) | hidden_keys(shown, raw, projection)",
        "outside(page, answering.unasked)"
        " | (frozenset() if page_id in answering.saved else hidden_keys(shown, raw, projection))",
        SAVING,
    ),
    Mutant(
        "columns of saved rows are taken for shown",
        "unasked.py",
        'f"{question.id}.{number}.{column.id}" for number in numbers for',
        'f"{question.id}.{number}.{column.id}" for number in numbers[:0] for',
        ASSIGNMENTS,
    ),
    Mutant(
        "a page that shows nothing is a page",
        "projection.py",
        "tuple(page for page in shown if page.questions)",
        "tuple(shown)",
        COUNTING,
    ),
    Mutant(
        "another revision forgets what was never shown",
        "revision_change.py",
        "unasked=frozenset(held | came)",
        "unasked=frozenset(came)",
        ASSIGNMENTS,
    ),
    Mutant(
        "what was found valid is remembered without looking at earlier answers",
        "answering.py",
        "[page.scope.get(id) for id in page.page.looks_at]",
        "[]",
        COUNTING,
    ),
    Mutant(
        "what was found valid is remembered without looking at what its rules refer to",
        "definition.py",
        "[*own, *(each.question for each in self._compares)]",
        "own",
        ASSIGNMENTS,
    ),
    Mutant(
        "a stale version is let through",
        "answering.py",
        "    if version != answering.version:\n        raise Conflict\n    raw",
        "    if version > answering.version:\n        raise Conflict\n    raw",
        SAVING,
    ),
    Mutant(
        "any second save of a page passes for a replay",
        "answering.py",
        "    if again != answering.raw:\n        raise Conflict\n",
        "",
        SAVING,
    ),
    Mutant(
        "a replay saves twice",
        "answering.py",
        "    if version == answering.version - 1 and page_id == answering.last_saved:\n",
        "    if page_id == answering.last_saved:\n        version = answering.version\n    if not page_id:\n",
        SAVING,
    ),
    Mutant(
        "answers of other pages take no room",
        "answering.py",
        "size_faults(raw):",
        "size_faults({key: answer for key, answer in raw.items() if key not in kept}):",
        SAVING,
    ),
    Mutant(
        "unknown keys are let through",
        "answering.py",
        "    found = unknown_keys(page, submitted, answering.raw) + page_faults",
        "    found = page_faults",
        SAVING,
    ),
    Mutant(
        "rules that must hold are not looked at",
        "answering.py",
        "enumerate(page.page.must_hold)",
        "enumerate(page.page.must_hold[:0])",
        ASSIGNMENTS,
    ),
    Mutant(
        "completion does not validate again",
        "answering.py",
        "    if left:\n        raise Refused(left)\n    visible",
        "    visible",
        COUNTING,
    ),
    Mutant(
        "stale answers stay after completion",
        "answering.py",
        "answering, raw=projection.answers, saved=visible, ",
        "answering, saved=visible, ",
        COUNTING,
    ),
    Mutant(
        "completion takes any version",
        "answering.py",
        "    if version != answering.version:\n        raise Conflict\n    projection",
        "    projection",
        COUNTING,
    ),
    Mutant(
        "Vorige gives the page itself",
        "answering.py",
        "        if page.page.id == page_id:\n            break\n        earlier = page\n",
        "        earlier = page\n        if page.page.id == page_id:\n            break\n",
        SAVING,
    ),
    Mutant(
        "progress is rounded up",
        "answering.py",
        "100 * (len(projection.pages) - left) // len(projection.pages)",
        "-(-100 * (len(projection.pages) - left) // len(projection.pages))",
        ASSIGNMENTS,
    ),
    Mutant(
        "a required question is not asked",
        "replies.py",
        "        if question.required:\n",
        "        if question.required and field != question.id:\n",
        REPLIES,
    ),
    Mutant(
        "yes passes for the number one",
        "replies.py",
        "return isinstance(answer, int) and not isinstance(answer, bool)",
        "return isinstance(answer, int)",
        REPLIES,
    ),
    Mutant(
        "a trailing newline is kept",
        "replies.py",
        "    QuestionType.DATE: written_forms.number_line,\n",
        "    QuestionType.DATE: str,\n",
        REPLIES,
    ),
    Mutant(
        "the last day of a date is not allowed",
        "replies.py",
        "    elif day > last:",
        "    elif day >= last:",
        REPLIES,
    ),
    Mutant(
        "the check digit of a BSN is not looked at",
        "written_forms.py",
        "return _is_digits(text, 9) and bool(bsn.is_valid(text))",
        "return _is_digits(text, 9)",
        REPLIES,
    ),
    Mutant(
        "dots stay in an IBAN",
        "written_forms.py",
        '_SEPARATORS = re.compile(r"[\\s.\\-/]+")',
        '_SEPARATORS = re.compile(r"[\\s\\-/]+")',
        REPLIES,
    ),
    Mutant(
        "numbers have no end",
        "replies.py",
        "isinstance(answer, int) and abs(answer) > NUMBER_LIMIT",
        "isinstance(answer, int) and abs(answer) > 10**500",
        REPLIES,
    ),
    Mutant(
        "rows are not looked into",
        "replies.py",
        "    if not (wrong or too_many) and question.type is QuestionType.ROWS and isinstance(answer, list):",
        "    if wrong and question.type is QuestionType.ROWS and isinstance(answer, list):",
        REPLIES,
    ),
    Mutant(
        "every row of none meets a condition",
        "conditions.py",
        "    if not rows:\n        return False\n",
        "",
        CONDITIONS,
    ),
    Mutant(
        "a sum has the limit of one answer",
        "conditions.py",
        "schema.accepts_number(sum(numbers))",
        "schema.accepts(sum(numbers))",
        CONDITIONS,
    ),
    Mutant(
        "rows are counted whatever holds in them",
        "conditions.py",
        "[row for row in rows if where is None or holds(where, _within(row, names, answers), as_of=as_of)]",
        "rows",
        CONDITIONS,
    ),
    Mutant(
        "a column of other rows may be added up",
        "misfits.py",
        "isinstance(listed, list) and column not in kinds:",
        "isinstance(listed, list) and not kinds:",
        PUBLISHING,
    ),
    Mutant(
        "before is not strict",
        "conditions.py",
        "return day < moment if",
        "return day <= moment if",
        CONDITIONS,
    ),
    Mutant(
        "a leaf without an answer is true",
        "conditions.py",
        "return answer is not None and condition.schema.accepts(bare(answer))",
        "return answer is None or condition.schema.accepts(bare(answer))",
        CONDITIONS,
    ),
    Mutant(
        "today is the day of asking, not of starting",
        "assignments.py",
        "    begun = answering.start(definition, known, as_of=today, given=assignment.given)",
        "    begun = answering.start(definition, known, as_of=date.today(), given=assignment.given)  # noqa: DTZ011",
        ASSIGNMENTS,
    ),
    Mutant(
        "completing twice completes twice",
        "assignments.py",
        "    if assignment.state is AssignmentState.COMPLETED:\n        return assignment, None\n",
        "",
        COUNTING,
    ),
    Mutant(
        "withdrawing keeps the answers",
        "assignments.py",
        "state=AssignmentState.WITHDRAWN, answering=None, given=None, ",
        "state=AssignmentState.WITHDRAWN, given=None, ",
        ASSIGNMENTS,
    ),
    Mutant(
        "another revision keeps answers that it does not accept",
        "revision_change.py",
        "    return not any(faults(after[1], answer, answering.raw, as_of=answering.as_of))",
        "    return True",
        REBASING,
    ),
    Mutant(
        "a page with a new question stays saved",
        "revision_change.py",
        "    return known and lost.isdisjoint",
        "    return lost.isdisjoint",
        REBASING,
    ),
    Mutant(
        "carrying over tells the office what was answered",
        "assignments.py",
        "attrs.evolve(assignment, revision=new.revision, digest=new.digest, answering=after)",
        "attrs.evolve(assignment, revision=new.revision, digest=new.digest, answering=after,"
        " progress=answering.progress(new, after) if after else 0)",
        ASSIGNMENTS,
    ),
    Mutant(
        "a forward reference is let through",
        "document_checks.py",
        "return target.order > self.upto or",
        "return target.order > self.upto + 1 or",
        PUBLISHING,
    ),
    Mutant(
        "a condition that is always true is let through",
        "condition_checks.py",
        "holding in (0, every)",
        "holding == 0",
        PUBLISHING,
    ),
    Mutant(
        "a question is never left open",
        "condition_checks.py",
        "enumerate(found, 1)",
        "enumerate(found)",
        PUBLISHING,
    ),
    Mutant(
        "equal comparisons are different",
        "condition_checks.py",
        "return path if path in faulty else text_of(leaf)",
        "return path",
        PUBLISHING,
    ),
    Mutant(
        "numbers beside a bound are not tried",
        "outcomes.py",
        "for step in (-1, 0, 1)",
        "for step in (0,)",
        IN_RANGE,
    ),
    Mutant(
        "a month always has as many days",
        "outcomes.py",
        "return not longer or not by or",
        "return True or",
        IN_RANGE,
    ),
    Mutant(
        "a question's own bounds are forgotten",
        "misfits.py",
        "return max(lowest, *map(math.ceil, low)), min(highest, *map(math.floor, high))",
        "return lowest, highest",
        IN_RANGE,
    ),
    Mutant(
        "a value that is no answer may be compared with",
        "misfits.py",
        "return tidied(question, value) == value and not",
        "return not",
        PUBLISHING,
    ),
    Mutant(
        "columns that do not exist may be named",
        "misfits.py",
        "if isinstance(name, str) and name not in columns:",
        "if not isinstance(name, str):",
        PUBLISHING,
    ),
    Mutant(
        "a column of other rows may be referred to",
        "document_checks.py",
        "(self.columns.get(str(each), {}) for each in rows)",
        "self.columns.values()",
        PUBLISHING,
    ),
    Mutant(
        "a chain of references may grow without end",
        "schema_checks.py",
        "    elif _length(schema, lengths) > FRAGMENT_LIMIT:\n",
        "    elif _length(schema, lengths) < 0:\n",
        PUBLISHING,
    ),
    Mutant(
        "a dot stands for a carriage return",
        "ecma262.py",
        '_DOT = r"[^\\n\\r',
        '_DOT = r"[^\\n',
        PATTERNS,
    ),
    Mutant(
        "a count keeps its leading zeros",
        "ecma262.py",
        'least, most = int(term["least"]), ',
        'least, most = term["least"], ',
        PATTERNS,
    ),
    Mutant(
        "a pattern is found within a character",
        "patterns.py",
        "(?s:.)*?",
        "(?s:\\\\C)*?",
        PATTERNS,
    ),
    Mutant(
        "a pattern that is too large is let in",
        "patterns.py",
        "options.max_mem = _MEMORY",
        "options.max_mem = 64 * _MEMORY",
        PATTERNS,
    ),
    Mutant(
        "a pattern that ignores case does so only at its outermost group",
        "ecma262.py",
        'folding.append(folding[-1] or term["folds"] is not None)',
        'folding.append(term["folds"] is not None)',
        PATTERNS,
    ),
    Mutant(
        "the edge of a word is let in where case is ignored",
        "ecma262.py",
        '"assertion": "bB"}',
        '"assertion": "B"}',
        PATTERNS,
    ),
    Mutant(
        "the text beside an option is asked whatever is chosen",
        "definition_builder.py",
        "_condition_in(question, names) if beside is None else",
        "_condition_in(question, names) if beside is None or True else",
        OTHER,
    ),
    Mutant(
        "the text beside one of several options is asked if that is the only one",
        "definition_builder.py",
        '{"contains": one} if kind is',
        '{"const": [beside.option]} if kind is',
        OTHER,
    ),
    Mutant(
        "a text may stand beside an option of another page",
        "document_checks.py",
        "(each.page, each.rows) == (place.page, place.rows)",
        "each.rows == place.rows",
        OTHER,
    ),
    Mutant(
        "a text may stand beside an option that there is not",
        "beside_checks.py",
        "elif isinstance(option, str) and option not in options_of(choice):",
        "elif not isinstance(option, str):",
        OTHER,
    ),
    Mutant(
        "what the office fixed is replaced by what is submitted",
        "given.py",
        "if each.fixed and each.id in given and each.id in raw}",
        "if each.fixed and each.id in given and each.id not in raw}",
        GIVEN,
    ),
    Mutant(
        "what the office gave and did not fix cannot be corrected",
        "given.py",
        "if each.fixed and each.id in given and each.id in raw}",
        "if each.id in given and each.id in raw}",
        GIVEN,
    ),
    Mutant(
        "another answer than the office's is passed over in silence",
        "given.py",
        "if answer is not None and bare",
        "if answer is None and bare",
        GIVEN,
    ),
    Mutant(
        "what the client corrected is still the office's",
        "given.py",
        "if id in after and after[id] == before.get(id))",
        "if id in after)",
        GIVEN,
    ),
    Mutant(
        "the office gives what is not valid on the day of the start",
        "given.py",
        "if question.id in answers and question.id not in wrong",
        "if question.id in answers",
        GIVEN,
    ),
    Mutant(
        "the office may leave out what a fixed row needs",
        "given.py",
        "if question.fixed or fault.code is not FaultCode.MISSING:",
        "if fault.code is not FaultCode.MISSING:",
        GIVEN,
    ),
    Mutant(
        "a hidden answer stands in a text",
        "projection.py",
        "_pages(definition, each, counting, scopes)",
        "_pages(definition, each, {**raw, **counting}, scopes)",
        SAID,
    ),
    Mutant(
        "an answer is read as a text with references",
        "said_answers.py",
        "return REFERENCE.sub(lambda found: words.get(found[1], ABSENT), text)",
        "return text if not REFERENCE.search(text) else"
        " _filled(REFERENCE.sub(lambda found: words.get(found[1], ABSENT), text), words)",
        SAID,
    ),
    Mutant(
        "the code of an option stands in a text",
        "said_answers.py",
        "options.get(each, each)",
        "str(each)",
        SAID,
    ),
    Mutant(
        "a text may refer to a question of its own page",
        "text_checks.py",
        "elif at >= page:",
        "elif at > page:",
        SAID,
    ),
    Mutant(
        "a page with answers in its texts forgets that it is valid",
        "said_answers.py",
        "    return page.like(\n",
        "    return attrs.evolve(\n        page,\n",
        SAID,
    ),
    Mutant(
        "a choice without options is shown",
        "projection.py",
        " or _offers_nothing(question):\n",
        ":\n",
        OPTIONS,
    ),
    Mutant(
        "an option that vanished is still valid",
        "definition.py",
        "        own += [each.options_from.question for each in self.questions if each.options_from is not None]\n",
        "",
        OPTIONS,
    ),
    Mutant(
        "one option of those that are offered may be chosen twice",
        "replies.py",
        "return list(dict.fromkeys(answer))",
        "return list(answer)",
        OPTIONS,
    ),
    Mutant(
        "options may be answers of the same page",
        "earlier_options.py",
        "elif at >= page:",
        "elif at > page:",
        OPTIONS,
    ),
    Mutant(
        "another revision drops what was chosen of earlier answers",
        "revision_change.py",
        "offered(question, new, answering.raw)",
        "question",
        OPTIONS,
    ),
    Mutant(
        "Python looks for patterns",
        "validation.py",
        '{"pattern": _pattern, ',
        "{",
        PATTERNS,
    ),
    Mutant(
        "a key may stand twice",
        "json_documents.py",
        "    if len(read) != len(pairs):\n",
        "    if len(read) > len(pairs):\n",
        PUBLISHING,
    ),
    Mutant(
        "the JSON lists only what was answered",
        "results.py",
        "    for each in asked(projection):\n",
        "    for each in (each for each in asked(projection) if each.answer is not None):\n",
        COUNTING,
    ),
]


def noticed(mutant: Mutant) -> bool:
    """Insert the fault, and tell whether the tests detect it.

    Raises:
        ValueError: the code to replace does not occur exactly once.
        RuntimeError: the tests could not be run.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(
            ROOT / "src/klantportaal", Path(folder) / "klantportaal", ignore=shutil.ignore_patterns("static")
        )
        module = Path(folder) / RULES / mutant.module
        module.write_text(mutant.planted(module.read_text("utf-8")), "utf-8")
        return not passes(mutant.noticed_by, folder)


def passes(tests: str, package: str) -> bool:
    """Tell whether a test file passes with the package in a folder. Uses a fixed seed.

    Raises:
        RuntimeError: the tests could not be run.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-cov"]
    command += ["--hypothesis-seed=0", "-p", "no:randomly", str(TESTS / tests)]
    environment = {**os.environ, "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - pytest, on the project's own tests
            command, cwd=ROOT, env=environment, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout.decode() + done.stderr.decode())
    return done.returncode == 0


def say(line: str) -> None:
    """Print a line immediately."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Try all faults, and print which of them were not detected. Return the exit status."""
    begun = time.monotonic()
    survivors = []
    with ThreadPoolExecutor(WORKERS) as workers:
        for mutant, found in zip(MUTANTS, workers.map(noticed, MUTANTS), strict=True):
            say(f"{'killed  ' if found else 'SURVIVED'}  {mutant.name}  ({mutant.noticed_by})")
            survivors += [] if found else [mutant.name]
    say(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} killed in {time.monotonic() - begun:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
