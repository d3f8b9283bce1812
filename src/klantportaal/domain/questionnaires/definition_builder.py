"""Builds a definition from a document that was checked."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any

from klantportaal.domain.questionnaires.computing import with_types
from klantportaal.domain.questionnaires.definition import (
    EARLIEST,
    FACTOR_DECIMALS,
    LATEST,
    After,
    All,
    AnyOf,
    Before,
    Beside,
    Calculation,
    Compared,
    Computed,
    Condition,
    Count,
    Definition,
    Every,
    Heading,
    Is,
    Not,
    Operand,
    OptionsFrom,
    Order,
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
    values = with_types(_every_question(document))
    return Definition(
        id=document["id"],
        revision=document["revision"],
        texts=_headings(document["texts"]),
        pages=tuple(_page(page, followed, values) for page in document["pages"]),
        digest=digest,
    )


def _every_question(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the questions in order, columns before their rows."""
    for page in document["pages"]:
        for question in page["questions"]:
            yield from (*question.get("columns", ()), question)


def _page(page: Mapping[str, Any], followed: AbstractSet[str | None], values: Mapping[str, Mapping[str, Any]]) -> Page:
    return Page(
        id=page["id"],
        texts=_headings(page["texts"]),
        questions=_questions(page["questions"], values, followed),
        visible_when=_condition_in(page),
        must_hold=tuple(
            Requirement(
                when=_condition(each["when"]), texts={Language(key): text for key, text in each["texts"].items()}
            )
            for each in page.get("must_hold", ())
        ),
        for_each=page.get("for_each"),
    )


def _questions(
    listed: Sequence[Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]],
    followed: AbstractSet[str | None] = frozenset(),
) -> tuple[Question, ...]:
    """Build the questions of a page, or the columns of rows.

    Args:
        listed: the questions of the document.
        values: all of its questions by id, the computed ones with the types of their values.
        followed: the rows that pages are for.
    """
    types = {each["id"]: QuestionType(each["type"]) for each in listed}
    return tuple(_question(each, types, values, followed) for each in listed)


def _question(
    question: Mapping[str, Any],
    types: Mapping[str, QuestionType],
    values: Mapping[str, Mapping[str, Any]],
    followed: AbstractSet[str | None],
) -> Question:
    beside = Beside(**question["beside"]) if "beside" in question else None
    default = question.get("default")
    return Question(
        id=question["id"],
        type=types[question["id"]],
        texts={Language(key): QuestionTexts(**texts) for key, texts in question["texts"].items()},
        schema=Schema(question["schema"]) if question.get("schema") else ANYTHING,
        required=question.get("required", False),
        fixed=question.get("fixed", False),
        visible_when=_condition_in(question) if beside is None else _chosen(beside, types[beside.question]),
        columns=_questions(question.get("columns", ()), values),
        profile=ProfileValue(question["profile"]) if "profile" in question else None,
        decimals=(values[question["id"]] if "compute" in question else question).get("decimals", 2),
        earliest=question.get("earliest", EARLIEST),
        latest=question.get("latest", LATEST),
        followed=question["id"] in followed,
        options_from=OptionsFrom(**question["options_from"]) if "options_from" in question else None,
        beside=beside,
        default=None if isinstance(default, dict) else default,
        default_from=default["question"] if isinstance(default, dict) else None,
        computed=_computed(question, values[question["id"]]) if "compute" in question else None,
    )


def _computed(question: Mapping[str, Any], typed: Mapping[str, Any]) -> Computed:
    compute = question["compute"]
    how = next(each for each in Calculation if each in compute)
    of = compute[how] if isinstance(compute[how], list) else [compute[how]]
    return Computed(
        how=how,
        of=tuple(Operand() if each == "today" else Operand(**each) for each in of),
        by=int(Decimal(str(compute.get("by", 1))).scaleb(FACTOR_DECIMALS)),
        kind=QuestionType(typed["type"]),
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
    return _leaf(tree["question"], tree)


def _leaf(question: str, tree: Mapping[str, Any]) -> Condition:
    """Build a comparison with a day or another answer, or what ``_comparison`` builds."""
    match tree:
        case {"before": str(moment)}:
            return Before(question, moment)
        case {"after": str(moment)}:
            return After(question, moment)
    order = next((each for each in Order if each in tree), None)
    return _comparison(question, tree) if order is None else Compared(question, order, tree[order]["question"])


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
