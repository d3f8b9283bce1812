"""The cattrs converter for all values of the portal."""

import enum
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Annotated, Any, get_args, get_origin

import attrs
from cattrs import Converter, IterableValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.answering import Answering, Given
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.projection import Projection
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import Fingerprint, Texts
from klantportaal.serialisation import conditions
from klantportaal.serialisation.scalars import READERS, WRITERS, Misfit, read_choice
from klantportaal.usecases.shared.downloading import Download

Read = Callable[[Any, Any], Any]

_TOLD = frozenset(
    {(Assignment, "answering"), (Assignment, "given"), (Given, "answers"), (Answering, "raw"), (Projection, "answers")}
)
"""Fields that are kept out of ``repr``, and so out of logs, but that are written to JSON: callers may see them."""
_JSON_ALREADY = frozenset({(Answering, "raw"), (Given, "answers"), (Projection, "answers"), (Fault, "params")})


def converter() -> Converter:
    """Make a converter for all values that calls take and give. You can add hooks for your own types.

    ``converter().unstructure(view)`` gives the types of JSON: dictionaries, lists, text, numbers, booleans and None.
    Structuring checks every value and coerces none.
    """
    made = Converter(
        forbid_extra_keys=True,
        unstruct_collection_overrides={AbstractSet: sorted, tuple: list, Sequence: list},
    )
    for kind, write in WRITERS.items():
        made.register_unstructure_hook(kind, write)
    for kind, read in READERS.items():
        made.register_structure_hook(kind, _of_one(read))
    made.register_structure_hook(enum.Enum, read_choice)
    made.register_unstructure_hook_factory(attrs.has, _write_fields)
    made.register_structure_hook_factory(attrs.has, _read_fields)
    made.register_structure_hook_factory(_is_list, _read_list)
    made.register_structure_hook_factory(_is_mapping, _read_mapping)
    made.register_structure_hook_factory(_is_text_or_texts, _read_text_or_texts)
    made.register_structure_hook_factory(_has_range, _read_in_range)
    # Registered by a function, not by the class: the hints of Schema name a type that only type checkers import.
    made.register_unstructure_hook_func(_is_schema, lambda schema: dict(schema.document))
    made.register_structure_hook_func(_is_schema, lambda document, _kind: Schema(_object(document)))
    made.register_unstructure_hook_func(_is_condition, conditions.write)
    made.register_unstructure_hook_func(_may_be_condition, lambda it: None if it is None else conditions.write(it))
    made.register_structure_hook_func(_is_condition, lambda tree, _kind: conditions.read(tree))
    made.register_structure_hook_func(
        _may_be_condition, lambda tree, _kind: None if tree is None else conditions.read(tree)
    )
    made.register_structure_hook_func(lambda kind: kind is object or _is_answer(kind), lambda value, _kind: value)
    made.register_unstructure_hook(Download, _no_download)
    return made


def secrets_of(kind: type[attrs.AttrsInstance]) -> frozenset[str]:
    """Give the names of the fields that are never written to JSON.

    These are fingerprints, and the fields that are kept out of ``repr`` and are not in ``_TOLD``.
    """
    return frozenset(
        field.name
        for field in attrs.fields(kind)
        if field.init and (field.type is Fingerprint or (not field.repr and (kind, field.name) not in _TOLD))
    )


# ------------------------------------------------------------------ objects
def _write_fields(kind: type[attrs.AttrsInstance], converter: Converter) -> Callable[[Any], Any]:
    if any(field.name.startswith("_") for field in attrs.fields(kind)):
        raise TypeError(f"{kind.__name__} is no value, so it has no JSON")
    return make_dict_unstructure_fn(kind, converter, **_overrides(kind))


def _read_fields(kind: type[attrs.AttrsInstance], converter: Converter) -> Read:
    if secrets := secrets_of(kind):
        raise TypeError(f"{kind.__name__} holds a secret ({', '.join(sorted(secrets))}), so it is never read from JSON")
    build = make_dict_structure_fn(kind, converter, **_overrides(kind))
    return lambda value, _kind: build(_object(value), kind)


def _overrides(kind: type[attrs.AttrsInstance]) -> dict[str, Any]:  # cattrs does not export AttributeOverride.
    hidden = {name: override(omit=True) for name in secrets_of(kind)}
    as_it_is = {
        name: override(unstruct_hook=dict, struct_hook=lambda value, _kind: _object(value))
        for owner, name in _JSON_ALREADY
        if owner is kind
    }
    return {**hidden, **as_it_is}


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misfit(FaultCode.NOT_AS_FORMAT)
    return value


def _no_download(_download: Download) -> object:
    raise TypeError("a Download has no JSON: send its blocks to their end, or close it")


# ------------------------------------------------------------------ lists and mappings
def _is_list(kind: Any) -> bool:
    origin = get_origin(kind)
    if origin is tuple:
        return get_args(kind)[1:] == (...,)
    return isinstance(origin, type) and (origin is Collection or issubclass(origin, (list, Sequence, AbstractSet)))


def _is_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _is_text_or_texts(kind: Any) -> bool:
    """Tell whether a value is one text for both languages, or a text for each."""
    return bool(kind == str | Texts)


def _has_range(kind: Any) -> bool:
    return get_origin(kind) is Annotated and any(isinstance(note, Range) for note in kind.__metadata__)


def _is_answer(kind: Any) -> bool:
    """Tell whether a value is an answer, which is JSON already."""
    return {bool, int, float, str, type(None)} < set(get_args(kind))


def _is_schema(kind: Any) -> bool:
    return kind is Schema


def _is_condition(kind: Any) -> bool:
    return kind in conditions.CONDITIONS or set(get_args(kind)) == set(conditions.CONDITIONS)


def _may_be_condition(kind: Any) -> bool:
    return set(get_args(kind)) == {*conditions.CONDITIONS, type(None)}


def _read_list(kind: Any, converter: Converter) -> Read:
    item, origin = get_args(kind)[0], get_origin(kind)
    make = next((each for each in (tuple, list, frozenset, set) if issubclass(each, origin)), tuple)
    read = converter.get_structure_hook(item)

    def read_list(value: Any, _kind: Any) -> Any:
        if not isinstance(value, list):
            raise Misfit(FaultCode.NOT_A_LIST)
        return make(_read_all(kind, enumerate(value), lambda _place, each: read(each, item)))

    return read_list


def _read_mapping(kind: Any, converter: Converter) -> Read:
    key_kind, item = get_args(kind)
    read_key, read = converter.get_structure_hook(key_kind), converter.get_structure_hook(item)

    def read_mapping(value: Any, _kind: Any) -> Any:
        both = _read_all(kind, _object(value).items(), lambda key, each: (read_key(key, key_kind), read(each, item)))
        return dict(both)

    return read_mapping


def _read_text_or_texts(_kind: Any, converter: Converter) -> Read:
    def read_text_or_texts(value: Any, _kind: Any) -> Any:
        return converter.structure(value, Texts if isinstance(value, dict) else str)

    return read_text_or_texts


def _read_in_range(kind: Any, converter: Converter) -> Read:
    """Read a number or a time with limits. What its class or call says of these names no field."""
    plain = get_args(kind)[0]
    limits = next(note for note in kind.__metadata__ if isinstance(note, Range))

    def read_in_range(value: Any, _kind: Any) -> Any:
        found = converter.structure(value, plain)
        if limits.holds(found):
            return found
        if limits.most is not None and found > limits.most:
            raise Refused([Fault(code=FaultCode.TOO_LARGE, params={"limit": _limit(limits.most)})])
        if limits.above:
            raise Misfit(FaultCode.NOT_AS_FORMAT)  # No limit would be a value that fits.
        raise Refused([Fault(code=FaultCode.TOO_SMALL, params={"limit": _limit(limits.least)})])

    return read_in_range


def _limit(value: Any) -> int | str:
    """Write a limit as JSON has it: a time in seconds."""
    number = value.total_seconds() if isinstance(value, timedelta) else value
    return int(number) if number == int(number) else str(number)


def _read_all(kind: Any, parts: Iterable[tuple[Any, Any]], read: Callable[[Any, Any], Any]) -> list[Any]:
    """Read every part, and raise one error for all that do not fit, each with its place, as cattrs does."""
    found, errors = [], list[Exception]()
    for place, each in parts:
        try:
            found.append(read(place, each))
        except Exception as error:  # noqa: BLE001 - cattrs collects every exception of its hooks
            error.add_note(IterableValidationNote(f"at {place}", place, kind))
            errors.append(error)
    if errors:
        raise IterableValidationError(f"parts of {kind} do not fit", errors, kind)
    return found


def _of_one(read: Callable[[object], Any]) -> Read:
    """Make the hook for a type. cattrs calls it for subclasses too, such as an enumeration of text."""

    def read_one(value: Any, kind: Any) -> Any:
        return read_choice(value, kind) if isinstance(kind, type) and issubclass(kind, enum.Enum) else read(value)

    return read_one
