"""What a file is by its contents and its ending, which types are taken, and the name that a file is kept under."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.file_contents import HEAD, possible_types
from klantportaal.domain.file_types import MEDIA_TYPES, OF_ENDINGS, FileType, FileTypes, ending, with_ending
from klantportaal.domain.uploads import Accepted, accept, may_be, shown_name
from tests.domain.files import (
    FOREIGN,
    LARGE,
    PACKAGE,
    PROTECTED,
    compound,
    documents,
    genuine,
    pdf,
    photo,
    streamed,
    zipped,
)
from tests.domain.given import fault, refusal

CASES = Path(__file__).parent / "case_files"
STANDARD = FileTypes()
EVERYTHING = FileTypes.accountant(password_protected=True)
REFUSALS = {FaultCode.FILE_CONTENT_DIFFERS, FaultCode.FILE_TYPE_FORBIDDEN}
AMBIGUOUS = {FileType.TXT, FileType.CSV}
"""Types that only the ending tells apart."""
BY_ENDING = {*AMBIGUOUS, FileType.EML, FileType.CAMT, FileType.MT940, FileType.ZIP}
"""Types that no other ending is corrected to."""


def outcome(name: str, contents: bytes, types: FileTypes) -> str | FaultCode:
    """Give the name that a file is kept under, or why it is refused."""
    try:
        return accept(name, contents[:HEAD], types).name
    except Refused as refused:
        (said,) = refused.faults
        assert (said.field, said.params["name"]) == ("files", name)
        return said.code


@pytest.mark.parametrize(
    "name,expected",
    [
        ("burst.heic", "burst.heic"),
        ("heic-called-jpg.jpg", "heic-called-jpg.heic"),
        ("label-first.docx", "label-first.docx"),
        ("page-called-pdf.pdf", FaultCode.FILE_CONTENT_DIFFERS),
        ("page-in-pdf.pdf", "page-in-pdf.pdf"),
        ("pdf-after-line-end.pdf", "pdf-after-line-end.pdf"),
        ("pdf-with-bom.pdf", "pdf-with-bom.pdf"),
        ("photo.heif", "photo.heif"),
        ("png-called-jpg.jpg", "png-called-jpg.png"),
        ("program-called-jpg.jpg", FaultCode.FILE_CONTENT_DIFFERS),
        ("protected.docx", FaultCode.FILE_PROTECTED),
    ],
)
def test_reported_files(name: str, expected: str | FaultCode) -> None:
    """AT-3: files that other portals handled wrongly are taken under the ending of what they are, or refused."""
    contents = (CASES / name).read_bytes()
    assert outcome(name, contents, STANDARD) == expected
    with_password = name if expected is FaultCode.FILE_PROTECTED else expected
    assert outcome(name, contents, FileTypes(password_protected=True)) == with_password


def test_all_reported_files() -> None:
    """AT-3: each reported file has a case above."""
    (marks,) = (mark for mark in test_reported_files.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert {name for name, _expected in marks.args[1]} == {each.name for each in CASES.iterdir()}


@pytest.mark.parametrize("file_type", FileType)
@pytest.mark.parametrize("said", sorted(OF_ENDINGS))
def test_contents_and_ending(file_type: FileType, said: str) -> None:
    """AT-3: a sound file is kept under an ending of what it is; text and ZIP files have to be named rightly."""
    for contents in genuine()[file_type]:
        possible = possible_types(contents[:HEAD])
        assert file_type in possible
        kept = outcome(f"bestand.{said.upper()}", contents, EVERYTHING)
        if OF_ENDINGS[said] in possible:
            assert kept == f"bestand.{said.upper()}"
        elif len(possible) == 1 and file_type not in BY_ENDING:
            assert kept == f"bestand.{file_type}"
        else:
            assert kept == FaultCode.FILE_CONTENT_DIFFERS or possible > {FileType.DOC}
        if file_type not in STANDARD.taken and OF_ENDINGS[said] not in possible:
            assert outcome(f"bestand.{said}", contents, STANDARD) in REFUSALS


@pytest.mark.parametrize("file_type", FileType)
def test_own_endings(file_type: FileType) -> None:
    """AT-3: each type is taken under each of its endings, if the settings have it."""
    for own in (each for each, said in OF_ENDINGS.items() if said is file_type):
        for contents in genuine()[file_type]:
            name = f"bestand.{own}"
            assert accept(name, contents[:HEAD], EVERYTHING) == Accepted(file_type=file_type, name=name)
            forbidden = FileTypes(taken=frozenset(FileType) - {file_type})
            assert outcome(name, contents, forbidden) is FaultCode.FILE_TYPE_FORBIDDEN


@pytest.mark.parametrize("said", [*sorted(OF_ENDINGS), "exe", "html", "docm", ""])
@pytest.mark.parametrize("foreign", sorted(FOREIGN))
def test_foreign_contents(said: str, foreign: str) -> None:
    """AT-3: programs, pages, archives and polyglots are refused with every ending; a ZIP file only with its own."""
    if said == "zip" and foreign in {"JAR", "plain ZIP", "package of an app", "printed pages"}:
        assert outcome("bestand.zip", FOREIGN[foreign], EVERYTHING) == "bestand.zip"
    else:
        assert outcome(f"bestand.{said}", FOREIGN[foreign], EVERYTHING) in REFUSALS


@pytest.mark.parametrize(
    "name,contents,kept",
    [
        ("scan", pdf(), "scan.pdf"),
        ("Scan 3.5.2026", pdf(), "Scan 3.5.2026.pdf"),
        ("setup.exe", pdf(), "setup.exe.pdf"),
        ("brief.p\u0434f", pdf(), "brief.p\u0434f.pdf"),
        ("foto\uff0ejpg", photo(b"heic"), "foto\uff0ejpg.heic"),
        ("brief.doc", documents("word/document.xml")[0], "brief.docx"),
        ("brief", documents("word/document.xml")[0], "brief.docx"),
        ("brief.docx", compound("WordDocument"), "brief.doc"),
        ("cijfers.doc", compound("Workbook"), "cijfers.xls"),
        ("x" * 150 + ".jpg", photo(b"heic"), "x" * 144 + "….heic"),
    ],
)
def test_corrected_names(name: str, contents: bytes, kept: str) -> None:
    """AT-3: a wrong ending is replaced; what is no ending of a type that is known stays in the name."""
    assert outcome(name, contents, STANDARD) == kept
    assert may_be(name, kept)


@pytest.mark.parametrize(
    "name, stored", [("p.pdf", "pas.pdf"), ("p", "pas.pdf"), ("", "pas.pdf"), ("x.p.pdf", "x.pdf")]
)
def test_names_of_other_files(name: str, stored: str) -> None:
    """AT-3, AT-5: a file whose name only begins as that of another one, cut or not, is not that file."""
    assert not may_be(name, stored)
    assert not may_be("x" * 143 + "y.jpg", "x" * 144 + "….heic")


@pytest.mark.parametrize("name", ["brief.docm", "brief.dotx", "brief.jar", "brief.exe", "brief.docx\u200b"])
def test_endings_of_lookalikes(name: str) -> None:
    """AT-3: an unknown ending may say a type that only looks like a known one, so a document under it is refused."""
    for contents in (*documents("word/document.xml"), zipped(("a.txt", b"a")), b"tekst", compound("WordDocument")):
        assert outcome(name, contents, EVERYTHING) is FaultCode.FILE_TYPE_FORBIDDEN


@pytest.mark.parametrize("said", ["docx", "xlsx", "doc", "xls"])
def test_passwords(said: str) -> None:
    """AT-3: an Office document with a password is taken by setting, and refused with its own reason otherwise."""
    for contents in PROTECTED[: 2 if said.endswith("x") else 1]:
        name = f"geheim.{said}"
        assert outcome(name, contents, STANDARD) is FaultCode.FILE_PROTECTED
        taken = accept(name, contents[:HEAD], FileTypes(password_protected=True))
        assert taken == Accepted(file_type=FileType(said), name=name)


def test_passwords_under_other_names() -> None:
    """AT-3: an Office document with a password that is not called one is refused, also by an office that takes them."""
    assert outcome("geheim.pdf", PROTECTED[0], STANDARD) is FaultCode.FILE_PROTECTED
    assert outcome("geheim.pdf", PROTECTED[0], EVERYTHING) is FaultCode.FILE_CONTENT_DIFFERS
    only_pdf = FileTypes(taken=frozenset({FileType.PDF}), password_protected=True)
    assert outcome("geheim.docx", PROTECTED[0], only_pdf) is FaultCode.FILE_TYPE_FORBIDDEN


@pytest.mark.parametrize("name", ["leeg.pdf", "leeg.exe", "leeg"])
def test_empty_files(name: str) -> None:
    """AT-3: an empty file is refused as empty, whatever it is called."""
    assert refusal(lambda: accept(name, b"", STANDARD)) == [fault(FaultCode.FILE_EMPTY, "files", name=name)]


def test_what_a_refusal_says() -> None:
    """AT-3: a refusal names the file, and says which types are taken or which type it is not."""
    types = FileTypes(taken=frozenset({FileType.PDF, FileType.JPEG}))
    assert refusal(lambda: accept("film.mov", photo(b"qt  "), types)) == [
        fault(FaultCode.FILE_TYPE_FORBIDDEN, "files", name="film.mov", types="jpg, pdf")
    ]
    assert refusal(lambda: accept("foto.JPEG", b"MZ", types)) == [
        fault(FaultCode.FILE_CONTENT_DIFFERS, "files", name="foto.JPEG", type="jpeg")
    ]


def test_sets() -> None:
    """AT-3: mails, ZIP files and bank statements are taken by setting, all at once for an accountant."""
    more = {FileType.MSG, FileType.EML, FileType.ZIP, FileType.CAMT, FileType.MT940}
    assert FileTypes.accountant().taken - STANDARD.taken == more
    assert (STANDARD.password_protected, FileTypes.accountant().password_protected) == (False, False)
    assert FileTypes.accountant(password_protected=True).password_protected
    some = FileTypes(taken=frozenset({FileType.TIFF, FileType.JPEG}))
    assert (some.shown, some.endings) == (("jpg", "tif"), ("jfif", "jpe", "jpeg", "jpg", "tif", "tiff"))
    assert set(MEDIA_TYPES) == set(FileType)


@pytest.mark.parametrize("beyond", [b"\0", b"PK\x03\x04" + bytes(26) + b"xl/"])
def test_beyond_the_head(beyond: bytes) -> None:
    """AT-3: only the first 64 KiB of a file decide its type."""
    letter = documents("word/document.xml")[0].ljust(HEAD, b"a")
    assert outcome("a.txt", b"a" * HEAD + beyond, STANDARD) == "a.txt"
    assert outcome("a.docx", letter + beyond, STANDARD) == "a.docx"
    assert outcome("a.txt", b"a" * (HEAD - 1) + b"\0", STANDARD) is FaultCode.FILE_CONTENT_DIFFERS


def test_documents_that_tell_late() -> None:
    """AT-3: a document whose telling part is further on is what its name says, if that is one of the two."""
    late = zipped(("docProps/thumbnail.jpeg", LARGE), ("word/document.xml", b"<d/>"), stored=2)
    assert possible_types(late[:HEAD]) == {FileType.DOCX, FileType.XLSX, FileType.ZIP}
    assert outcome("brief.docx", late, STANDARD) == "brief.docx"
    assert outcome("brief.pdf", late, STANDARD) is FaultCode.FILE_CONTENT_DIFFERS


@pytest.mark.parametrize("stored", [True, False])
def test_documents_in_a_zip_file(stored: bool) -> None:
    """AT-3: a ZIP file with documents in it stays one, also if they are stored as they are, as by cloud drives."""
    letter = documents("word/document.xml")[0]
    members = (("brief.docx", letter), ("cijfers.xlsx", documents("xl/workbook.xml")[0]))
    for folder in (zipped(*members, stored=2 if stored else 0), streamed(*members, stored=stored)):
        assert possible_types(folder) == {FileType.ZIP}
        assert outcome("map.zip", folder, EVERYTHING) == "map.zip"
        assert outcome("map.docx", folder, EVERYTHING) is FaultCode.FILE_CONTENT_DIFFERS


@pytest.mark.parametrize("stored", [True, False])
def test_documents_that_are_made_while_they_are_sent(stored: bool) -> None:
    """AT-3: a document is recognised whose entries have their sizes behind them."""
    beyond = (*PACKAGE, ("docProps/a.jpeg", LARGE), ("word/document.xml", b"<d/>"))
    letter = streamed(*PACKAGE, ("word/media/image1.png", b"PK\x07\x08" * 99), ("word/document.xml", b"<d/>"))
    text = streamed(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>"), stored=stored)
    assert possible_types(letter) == {FileType.DOCX}
    assert possible_types(streamed(*beyond)[:HEAD]) == {FileType.DOCX, FileType.XLSX}
    assert possible_types(text) == ({FileType.ODT} if stored else set())


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_document_that_was_cut_off(cut: int) -> None:
    """AT-3: the beginning of a container is no document yet."""
    assert possible_types(zipped(*PACKAGE)[:cut] if cut > 4 else b"PK\x03\x04"[:cut]) <= {FileType.ZIP, *AMBIGUOUS}


def test_slides_in_a_document() -> None:
    """AT-3: an old document stays one if slides are a part of it."""
    assert possible_types(compound("WordDocument", "PowerPoint Document")) == {FileType.DOC}


def test_a_folder_that_looks_like_a_document() -> None:
    """AT-3: a ZIP file of somebody's folder stays one, also if the folder is called as a part of a document is."""
    folder = zipped(("xl/cijfers.csv", b"1;2"), ("docProps/a.txt", b"a"))
    assert outcome("map.zip", folder, EVERYTHING) == "map.zip"
    assert outcome("map.pdf", folder, EVERYTHING) is FaultCode.FILE_CONTENT_DIFFERS


def test_raw_photos() -> None:
    """AT-3: a raw photo of a camera begins as a TIFF, so it is not taken for one by its contents alone."""
    assert outcome("IMG_1.dng", genuine()[FileType.TIFF][0], EVERYTHING) is FaultCode.FILE_TYPE_FORBIDDEN
    assert outcome("scan.jpg", genuine()[FileType.TIFF][0], EVERYTHING) == "scan.tif"


@pytest.mark.parametrize("line", [b":20:\n", b":20:\n:25:\n", b"{:20", b":20:\n:25:\n:60X:\n"])
def test_nearly_a_statement(line: bytes) -> None:
    """AT-3: a text that repeats some fields of a statement is none, and that is told in linear time."""
    assert possible_types((line * HEAD)[:HEAD]) == {FileType.TXT, FileType.CSV}


ANY_NAME = st.text("ab.pdfjgxt ", max_size=12) | st.sampled_from([f"a.{each}" for each in OF_ENDINGS])
BEGINNINGS = sorted({contents[:64] for each in genuine().values() for contents in each})


@given(ANY_NAME, st.sampled_from(BEGINNINGS) | st.just(b""), st.binary(max_size=64))
@example("a.pdf", b"\n\xff\xd8\xff", b"")
@example("a.jpg", b"", b"\xff\xd8\xff")
@example("a.docx", compound("EncryptedPackage")[:64], b"")
def test_whatever_comes(name: str, beginning: bytes, tail: bytes) -> None:
    """AT-3: whatever comes is kept under an ending of its own type, and again under the same name, or it is refused."""
    contents, shown = beginning + tail, shown_name(name)
    kept = outcome(shown, contents, EVERYTHING)
    if isinstance(kept, FaultCode):
        assert kept in {*REFUSALS, FaultCode.FILE_EMPTY, FaultCode.FILE_PROTECTED}
    else:
        again = accept(kept, contents, EVERYTHING)
        assert (again.name, OF_ENDINGS[ending(kept)]) == (kept, again.file_type)
        assert with_ending(shown, again.file_type) == kept
        assert may_be(shown, kept)
        assert again.media_type == MEDIA_TYPES[again.file_type]
        with_password = FileTypes(password_protected=True)
        assert outcome(shown, contents, with_password) == kept or again.file_type not in with_password.taken
