"""What changed between two documents of a questionnaire (OF-1)."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.questionnaires.document_changes import (
    ChangedPart,
    ChangeKind,
    DocumentChange,
    changes_between,
)
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import documents
from klantportaal.testing.questionnaires import Content, page, question, questionnaire

RULE = {"when": {"question": "naam", "is": {}}, "texts": {"nl": "Niet zo.", "en": "Not so."}}
BOTH: Any = {Language.DUTCH: "een", Language.ENGLISH: "een (en)"}
DOCUMENT = json.loads(
    json.dumps(
        questionnaire(
            "vragen",
            page(
                "een",
                question("naam", required=True),
                question("soort", "choice", options=("huis", "flat", "boot")),
                must_hold=[RULE],
            ),
            page("twee", question("wie", "rows", columns=[question("voor"), question("achter")]), question("slot")),
        )
    )
)
Changing = Callable[[Any], object]


def changed(*edits: Changing) -> list[DocumentChange]:
    """List the changes that edits make to the document."""
    newer = copy.deepcopy(DOCUMENT)
    for edit in edits:
        edit(newer)
    return changes_between(DOCUMENT, newer)


def brief(change: DocumentChange) -> tuple[Any, ...]:
    """Give what happened to what, and where."""
    return (change.kind.value, change.part.value, change.id, change.within, change.key, *change.paths)


def questions(document: Any, number: int) -> Any:
    """Give the questions of a page."""
    return document["pages"][number]["questions"]


@pytest.mark.parametrize(
    "edit, expected",
    [
        (lambda d: d.update(revision=2), ("changed", "questionnaire", "vragen", "", "revision", "$.revision")),
        (
            lambda d: d["texts"]["en"].update(intro="Hello."),
            ("changed", "questionnaire", "vragen", "", "intro", "$.texts.en.intro"),
        ),
        (
            lambda d: d["pages"].append(json.loads(json.dumps(page("drie", question("q"))))),
            ("added", "page", "drie", "vragen", "", "$.pages[2]"),
        ),
        (
            lambda d: d["pages"][0].update(visible_when={"question": "x", "is": {}}),
            ("changed", "page", "een", "vragen", "visible_when", "$.pages[0].visible_when"),
        ),
        (
            lambda d: questions(d, 0).pop(0),
            ("taken_out", "question", "naam", "een", "", "$.pages[0].questions[0]"),
        ),
        (
            lambda d: questions(d, 1).append(questions(d, 0).pop(0)),
            ("moved", "question", "naam", "twee", "", "$.pages[1].questions[2]"),
        ),
        (
            lambda d: questions(d, 0)[0].update(required=False),
            ("changed", "question", "naam", "een", "required", "$.pages[0].questions[0].required"),
        ),
        (
            lambda d: questions(d, 0)[0].pop("required"),
            ("changed", "question", "naam", "een", "required", "$.pages[0].questions[0].required"),
        ),
        (
            lambda d: questions(d, 0)[0].update(required=1),
            ("changed", "question", "naam", "een", "required", "$.pages[0].questions[0].required"),
        ),
        (
            lambda d: questions(d, 1)[0]["columns"][1].update(type="date"),
            ("changed", "column", "achter", "wie", "type", "$.pages[1].questions[0].columns[1].type"),
        ),
        (
            lambda d: questions(d, 1)[0]["columns"].pop(0),
            ("taken_out", "column", "voor", "wie", "", "$.pages[1].questions[0].columns[0]"),
        ),
        (
            lambda d: questions(d, 0)[1]["texts"]["nl"]["options"].update(flat="Appartement"),
            ("changed", "option", "flat", "soort", "label", "$.pages[0].questions[1].texts.nl.options.flat"),
        ),
        (
            lambda d: [
                each["options"].update({"tiny-house": "Klein"}) for each in questions(d, 0)[1]["texts"].values()
            ],
            (
                *("added", "option", "tiny-house", "soort", ""),
                "$.pages[0].questions[1].texts.en.options['tiny-house']",
                "$.pages[0].questions[1].texts.nl.options['tiny-house']",
            ),
        ),
        (
            lambda d: [each["options"].pop("huis") for each in questions(d, 0)[1]["texts"].values()],
            (
                *("taken_out", "option", "huis", "soort", ""),
                "$.pages[0].questions[1].texts.en.options.huis",
                "$.pages[0].questions[1].texts.nl.options.huis",
            ),
        ),
        (
            lambda d: questions(d, 0)[1]["texts"]["nl"]["options"].update(
                huis=questions(d, 0)[1]["texts"]["nl"]["options"].pop("huis")
            ),
            ("moved", "option", "huis", "soort", "", "$.pages[0].questions[1].texts.nl.options.huis"),
        ),
        (
            lambda d: d["pages"][0]["must_hold"][0]["texts"].update(en="No."),
            ("changed", "rule", "1", "een", "text", "$.pages[0].must_hold[0].texts.en"),
        ),
        (
            lambda d: d["pages"][0]["must_hold"][0].update(when={"not": RULE["when"]}),
            ("changed", "rule", "1", "een", "when", "$.pages[0].must_hold[0].when"),
        ),
        (
            lambda d: d["pages"][0]["must_hold"].insert(0, {"when": {}, "texts": {"nl": "x", "en": "y"}}),
            ("added", "rule", "1", "een", "", "$.pages[0].must_hold[0]"),
        ),
        (lambda d: d["pages"][0].pop("must_hold"), ("taken_out", "rule", "1", "een", "", "$.pages[0].must_hold[0]")),
        (
            lambda d: d["pages"][1].update(must_hold=[]),
            ("changed", "page", "twee", "vragen", "must_hold", "$.pages[1].must_hold"),
        ),
    ],
)
def test_one_change(edit: Changing, expected: tuple[Any, ...]) -> None:
    """OF-1: one edit is one change, of the part that it is about, with its JSON path."""
    assert [brief(change) for change in changed(edit)] == [expected]


def test_moved_pages() -> None:
    """OF-1: where pages change places, their questions do not move."""
    assert [(each.kind, each.part) for each in changed(lambda d: d["pages"].reverse())] == [
        (ChangeKind.MOVED, ChangedPart.PAGE)
    ]


def test_moved_rules() -> None:
    """OF-1: rules that change places are moved; one of two that are the same stays."""
    other = {"when": {"question": "soort", "is": {}}, "texts": RULE["texts"]}
    older = {**DOCUMENT, "pages": [{**DOCUMENT["pages"][0], "must_hold": [RULE, other, RULE]}]}
    newer = {**DOCUMENT, "pages": [{**DOCUMENT["pages"][0], "must_hold": [other, RULE]}]}
    found = [brief(each) for each in changes_between(older, newer)]
    assert found == [("taken_out", "rule", "3", "een", "", "$.pages[0].must_hold[2]")] + [
        ("moved", "rule", each.id, "een", "", *each.paths)
        for each in changes_between(older, newer)
        if each.kind is ChangeKind.MOVED
    ]
    assert len(found) == 2


def test_what_is_told() -> None:
    """OF-1: a change has the names of its part and of what that stands in, and the older and newer value."""
    [change] = changed(lambda d: questions(d, 0)[0]["texts"]["en"].update(label="Your name"))
    assert change == DocumentChange(
        kind=ChangeKind.CHANGED,
        part=ChangedPart.QUESTION,
        id="naam",
        name={Language.DUTCH: "naam", Language.ENGLISH: "Your name"},
        within="een",
        within_name=BOTH,
        paths=("$.pages[0].questions[0].texts.en.label",),
        key="label",
        language=Language.ENGLISH,
        before="naam (en)",
        after="Your name",
    )
    [moved] = changed(lambda d: questions(d, 1).append(questions(d, 0).pop(0)))
    assert (moved.before, moved.after) == ("een", "twee")


# ------------------------------------------------------------------ over generated documents
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]+)\]|\['((?:[^'\\]|\\.)*)'\]")
Keyed = tuple[str, ...]


def keyed(document: Any, path: str) -> Keyed:
    """Write a JSON path with ids in place of numbers, and each question without its page."""
    at: Any = document
    steps: list[str] = []
    for name, number, quoted in _STEP.findall(path):
        if number:
            at = at[int(number)]
            steps = ["question"] if steps[-1] == "questions" else steps
            steps.append(at.get("id", number))
        else:
            at = at.get(name or quoted, {}) if isinstance(at, dict) else {}
            steps.append(name or quoted)
    return tuple(steps)


def leaves(tree: Any, path: Keyed = ()) -> Iterator[tuple[Keyed, str]]:
    """Give every value of a document with its keyed path, and the order of what has one. Rules are one value."""
    ordered = path[-1:] in [("pages",), ("questions",), ("columns",)] and isinstance(tree, list)
    if ordered:
        for each in tree:
            yield from leaves(each, ("question", each["id"]) if path[-1] == "questions" else (*path, each["id"]))
    elif isinstance(tree, dict) and path[-1:] not in [("schema",), ("visible_when",), ("options_from",), ("beside",)]:
        for key, each in tree.items():
            yield from leaves(each, (*path, key))
    else:
        yield path, json.dumps(tree, sort_keys=True)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Content, Content]:
    """Make two documents: of two authors, or one that was edited."""
    older = draw(documents())
    if draw(st.booleans()):
        return older, draw(documents())
    newer = json.loads(json.dumps(older))
    for _each in range(draw(st.integers(0, 3))):
        _edit(draw, newer)
    return older, newer


def _edit(draw: Callable[[st.SearchStrategy[Any]], Any], document: Any) -> None:
    """Change the order, the texts or the rules of a document in one place."""
    pages = document["pages"]
    chosen = draw(st.sampled_from(pages))
    asked = draw(st.sampled_from(chosen["questions"]))
    text = asked["texts"][draw(st.sampled_from(["nl", "en"]))]
    match draw(st.integers(0, 5)):
        case 0:
            pages.reverse()
        case 1:
            chosen["questions"].sort(key=lambda each: draw(st.integers(0, 9)))
        case 2:
            text["help"] = draw(st.sampled_from(["a", "b"]))
        case 3:
            text["options"] = dict(reversed(text.get("options", {"een": "Een"}).items()))
        case 4:
            chosen.setdefault("must_hold", []).insert(0, RULE)
        case 5:
            asked["required"] = not asked.get("required", False)


@settings(max_examples=150)
@given(pairs())
def test_no_change_if_equal(both: tuple[Content, Content]) -> None:
    """OF-1: there is no change if and only if the documents are equal, the order of options included."""
    older, newer = both
    equal = json.dumps(_sorted(older)) == json.dumps(_sorted(newer))
    assert (changes_between(older, newer) == []) == equal


def _sorted(tree: Any, key: str = "") -> Any:
    if isinstance(tree, dict):
        return {name: _sorted(tree[name], name) for name in (tree if key == "options" else sorted(tree))}
    return [_sorted(each) for each in tree] if isinstance(tree, list) else tree


@settings(max_examples=150)
@given(pairs())
def test_every_path(both: tuple[Content, Content]) -> None:
    """OF-1: each path that differs is named by a change, and each change names one that differs."""
    older, newer = both
    named = [
        (change, keyed(older if change.kind is ChangeKind.TAKEN_OUT else newer, path))
        for change in changes_between(older, newer)
        for path in change.paths
    ]
    old, new = dict(leaves(older)), dict(leaves(newer))
    differing = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    pages = {asked["id"]: ("pages", on["id"]) for each in both for on in each["pages"] for asked in on["questions"]}
    for path in differing:
        rules, home = "must_hold" in path, pages.get(path[1]) if path[0] == "question" else None
        covering = (path[: len(at)] == at or at == home or (rules and at[: len(path)] == path) for _change, at in named)
        assert any(covering), path
    for change, at in named:
        if change.kind is not ChangeKind.MOVED:
            inner = [("question", id) for id, home in pages.items() if home == at]
            assert any(path[: len(at)] == at or at[: len(path)] == path or path[:2] in inner for path in differing)
