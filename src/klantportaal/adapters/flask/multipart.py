"""Reading a form with files while it streams: part after part, no file in memory and none on disk before its time."""

from collections import deque
from collections.abc import Iterable, Iterator

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from klantportaal.adapters.web.errors import Malformed, TooLarge
from klantportaal.adapters.web.parts import FilePart, FormLimits, Part, TextPart


class FormReader:
    """Reads one multipart/form-data body (RFC 7578)."""

    def __init__(self, content_type: str, blocks: Iterable[bytes], limits: FormLimits) -> None:
        """Prepare to read *blocks*, which are in the form that *content_type* names.

        Raises:
            Malformed: the content type is another one, or names no boundary.
        """
        kind, options = parse_options_header(content_type)
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise Malformed("the body is not a multipart form")
        self._blocks = iter(blocks)
        self._left = limits.total
        self._limits = limits
        self._decoder = MultipartDecoder(options["boundary"].encode(), max_parts=limits.parts)

    def __iter__(self) -> Iterator[Part]:
        """Give the parts in order; what is not taken of a file is skipped when the next part is asked for.

        Raises:
            Malformed: the body breaks the form's grammar, or ends before the form does.
            TooLarge: a limit is exceeded.
        """
        while not isinstance(event := self._next(), Epilogue):
            if isinstance(event, Field):
                yield TextPart(name=event.name, value=self._text())
            elif isinstance(event, File):
                contents = self._contents()
                yield FilePart(name=event.name, file_name=event.filename, blocks=contents)
                deque(contents, maxlen=0)

    def _text(self) -> str:
        value = bytearray()
        for block in self._contents():
            value += block
            if len(value) > self._limits.field:
                raise TooLarge("a text field is too long")
        return value.decode(errors="replace")

    def _contents(self) -> Iterator[bytes]:
        """Give the bytes of the part that is open, to its end."""
        while isinstance(event := self._next(), Data):
            if event.data:
                yield event.data
            if not event.more_data:
                return

    def _next(self) -> Event:
        """Give what comes next, reading on as far as that takes."""
        try:
            while isinstance(event := self._decoder.next_event(), NeedData):
                self._decoder.receive_data(self._block())
        except ValueError as error:
            raise Malformed(str(error)) from error
        except RequestEntityTooLarge as error:
            raise TooLarge("the form has too many parts") from error
        return event

    def _block(self) -> bytes | None:
        """Read on; None tells the decoder that there is no more."""
        block = next(self._blocks, None)
        self._left -= len(block or b"")
        if self._left < 0:
            raise TooLarge("the form is too large")
        return block
