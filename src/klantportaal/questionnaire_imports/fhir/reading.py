"""What elements of FHIR have: texts with translations, and extensions."""

from typing import Any

import attrs

from klantportaal.questionnaire_imports.drafts import Draft
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.remarks import RemarkCode
from klantportaal.questionnaire_imports.words import Words

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_RECORDS = """
    approvalDate author code contact contained copyright copyrightLabel date definition derivedFrom designation editor
    effectivePeriod endorser experimental id identifier implicitRules jurisdiction language lastReviewDate meta name
    prefix publisher purpose reviewer status subjectType system text topic url useContext userSelected version
    versionAlgorithmString
"""
PRESENTATION = frozenset(_RECORDS.split())
"""The properties of FHIR that are about records: they change no question and no answer."""


@attrs.frozen
class Reader:
    """Reads the parts of one questionnaire of FHIR."""

    draft: Draft

    def words(self, element: Element, key: str) -> Words | None:
        """Read a text, with the translations in the extensions beside it."""
        given = {"": element.text(key)}
        beside = element.element(f"_{key}")
        for each in beside.elements("extension") if beside is not None else ():
            if each.text("url") == TRANSLATION:
                parts = {part.text("url"): _value(part) for part in each.elements("extension")}
                given[str(parts.get("lang", ""))] = str(parts.get("content", ""))
            else:
                each.leave_out(RemarkCode.LEFT_OUT, name=each.text("url") or "extension")
        return self.draft.translator.words(given, element.at(key))


@attrs.define
class Extensions:
    """The extensions of an element, by the last part of their addresses."""

    _found: dict[str, Element]
    _read: set[str] = attrs.field(factory=set)

    def value(self, name: str, *kinds: type) -> Any:
        """Read the value of an extension; None without one, or if it is of none of the types."""
        element = self._found.get(name)
        if element is None:
            return None
        self._read.add(name)
        element.read.add("url")
        found = _value(element)
        fits = isinstance(found, kinds) and (bool in kinds or not isinstance(found, bool))
        if not fits:
            element.tell("", RemarkCode.WRONG_SHAPE)
        return found if fits else None

    def coding(self, name: str) -> str:
        """Read the text, or else the code, of an extension that has a coding; "" without one."""
        element = self._found.get(name)
        coding = element.element("valueCoding") if element is not None and "valueCoding" in element else None
        if element is None or coding is None:
            return ""
        self._read.add(name)
        element.read.add("url")
        return coding.text("display") or coding.text("code")

    def path(self, name: str) -> str:
        """Give the place of an extension."""
        return self._found[name].path

    def tell_rest(self) -> None:
        """Report the extensions that nobody has read."""
        for name, element in self._found.items():
            if name not in self._read:
                element.leave_out(RemarkCode.LEFT_OUT, name=str(element.content.get("url", name)))


def extensions(element: Element) -> Extensions:
    """Read the extensions of an element; of several with one address, the first."""
    found: dict[str, Element] = {}
    for each in element.elements("extension"):
        url = str(each.content.get("url", ""))
        name = url.removeprefix(_BASE)
        if name in found:
            each.leave_out(RemarkCode.LEFT_OUT, name=url)
        else:
            found[name] = each
    return Extensions(found)


def _value(element: Element) -> Any:
    """Give the value of an extension: its property that begins with ``value``."""
    key = next((each for each in element.content if each.startswith("value")), None)
    return None if key is None else element.take(key, str, int, float, bool)
