"""The options of a question of FHIR: in the item, or in a value set within the document."""

from collections.abc import Iterator, Mapping
from typing import Any

from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.fhir.reading import Reader, extensions
from klantportaal.questionnaire_imports.words import Words

_Option = tuple[Any, str, Words | None, str]
EXCLUSIVE = "questionnaire-optionExclusive"


def options(reader: Reader, item: Element, value_sets: Mapping[str, Element]) -> tuple[list[_Option], list[str]]:
    """Read the options of an item, and the values of those that stand alone."""
    found, alone = [], []
    for each in item.elements("answerOption"):
        more = extensions(each)
        option = _option(reader, each)
        if more.value(EXCLUSIVE, bool):
            alone.append(option[1])
        more.tell_rest()
        found.append(option)
    name = item.content.get("answerValueSet")
    if not found and isinstance(name, str) and name.removeprefix("#") in value_sets and name.startswith("#"):
        item.text("answerValueSet")
        found = list(_concepts(reader, value_sets[name.removeprefix("#")]))
        reader.draft.count_options(len(found), item.path)
    return found, alone


def _option(reader: Reader, option: Element) -> _Option:
    """Read one option: a coding, or a text, number, day or time."""
    coding = option.element("valueCoding")
    if coding is not None:
        return _coded(reader, coding, coding.text("system"))
    key = next((each for each in option.content if each.startswith("value")), "value")
    raw = option.take(key, str, int)
    words = reader.words(option, key) if isinstance(raw, str) else None
    return raw, "" if raw is None else str(raw), words, option.path


def _coded(reader: Reader, coding: Element, system: str) -> _Option:
    """Read a coding, or a concept of a value set. Without a code, its text is its value."""
    code, designations = coding.text("code"), coding.elements("designation")
    if designations:
        given = {each.text("language"): each.text("value") for each in designations}
        words = reader.draft.translator.words({"": coding.text("display"), **given}, coding.at("display"))
    else:
        words = reader.words(coding, "display")
    return (system, code), code or coding.text("display"), words, coding.path


def _concepts(reader: Reader, value_set: Element) -> Iterator[_Option]:
    """Read the concepts of a value set: as expanded, else as composed."""
    value_set.read |= {"resourceType", "id"}
    expansion, compose = value_set.element("expansion"), value_set.element("compose")
    if expansion is not None and "contains" in expansion:
        for each in expansion.elements("contains"):
            yield _coded(reader, each, each.text("system"))
        return
    for include in compose.elements("include") if compose is not None else ():
        system = include.text("system")
        for each in include.elements("concept"):
            yield _coded(reader, each, system)
