"""Routes for the vendor's own endpoints that take and return the portal's values as JSON."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_type_hints

import attrs
from fastapi import Body, Response
from fastapi.routing import APIRoute
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, ValidationError, core_schema

from klantportaal.domain.errors import Refused

Endpoint = Callable[..., Any]


class JsonRoute(APIRoute):
    """A route whose endpoint takes and returns the portal's values: ``APIRouter(route_class=JsonRoute)``.

    The returned value is written as ``klantportaal.serialisation`` does, without secrets. A parameter whose type is one
    of the portal's values is read from the request body. If the body is invalid, FastAPI responds with its usual 422
    and an error for each field. Everything else works as in FastAPI.
    """

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        """Make the route of an endpoint. The endpoint itself is not changed."""
        super().__init__(path, _speaking_json(endpoint), **options)


def _speaking_json(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint so that FastAPI sees plain JSON types instead of the portal's values."""
    if inspect.isgeneratorfunction(endpoint) or inspect.isasyncgenfunction(endpoint):
        return endpoint
    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def speaking(*args: Any, **kwargs: Any) -> Any:
            return _plain(await endpoint(*args, **kwargs))
    else:

        @functools.wraps(endpoint)
        def speaking(*args: Any, **kwargs: Any) -> Any:
            return _plain(endpoint(*args, **kwargs))

    speaking.__signature__ = _signature(endpoint)  # type: ignore[attr-defined]  # inspect looks for it.
    return speaking


def _plain(result: object) -> object:
    from klantportaal.serialisation import to_plain  # A vendor's own routes need it, pages do not.

    return result if isinstance(result, Response) else to_plain(result)


def _signature(endpoint: Endpoint) -> inspect.Signature:
    """Give an endpoint's signature with the portal's values marked as bodies, and without a return type with values."""
    hints = get_type_hints(endpoint, include_extras=True)
    signature = inspect.signature(endpoint)
    returned = hints.get("return", signature.return_annotation)
    parameters = [
        each.replace(annotation=_body(hints.get(name, each.annotation))) for name, each in signature.parameters.items()
    ]
    return signature.replace(
        parameters=parameters, return_annotation=inspect.Signature.empty if _has_values(returned) else returned
    )


def _body(kind: Any) -> Any:
    return Annotated[kind, _Reading(kind), Body()] if isinstance(kind, type) and attrs.has(kind) else kind


def _has_values(kind: Any) -> bool:
    """Tell whether a type is an attrs class or contains one, such as ``Sequence[ClientCard]``."""
    return (isinstance(kind, type) and attrs.has(kind)) or any(_has_values(each) for each in get_args(kind))


@attrs.frozen
class _Reading:
    """Tells pydantic how to read one of the portal's values."""

    kind: type[Any]

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        # OpenAPI shows an object. The validator accepts anything, because from_plain reports each fault by field.
        schema = core_schema.dict_schema(core_schema.str_schema(), metadata={"title": self.kind.__name__})
        return core_schema.no_info_plain_validator_function(self._read, json_schema_input_schema=schema)

    def _read(self, plain: object) -> object:
        from klantportaal.serialisation import from_plain

        try:
            return from_plain(plain, self.kind)
        except Refused as refusal:
            errors = [
                InitErrorDetails(
                    type=PydanticCustomError(fault.code.value, "{code}", {"code": fault.code.value, **fault.params}),
                    loc=tuple((fault.field or "").split(".")) if fault.field else (),
                    input=plain,
                )
                for fault in refusal.faults
            ]
            raise ValidationError.from_exception_data(self.kind.__name__, errors) from None
