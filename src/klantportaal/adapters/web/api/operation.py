"""What an operation of an API is: one call of the portal, with its method, path and status (AP-6, AP-9).

How the arguments of a call come in follows from its signature: those in the path by name, an attrs value or the rest as
the JSON body, or in the query of a GET. Files stream in as ``multipart/form-data``.
"""

import inspect
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_type_hints

import attrs

from klantportaal.adapters.web.api.problems import NoSuchMethod
from klantportaal.domain.errors import Absent


@attrs.frozen(kw_only=True)
class AnyOperation(ABC):
    """One operation, of either API."""

    method: str
    path: str
    call: str
    """The call of the portal's side, such as ``clients.invite``."""
    status: int
    location: str = ""
    """The path of what was made, with ``{id}``."""
    left_out: frozenset[str] = frozenset()
    """Arguments that the operation does not have."""
    key: Callable[[Any], Any] | None = None
    """Gives the place in the list from its last row, for a list that has pages."""
    media_type: str = ""
    """The type of a body, or of an answer, that is passed on as it is."""
    is_once: bool = True
    """Whether a POST takes an ``Idempotency-Key``."""
    opens: bool = False
    """Whether a GET opens what was sent (ME-6, RQ-3). HEAD, which nobody reads, then is no method of it."""

    @property
    @abstractmethod
    def side(self) -> type[Any]:
        """The side of the portal that has the call."""

    @property
    @abstractmethod
    def tag(self) -> str:
        """The group of operations that it belongs to."""

    @property
    @abstractmethod
    def needs(self) -> str:
        """What a caller needs to have, in words."""

    @property
    @abstractmethod
    def is_counted(self) -> bool:
        """Whether its requests are counted, so that headers tell how many are left (AP-3)."""

    @property
    def security(self) -> list[dict[str, list[str]]] | None:
        """The ways to prove who asks, if they are not those of the whole API."""
        return None

    @property
    @abstractmethod
    def takes_key(self) -> bool:
        """Whether it takes an ``Idempotency-Key``."""

    @property
    def function(self) -> Callable[..., Any]:
        """The function that is called. Its signature says which arguments the operation has."""
        group, _, call = self.call.partition(".")
        found: Callable[..., Any] = getattr(get_type_hints(self.side)[group], call)
        return found

    @property
    def result(self) -> Any:
        """The type of the answer: that of what the function gives, unless the operation shows something else."""
        return get_type_hints(inspect.unwrap(self.function), include_extras=True)["return"]

    @property
    def id(self) -> str:
        """The name of the operation in the OpenAPI document."""
        return f"{self.method.lower()}_{self.call.replace('.', '_')}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """What its path looks like, with a group for each parameter."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


@attrs.frozen
class Routes:
    """The operations of an API, by their paths."""

    operations: Sequence[AnyOperation]
    _patterns: Mapping[tuple[str, int], Sequence[tuple[re.Pattern[str], AnyOperation]]] = attrs.field(init=False)
    """By the first part of their paths, which is never a parameter, and by the number of parts."""

    @_patterns.default
    def _sorted(self) -> Mapping[tuple[str, int], Sequence[tuple[re.Pattern[str], AnyOperation]]]:
        found: dict[tuple[str, int], list[tuple[re.Pattern[str], AnyOperation]]] = defaultdict(list)
        for each in sorted(self.operations, key=lambda each: each.path.count("{")):
            found[_shape(each.path)].append((each.pattern, each))
        return found

    def find(self, method: str, path: str) -> tuple[AnyOperation, dict[str, str]]:
        """Find the operation of a request, and the parts of its path.

        HEAD is answered as GET, but not where that opens what was sent.

        Raises:
            Absent: nothing has this path.
            NoSuchMethod: what has it, does not have this method.
        """
        near = self._patterns.get(_shape(path), ())
        found = [(each, match.groupdict()) for pattern, each in near if (match := pattern.fullmatch(path))]
        if not found:
            raise Absent("resource")
        first = found[0][0].path
        of_path = {each.method: (each, parts) for each, parts in found if each.path == first}
        if "GET" in of_path and not of_path["GET"][0].opens:
            of_path["HEAD"] = of_path["GET"]
        if method not in of_path:
            raise NoSuchMethod(sorted(of_path))
        return of_path[method]

    def shown(self, path: str) -> str:
        """Write a path for the log: that of its operation, since a client can type anything."""
        near = self._patterns.get(_shape(path), ())
        return next((each.path for pattern, each in near if pattern.fullmatch(path)), "/…")


def _shape(path: str) -> tuple[str, int]:
    """Give the first part of a path, and the number of its parts."""
    first, *others = path.removeprefix("/").split("/")
    return first, len(others)
