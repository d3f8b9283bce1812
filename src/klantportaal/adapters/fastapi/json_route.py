"""Routes of a vendor's own that take and return the portal's values, as JSON."""

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
from klantportaal.serialisation import from_plain, to_plain

Endpoint = Callable[..., Any]


class JsonRoute(APIRoute):
    """A route whose endpoint takes and returns the portal's values: ``APIRouter(route_class=JsonRoute)``.

    What the endpoint returns is written as ``klantportaal.serialisation`` does, without secrets. A parameter that is
    one of the portal's values is read from the request's body; where it does not fit, FastAPI answers with its usual
    422, an error for each field. All else is FastAPI's.
    """

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        """Make the route of an endpoint, which itself stays as it is."""
        super().__init__(path, _speaking_json(endpoint), **options)


def _speaking_json(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint so that FastAPI sees JSON's own types where the endpoint has the portal's values."""
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
    return result if isinstance(result, Response) else to_plain(result)


def _signature(endpoint: Endpoint) -> inspect.Signature:
    """Give an endpoint's signature with its values marked as bodies, and without a return type that holds values."""
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
    """Tell whether a type is an attrs class, or has one within: ``Sequence[ClientCard]``."""
    return (isinstance(kind, type) and attrs.has(kind)) or any(_has_values(each) for each in get_args(kind))


@attrs.frozen
class _Reading:
    """Tells pydantic how a value is read."""

    kind: type[Any]

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        # An object to OpenAPI, and whatever comes to the reader, which names each fault.
        schema = core_schema.dict_schema(core_schema.str_schema(), metadata={"title": self.kind.__name__})
        return core_schema.no_info_plain_validator_function(self._read, json_schema_input_schema=schema)

    def _read(self, plain: object) -> object:
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
