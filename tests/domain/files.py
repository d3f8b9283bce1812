"""Small valid files of every type that may be uploaded, made by real libraries."""

import functools
import io
import struct
import zipfile

from fpdf import FPDF
from PIL import Image

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHH", 0x3E, 3, 0xFFFE) + bytes(482)
"""The header of a compound file ([MS-CFB] 2.2), the format of Word and Excel files up to 2003."""
TABLE = "naam;bedrag\r\nRenée;12,50\r\n"
LETTER = "Geachte mevrouw,\r\n\r\nHierbij de stukken.\r\n"


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


def heic(brand: bytes) -> bytes:
    """Make the beginning of an HEIC photo (ISO/IEC 23008-12): a box of 24 bytes that lists its brands."""
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1" + b"heic" + struct.pack(">I", 40) + b"meta"


@functools.cache
def genuine() -> dict[str, tuple[bytes, ...]]:
    """Return valid files by family: the files of a family cannot be told apart by their first bytes."""
    return {
        "pdf": (pdf(),),
        "jpeg": (picture("JPEG"),),
        "png": (picture("PNG"),),
        "tiff": (picture("TIFF"), b"MM\0*" + bytes(8)),
        "heic": (heic(b"heic"), heic(b"mif1")),
        "word": office_open("word/document.xml"),
        "excel": office_open("xl/workbook.xml"),
        "odt": (open_document("text"),),
        "ods": (open_document("spreadsheet"),),
        "compound": (COMPOUND,),
        "text": (
            TABLE.encode(),
            LETTER.encode(),
            TABLE.encode("utf-8-sig"),
            TABLE.encode("cp1252"),
            TABLE.encode("utf-16"),
            b"\xfe\xff" + LETTER.encode("utf-16-be"),
            b"x",
        ),
    }


FAMILIES = {
    "pdf": "pdf",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "png": "png",
    "heic": "heic",
    "tif": "tiff",
    "tiff": "tiff",
    "docx": "word",
    "xlsx": "excel",
    "odt": "odt",
    "ods": "ods",
    "doc": "compound",
    "xls": "compound",
    "txt": "text",
    "csv": "text",
}
"""The family of files of each extension (AT-3)."""

FOREIGN = {
    "executable": b"MZ\x90\x00\x03\x00\x00\x00" + bytes(100),
    "program of Linux": b"\x7fELF\x02\x01\x01" + bytes(9),
    "GIF": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "GIFAR": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;" + zipped(("META-INF/MANIFEST.MF", b"Main-Class: A")),
    "JAR": zipped(("META-INF/MANIFEST.MF", b"Main-Class: A"), ("A.class", b"\xca\xfe\xba\xbe")),
    "plain ZIP": zipped(("factuur.exe", b"MZ")),
    "empty ZIP": zipped(),
    "slides": zipped(("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<p/>")),
    "template": open_document("text-template"),
    "HTML": b"<!DOCTYPE html><script>alert(1)</script>",
    "HTML after white space": b"\xef\xbb\xbf \t\r\n\x0c<HTML><script>alert(1)</script>",
    "HTML in UTF-16": "<script>alert(1)</script>".encode("utf-16"),
    "HTML before PDF": b"<script>alert(1)</script>%PDF-1.7",
    "SVG": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "comment and photo": b"<!--ftypheic--><script>alert(1)</script>",
    "script": b"#!/bin/sh\nrm -rf ~\n",
    "gzip": b"\x1f\x8b\x08\x08\x61\x62\x63\x64",
    "AVIF": struct.pack(">I", 24) + b"ftypavif" + bytes(12),
    "UTF-16 with NUL": "tekst\0".encode("utf-16"),
}
"""Files that are refused under every allowed extension, polyglots included."""
