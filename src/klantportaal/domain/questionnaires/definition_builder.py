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


def structured(document: Mapping[str, Any], *, digest: str) -> Definition:
    """Build a definition from a document that was checked."""
    followed = {page.get("for_each") for page in document["pages"]}
    return Definition(
        id=document["id"],
        revision=document["revision"],
        texts=_headings(document["texts"]),
        pages=tuple(_page(page, followed) for page in document["pages"]),
        digest=digest,
    )


def _page(page: Mapping[str, Any], followed: AbstractSet[str | None]) -> Page:
    return Page(
        id=page["id"],
        texts=_headings(page["texts"]),
        questions=tuple(
            attrs.evolve(question, followed=question.id in followed) for question in _questions(page["questions"])
        ),
        visible_when=_condition_in(page),
        must_hold=tuple(
            Requirement(
                when=_condition(each["when"]), texts={Language(key): text for key, text in each["texts"].items()}
            )
            for each in page.get("must_hold", ())
        ),
        for_each=page.get("for_each"),
    )


def _questions(listed: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Build the questions of a page, or the columns of rows."""
    types = {each["id"]: QuestionType(each["type"]) for each in listed}
    return tuple(_question(each, types) for each in listed)


def _question(question: Mapping[str, Any], types: Mapping[str, QuestionType]) -> Question:
    beside = Beside(**question["beside"]) if "beside" in question else None
    return Question(
        id=question["id"],
        type=QuestionType(question["type"]),
        texts={Language(key): QuestionTexts(**texts) for key, texts in question["texts"].items()},
        schema=Schema(question["schema"]) if question.get("schema") else ANYTHING,
        required=question.get("required", False),
        fixed=question.get("fixed", False),
        visible_when=_condition_in(question) if beside is None else _chosen(beside, types[beside.question]),
        columns=_questions(question.get("columns", ())),
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


def _condition_in(thing: Mapping[str, Any]) -> Condition | None:
    return _condition(thing["visible_when"]) if "visible_when" in thing else None


def condition_of(tree: Mapping[str, Any]) -> Condition:
    """Build a condition that was checked."""
    return _condition(tree)


def _condition(tree: Mapping[str, Any]) -> Condition:
    match tree:
        case {"all": inner}:
            return All(tuple(_condition(each) for each in inner))
        case {"any": inner}:
            return AnyOf(tuple(_condition(each) for each in inner))
        case {"not": inner}:
            return Not(_condition(inner))
        case {"question": question, "before": moment}:
            return Before(question, moment)
        case {"question": question, "after": moment}:
            return After(question, moment)
    return _comparison(tree["question"], tree)


def _comparison(question: str, tree: Mapping[str, Any]) -> Condition:
    """Build a comparison with a schema, or one of rows."""
    match tree:
        case {"every": inner}:
            return Every(question, _condition(inner))
        case {"some": inner}:
            return Some(question, _condition(inner))
        case {"count": schema}:
            return Count(question, Schema(schema), _condition(tree["where"]) if "where" in tree else None)
        case {"sum": column, "is": schema}:
            return Sum(question, column, Schema(schema))
        case {"unique": column}:
            return Unique(question, column)
    return Is(question, Schema(tree["is"]))
