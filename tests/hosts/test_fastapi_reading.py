"""How the FastAPI host reads forms with files, part by part, while they stream."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import anyio
import anyio.to_thread
import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from klantportaal.adapters.fastapi.request_body import BLOCK, Body
from klantportaal.adapters.web.http.errors import Malformed, TooLarge, TooSlow
from klantportaal.adapters.web.http.form_parts import FilePart, FormLimits
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.domain.request_times import RequestTimes

TIMES = RequestTimes()
LIMITS = FormLimits(parts=5, field=1000, total=10_000)
TYPE = "multipart/form-data; boundary=grens"

Read = list[tuple[str, str | None, bytes | str]]


def part(disposition: str, content: bytes) -> bytes:
    """Write one part of a form."""
    return f"--grens\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    """Write a whole form."""
    return b"".join(parts) + b"--grens--\r\n"


def read(*chunks: bytes, limits: FormLimits = LIMITS, content_type: str = TYPE) -> Read:
    """Read a form that arrives in chunks. Return the name, file name and content of every part."""
    result: Read = []
    for each in FormReader(content_type, chunks, limits):
        if isinstance(each, FilePart):
            result.append((each.name, each.file_name, b"".join(each.blocks)))
        else:
            result.append((each.name, None, each.value))
    return result


FORM = form(
    part('form-data; name="subject"', "Vraag één".encode()),
    part('form-data; name="files"; filename="a b.pdf"', b"%PDF-\r\n--gren\r\n--grensx\r\r\n--"),
    part('form-data; name="files"; filename=""', b""),
)
PARTS: Read = [
    ("subject", None, "Vraag één"),
    ("files", "a b.pdf", b"%PDF-\r\n--gren\r\n--grensx\r\r\n--"),
    ("files", "", b""),
]


@given(st.lists(st.integers(0, len(FORM)), max_size=12))
def test_chunks(cuts: list[int]) -> None:
    """AT-1: The parts of a form are the same, wherever the network splits it."""
    ends = sorted({0, *cuts, len(FORM)})
    chunks = [FORM[start:end] for start, end in itertools.pairwise(ends)]
    assert read(*chunks) == PARTS


def test_bytes_one_by_one() -> None:
    """AT-1: A form that arrives byte by byte is read."""
    assert read(*(FORM[at : at + 1] for at in range(len(FORM)))) == PARTS


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_rest_is_skipped(taken: int) -> None:
    """AT-3: The unread rest of a refused file is skipped. The other parts are whole."""
    body = form(part('form-data; name="f"; filename="x"', b"x" * 50), part('form-data; name="a"', b"after"))
    reader = iter(FormReader(TYPE, (body[at : at + 20] for at in range(0, len(body), 20)), LIMITS))
    first = next(reader)
    assert isinstance(first, FilePart)
    for _ in range(taken):
        next(first.blocks)
    after = next(reader)
    assert attrs.asdict(after) == {"name": "a", "value": "after"}
    assert list(first.blocks) == []
    assert list(reader) == []


def test_streams() -> None:
    """AT-3: A file's first block is available before the rest of the body is requested. Blocks are not copied."""
    block = b"b" * 100
    asked: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number, chunk in enumerate([part('form-data; name="f"; filename="x"', b"head")[:-2], block, block]):
            asked.append(number)
            yield chunk

    first = next(iter(FormReader(TYPE, chunks(), LIMITS)))
    assert isinstance(first, FilePart)
    assert (next(first.blocks), asked) == (b"head", [0])
    assert next(first.blocks) is block


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([], id="nothing"),
        pytest.param([FORM[:-6]], id="no end"),
        pytest.param([FORM[:150]], id="ends within a file"),
        pytest.param([b"no form at all"], id="no boundary"),
        pytest.param([b"--grens\r\nno header\r\n\r\nx\r\n--grens--"], id="no header"),
        pytest.param([b"--grens\r\n\r\nx\r\n--grens--"], id="no headers at all"),
        pytest.param([form(part("form-data", b"x"))], id="no name"),
        pytest.param([form(part('attachment; name="a"', b"x"))], id="no form-data"),
        pytest.param([b"--grens\r\n" + b"A: b\r\n" * 100 + FORM[9:]], id="too many headers"),
        pytest.param([part(f'form-data; name="{"n" * 9000}"', b"x")], id="endless header"),
    ],
)
def test_malformed(chunks: list[bytes]) -> None:
    """AL-1: A malformed form is refused, wherever it breaks off."""
    with pytest.raises(Malformed):
        read(*chunks)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=a",
        f"multipart/form-data; boundary={'b' * 300}",
    ],
)
def test_other_content(content_type: str) -> None:
    """AL-1: A body with another content type or without a boundary is not read as a form."""
    with pytest.raises(Malformed):
        read(FORM, content_type=content_type)


@pytest.mark.parametrize("limits", [{"parts": 2}, {"field": 9}, {"total": len(FORM) - 1}])
def test_too_much(limits: dict[str, int]) -> None:
    """AT-3: Parts, fields and total bytes are counted while they stream. Too many are refused."""
    with pytest.raises(TooLarge):
        read(FORM, limits=attrs.evolve(LIMITS, **limits))


def test_as_much_as_may_be() -> None:
    """AT-3: A form exactly at its limits is read."""
    assert read(FORM, limits=FormLimits(parts=3, field=11, total=len(FORM))) == PARTS


def test_bytes_that_are_no_text() -> None:
    """AL-1: Bytes that are not UTF-8 become replacement characters. No surrogate appears."""
    assert read(form(part('form-data; name="a"', b"\xed\xa0\x80!"))) == [("a", None, "\ufffd\ufffd\ufffd!")]


@pytest.mark.parametrize("field", [b"filename", b"name"])
def test_names_that_are_no_text(field: bytes) -> None:
    """AT-4: A field name or file name that is not UTF-8 is refused."""
    raw = b'--grens\r\nContent-Disposition: form-data; name="f"; ' + field + b'="\xff.pdf"\r\n\r\nx\r\n'
    with pytest.raises(Malformed):
        read(form(raw))


def body_of(*messages: Message, times: RequestTimes = TIMES) -> list[bytes]:
    """Read a body in a thread, while a server delivers the messages and then nothing."""

    async def serve() -> list[bytes]:
        waiting = list(messages)

        async def receive() -> Message:
            if not waiting:
                await anyio.sleep_forever()
            return waiting.pop(0)

        scope = {"type": "http", "method": "POST", "headers": []}
        return await anyio.to_thread.run_sync(list, Body(Request(scope, receive), times, owner="a"))

    return anyio.run(serve)


def arriving(body: bytes, *, more: bool = True) -> Message:
    """Make the ASGI message for a part of the body."""
    return {"type": "http.request", "body": body, "more_body": more}


def test_body() -> None:
    """AT-1: The thread gets the body chunk by chunk as it arrived, without copies."""
    chunks = [b"a" * (BLOCK // 2), b"b" * BLOCK, b"c"]
    read_chunks = body_of(*(arriving(chunk) for chunk in chunks), arriving(b""), arriving(b"d", more=False))
    assert read_chunks == [*chunks, b"d"]
    assert read_chunks[1] is chunks[1]


def test_a_body_that_takes_too_long() -> None:
    """ST-2: a body of which each chunk comes in time, but the whole does not, ends; what its begin was comes first."""

    async def receive() -> Message:
        await anyio.sleep(0.05)
        return arriving(b"x")

    async def serve() -> bytes:
        body = Body(Request({"type": "http", "method": "POST", "headers": []}, receive), TIMES, owner="a", within=0.6)
        begun = await body.begin(2, within=5)

        def rest() -> None:
            chunks = iter(body)
            assert [next(chunks), next(chunks)] == [b"x", b"x"]
            with pytest.raises(TooSlow):
                next(chunks)

        await anyio.to_thread.run_sync(rest)
        return begun

    assert anyio.run(serve) == b"xx"


def test_empty_body() -> None:
    """AL-1: A request without a body has an empty body."""
    assert body_of(arriving(b"", more=False)) == []


def test_client_leaves() -> None:
    """AL-2: If the client disconnects halfway, reading ends with an error, so that no file is kept."""
    with pytest.raises(ClientDisconnect):
        body_of(arriving(b"half"), {"type": "http.disconnect"})


def test_client_falls_silent() -> None:
    """AL-7: If the client stops sending, the thread is released after a window."""
    with pytest.raises(TooSlow):
        body_of(arriving(b"half"), times=RequestTimes(window=timedelta(seconds=0.05)))


def test_client_drips() -> None:
    """AL-7: A client that sends byte after byte is broken off at the total time, which grows with what came."""
    times = RequestTimes(window=timedelta(seconds=5), least_rate=1, total=timedelta(seconds=0.1), total_rate=100)
    came = 0

    async def receive() -> Message:
        nonlocal came
        came += 1
        await anyio.sleep(0.02)
        return arriving(b"x")

    async def serve() -> None:
        body = Body(Request({"type": "http", "method": "POST", "headers": []}, receive), times, owner="a")
        with pytest.raises(TooSlow):
            await body.begin(1_000_000)
        assert len(body.begun) == came - 1 > 0

    anyio.run(serve)


SMALL = RequestTimes(begun_together=3000)
"""Half-sent forms hold no more than about two chunks of 1,000 bytes."""


def test_forms_that_hold_too_much() -> None:
    """AL-7: if half-sent forms hold too much, only the largest one of the client that holds most is broken off."""

    def body(owner: str, chunks: list[int]) -> Body:
        async def receive() -> Message:
            if not chunks:
                await anyio.sleep_forever()
            return arriving(b"x" * chunks.pop(0))

        return Body(Request({"type": "http", "method": "POST", "headers": []}, receive), SMALL, owner=owner)

    async def begin(each: Body, broken_off: list[Body]) -> None:
        with pytest.raises(TooSlow):
            await each.begin(100_000)
        broken_off.append(each)

    async def serve() -> None:
        large, small, newest = (body("eve", [each]) for each in (1000, 100, 900))
        of_another = body("adam", [900])
        broken_off: list[Body] = []
        async with anyio.create_task_group() as tasks:
            for each in (large, small, of_another):
                tasks.start_soon(begin, each, broken_off)
                await anyio.wait_all_tasks_blocked()
            assert broken_off == []
            tasks.start_soon(begin, newest, broken_off)
            await anyio.wait_all_tasks_blocked()
            assert (broken_off, large.begun) == ([large], b"")
            of_another.end()
            assert await body("adam", [950]).begin(950) == b"x" * 950
            assert broken_off == [large]
            assert await body("john", [1000]).begin(1000) == b"x" * 1000
            await anyio.wait_all_tasks_blocked()
            assert broken_off == [large, newest]
            tasks.cancel_scope.cancel()

    anyio.run(serve)


def test_a_form_that_is_dropped_while_it_waits_for_its_turn() -> None:
    """AL-7: a form that waits for its turn can be dropped too."""

    async def receive() -> Message:
        return arriving(b"x" * 1000)

    async def wait(each: Body) -> None:
        with pytest.raises(TooSlow), each.queued():
            await anyio.sleep_forever()

    async def serve() -> None:
        bodies = [
            Body(Request({"type": "http", "method": "POST", "headers": []}, receive), SMALL, owner="a")
            for _number in range(3)
        ]
        async with anyio.create_task_group() as tasks:
            for each in bodies[:2]:
                await each.begin(1000)
                tasks.start_soon(wait, each)
            await anyio.wait_all_tasks_blocked()
            await bodies[2].begin(1000)
            bodies[1].drop()

    anyio.run(serve)
