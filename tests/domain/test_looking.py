"""What a browser is given to show, by its contents (NW-3)."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.file_types import FileType
from klantportaal.domain.looking import Showing, ShownAs, converted_name, is_heic, may_be_shown, showing
from tests.domain.files import genuine

CASES = Path(__file__).parent / "case_files"
TEXT = ShownAs.TEXT
HOSTILE: Mapping[str, tuple[bytes, str | None]] = {
    "a PDF with JavaScript": (b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", "application/pdf"),
    "a PDF that launches": (b"%PDF-1.7\n1 0 obj<</OpenAction<</S/Launch/F(cmd.exe)>>>>", "application/pdf"),
    "a PDF with an address": (b"%PDF-1.7\n1 0 obj<</A<</S/URI/URI(https://x.example)>>>>", "application/pdf"),
    "a page in a PDF": ((CASES / "page-in-pdf.pdf").read_bytes(), "application/pdf"),
    "a page called a PDF": ((CASES / "page-called-pdf.pdf").read_bytes(), None),
    "a program called a photo": ((CASES / "program-called-jpg.jpg").read_bytes(), None),
    "a picture with script": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', None),
    "SVG after its declaration": (b'<?xml version="1.0"?><svg onload="alert(1)"/>', None),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", None),
    "a page after blank lines": (b"\xef\xbb\xbf\r\n \t<html>", None),
    "a page in UTF-16": ("\ufeff<html>".encode("utf-16-le"), None),
    "text with markup": (b"Beste <script>alert(1)</script>", "text/plain; charset=utf-8"),
    "a page in a GIF": (b"GIF89a/*<script>alert(1)</script>*/", "image/gif"),
    "a page in a JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF\0<script>alert(1)</script>", "image/jpeg"),
    "a mail": (b"From: a@b.nl\r\nSubject: x\r\n\r\n<script>", "text/plain; charset=utf-8"),
    "nothing": (b"", "text/plain; charset=utf-8"),
}
"""Files that do harm where a browser opens them by another type. Their media types, or None if they are not shown."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    """NW-3: markup of any kind is not shown; everything else is shown as what it is, under a type that runs nothing."""
    head, media_type = HOSTILE[name]
    found = showing(head)
    assert (None if found is None else found.media_type) == media_type


@given(st.binary(max_size=200))
def test_only_types_that_run_nothing(head: bytes) -> None:
    """NW-3: whatever a file has, it is sent under a type that browsers do not run."""
    found = showing(head)
    kinds = {"application/pdf", "image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"}
    assert found is None or found.media_type in kinds or found.media_type.startswith("text/plain; charset=")
    assert found is None or not head.lstrip(b"\xef\xbb\xbf\0 \t\r\n\x0c").startswith(b"<")


@pytest.mark.parametrize(
    "text, encoding",
    [
        ("één".encode(), "utf-8"),
        (b"\xc3\xa9\xc3", "utf-8"),
        ("één".encode("cp1252"), "windows-1252"),
        ("\ufeffab".encode("utf-16-le"), "utf-16le"),
        ("\ufeffab".encode("utf-16-be"), "utf-16be"),
    ],
)
def test_encodings_of_texts(text: bytes, encoding: str) -> None:
    """NW-3: the encoding of a text is always said, so that no browser guesses one."""
    assert showing(text) == Showing(shown_as=TEXT, media_type=f"text/plain; charset={encoding}")


def test_names() -> None:
    """NW-3: the button is offered by the ending of a name. What is shown is decided by the contents."""
    shown = [name for name in ("a.pdf", "a.JPG", "a.jfif", "a.gif", "a.txt", "a.csv", "a.webp") if may_be_shown(name)]
    assert len(shown) == 7
    assert not any(may_be_shown(name) for name in ("a.svg", "a.html", "a.docx", "a.zip", "a.tif", "pdf", "a.eml"))


def test_heic_pictures() -> None:
    """NW-3: HEIC pictures are offered where JPEGs are made of them. By themselves they are not shown."""
    names = ("a.heic", "a.HEIF", "a.hif")
    assert [may_be_shown(name) for name in names] == [False] * 3
    assert [may_be_shown(name, converts=True) for name in (*names, "a.pdf", "a.tif")] == [True] * 4 + [False]
    for kind, files in genuine().items():
        assert {is_heic(head) for head in files} == {kind is FileType.HEIC}
    assert {showing(head) for head in genuine()[FileType.HEIC]} == {None}
    assert [converted_name(name) for name in ("IMG_1.HEIC", "akte.pdf", "foto")] == [
        "IMG_1.jpg",
        "akte.jpg",
        "foto.jpg",
    ]
