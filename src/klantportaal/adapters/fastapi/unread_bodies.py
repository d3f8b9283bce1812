"""Lets a client read the response to a request whose body was not read to its end (AL-7).

A server that closes a connection while bytes still come resets it. The client can then lose the response: the form that
it is shown again, with what was typed. So the portal reads on for a moment before the server closes, and discards what
comes. The client has the response meanwhile, and mostly closes the connection itself.
"""

import anyio
import attrs
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send

READ_ON = 2.0
"""The most seconds to read on after a response."""


@attrs.define
class UnreadBody:
    """The body of one request, and the response to it. Give ``receive`` and ``send`` to what answers the request."""

    _scope: Scope
    _receive: Receive
    _send: Send
    _read_on: float = READ_ON
    _is_read: bool = attrs.field(init=False)
    _reads_on: bool = attrs.field(default=False, init=False)
    """Whether to read on after the response."""

    def __attrs_post_init__(self) -> None:
        asked = Headers(scope=self._scope)
        self._is_read = asked.get("content-length", "0") == "0" and "transfer-encoding" not in asked

    async def receive(self) -> Message:
        """Receive the next bytes of the body."""
        message = await self._receive()
        self._is_read = self._is_read or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send the next part of the response. Read on before its end if the server then closes the connection."""
        if message["type"] == "http.response.start":
            self._begin(MutableHeaders(scope=message))
        elif self._reads_on and not message.get("more_body", False):
            # The client has all bytes of the response. The server closes when it hears that there are no more.
            await self._send({**message, "more_body": True})
            await self._discard()
            message = {"type": "http.response.body"}
        await self._send(message)

    def _begin(self, told: MutableHeaders) -> None:
        """Decide whether to read on after a response with the headers *told*."""
        self._reads_on = not self._is_read and "content-length" in told and self._closes(told)
        if self._reads_on:
            # Middleware that compresses would keep the response until its end.
            told.setdefault("content-encoding", "identity")

    def _closes(self, told: Headers) -> bool:
        """Tell whether the server closes the connection after this response, as one side asks."""
        version = self._scope.get("http_version", "")
        closing = (each.get("connection", "").lower() == "close" for each in (Headers(scope=self._scope), told))
        return version == "1.0" or (version == "1.1" and any(closing))

    async def _discard(self) -> None:
        """Read the body until it ends, the client disconnects or the time is over."""
        with anyio.move_on_after(self._read_on):
            while not self._is_read:
                await self.receive()
