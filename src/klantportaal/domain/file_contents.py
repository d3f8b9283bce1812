"""Recognise what a file is by its first bytes (AT-3).

puremagic knows the signatures of files. What a signature cannot tell is read here: the brands of photos, the entries of
ZIP containers, the streams of compound files, and what is text. docs/security.md says why.
"""

import re
from email.parser import BytesHeaderParser

from klantportaal.domain import bank_statements
from klantportaal.domain.file_types import OF_ENDINGS, FileType, ending

HEAD = 64 * 1024
"""How many bytes at the start of a file are used to recognise it."""
_SIGNED = 4096
"""How many of these bytes signatures are looked for in."""
_LEAD = 1024
"""Within how many bytes a PDF must begin, as in Acrobat (ISO 32000-1, Annex H.3, note 13)."""
_BLANK = b"\xef\xbb\xbf\0 \t\r\n\x0c"
"""A byte order mark of UTF-8, and white space of PDF (ISO 32000-1, 7.2.2)."""


def possible_types(head: bytes) -> frozenset[FileType]:
    """Tell which types a file can be of that begins with the given bytes. None if it is of no type that is known.

    More than one only if a type has no mark of its own: text, and compound files and ZIP containers whose telling parts
    are further on.
    """
    if _is_page(head):
        return frozenset({FileType.CAMT}) if bank_statements.begins(head) else frozenset()
    if _is_compound(head):
        return _compound(head)
    if head.startswith(b"PK\x03\x04"):
        return _container(head)
    if photo := _photo(head):
        return frozenset({photo})
    if signed := _signed(head):
        return frozenset({signed})
    return _text(head)


def is_protected(name: str, head: bytes) -> bool:
    """Tell whether a file is an Office document with a password: encrypted in a compound file ([MS-OFFCRYPTO] 2.3).

    The name of the encrypted part may be further on than *head*. So a .docx or .xlsx is one if it is a compound file
    of which nothing tells that it is an older document.
    """
    if not _is_compound(head):
        return False
    renamed = OF_ENDINGS.get(ending(name)) in {FileType.DOCX, FileType.XLSX} and len(_compound(head)) > 1
    return renamed or _stream("EncryptedPackage") in head


def _is_compound(head: bytes) -> bool:
    """Tell whether a file is a compound file ([MS-CFB] 2.2), the format of Office files up to 2003."""
    return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


# ------------------------------------------------------------------ by signatures
def _signatures(head: bytes) -> set[FileType | None]:
    """Give all types whose signature is at the start, and None for types that are never taken."""
    import puremagic  # It reads its signatures, which takes 10 ms: once, when the first file comes.

    # puremagic also looks for signatures at the end: zeros there have none, while those of a file's middle are chance.
    beginning = head[:_SIGNED] + bytes(_SIGNED)
    try:
        return {OF_ENDINGS.get(each.extension.removeprefix(".")) for each in puremagic.magic_string(beginning)}
    except puremagic.PureError:  # Nothing is found: so versions up to 1.30 tell.
        return set()


def _signed(head: bytes) -> FileType | None:
    start = head[:_LEAD].lstrip(_BLANK)
    if start.startswith(b"%") and FileType.PDF in _signatures(start + head[_LEAD:]):
        return FileType.PDF
    found = _signatures(head)
    return next((each for each in (FileType.JPEG, FileType.PNG, FileType.TIFF, FileType.WEBP) if each in found), None)


def _photo(head: bytes) -> FileType | None:
    """Recognise photos by all their brands (ISO/IEC 14496-12, 4.3): phones write a general one first.

    The first box is short: its length starts with zeros.
    """
    if not head.startswith(b"\0\0") or head[4:8] != b"ftyp":
        return None
    box = head[8 : int.from_bytes(head[:4])]
    brands = {box[:4], *(box[at : at + 4] for at in range(8, len(box), 4))}
    if box[:4] not in _PHOTO_BRANDS | _AVIF_BRANDS:
        return None
    return FileType.AVIF if brands & _AVIF_BRANDS else FileType.HEIC


_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_PHOTO_BRANDS = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"heif", b"mif1", b"mif2", b"msf1"}
)


# ------------------------------------------------------------------ containers
def _container(head: bytes) -> frozenset[FileType]:
    """Recognise documents in ZIP containers by the names of their entries; everything else is a ZIP file."""
    entries, is_whole = _entries(head)
    first, contents = entries[0]
    if first == b"mimetype":  # Uncompressed, as the first entry (ODF 1.2 part 3, 3.3).
        kinds = {_ODF + each.encode(): kind for each, kind in (("text", FileType.ODT), ("spreadsheet", FileType.ODS))}
        return frozenset({kind for mark, kind in kinds.items() if contents == mark})
    names = [name for name, _contents in entries]
    folder = next((name.partition(b"/")[0] for name in names if name.startswith(_DOCUMENTS)), None)
    is_package = any(name.startswith(_PACKAGE) for name in names)
    if not is_package or (folder is None and is_whole):
        return frozenset({FileType.ZIP})
    # Somebody's folder may have such names too. What makes it a document may be further on.
    more = frozenset({FileType.ZIP}) if b"[Content_Types].xml" not in names else frozenset()
    if folder is None:
        return frozenset({FileType.DOCX, FileType.XLSX}) | more
    if any(name.endswith(_OTHER_FORMATS) for name in names):
        return more
    return frozenset({kind for mark, kind in _OFFICE_OPEN.items() if folder == mark}) | more


def _entries(head: bytes) -> tuple[list[tuple[bytes, bytes]], bool]:
    """Give the name and the bytes of each local entry (APPNOTE.TXT 4.3.7), and whether there are no others.

    The bytes are passed over: those of a stored ZIP file have such entries themselves.
    """
    entries, at = list[tuple[bytes, bytes]](), 0
    while head.startswith(b"PK\x03\x04", at):
        flags, size, length, extra = (
            int.from_bytes(head[at + place : at + place + count], "little")
            for place, count in ((6, 2), (18, 4), (26, 2), (28, 2))
        )
        begin = at + 30 + length + extra
        end, at = _described(head, begin) if flags & _SIZE_BEHIND else (begin + size, begin + size)
        entries.append((head[begin - extra - length : begin - extra], head[begin:end]))
    return entries, head.startswith(b"PK\x01\x02", at)


def _described(head: bytes, begin: int) -> tuple[int, int]:
    """Find the data descriptor behind the bytes of an entry (APPNOTE.TXT 4.3.9). Give where it begins and ends."""
    at = head.find(_DESCRIPTOR, begin)
    while at >= 0:
        if int.from_bytes(head[at + 8 : at + 12], "little") == at - begin:
            return at, at + (16 if head.startswith(b"PK", at + 16) else 24)
        at = head.find(_DESCRIPTOR, at + 1)
    return len(head), len(head)


_SIZE_BEHIND = 1 << 3
"""The flag of an entry of which the size is only written behind it."""
_DESCRIPTOR = b"PK\x07\x08"
_ODF = b"application/vnd.oasis.opendocument."
_OFFICE_OPEN = {b"word": FileType.DOCX, b"xl": FileType.XLSX}
_DOCUMENTS = (b"word/", b"xl/", b"ppt/", b"visio/")
_PACKAGE = (*_DOCUMENTS, b"[Content_Types].xml", b"_rels/", b"docProps/", b"docMetadata/", b"customXml/", b"customUI/")
"""The entries of Office Open XML (ECMA-376 part 2), and those that programs put before them."""
_OTHER_FORMATS = (b"/vbaProject.bin", b"xl/workbook.bin")
"""Entries of documents with macros (docm, xlsm) and binary workbooks (xlsb). Office opens none as a docx or xlsx."""


def _stream(name: str) -> bytes:
    """Write the name of a stream as a compound file has it ([MS-CFB] 2.6.1)."""
    return f"{name}\0".encode("utf-16-le")


def _compound(head: bytes) -> frozenset[FileType]:
    """Recognise the programs whose streams are listed. The list may be further on: then the ending decides."""
    if _stream("EncryptedPackage") in head:
        return frozenset()
    marks = {"WordDocument": FileType.DOC, "Workbook": FileType.XLS, "__properties_version1.0": FileType.MSG}
    found = frozenset(kind for name, kind in marks.items() if _stream(name) in head)
    # Slides may also be a part of a document, and are listed with its own streams then.
    is_other = _stream("PowerPoint Document") in head or _is_installer(head)
    return found if found or is_other else frozenset(marks.values())


def _is_installer(head: bytes) -> bool:
    """Tell whether a compound file is of Windows Installer, by the class of its first entry ([MS-CFB] 2.6.1)."""
    root = head.find(_stream("Root Entry"))
    return root >= 0 and head[root + 81 : root + 96] == _INSTALLER


_INSTALLER = b"\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0F"
"""All but the first byte of its classes: 000C1084-0000-0000-C000-000000000046 and its neighbours."""


# ------------------------------------------------------------------ text
def _is_page(head: bytes) -> bool:
    """Tell whether a file begins as a page or other markup, which browsers might run."""
    return _plain(head).lstrip(_BLANK).startswith(b"<")


def _plain(head: bytes) -> bytes:
    """Give text as UTF-8 or as it is. UTF-16 is known by its mark, or by the zeros beside most letters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # Such as Excel's "Unicode text".
        return head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) * 4 > len(head):
            return head.decode(encoding, "ignore").encode("utf-8", "ignore")
    return head


def _text(head: bytes) -> frozenset[FileType]:
    """Recognise text: it has no binary data bytes, and does not begin as a PDF, a program or a JPEG."""
    text = _plain(head).removesuffix(b"\x1a")  # Programs of DOS end a text with it.
    start = text.lstrip(_BLANK).lower()
    if _BINARY.intersection(text) or start.startswith((b"%pdf", b"%!", b"#!", b"\xff\xd8\xff")):
        return frozenset()
    mail = {FileType.EML} if _is_mail(text) else set()
    statement = {FileType.MT940} if _is_swift(text) else set()
    return frozenset({FileType.TXT, FileType.CSV} | mail | statement)


_BINARY = frozenset({*range(0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)})
"""The binary data bytes (WHATWG MIME Sniffing, 3). Text has none of them."""
_FIELDS = tuple(re.compile(field, re.MULTILINE) for field in (rb"^(?:\{[^\r\n]*)?:20:", rb"^:25P?:", rb"^:60[FM]:"))
"""A statement's reference, account and opening balance, in this order (SWIFT MT 940, fields 20, 25 and 60a)."""


def _is_swift(text: bytes) -> bool:
    """Tell whether a text has the first fields of a bank statement. One pattern for all would take cubic time."""
    at = 0
    for field in _FIELDS:
        found = field.search(text, at)
        if found is None:
            return False
        at = found.end()
    return True


def _is_mail(text: bytes) -> bool:
    """Tell whether a text begins with the fields of a mail (RFC 5322, 3.6)."""
    fields = {name.lower() for name in BytesHeaderParser().parsebytes(text.lstrip(_BLANK))}
    return "from" in fields and bool(fields & {"date", "to", "subject", "received", "message-id"})
