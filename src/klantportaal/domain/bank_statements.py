"""Reading a bank statement of ISO 20022 (CAMT) while it passes: browsers could run what other XML has (AT-3).

Every element of a statement is in the namespace of its root. So there is no element of a page, such as a script. There
are no processing instructions, such as a stylesheet, and no DTD.

expat reads it, not an XML library above it: such a library makes an object of each element.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

_ROOT = re.compile(r"(urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\.[0-9]{3}\.[0-9]{2}\})Document", re.ASCII)
_ENCODINGS = frozenset({"utf-8", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"})
"""Encodings that browsers and this parser read alike. In others, a browser may see other elements."""
_DEEPEST = 64
"""The most elements within each other. Statements have about 15, and the parser keeps all that are open."""
_NAMES = 1000
"""The most names of elements, attributes and prefixes. Statements have a few hundred, and the parser keeps all."""
_LONGEST = 128 * 1024
"""The most bytes of a tag or comment, about: the parser keeps it until it ends, and begins it anew at each feeding."""
_READ = 64 * 1024
"""How many bytes are read at once, at least."""
_BLANK = b"\r\n\t "


class NotAStatement(ValueError):
    """XML is no bank statement, or is not well-formed."""


def begins(head: bytes) -> bool:
    """Tell whether XML is a bank statement, as far as *head* goes."""
    reading = _Reading()
    try:
        reading.feed(head)
    except NotAStatement:
        return False
    return reading.namespace != ""


def followed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks of a bank statement, and read it meanwhile, as far as its end.

    Raises:
        NotAStatement: at a block that tells it, or after the last one.
    """
    reading = _Reading()
    unread = bytearray()
    for block in blocks:
        unread += block
        if len(unread) >= _READ:
            reading.feed(bytes(unread))
            unread.clear()
        yield block
    reading.feed(bytes(unread))
    reading.end_all()


class _Reading:
    """Reads a statement with expat. Nothing is kept of it, and of each element two short calls are made."""

    def __init__(self) -> None:
        parser = self._parser = ParserCreate(namespace_separator="}")
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._start_namespace
        parser.XmlDeclHandler = _require_encoding
        # Without a DTD there are no entities: none of a file, of the network, or that grow.
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        parser.ProcessingInstructionHandler = _refuse
        self.namespace = ""
        self._depth = 0
        self._tags: set[str] = set()
        self._names: set[str | None] = set()
        self._size = 0

    def feed(self, block: bytes) -> None:
        """Read a block. What is blank before the XML is left out. Raises: NotAStatement."""
        if self._size == 0:
            block = block.lstrip(_BLANK)
        self._size += len(block)
        self._parse(block, is_last=False)
        read = self._parser.CurrentByteIndex  # -1 if not even the beginning of the block was looked at.
        if self._size - read > _LONGEST and read >= 0:
            raise NotAStatement

    def end_all(self) -> None:
        """Require that the document ends. Raises: NotAStatement."""
        self._parse(b"", is_last=True)

    def _parse(self, block: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(block, is_last)
        except (ExpatError, LookupError):
            raise NotAStatement from None

    def _start(self, tag: str, attributes: Sequence[str]) -> None:
        """Require that an element is in the namespace of the root, which is that of a statement."""
        self._depth += 1
        if tag not in self._tags:
            self._require_own(tag)
        if attributes and not self._names.issuperset(names := attributes[::2]):
            self._learn(*names)
        if self._depth > _DEEPEST:
            raise NotAStatement

    def _end(self, _tag: str) -> None:
        self._depth -= 1

    def _require_own(self, tag: str) -> None:
        if not self._tags and (root := _ROOT.fullmatch(tag)):
            self.namespace = root[1]
        if not self.namespace or not tag.startswith(self.namespace):
            raise NotAStatement
        self._tags.add(tag)
        self._learn()

    def _start_namespace(self, prefix: str | None, _namespace: str) -> None:
        self._learn(prefix)

    def _learn(self, *names: str | None) -> None:
        """Note names of attributes and prefixes. Raises: NotAStatement, if there are too many, tags included."""
        self._names.update(names)
        if len(self._names) + len(self._tags) > _NAMES:
            raise NotAStatement


def _refuse(*_declared: object) -> NoReturn:
    """Refuse what no statement has."""
    raise NotAStatement


def _require_encoding(_version: str, encoding: str | None, _alone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise NotAStatement
