"""A streaming reader of multipart forms: it yields part after part, and never holds a whole file in memory or on disk.

The bytes come from an iterator and are parsed as they arrive. The part of a file contains an iterator of blocks, which
a use case can read at once. When the caller asks for the next part, the reader skips unread blocks of the current one.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import attrs
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from klantportaal.adapters.web.http.errors import Malformed, TooLarge
from klantportaal.adapters.web.http.form_parts import FilePart, FormLimits, Part, TextPart

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


@attrs.frozen
class _Begin:
    """The event that a part begins. A part without a file name is a text field."""

    name: str
    file_name: str | None


@attrs.frozen
class _End:
    """The event that the current part ends."""


class FormReader:
    """Reads one multipart/form-data body (RFC 7578)."""

    def __init__(self, content_type: str, chunks: Iterable[bytes], limits: FormLimits) -> None:
        """Prepare to read a body.

        Args:
            content_type: the header ``Content-Type``, with the boundary.
            chunks: the body.
            limits: the limits for the parts and the body.

        Raises:
            Malformed: the content type is not ``multipart/form-data``, or has no boundary.
        """
        self._chunks = iter(chunks)
        self._limits = limits
        self._left = limits.total
        self._events = _Events(content_type, most_parts=limits.parts)

    def __iter__(self) -> Iterator[Part]:
        """Yield the parts in order.

        Raises:
            Malformed: the body is not valid multipart, or is incomplete.
            TooLarge: the body exceeds a limit.
        """
        while isinstance(event := self._next(), _Begin):
            if event.file_name is None:
                yield TextPart(name=event.name, value=self._text())
            else:
                blocks = iter(self._block, None)
                yield FilePart(name=event.name, file_name=event.file_name, blocks=blocks)
                deque(blocks, maxlen=0)

    def _text(self) -> str:
        value = bytearray()
        for block in iter(self._block, None):
            value += block
            if len(value) > self._limits.field:
                raise TooLarge("a text field is too long")
        return value.decode(errors="replace")

    def _block(self) -> bytes | None:
        """Return the next bytes of the current part, or None at its end."""
        event = self._next()
        return event if isinstance(event, bytes) else None

    def _next(self) -> "_Begin | _End | bytes | None":
        """Return the next event, and read chunks until there is one. Return None at the end of the body."""
        while not self._events.waiting:
            if self._left < 0:
                raise TooLarge("the form is too large")
            chunk = next(self._chunks, None)
            if chunk is None:
                self._events.require_end()
                return None
            within, self._left = chunk[: self._left], self._left - len(chunk)
            self._events.parse(within)
        return self._events.waiting.popleft()


class _Events:
    """Turns chunks into events, through the callbacks of the parser."""

    def __init__(self, content_type: str, *, most_parts: int) -> None:
        self.waiting: deque[_Begin | _End | bytes] = deque()
        self._parts_left = most_parts
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""
        self._ended = False
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin_part,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": lambda data, start, end: self.waiting.append(data[start:end]),
            "on_part_end": lambda: self.waiting.append(_End()),
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(_boundary(content_type), callbacks)
        except FormParserError as error:
            raise Malformed(str(error)) from error

    def parse(self, chunk: bytes) -> None:
        """Parse a chunk and append its events to ``waiting``."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Malformed(str(error)) from error

    def require_end(self) -> None:
        """Require that the final boundary was received. The parser does not check this itself.

        Raises:
            Malformed: the form is incomplete.
        """
        if not self._ended:
            raise Malformed("the form has no end")

    def _begin_part(self) -> None:
        self._disposition = b""
        self._parts_left -= 1
        if self._parts_left < 0:
            raise TooLarge("the form has too many parts")

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind != b"form-data" or b"name" not in options:
            raise Malformed("a part has no name")
        file_name = options.get(b"filename")
        self.waiting.append(_Begin(_decoded(options[b"name"]), None if file_name is None else _decoded(file_name)))

    def _end(self) -> None:
        self._ended = True


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise Malformed("the body is not a multipart form")
    return options[b"boundary"]


def _decoded(raw: bytes) -> str:
    """Decode a name as UTF-8, the encoding that all browsers use."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a name is not UTF-8") from error
