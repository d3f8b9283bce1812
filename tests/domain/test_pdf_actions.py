"""PDFs that do something by themselves are found, so that browsers are not given them to show (NW-3)."""

import zlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import pdf_actions
from klantportaal.domain.pdf_actions import acts

SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"


def objects(content: bytes, dictionary: bytes = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>") -> bytes:
    """Make a PDF with an object stream."""
    return b"%PDF-1.5\n4 0 obj" + dictionary + b"stream\r\n" + zlib.compress(content) + b"\nendstream\nendobj\n"


ACTING: Mapping[str, bytes] = {
    "script": b"%PDF-1.7\n1 0 obj<</OpenAction" + SCRIPT,
    "script with an escaped name": b"%PDF-1.7\n1 0 obj<</S/J#61v#41Script>>".replace(b"#41", b"#61"),
    "scripts of the document": b"%PDF-1.7\n<</Names<</JavaScript 5 0 R>>>>",
    "a program": b"%PDF-1.7\n<</S /Launch /F(cmd.exe)>>",
    "a form that sends itself": b"%PDF-1.7\n<</S/SubmitForm/F(https://x.example)>>",
    "a form of XFA": b"%PDF-1.7\n<</AcroForm<</XFA[]>>>>",
    "a password": b"%PDF-1.7\ntrailer<</Encrypt 3 0 R>>",
    "script in an object stream": objects(b"1 0 " + SCRIPT),
    "an object stream with an escaped name": objects(SCRIPT, b"<</Type/Obj#53tm/Filter/FlateDecode>>"),
    "an object stream with a type elsewhere": b"%PDF-1.5\n9 0 obj /ObjStm endobj\n",
    "an object stream with a filter elsewhere": objects(b"1 0 <<>>", b"<</Type/ObjStm/Filter 7 0 R>>"),
    "an object stream of another filter": objects(b"1 0 <<>>", b"<</Type/ObjStm/Filter/LZWDecode>>"),
    "an object stream of two filters": objects(b"1", b"<</Type/ObjStm/Filter[/FlateDecode/ASCIIHexDecode]>>"),
    "an object stream with a filter twice": objects(b"1", b"<</Filter/FlateDecode/Type/ObjStm/Filter/FlateDecode>>"),
    "an object stream with a predictor": objects(b"1", b"<</Type/ObjStm/Filter/FlateDecode/DecodeParms 8 0 R>>"),
    "an object stream with a string": objects(b"1", b"<</X(obj<<)/Type/ObjStm/Filter/FlateDecode>>"),
    "an object stream with a comment": objects(b"1", b"<<%stream\n/Type/ObjStm/Filter/FlateDecode>>"),
    "an object stream that is broken": objects(b"1 0 <<>>")[:-25],
    "an object stream of nothing": b"%PDF-1.5\n4 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\nniets",
    "script in an object stream without a type": objects(SCRIPT, b"<</N 1/First 4/Filter/FlateDecode>>"),
    "an escaped key without a type": objects(SCRIPT, b"<</N 1/F#69rst 8 0 R/Filter/FlateDecode>>"),
    "a string that hides its stream": objects(b"1", b"<</First 4/X(endobj)/N 1/Filter/FlateDecode>>"),
    "a string with brackets that hides its stream": objects(b"1", b"<</First 4/X((a\\)(endobj)))/Filter/FlateDecode>>"),
    "a comment that hides its stream": objects(b"1", b"<</First 4%endobj\n/N 1/Filter/FlateDecode>>"),
    "a name that hides its stream": objects(b"1", b"<</First 4/Xendobj/N 1/Filter/LZWDecode>>"),
    "a word that hides its stream": objects(b"1", b"<</First 4 endobj /X<<>>endobj/Filter/LZWDecode>>"),
    "a list that hides its stream": objects(b"1", b"<</First 4/X[<</Y<3e3e>>>]/Filter/LZWDecode>>%x\n"),
    "a key without an end": b"%PDF-1.5\n4 0 obj<</First 4" + bytes(5000),
    "script in the second stream": objects(b"1 0 <<>>") + objects(SCRIPT, b"<</First 4/Filter/FlateDecode>>"),
    "an object stream without an object": b"%PDF-1.5\n<</Type/ObjStm/Filter/FlateDecode>>stream\n",
}
QUIET: Mapping[str, bytes] = {
    "a page": b"%PDF-1.7\n1 0 obj<</Type/Page/Contents 5 0 R>>",
    "a link": b"%PDF-1.7\n<</Subtype/Link/A<</S/URI/URI(https://x.example)>>>>",
    "a word that begins alike": b"%PDF-1.7\n<</LaunchDate 1/XFAx 2>>",
    "an outline": b"%PDF-1.7\n3 0 obj<</First 5 0 R/Last 9 0 R/Title(A (b \\) stream\n) endobj)>>endobj\n",
    "an outline before a picture": b"3 0 obj<</First 5 0 R>>\nendobj\n4 0 obj<</Length 1>>stream\nx\nendstream",
    "a key of an inner dictionary": objects(b"1", b"<</X<</First 4>>/Filter/LZWDecode>>"),
    "a font": b"%PDF-1.7\n<</FirstChar 32/Widths[1]>>stream\n",
    "an object stream without a type": objects(b"1 0 <</Type/Catalog>>", b"<</N 1/First 4/Filter/FlateDecode>>"),
    "an object stream": objects(b"1 0 <</Type/Catalog>>"),
    "an object stream with a list of one filter": objects(b"1", b"<</Type/ObjStm/Filter [ /FlateDecode ]/Length 9>>"),
}


@pytest.mark.parametrize("name", ACTING)
def test_pdfs_that_act(name: str) -> None:
    """NW-3: script, programs, forms and whatever cannot be read for certain are found."""
    assert acts(ACTING[name])


@pytest.mark.parametrize("name", QUIET)
def test_pdfs_that_do_not(name: str) -> None:
    """NW-3: an ordinary PDF, also with links, is shown."""
    assert not acts(QUIET[name])


@given(st.binary(), st.binary(), st.booleans())
def test_wherever_it_is(before: bytes, after: bytes, is_compressed: bool) -> None:
    """NW-3: script is found wherever it is, plain or in an object stream."""
    content = before + SCRIPT + after
    assert acts(objects(content) if is_compressed else b"%PDF-1.7\n" + content)


def test_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-3: a PDF that is too large to look through, as it is or uncompressed, counts as if it did something."""
    assert acts(b"%PDF-1.7\n" + bytes(pdf_actions.MOST))
    monkeypatch.setattr(pdf_actions, "_INFLATED", 10_000)
    named_twice = b"<</First 4/Type/ObjStm/N 1/Filter/FlateDecode>>"
    assert not acts(objects(bytes(9_000), named_twice))
    assert acts(objects(bytes(9_000)) + objects(bytes(9_000)))


def test_an_object_stream_that_fills_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-3: once as much was read as may be, nothing more is: zlib takes a limit of nothing for no limit."""
    monkeypatch.setattr(pdf_actions, "_INFLATED", 16)
    assert not acts(objects(bytes(15)))
    assert acts(objects(bytes(16)) + objects(bytes(1_000_000)))


def test_many_object_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-3: of each object stream only its own bytes are given to zlib, not all that follows."""
    given, inflating = [], zlib.decompressobj

    class Counting:
        """Counts the bytes that are given to zlib."""

        def __init__(self) -> None:
            self._inner = inflating()

        @property
        def eof(self) -> bool:
            """Tell whether the stream has ended."""
            return self._inner.eof

        def decompress(self, data: bytes, most: int) -> bytes:
            """Inflate, and count."""
            given.append(len(data))
            return self._inner.decompress(data, most)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert not acts(objects(b"1 0 <<>>") * 50 + bytes(1_000_000))
    assert (len(given), max(given)) == (50, 4096)
