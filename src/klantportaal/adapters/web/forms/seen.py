"""What was read of a form, so that it can be shown again if its session ends meanwhile, or it cannot be carried out."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

import attrs

from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.form_parts import ANSWERS_TOTAL, FilePart, Part, TextPart
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.uploads import shown_name


@attrs.define(kw_only=True)
class Seen:
    """The text and the names of the files of one form, as far as it was read."""

    texts: list[TextPart] = attrs.field(factory=list)
    """The text fields. Text beyond the size of any form of the portal is not kept."""
    files: list[str] = attrs.field(factory=list)
    """The names of all files."""
    left_out: list[str] = attrs.field(factory=list)
    """The names of the files that were not received completely."""
    has_ended: bool = False
    """Whether the session ended while the form streamed in."""
    _room: int = ANSWERS_TOTAL

    def in_use(self, body: Iterator[bytes], keep: Callable[[Iterable[bytes]], Iterator[bytes]]) -> Iterator[bytes]:
        """Pass on a body, which counts as use of the session, and note whether the session ends meanwhile (ST-3).

        Args:
            body: the blocks of the body.
            keep: passes on blocks. It raises ``NotSignedIn`` once the session has ended.
        """
        last = [b""]

        def remembered() -> Iterator[bytes]:
            for last[0] in body:
                yield last[0]
            last[0] = b""

        try:
            yield from keep(remembered())
        except NotSignedIn:
            self.has_ended = True
            if last[0]:
                yield last[0]
            yield from body

    def noted(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Note a form while it is read.

        Raises:
            NotSignedIn: the session ended. Then the rest of the form is noted, and none of it is passed on.
        """
        rest = iter(parts)
        for part in rest:
            self._note(part)
            self._require_session(rest)
            yield part if isinstance(part, TextPart) else attrs.evolve(part, blocks=self._blocks(part, rest))
        self._require_session(rest)

    def _note(self, part: Part) -> None:
        if isinstance(part, TextPart):
            if self._room >= 0:
                self._room -= len(part.name) + len(part.value)
                self.texts.append(part)
        elif part.file_name:
            self.files.append(shown_name(part.file_name))
            self.left_out.append(shown_name(part.file_name))

    def _blocks(self, part: FilePart, rest: Iterator[Part]) -> Iterator[bytes]:
        """Pass on the blocks of a file. At its end the file counts as received, unless the session ended."""
        for block in part.blocks:
            self._require_session(rest)
            yield block
        self._require_session(rest)
        if part.file_name:
            self.left_out.remove(shown_name(part.file_name))

    def _require_session(self, rest: Iterator[Part]) -> None:
        if not self.has_ended:
            return
        with contextlib.suppress(WebError):
            for part in rest:
                self._note(part)
        raise NotSignedIn
