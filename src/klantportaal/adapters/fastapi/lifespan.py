"""The lifespan of an application with the portal: it sends mail while the application runs, and closes the portal."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from klantportaal.portal import Portal


def lifespan(portal: Portal) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Make the lifespan of an application: start the dispatcher, and close the portal at the end (AL-2).

    Closing waits for a mail in flight, so that it is not sent a second time after a restart.
    """

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        portal.background.dispatcher.start()
        try:
            yield
        finally:
            await run_in_threadpool(portal.close)

    return running
