"""Find out whether a PDF does something by itself when it is looked at, such as running script (NW-3).

Browsers run the script of a PDF, whatever the policy of the page says. So a PDF is shown only if its bytes have none
of the names that scripts and programs need. Names are compressed in object streams only: those are read too. What
cannot be read for certain, such as an encrypted PDF, counts as if it did something.
"""

import re
import zlib
from collections.abc import Iterator

MOST = 25 * 1024 * 1024
"""The largest PDF that is looked through, in bytes. A larger one counts as if it did something."""
_INFLATED = 16 * 1024 * 1024
"""The largest size of what the object streams of a PDF hold together, in bytes."""
_DICTIONARY = 4096
"""The largest dictionary of an object stream, in bytes."""


def _name(word: str) -> bytes:
    """Make the pattern of a name. Each character may be written as ``#`` and two digits (ISO 32000-1, 7.3.5)."""
    return b"".join(b"(?:%s|#(?i:%02x))" % (each.encode(), ord(each)) for each in word)


_ACTING = re.compile(
    b"/(?:%s)(?![A-Za-z0-9])"
    % b"|".join(
        map(_name, ("JavaScript", "Launch", "SubmitForm", "ImportData", "Rendition", "RichMedia", "XFA", "Encrypt"))
    )
)
_OBJECTS = re.compile(b"/" + _name("ObjStm"))
_FIRST = re.compile(b"/" + _name("First") + b"(?![A-Za-z0-9])")
"""A key of every object stream. Browsers read object streams that do not name their type. Outlines have the key too."""
_IN_STRING = rb"(?:[^()\\]|\\.)"
_STRING = rb"\((?:%s|\((?:%s|\((?:%s)*+\))*+\))*+\)" % (_IN_STRING, _IN_STRING, _IN_STRING)
_TOKEN = re.compile(rb"<<|>>|<[0-9A-Fa-f\s]*+>|%%[^\r\n]*+|\s++|/?[^\s()<>\[\]{}/%%]++|[\[\]/]|%s" % _STRING, re.DOTALL)
"""A part of a dictionary (ISO 32000-1, 7.2)."""
_DICTIONARY_OF_OBJECTS = re.compile(rb"\s*<<[^()%]*>>\s*\Z")
"""A dictionary without strings and comments, in which words could stand that only look like parts of it."""
_AT_ONCE = 4096
"""How many compressed bytes are read at a time: what follows an object stream is not its own."""
_FLATE = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])(?![A-Za-z0-9])")
_DECODING = re.compile(rb"Filter|Decode|/DP|#")
_STREAM = re.compile(rb"stream(?:\r\n|\n|\r)")
_STREAM_NEXT = re.compile(rb"(?:\s|%[^\r\n]*)*+(stream)")


def acts(pdf: bytes) -> bool:
    """Tell whether a PDF does something by itself, or may do so."""
    if len(pdf) > MOST or _ACTING.search(pdf):
        return True
    room = _INFLATED
    for at in _object_streams(pdf):
        objects = _inflated(pdf, at, room)
        if objects is None or _ACTING.search(objects):
            return True
        room -= len(objects)
    return False


def _object_streams(pdf: bytes) -> Iterator[int]:
    """Give a place in the dictionary of each object stream, also of those that do not name their type."""
    named, known = [found.start() for found in _OBJECTS.finditer(pdf)], set[int]()
    for at in named:
        stream = _STREAM.search(pdf, at, at + _DICTIONARY)
        if stream is not None:
            known.add(stream.start())
        yield at
    for found in _FIRST.finditer(pdf):
        end = _end_of_dictionary(pdf, found.end())
        stream = None if end is None else _STREAM_NEXT.match(pdf, end)
        if end is None or (stream is not None and stream.start(1) not in known):
            yield found.start()


def _end_of_dictionary(pdf: bytes, at: int) -> int | None:
    """Find the end of the dictionary in which a key ends at *at*. None if it cannot be found for certain."""
    depth, last = 0, at + _DICTIONARY
    while depth >= 0:
        token = _TOKEN.match(pdf, at, last)
        if token is None:
            return None
        depth += {b"<<": 1, b">>": -1}.get(token[0], 0)
        at = token.end()
    return at


def _inflated(pdf: bytes, at: int, room: int) -> bytes | None:
    """Read the object stream whose dictionary is around *at*. None if it cannot be read for certain."""
    begin = pdf.rfind(b"obj", max(0, at - _DICTIONARY), at)
    stream = _STREAM.search(pdf, at, at + _DICTIONARY)
    if begin < 0 or stream is None:
        return None
    dictionary = pdf[begin + 3 : stream.start()]
    # One filter, written out: the words "Filter" and "Decode" are each there once.
    if not (_DICTIONARY_OF_OBJECTS.match(dictionary) and _FLATE.search(dictionary)):
        return None
    if len(_DECODING.findall(dictionary)) != 2:
        return None
    inflating, objects, place = zlib.decompressobj(), bytearray(), stream.end()
    try:
        # An empty step or no room would mean "without a limit" to zlib, so both end the loop.
        while not inflating.eof and place < len(pdf) and len(objects) < room:
            objects += inflating.decompress(pdf[place : place + _AT_ONCE], room - len(objects))
            place += _AT_ONCE
    except zlib.error:
        return None
    return bytes(objects) if inflating.eof else None
