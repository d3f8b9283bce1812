"""Endpoints of pages, which find their visit and their actor in the thread in which they run."""

import inspect
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from klantportaal.adapters.fastapi.route_class import Arrive
from klantportaal.adapters.fastapi.visits import Client, Here, found

Endpoint = Callable[..., Response]
_REQUEST = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)


def in_one_thread(endpoint: Endpoint, arrive: Arrive) -> Endpoint:
    """Let an endpoint arrive first, and give it its visit and its actor.

    As dependencies, these two would have to be there before the endpoint gets its thread. Finding them needs a thread
    too, and each change of threads takes as long as a statement.

    Args:
        endpoint: takes any of ``Here`` and ``Client``, and parameters of the path and the query.
        arrive: stores the visit of a request. It may raise an error to refuse the request.
    """
    signature = inspect.signature(endpoint)
    parameters = signature.parameters.values()
    visits = [each.name for each in parameters if each.annotation == Here]
    actors = [each.name for each in parameters if each.annotation == Client]

    def answer(request: Request, **parts: Any) -> Response:
        arrive(request)
        here = found(request)
        if here is not None:
            parts.update(dict.fromkeys(visits, here))
            parts.update((name, here.actor) for name in actors)
        return endpoint(**parts)

    others = [each for each in parameters if each.name not in (*visits, *actors)]
    answer.__signature__ = signature.replace(parameters=[_REQUEST, *others])  # type: ignore[attr-defined]  # inspect looks for it.
    return answer
