"""Endpoints of pages, which find their visit and their actor in the thread in which they run."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from klantportaal.adapters.fastapi.route_class import Arrive
from klantportaal.adapters.fastapi.visits import Client, Here, found

Endpoint = Callable[..., Response | Awaitable[Response]]
_REQUEST = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)


def in_one_thread(endpoint: Endpoint, arrive: Arrive) -> Endpoint:
    """Wrap an endpoint: store its visit first, and pass it its visit and its actor.

    Dependencies of FastAPI would find them before the endpoint runs, in another thread. Each change of threads takes as
    long as a statement.

    An endpoint that is a coroutine gets them from a thread before it runs, such as a download that waits for its turn.
    A coroutine that takes neither needs no thread.

    Args:
        endpoint: takes any of ``Here`` and ``Client``, and parameters of the path and the query.
        arrive: stores the visit of a request. It may raise an error to refuse the request.
    """
    signature = inspect.signature(endpoint)
    parameters = signature.parameters.values()
    visits = [each.name for each in parameters if each.annotation == Here]
    actors = [each.name for each in parameters if each.annotation == Client]

    def with_visit(request: Request, parts: dict[str, Any]) -> dict[str, Any]:
        arrive(request)
        here = found(request)
        if here is not None:
            parts.update(dict.fromkeys(visits, here))
            parts.update((name, here.actor) for name in actors)
        return parts

    def answer(request: Request, **parts: Any) -> Response:
        return endpoint(**with_visit(request, parts))  # type: ignore[return-value] # not of a coroutine

    async def answer_later(request: Request, **parts: Any) -> Response:
        if visits or actors:
            parts = await run_in_threadpool(with_visit, request, parts)
        else:
            arrive(request)
        response: Response = await endpoint(**parts)  # type: ignore[misc]
        return response

    made: Endpoint = answer_later if inspect.iscoroutinefunction(endpoint) else answer
    others = [each for each in parameters if each.name not in (*visits, *actors)]
    vars(made)["__signature__"] = signature.replace(parameters=[_REQUEST, *others])  # inspect looks for it.
    return made
