"""Type and range checks for the fields of values and the arguments of calls (AL-5).

``checked`` is for attrs classes, ``checked_call`` for a function or method, ``checked_calls`` for all public methods of
a class. A wrong type raises ``TypeError``. A value outside its ``Range`` raises ``ValueError``. Both messages name the
class or call, and the field or argument.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, call
from typing import Any, ParamSpec, TypeVar, get_origin, get_type_hints

import attrs

from klantportaal.domain.type_checks import Check, check_of

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)


# ---------------------------------------------------------------------- values
def checked(cls: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
    """Check the fields of each instance of an attrs class. Pass this function as ``field_transformer``.

    The check is a validator of the first field, and it checks all fields. Attrs runs the validators in the order of the
    fields, after it has set all of them. So this check runs before the class's own validators.
    """
    first, *others = fields
    mappings = [field.name for field in fields if get_origin(field.type) is Mapping and field.converter is None]
    types_first = _FieldTypes(cls, [field.name for field in fields], mappings)
    validator = types_first if first.validator is None else attrs.validators.and_(types_first, first.validator)
    return [first.evolve(validator=validator), *others]


class _FieldTypes:
    """The validator that checks all fields of an instance, and replaces its mappings by copies.

    Without copies, a later change of a mapping would change the value. An attrs converter cannot copy them, because
    cattrs does not convert fields that have one.
    """

    def __init__(self, cls: type, names: Sequence[str], mappings: Sequence[str]) -> None:
        self._cls = cls
        self._names = names
        self._mappings = mappings
        self._values = attrgetter(*names) if len(names) > 1 else lambda instance: (getattr(instance, names[0]),)

    @functools.cached_property
    def _checks(self) -> Sequence[Check]:
        """Compiled when the first instance is made, because names in annotations may be undefined before."""
        hints = get_type_hints(self._cls, include_extras=True)
        return [check_of(hints[name]) for name in self._names]

    @functools.cached_property
    def _accepting(self) -> Sequence[Callable[[Any], bool]]:
        return [check.accepts for check in self._checks]

    def __call__(self, instance: object, _attribute: object, _value: object) -> None:
        """Check an instance.

        Raises:
            TypeError: a field does not have the type of its annotation.
            ValueError: a field is outside the range of its annotation.
        """
        values = self._values(instance)
        if not all(map(call, self._accepting, values)):
            named = zip(self._names, self._checks, values, strict=True)
            name, check, value = next(each for each in named if not each[1].accepts(each[2]))
            raise check.error(self._cls.__name__, name, value)
        for name in self._mappings:
            object.__setattr__(instance, name, dict(getattr(instance, name)))


# ---------------------------------------------------------------------- calls
def checked_call(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function or method: its arguments are checked against its annotations before it runs.

    For a generator function too, the check is done at the call, not at the first item. Parameters without annotation,
    such as *self*, are not checked.
    """
    parameters = inspect.signature(function).parameters.values()
    checks = {each.name: check_of(each.annotation) for each in parameters if each.annotation is not each.empty}
    accepting = {name: check.accepts for name, check in checks.items()}
    by_position = [(each.name, accepting.get(each.name)) for each in parameters if each.kind in _POSITIONAL]
    called = function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def checking(*args: P.args, **kwargs: P.kwargs) -> R:
        for (name, accepts), value in zip(by_position, args):  # noqa: B905 - the call itself reports surplus arguments
            if accepts is not None and not accepts(value):
                raise checks[name].error(called, name, value)
        for name, value in kwargs.items():
            if name in accepting and not accepting[name](value):
                raise checks[name].error(called, name, value)
        return function(*args, **kwargs)

    return checking


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def checked_calls(cls: C) -> C:
    """Decorate a class: its public methods check their arguments."""
    for name, member in list(vars(cls).items()):
        if inspect.isfunction(member) and not name.startswith("_"):
            setattr(cls, name, checked_call(member))
    return cls
