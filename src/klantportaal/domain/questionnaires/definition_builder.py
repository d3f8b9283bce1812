"""Builds a definition from a document that was checked."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import attrs

from klantportaal.domain.questionnaires.definition import (
    EARLIEST,
    LATEST,
    After,
    All,
    AnyOf,
    Before,
    Beside,
    Condition,
    Count,
    Definition,
    Every,
    Heading,
    Is,
    Not,
    OptionsFrom,
    Page,
    ProfileValue,
    Question,
    QuestionTexts,
    QuestionType,
    Requirement,
    Some,
    Sum,
    Unique,
)
from klantportaal.domain.questionnaires.schemas import ANYTHING, Schema
from klantportaal.domain.values import Language

_Names = Mapping[str, Sequence[str]]
"""By rows: the ids of their columns, and of the questions on their pages."""


def structured(document: Mapping[str, Any], *, digest: str) -> Definition:
    """Build a definition from a document that was checked."""
    followed = {page.get("for_each") for page in document["pages"]}
    names = _names(document["pages"])
    return Definition(
        id=document["id"],
        revision=document["revision"],
        texts=_headings(document["texts"]),
        pages=tuple(_page(page, followed, names) for page in document["pages"]),
        digest=digest,
    )


def _names(pages: Sequence[Mapping[str, Any]]) -> _Names:
    found: dict[str, list[str]] = {}
    for page in pages:
        of_page = [question["id"] for question in page["questions"]]
        for question in page["questions"]:
            found[question["id"]] = [column["id"] for column in question.get("columns", ())]
        if "for_each" in page:
            found[page["for_each"]] += of_page
    return found


def _page(page: Mapping[str, Any], followed: AbstractSet[str | None], names: _Names) -> Page:
    return Page(
        id=page["id"],
        texts=_headings(page["texts"]),
        questions=tuple(
            attrs.evolve(question, followed=question.id in followed)
            for question in _questions(page["questions"], names)
        ),
        visible_when=_condition_in(page, names),
        must_hold=tuple(
            Requirement(
                when=_condition(each["when"], names), texts={Language(key): text for key, text in each["texts"].items()}
            )
            for each in page.get("must_hold", ())
        ),
        for_each=page.get("for_each"),
    )


def _questions(listed: Sequence[Mapping[str, Any]], names: _Names) -> tuple[Question, ...]:
    """Build the questions of a page, or the columns of rows."""
    types = {each["id"]: QuestionType(each["type"]) for each in listed}
    return tuple(_question(each, types, names) for each in listed)


def _question(question: Mapping[str, Any], types: Mapping[str, QuestionType], names: _Names) -> Question:
    beside = Beside(**question["beside"]) if "beside" in question else None
    return Question(
        id=question["id"],
        type=QuestionType(question["type"]),
        texts={Language(key): QuestionTexts(**texts) for key, texts in question["texts"].items()},
        schema=Schema(question["schema"]) if question.get("schema") else ANYTHING,
        required=question.get("required", False),
        fixed=question.get("fixed", False),
        visible_when=_condition_in(question, names) if beside is None else _chosen(beside, types[beside.question]),
        columns=_questions(question.get("columns", ()), names),
        profile=ProfileValue(question["profile"]) if "profile" in question else None,
        decimals=question.get("decimals", 2),
        earliest=question.get("earliest", EARLIEST),
        latest=question.get("latest", LATEST),
        options_from=OptionsFrom(**question["options_from"]) if "options_from" in question else None,
        beside=beside,
    )


def _chosen(beside: Beside, kind: QuestionType) -> Condition:
    """Make the condition that an option is chosen."""
    one = {"const": beside.option}
    return Is(beside.question, Schema({"contains": one} if kind is QuestionType.CHOICES else one))


def _headings(texts: Mapping[str, Mapping[str, str]]) -> dict[Language, Heading]:
    return {Language(key): Heading(**heading) for key, heading in texts.items()}


def _condition_in(thing: Mapping[str, Any], names: _Names) -> Condition | None:
    return _condition(thing["visible_when"], names) if "visible_when" in thing else None


def condition_of(tree: Mapping[str, Any]) -> Condition:
    """Build a condition that was checked, to be told in words: it does not know what rows answer."""
    return _condition(tree, {})


def _condition(tree: Mapping[str, Any], names: _Names) -> Condition:
    match tree:
        case {"all": inner}:
            return All(tuple(_condition(each, names) for each in inner))
        case {"any": inner}:
            return AnyOf(tuple(_condition(each, names) for each in inner))
        case {"not": inner}:
            return Not(_condition(inner, names))
        case {"question": question, "before": moment}:
            return Before(question, moment)
        case {"question": question, "after": moment}:
            return After(question, moment)
    return _comparison(tree["question"], tree, names)


def _comparison(question: str, tree: Mapping[str, Any], names: _Names) -> Condition:
    """Build a comparison with a schema, or one of rows."""
    own = tuple(names.get(question, ()))
    match tree:
        case {"every": inner}:
            return Every(question, _condition(inner, names), own)
        case {"some": inner}:
            return Some(question, _condition(inner, names), own)
        case {"count": schema}:
            where = _condition(tree["where"], names) if "where" in tree else None
            return Count(question, Schema(schema), where, own)
        case {"sum": column, "is": schema}:
            return Sum(question, column, Schema(schema))
        case {"unique": column}:
            return Unique(question, column)
    return Is(question, Schema(tree["is"]))
