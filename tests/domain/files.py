"""Small valid files of every type that may be uploaded, made by real libraries."""

import functools
import io
import struct
import zipfile
from uuid import UUID

from fpdf import FPDF
from PIL import Image

from klantportaal.domain.file_types import FileType

TABLE = "naam;bedrag\r\nRenée;12,50\r\n"
LETTER = "Geachte mevrouw,\r\n\r\nHierbij de stukken.\r\n"
MAIL = (
    b"From: Jan <jan@example.nl>\r\nTo: kantoor@example.nl\r\nSubject: Stukken\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html\r\n\r\n<html><script>alert(1)</script></html>\r\n"
)
STATEMENT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
    "<BkToCstmrStmt><GrpHdr><MsgId>één</MsgId></GrpHdr></BkToCstmrStmt></Document>"
)
SWIFT = (
    b":20:STARTUMS\r\n:25:NL91ABNA0417164300\r\n:28C:00001\r\n:60F:C260101EUR662,23\r\n"
    b":61:2601010102D100,NMSCNONREF\r\n:86:Huur\r\n:62F:C260102EUR562,23\r\n"
)
LARGE = bytes(range(256)) * 1024
"""More than the head of a file."""

PACKAGE = (("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b"<R/>"))
"""What every Office Open XML file has, and other packages have too (ECMA-376 part 2)."""


def zipped(*entries: tuple[str, bytes], stored: int = 0) -> bytes:
    """Make a ZIP file; the first *stored* entries are not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for index, (name, contents) in enumerate(entries):
            file.writestr(name, contents, zipfile.ZIP_STORED if index < stored else zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def office_open(part: str) -> tuple[bytes, ...]:
    """Make an Office Open XML file with the entries in the orders of Word, LibreOffice, openpyxl and Google."""
    types, rels, properties = (
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", b"<R/>"),
        ("docProps/app.xml", b"<P/>"),
    )
    main = (part, b"<document/>" * 50)
    orders = (
        (types, rels, main, properties),
        (rels, properties, main, types),
        (properties, main, types),
        (main, types),
    )
    return tuple(zipped(*order) for order in orders)


def open_document(kind: str) -> bytes:
    """Make an OpenDocument file: its media type comes first and is not compressed (ODF 1.2 part 3, 3.3)."""
    media_type = f"application/vnd.oasis.opendocument.{kind}".encode()
    return zipped(("mimetype", media_type), ("content.xml", b"<office/>"), stored=1)


def picture(kind: str) -> bytes:
    """Make a picture of one dot."""
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1), "navy").save(buffer, kind)
    return buffer.getvalue()


def pdf() -> bytes:
    """Make a PDF of one page."""
    document = FPDF()
    document.add_page()
    return bytes(document.output())


def photo(brand: bytes, *others: bytes) -> bytes:
    """Make the beginning of a photo (ISO/IEC 14496-12, 4.3): a box that lists its brands, and the next box."""
    brands = brand + bytes(4) + b"".join(others)
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + struct.pack(">I", 40) + b"meta" + bytes(32)


def streamed(*entries: tuple[str, bytes], stored: bool = True) -> bytes:
    """Make a ZIP file as servers do that send it while they make it: the size of an entry is behind it."""

    class Unseekable(io.BytesIO):
        """Somewhere that cannot go back."""

        def tell(self) -> int:
            """Have no place to go back to."""
            raise io.UnsupportedOperation

    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, contents in entries:
            file.writestr(name, contents)
    return buffer.getvalue()


def compound(*streams: str, before: int = 0, of_class: bytes = bytes(16)) -> bytes:
    """Make a compound file ([MS-CFB]) with empty streams, and *before* sectors of data before the list of them."""
    entries = [_entry("Root Entry", 5, of_class), *(_entry(name, 2) for name in streams)]
    listed = b"".join(entries).ljust(-(-len(entries) // 4) * 512, b"\0")
    first = 1 + before
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, first, 0, 4096, _END, 0, _END, 0) + struct.pack("<I", 0) + b"\xff" * 4 * 108
    chain = [0xFFFFFFFD] + [_END] * before + [first + 1 + each for each in range(len(listed) // 512 - 1)] + [_END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    return header + table + b"\1" * 512 * before + listed


_END = 0xFFFFFFFE


def _entry(name: str, kind: int, of_class: bytes = bytes(16)) -> bytes:
    """Write an entry of the list of streams ([MS-CFB] 2.6.1)."""
    written = f"{name}\0".encode("utf-16-le")
    entry = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, *[0xFFFFFFFF] * 3)
    return entry + of_class + bytes(20) + struct.pack("<IQ", _END, 0)


def pdfs() -> tuple[bytes, ...]:
    """Make PDFs as they come: with a byte order mark or blank lines before them, and with a page in or behind them."""
    whole = pdf()
    page = b"<html><script>alert(1)</script></html>"
    blanks = (b"", b"\xef\xbb\xbf", b"\r\n", b"\n\n\n", b" \t\r\n", b"\xef\xbb\xbf\r\n", bytes(4))
    inside = whole.replace(b"\n", b"\n%" + page + b"\n", 1)
    return (*(blank + whole for blank in blanks), whole + page, inside)


def documents(part: str, tell: bytes = b"<document/>") -> tuple[bytes, ...]:
    """Make an Office Open XML file in which something stands before what tells its program."""
    main, types = (part, tell * 50), ("[Content_Types].xml", b"<Types/>")
    labels = (("docMetadata/LabelInfo.xml", b"<x/>"), ("customXml/item1.xml", b"<x/>" * 9), ("docProps/a.jpeg", LARGE))
    return (*office_open(part), *(zipped(label, types, main, stored=1) for label in labels))


def statements() -> tuple[bytes, ...]:
    """Make bank statements in XML, in the encodings and with the beginnings that banks use."""
    plain, bare = STATEMENT.encode(), STATEMENT.partition("\n")[2]
    wide = STATEMENT.replace("UTF-8", "UTF-16")
    latin = STATEMENT.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    return plain, b"\xef\xbb\xbf" + plain, bare.encode(), wide.encode("utf-16"), latin, plain.replace(b"053", b"054")


@functools.cache
def genuine() -> dict[FileType, tuple[bytes, ...]]:
    """Return sound files of every type."""
    text = (
        TABLE.encode(),
        LETTER.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("cp850") + b"\x1a",
        TABLE.encode("cp1252"),
        LETTER.encode("cp850"),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + LETTER.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        LETTER.encode("utf-16-be"),
        b"From the office",
        b"x",
    )
    brands = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"heif", b"mif1", b"msf1")
    return {
        FileType.PDF: pdfs(),
        FileType.JPEG: (picture("JPEG"), b"\xff\xd8\xff\xe1" + picture("JPEG")[4:], b"\xff\xd8\xff\xdb\0C" + bytes(60)),
        FileType.PNG: (picture("PNG"),),
        FileType.TIFF: (picture("TIFF"), b"MM\0*" + bytes(8)),
        FileType.HEIC: (*(photo(brand, b"mif1", b"heic") for brand in brands), photo(b"heic"), photo(b"mif1")),
        FileType.WEBP: (picture("WEBP"),),
        FileType.AVIF: (picture("AVIF"), photo(b"avif"), photo(b"avis", b"msf1"), photo(b"mif1", b"avif", b"miaf")),
        FileType.DOCX: documents("word/document.xml"),
        FileType.XLSX: documents("xl/workbook.xml"),
        FileType.ODT: (open_document("text"),),
        FileType.ODS: (open_document("spreadsheet"),),
        FileType.DOC: (compound("WordDocument", "1Table"), compound("WordDocument", "Workbook", before=9)),
        FileType.XLS: (compound("Workbook", "\5SummaryInformation"), compound("Workbook", before=100)),
        FileType.TXT: text,
        FileType.CSV: text,
        FileType.MSG: (compound("__nameid_version1.0", "__properties_version1.0"),),
        FileType.EML: (MAIL, MAIL.replace(b"\r\n", b"\n"), b"X-Status: 1\r\nReceived: from x\r\n by y\r\n" + MAIL),
        FileType.ZIP: (zipped(("factuur.pdf", b"%PDF-")), zipped(("loon.csv", LARGE))),
        FileType.CAMT: statements(),
        FileType.MT940: (
            SWIFT,
            SWIFT.replace(b"\r\n", b"\n"),
            b"ABNANL2A\r\n940\r\nABNANL2A\r\n" + SWIFT + b"-\r\n",
            b"{1:F01INGBNL2ABXXX0000000000}{2:I940INGBNL2AXXXN}{4:\r\n" + SWIFT + b"-}",
            b"{1:F01}{4:" + SWIFT,
        ),
    }


PROTECTED = (
    compound("EncryptionInfo", "EncryptedPackage"),
    compound("EncryptionInfo", "EncryptedPackage", before=200),
)
"""Office documents with a password ([MS-OFFCRYPTO] 2.3); the second one tells it only further on."""

FOREIGN = {
    "executable": b"MZ\x90\x00\x03\x00\x00\x00" + bytes(100),
    "program of Linux": b"\x7fELF\x02\x01\x01" + bytes(9),
    "GIF": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "GIFAR": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;" + zipped(("META-INF/MANIFEST.MF", b"Main-Class: A")),
    "JAR": zipped(("META-INF/MANIFEST.MF", b"Main-Class: A"), ("A.class", b"\xca\xfe\xba\xbe")),
    "plain ZIP": zipped(("factuur.exe", b"MZ")),
    "empty ZIP": zipped(),
    "slides": zipped(("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<p/>")),
    "old slides": compound("PowerPoint Document", "Current User"),
    "installer": compound("\u4840\u3f7f", of_class=UUID("000c1084-0000-0000-c000-000000000046").bytes_le),
    "document with macros": zipped(*PACKAGE, ("word/document.xml", b"<d/>"), ("word/vbaProject.bin", LARGE[:99])),
    "workbook with macros": zipped(*PACKAGE, ("xl/workbook.xml", b"<w/>"), ("xl/vbaProject.bin", LARGE[:99])),
    "binary workbook": zipped(*PACKAGE, ("xl/workbook.bin", LARGE[:99])),
    "package of an app": zipped(("App.exe", b"MZ"), ("AppxManifest.xml", b"<P/>"), *PACKAGE),
    "printed pages": zipped(*PACKAGE, ("FixedDocSeq.fdseq", b"<x/>"), ("Documents/1/FixedDoc.fdoc", b"<x/>")),
    "template": open_document("text-template"),
    "HTML": b"<!DOCTYPE html><script>alert(1)</script>",
    "HTML after white space": b"\xef\xbb\xbf \t\r\n\x0c<HTML><script>alert(1)</script>",
    "HTML in UTF-16": "<script>alert(1)</script>".encode("utf-16"),
    "HTML before PDF": b"<script>alert(1)</script>%PDF-1.7",
    "SVG": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "comment and photo": b"<!--ftypheic--><script>alert(1)</script>",
    "script": b"#!/bin/sh\nrm -rf ~\n",
    "gzip": b"\x1f\x8b\x08\x08\x61\x62\x63\x64",
    "PDF after text": b"Hallo\0\n%PDF-1.7",
    "PDF in HTML": b"<html><script>alert(1)</script>" + b"%PDF-1.7\n%%EOF",
    "PostScript": b"%!PS-Adobe-3.0\n",
    "XHTML": b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    "XML with a DTD": STATEMENT.replace("<Document", '<!DOCTYPE Document [<!ENTITY a "b">]><Document').encode(),
    "other XML": b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'/>",
    "script in a statement": STATEMENT.replace("</Do", "<s xmlns='http://www.w3.org/1999/xhtml'>a</s></Do").encode(),
    "stylesheet of a statement": STATEMENT.replace("<Do", "<?xml-stylesheet href='#a'?><Do").encode(),
    "other message of a bank": STATEMENT.replace("camt.053", "camt.056").encode(),
    "broken XML": b"<?xml version='1.0'?><<",
    "XML in an unknown encoding": b"<?xml version='1.0' encoding='klingon'?><Document/>",
    "film": photo(b"isom", b"mp42", b"heic"),
    "shortcut": b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(60),
    "UTF-16 with NUL": "tekst\0".encode("utf-16"),
}
"""Files that are refused under every allowed extension, polyglots included."""
