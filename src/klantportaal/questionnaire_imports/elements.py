"""Objects of the source, which remember what was read of them: what was not read goes into the report."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import attrs

from klantportaal.domain.questionnaires.schema_checks import step
from klantportaal.questionnaire_imports.remarks import RemarkCode, Report

_STEP = re.compile(r"[.\[]")


@attrs.define(eq=False)
class Source:
    """The document that is imported."""

    report: Report
    presentation: AbstractSet[str]
    """The properties that change no question and no answer."""
    _elements: list["Element"] = attrs.field(factory=list)
    left_out: set[str] = attrs.field(factory=set)
    """The places of what was left out as a whole."""

    def element(self, content: Mapping[str, Any], path: str) -> "Element":
        """Give an object of the source, to read."""
        made = Element(content, path, self)
        self._elements.append(made)
        return made

    def tell_rest(self) -> None:
        """Report each property that nobody has read."""
        read: dict[str, set[str]] = {}
        for each in self._elements:
            read.setdefault(each.path, set()).update(each.read)
        for each in self._elements:
            if not self.left_out.isdisjoint(_around(each.path)):
                continue
            for key, value in each.content.items():
                if key not in read[each.path] and value is not None:
                    code = RemarkCode.PRESENTATION if key in self.presentation else RemarkCode.LEFT_OUT
                    self.report.add(step(each.path, key), code, name=key)


@attrs.define(eq=False)
class Element:
    """An object of the source."""

    content: Mapping[str, Any]
    path: str
    source: Source
    read: set[str] = attrs.field(factory=set)

    def __contains__(self, key: str) -> bool:
        """Tell whether it has a property that is not null."""
        return self.content.get(key) is not None

    def at(self, key: str) -> str:
        """Give the path of a property."""
        return step(self.path, key)

    def tell(self, key: str, code: RemarkCode, **params: str | int) -> None:
        """Report something about a property, or with an empty key about the object."""
        self.source.report.add(self.at(key) if key else self.path, code, **params)

    def take(self, key: str, *kinds: type) -> Any:
        """Read a property. None if it is absent, or of none of the types; the report then says so.

        ``True`` and ``False`` are no numbers.
        """
        self.read.add(key)
        value = self.content.get(key)
        fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        if value is None or fits:
            return value
        self.tell(key, RemarkCode.WRONG_SHAPE)
        return None

    def text(self, key: str) -> str:
        """Read a property that is text; "" without one."""
        return self.take(key, str) or ""

    def flag(self, key: str) -> bool:
        """Read a property that is true or false; false without one."""
        return self.take(key, bool) is True

    def element(self, key: str) -> "Element | None":
        """Read a property that is an object."""
        content = self.take(key, dict)
        return None if content is None else self.source.element(content, self.at(key))

    def listed(self, key: str) -> list[tuple[str, Any]]:
        """Read a property that is a list: its items with their paths."""
        return [(f"{self.at(key)}[{number}]", each) for number, each in enumerate(self.take(key, list) or ())]

    def elements(self, key: str) -> "list[Element]":
        """Read a property that is a list of objects."""
        found = []
        for path, each in self.listed(key):
            if isinstance(each, dict):
                found.append(self.source.element(each, path))
            else:
                self.source.report.add(path, RemarkCode.WRONG_SHAPE)
        return found

    def leave_out(self, code: RemarkCode, **params: str | int) -> None:
        """Leave the whole object out."""
        self.read.update(self.content)
        self.source.left_out.add(self.path)
        self.tell("", code, **params)


def _around(path: str) -> list[str]:
    """Give the paths of what an element is within."""
    return [path[: found.start()] for found in _STEP.finditer(path)]
