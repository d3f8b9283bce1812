"""Fragments: questions that are written once and used in several places: a person, an address, an account.

A fragment is the document's own, or the office's own: several documents use that one, as ``office:persoon``. Publishing
writes every use out, so all that comes after it sees a document without fragments. A published definition never changes
when a fragment does.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

import attrs

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import REFERENCE, Order
from klantportaal.domain.questionnaires.document_checks import mappings
from klantportaal.domain.questionnaires.misfits import ROW_CONDITIONS
from klantportaal.domain.questionnaires.schema_checks import step

Tree = Mapping[str, Any]
OFFICE = "office:"
"""Stands before the id of a fragment of the office's own, where it is used."""
JOINT = "_"
"""Stands between the name of a use and the id of a question: ``koper_naam``."""
USED_LIMIT = 2_000
"""Questions and columns that all uses of a document make together."""
USED_SIZE_LIMIT = 4 * 1024 * 1024
"""Characters of JSON that all uses of a document make together. A document may have as many bytes."""
_QUESTION = re.compile(r"(\$\.pages\[[0-9]+\]\.questions\[[0-9]+\](?:\.columns\[[0-9]+\])?)(.*)", re.DOTALL)


@attrs.frozen
class Item:
    """A question or column of the document, with where it is written."""

    tree: Any
    path: str
    """Its place in the document as written: in a page, or in a fragment."""
    use: str | None = None
    """The place of the use that it came from."""
    columns: "tuple[Item, ...]" = ()


@attrs.frozen
class Expansion:
    """A document with every use written out."""

    document: Tree
    faults: Sequence[Fault]
    """The faults of fragments and uses. With any of them, not every use is written out."""
    origins: Mapping[str, Item]
    """By place in it: where each question and column is written."""
    office: Mapping[str, Tree]
    """The fragments of the office's own that were used, by their places."""

    def as_written(self, faults: Iterator[Fault]) -> Iterator[Fault]:
        """Give the faults of the document with their places as the author wrote them."""
        for fault in faults:
            found = _QUESTION.fullmatch(str(fault.field))
            item = None if found is None else self.origins.get(found[1])
            if found is None or item is None:
                yield fault
            elif found[2] == ".id" and item.use is not None:  # The id is made of that of the fragment and that name.
                yield attrs.evolve(fault, field=f"{item.use}.as")
            else:
                yield attrs.evolve(fault, field=f"{item.path}{found[2]}")


def expanded(document: Tree, office: Mapping[str, Tree] = MappingProxyType({})) -> Expansion:
    """Write out every use of a fragment in a document. What has the wrong shape is left as it is.

    Args:
        document: the document.
        office: the fragments of the office's own, by id.
    """
    if not has_fragments(document):
        return Expansion(document, (), {}, {})
    writer = _Writer()
    named = document.get("fragments")
    shared = dict(_with_those_before(office_uses(document), office, set()))
    for name, fragment in [*shared.items(), *(named.items() if isinstance(named, Mapping) else ())]:
        listed = fragment.get("questions") if isinstance(fragment, Mapping) else None
        writer.known[name] = writer.items(listed, f"{_place(name)}.questions")
    pages = [*document["pages"]] if isinstance(document.get("pages"), list) else []
    origins: dict[str, Item] = {}
    for number, path, page in mappings(document, "pages", "$"):
        items = writer.items(page.get("questions"), f"{path}.questions")
        pages[number] = {**page, "questions": [item.tree for item in items]}
        origins |= dict(_places(items, f"{path}.questions"))
    whole = {**{key: each for key, each in document.items() if key != "fragments"}, "pages": pages}
    return Expansion(whole, writer.faults, origins, {_place(name): fragment for name, fragment in shared.items()})


def has_fragments(document: Tree) -> bool:
    """Tell whether a document has fragments, or a question that is a use of one."""
    return "fragments" in document or any("use" in each for each in _asked(document))


def office_uses(document: Tree) -> Sequence[str]:
    """Give the ids of the office's fragments that a document, or a fragment, uses itself; sorted."""
    named = {use for each in _asked(document) if isinstance(use := each.get("use"), str)}
    return sorted(use.removeprefix(OFFICE) for use in named if use.startswith(OFFICE))


def _asked(document: Tree) -> Iterator[Tree]:
    """Give every question, column and use: of a fragment itself, or of the pages and the fragments of a document."""
    named = document.get("fragments")
    holders = [document, *(each for *_at, each in mappings(document, "pages", ""))]
    for holder in [*holders, *(named.values() if isinstance(named, Mapping) else ())]:
        for *_at, question in mappings(holder, "questions", ""):
            yield question
            yield from (column for *_at, column in mappings(question, "columns", ""))


def _with_those_before(ids: Sequence[str], office: Mapping[str, Tree], begun: set[str]) -> Iterator[tuple[str, Tree]]:
    """Give the office's fragments by the names that uses have, each after those that it uses.

    One that uses itself, by way of others too, comes after them: its use is then one of a fragment that is not before.
    """
    for id in ids:
        if id in office and id not in begun:
            begun.add(id)
            yield from _with_those_before(office_uses(office[id]), office, begun)
            yield f"{OFFICE}{id}", office[id]


def _place(name: str) -> str:
    return step("$.fragments", name)


def _places(items: Sequence[Item], path: str) -> Iterator[tuple[str, Item]]:
    for number, item in enumerate(items):
        yield f"{path}[{number}]", item
        yield from _places(item.columns, f"{path}[{number}].columns")


@attrs.define
class _Writer:
    """Writes out uses, and notes their faults."""

    known: dict[str, list[Item]] = attrs.field(factory=dict)
    """The fragments so far. A fragment may use those before it, so none uses itself."""
    faults: list[Fault] = attrs.field(factory=list)
    made: int = 0
    size: int = 0

    def items(self, listed: Any, path: str) -> list[Item]:
        """Give the questions of a page or fragment, or the columns of rows, with every use among them written out."""
        found: list[Item] = []
        for number, each in enumerate(listed if isinstance(listed, list) else ()):
            here = f"{path}[{number}]"
            if isinstance(each, Mapping) and "use" in each:
                found += self._used(each, here)
            elif isinstance(each, Mapping) and isinstance(each.get("columns"), list):
                columns = tuple(self.items(each["columns"], f"{here}.columns"))
                found.append(Item({**each, "columns": [column.tree for column in columns]}, here, None, columns))
            else:
                found.append(Item(each, here))
        return found

    def _used(self, use: Tree, path: str) -> list[Item]:
        name, prefix = use["use"], use.get("as")
        if not isinstance(name, str) or not isinstance(prefix, str):
            return []  # The JSON Schema of the format reports it.
        if name not in self.known:
            self.faults.append(Fault(code=FaultCode.UNKNOWN_REFERENCE, field=f"{path}.use", params={"id": name}))
            return []
        items = self.known[name]
        self.made += sum(1 + len(item.columns) for item in items)
        if self.made > USED_LIMIT:
            self.faults.append(Fault(code=FaultCode.TOO_MANY, field=f"{path}.use", params={"limit": USED_LIMIT}))
            return []
        self.size += len(json.dumps([item.tree for item in items], ensure_ascii=False))
        if self.size > USED_SIZE_LIMIT:
            too_large = Fault(code=FaultCode.DOCUMENT_TOO_LARGE, field=f"{path}.use", params={"limit": USED_SIZE_LIMIT})
            self.faults.append(too_large)
            return []
        ids = {str(item.tree.get("id")): item for item in items if isinstance(item.tree, Mapping)}
        words = use["texts"] if isinstance(use.get("texts"), Mapping) else {}
        for id in words.keys() - ids.keys():
            field = step(f"{path}.texts", id)
            self.faults.append(Fault(code=FaultCode.UNKNOWN_REFERENCE, field=field, params={"id": id}))
        naming = _Naming(prefix, {id: frozenset(_ids(item.columns)) for id, item in ids.items()})
        return [naming.named(item, words, path) for item in items]


def _ids(items: Sequence[Item]) -> Iterator[str]:
    return (str(item.tree.get("id")) for item in items if isinstance(item.tree, Mapping))


@attrs.frozen
class _Naming:
    """Gives the questions of a fragment their ids where it is used, and changes what refers to them."""

    prefix: str
    columns: Mapping[str, AbstractSet[str]]
    """By question of the fragment: the ids of its columns. Within its rows, these mean the columns."""

    def named(self, item: Item, words: Tree, use: str) -> Item:
        """Name one question, with the texts that the use has for it."""
        if not isinstance(item.tree, Mapping):
            return attrs.evolve(item, use=use)
        own, id = self.columns.keys(), str(item.tree.get("id"))
        within = own - self.columns.get(id, frozenset())
        columns = tuple(
            attrs.evolve(each, tree=self._tree(each.tree, within), use=use) if isinstance(each.tree, Mapping) else each
            for each in item.columns
        )
        tree = {**self._tree(item.tree, own), "id": f"{self.prefix}{JOINT}{id}"}
        if item.columns:
            tree["columns"] = [column.tree for column in columns]
        if isinstance(own_words := words.get(id), Mapping) and isinstance(tree.get("texts"), Mapping):
            tree["texts"] = _merged(tree["texts"], own_words)
        return Item(tree, item.path, use, columns)

    def _tree(self, tree: Tree, own: AbstractSet[str]) -> dict[str, Any]:
        """Change what a question or column refers to: in conditions, in its texts, and for its options and values."""
        made = dict(tree)
        if "visible_when" in made:
            made["visible_when"] = self._condition(made["visible_when"], own)
        for key in ("beside", "options_from", "default", "compute"):
            if key in made:
                made[key] = self._referring(made[key], own)
        if isinstance(made.get("texts"), Mapping):
            made["texts"] = {key: self._words(each, own) for key, each in made["texts"].items()}
        return made

    def _id(self, id: Any, own: AbstractSet[str]) -> Any:
        return f"{self.prefix}{JOINT}{id}" if isinstance(id, str) and id in own else id

    def _referring(self, value: Any, own: AbstractSet[str]) -> Any:
        """Change the questions that a value names, at every level."""
        if isinstance(value, list):
            return [self._referring(each, own) for each in value]
        if not isinstance(value, Mapping):
            return value
        return {
            key: self._id(each, own) if key == "question" else self._referring(each, own) for key, each in value.items()
        }

    def _condition(self, tree: Any, own: AbstractSet[str]) -> Any:
        if isinstance(tree, list):
            return [self._condition(each, own) for each in tree]
        if not isinstance(tree, Mapping):
            return tree
        made = dict(tree)
        for key in ("all", "any", "not"):
            if key in made:
                made[key] = self._condition(made[key], own)
        for key in ROW_CONDITIONS:
            if key in made:
                of_row = self.columns.get(str(tree.get("question")), frozenset())
                made[key] = self._condition(made[key], own - of_row)
        for key in ("question", *Order):
            if key in made:
                made[key] = self._id(made[key], own) if key == "question" else self._referring(made[key], own)
        return made

    def _words(self, texts: Any, own: AbstractSet[str]) -> Any:
        """Change the references in the texts of one language: ``{naam}``."""
        if not isinstance(texts, Mapping):
            return texts
        return {
            key: REFERENCE.sub(lambda found: f"{{{self._id(found[1], own)}}}", text) if isinstance(text, str) else text
            for key, text in texts.items()
        }


def _merged(texts: Tree, words: Tree) -> dict[str, Any]:
    """Put the texts of a use in the place of those of the fragment, by language."""
    return {
        key: {**each, **words[key]} if isinstance(each, Mapping) and isinstance(words.get(key), Mapping) else each
        for key, each in texts.items()
    }
