"""The threads for uploads of the FastAPI host, when requests are cancelled (AL-7)."""

import asyncio
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.types import Message

from klantportaal.adapters.fastapi import upload_threads
from klantportaal.adapters.fastapi.request_body import Body
from klantportaal.adapters.fastapi.upload_threads import UPLOADS_AT_ONCE, turn
from klantportaal.domain.request_times import RequestTimes

TIMES = RequestTimes()


async def receive() -> Message:
    """Deliver nothing."""
    raise NotImplementedError


async def hold(until: asyncio.Event) -> None:
    """Hold a thread for an upload of an account of its own."""
    body = Body(Request({"type": "http", "method": "POST", "headers": []}, receive), TIMES, owner="a")
    async with turn(uuid4(), body, TIMES):
        await until.wait()


async def cycle(count: int) -> None:
    """Let the event loop go round."""
    for _each in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("cycles", range(8))
def test_cancelled_when_it_got_its_thread(cycles: int) -> None:
    """AL-7: a request that is cancelled at the moment it gets its thread does not keep it."""

    async def run() -> int:
        over = [asyncio.Event() for _number in range(UPLOADS_AT_ONCE)]
        holding = [asyncio.create_task(hold(each)) for each in over]
        await cycle(20)
        waiting = asyncio.create_task(hold(asyncio.Event()))
        await cycle(20)
        over[0].set()
        await cycle(cycles)
        waiting.cancel()
        for each in over:
            each.set()
        await asyncio.gather(*holding, waiting, return_exceptions=True)
        return upload_threads._of_this_loop().free.borrowed_tokens

    assert asyncio.run(run()) == 0
