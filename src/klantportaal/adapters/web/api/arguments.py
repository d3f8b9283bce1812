"""The arguments of an operation: where each comes in, and the class that its values are read into."""

import functools
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_type_hints
from urllib.parse import parse_qsl

import attrs

from klantportaal.adapters.web.api.operation import AnyOperation
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.serialisation.text import from_plain

CURSOR = "cursor"
"""What a request calls the place in a list from which it goes on."""
FILE = frozenset({"name", "blocks"})
WHO = frozenset({Actor, OfficeActor, Visitor})
"""The types of the argument that says who asks. It comes from what proves that."""
RAW = frozenset({"document", "report"})
"""The arguments that are a body as it is."""
_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


@attrs.frozen(kw_only=True)
class Argument:
    """One argument of a call."""

    name: str
    kind: Any
    default: Any = attrs.NOTHING


@attrs.frozen(kw_only=True)
class Arguments:
    """The arguments of one operation, by where they come in."""

    path: tuple[Argument, ...]
    query: tuple[Argument, ...]
    body: tuple[Argument, ...]
    after: Any
    """The type of a place in the list. None for an operation without pages."""
    has_version: bool
    """Whether ``If-Match`` says which version was seen."""
    needs_version: bool
    """Whether it must say so."""
    has_file: bool
    raw: str
    """The name of the argument that is the body as it is. Empty if none is."""
    result: Any
    summary: str
    """What the call does, in its own words."""

    @functools.cached_property
    def whole(self) -> Argument | None:
        """The argument that is the whole body, if it is one value with fields."""
        only = self.body[0] if len(self.body) == 1 else None
        return only if only is not None and isinstance(only.kind, type) and attrs.has(only.kind) else None

    @functools.cached_property
    def by_query_name(self) -> Mapping[str, Argument]:
        """The arguments in the query, by what a request calls them: in lower camel case, as the design rules ask."""
        return {camel(each.name): each for each in self.query}

    @functools.cached_property
    def path_class(self) -> type[Any]:
        """The class with the fields of the path."""
        return _class_of(self.path)

    @functools.cached_property
    def query_class(self) -> type[Any]:
        """The class with the fields of the query."""
        return _class_of([attrs.evolve(each, name=name) for name, each in self.by_query_name.items()])

    @functools.cached_property
    def body_class(self) -> type[Any]:
        """The class with the fields of the body."""
        return _class_of(self.body)


def camel(name: str) -> str:
    """Write a name in lower camel case: ``oldestFirst`` for ``oldest_first``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


@functools.cache
def arguments_of(operation: AnyOperation) -> Arguments:
    """Read the arguments of an operation from the signature of its call."""
    call = operation.function
    hints = get_type_hints(inspect.unwrap(call), include_extras=True)
    found = {
        name: Argument(name=name, kind=hints[name], default=_default(each))
        for name, each in inspect.signature(call).parameters.items()
        if name not in {"self", *operation.left_out} and not _says_who(hints[name])
    }
    in_path = re.findall(r"\{(\w+)\}", operation.path)
    has_file, raw = set(found) >= FILE, next((name for name in found if name in RAW), "")
    special = {*in_path, *(FILE if has_file else ()), raw, *({"after"} if operation.key else ()), "version"}
    rest = tuple(each for name, each in found.items() if name not in special)
    return Arguments(
        path=tuple(found[name] for name in in_path if name in found),
        query=rest if operation.method == "GET" else (),
        body=() if operation.method == "GET" else rest,
        after=found["after"].kind if operation.key else None,
        has_version="version" in found,
        needs_version="version" in found and found["version"].default is attrs.NOTHING,
        has_file=has_file,
        raw=raw,
        result=operation.result,
        summary=inspect.getdoc(call).partition("\n")[0],  # type: ignore[union-attr] # Ruff asks for docstrings.
    )


def _says_who(kind: Any) -> bool:
    return isinstance(kind, type) and (kind in WHO or getattr(kind, "says_who", False))


def _default(parameter: inspect.Parameter) -> Any:
    return attrs.NOTHING if parameter.default is inspect.Parameter.empty else parameter.default


def _class_of(arguments: Sequence[Argument]) -> type[Any]:
    fields = {each.name: attrs.field(default=each.default) for each in arguments}
    bare = type("Arguments", (), {"__annotations__": {each.name: each.kind for each in arguments}, **fields})
    made: type[Any] = attrs.frozen(kw_only=True, field_transformer=checked if arguments else None)(bare)
    return made


def of_path(arguments: Arguments, parts: Mapping[str, str]) -> dict[str, Any]:
    """Read the arguments in the path. One that is malformed names nothing.

    Raises:
        Absent: a part is not an id.
    """
    try:
        return _values(from_plain(dict(parts), arguments.path_class))
    except Refused:
        raise Absent("resource") from None


def of_query(arguments: Arguments, query: str) -> tuple[dict[str, Any], str | None]:
    """Read the arguments in the query, and the cursor.

    Raises:
        Refused: one fault for each that does not fit.
    """
    given = parse_qsl(query, keep_blank_values=True)
    plain = dict(given)
    names = [name for name, _text in given]
    faults = [Fault(code=FaultCode.NOT_AS_FORMAT, field=name) for name in plain if names.count(name) > 1]
    cursor = plain.pop(CURSOR, None) if arguments.after is not None and not arguments.body else None
    named = arguments.by_query_name
    read = {name: _typed(named[name].kind if name in named else None, text) for name, text in plain.items()}
    try:
        values = _values(from_plain(read, arguments.query_class))
    except Refused as error:
        raise Refused([*faults, *error.faults]) from error
    if faults:
        raise Refused(faults)
    return {named[name].name: value for name, value in values.items()}, cursor


def _typed(kind: Any, text: str) -> object:
    """Convert a text of the query to the type of JSON that its argument needs."""
    if text in {"true", "false"} and _allows(kind, bool):
        return text == "true"
    return int(text) if _NUMBER.fullmatch(text) and _allows(kind, int) else text


def _allows(kind: Any, wanted: type) -> bool:
    """Tell whether a type, one of a union, or an annotated one, is *wanted*."""
    return kind is wanted or any(_allows(each, wanted) for each in get_args(kind))


def of_body(arguments: Arguments, plain: object) -> tuple[dict[str, Any], str | None]:
    """Read the arguments in a JSON body, and the cursor.

    Raises:
        Refused: one fault for each that does not fit.
    """
    if arguments.whole is not None:
        return {arguments.whole.name: from_plain(plain, arguments.whole.kind)}, None
    cursor = None
    if arguments.after is not None and isinstance(plain, dict):
        cursor = plain.pop(CURSOR, None)
        if cursor is not None and not isinstance(cursor, str):
            raise Refused([Fault(code=FaultCode.NOT_TEXT, field=CURSOR)])
    return _values(from_plain(plain, arguments.body_class)), cursor


def _values(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
