"""Range requests for downloads (RFC 9110 14): one range of bytes, only while the file is still the same."""

import re

import attrs

from klantportaal.domain.documents import StoredFile

_RANGE = re.compile(r"bytes=\s*([0-9]{0,19})-([0-9]{0,19})\s*", re.ASCII | re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Part:
    """The numbers of the first and the last byte to send, from 0."""

    first: int
    last: int


class Unsatisfiable(Exception):
    """The file has no byte of the range (416)."""


def entity_tag(file: StoredFile) -> str:
    """Give the strong entity tag of a file: another content has another one."""
    return f'"{file.sha256.hex()[:32]}"'


def asked(file: StoredFile, *, asked_range: str | None, if_range: str | None) -> Part | None:
    """Read which part of a file a GET request asks for. None for the whole file.

    Several ranges in one request, other units and malformed ranges are ignored, which RFC 9110 14.2 allows. A range for
    another version of the file is ignored too: ``If-Range`` must have the file's entity tag.

    Args:
        file: the file.
        asked_range: the header ``Range``.
        if_range: the header ``If-Range``.

    Raises:
        Unsatisfiable: the file has no byte of the range.
    """
    found = _RANGE.fullmatch(asked_range or "")
    if found is None or (if_range is not None and if_range.strip() != entity_tag(file)):
        return None
    start, end = found[1], found[2]
    if not start:
        return _of_the_end(file, int(end)) if end else None
    if end and int(end) < int(start):
        return None
    if int(start) >= file.size:
        raise Unsatisfiable
    return Part(first=int(start), last=min(int(end or file.size), file.size - 1))


def _of_the_end(file: StoredFile, count: int) -> Part:
    if count == 0 or file.size == 0:
        raise Unsatisfiable
    return Part(first=max(0, file.size - count), last=file.size - 1)
