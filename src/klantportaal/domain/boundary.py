"""Lets values and calls check what they are given, before anything else happens (AL-5).

``checked`` is for attrs classes, ``checked_call`` for a function or method, ``checked_calls`` for all public methods of
a class. A value of a wrong type is a ``TypeError``, and one out of its ``Range`` a ``ValueError``. Both name the class
or the call, and the field or the argument.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar, get_type_hints

import attrs

from klantportaal.domain.type_checks import Check, check_of

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)


# ---------------------------------------------------------------------- values
def checked(cls: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
    """Let every instance of an attrs class check the types of its fields; for ``field_transformer``.

    The check is a validator of the first field. Attrs runs validators when all fields are set, and in their order: this
    one checks all fields, before any validator of the class looks at a value.
    """
    first, *others = fields
    types_first = _FieldTypes(cls, [field.name for field in fields])
    validator = types_first if first.validator is None else attrs.validators.and_(types_first, first.validator)
    return [first.evolve(validator=validator), *others]


class _FieldTypes:
    """The validator that checks all fields of an instance."""

    def __init__(self, cls: type, names: Sequence[str]) -> None:
        self._cls = cls
        self._names = names
        self._values = attrgetter(*names) if len(names) > 1 else lambda instance: (getattr(instance, names[0]),)

    @functools.cached_property
    def _checks(self) -> Sequence[Check]:
        """Compiled when the first instance is made: until then a name in an annotation may stand for nothing."""
        hints = get_type_hints(self._cls, include_extras=True)
        return [check_of(hints[name]) for name in self._names]

    @functools.cached_property
    def _accepting(self) -> Sequence[Callable[[Any], bool]]:
        return [check.accepts for check in self._checks]

    def __call__(self, instance: object, _attribute: object, _value: object) -> None:
        """Check an instance.

        Raises:
            TypeError: a field is of another type than its annotation says.
            ValueError: a field is out of the range that its annotation says.
        """
        values = self._values(instance)
        for accepts, value in zip(self._accepting, values, strict=True):
            if not accepts(value):
                break
        else:
            return
        for name, check, value in zip(self._names, self._checks, values, strict=True):
            if not check.accepts(value):
                raise check.error(self._cls.__name__, name, value)


# ---------------------------------------------------------------------- calls
def checked_call(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function or method check its arguments by its annotations before it does anything.

    It is for what returns an iterator too: the check is at the call, not when the first item is asked for. What has no
    annotation, such as *self*, is not checked.
    """
    parameters = inspect.signature(function).parameters.values()
    checks = {each.name: check_of(each.annotation) for each in parameters if each.annotation is not each.empty}
    accepting = {name: check.accepts for name, check in checks.items()}
    by_position = [(each.name, accepting.get(each.name)) for each in parameters if each.kind in _POSITIONAL]
    call = function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def checking(*args: P.args, **kwargs: P.kwargs) -> R:
        for (name, accepts), value in zip(by_position, args):  # noqa: B905 - too many are told by the call itself
            if accepts is not None and not accepts(value):
                raise checks[name].error(call, name, value)
        for name, value in kwargs.items():
            if name in accepting and not accepting[name](value):
                raise checks[name].error(call, name, value)
        return function(*args, **kwargs)

    return checking


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def checked_calls(cls: C) -> C:
    """Let every public method of a class check its arguments."""
    for name, member in list(vars(cls).items()):
        if inspect.isfunction(member) and not name.startswith("_"):
            setattr(cls, name, checked_call(member))
    return cls
