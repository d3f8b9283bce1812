"""The types of files that clients may upload, and which of them a portal takes (AT-3)."""

import enum
from collections.abc import Collection, Mapping

import attrs

from klantportaal.domain.boundary import checked


class FileType(enum.StrEnum):
    """A type of file. Its value is the ending that a name gets whose own ending is wrong."""

    PDF = "pdf"
    JPEG = "jpg"
    PNG = "png"
    HEIC = "heic"
    WEBP = "webp"
    AVIF = "avif"
    TIFF = "tif"
    DOCX = "docx"
    XLSX = "xlsx"
    ODT = "odt"
    ODS = "ods"
    DOC = "doc"
    XLS = "xls"
    TXT = "txt"
    CSV = "csv"
    MSG = "msg"
    EML = "eml"
    ZIP = "zip"
    CAMT = "xml"
    """A bank statement of ISO 20022: camt.052, camt.053 or camt.054. No other XML."""
    MT940 = "940"
    """A bank statement of SWIFT."""


_OFFICE_OPEN = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
MEDIA_TYPES: Mapping[FileType, str] = {
    FileType.PDF: "application/pdf",
    FileType.JPEG: "image/jpeg",
    FileType.PNG: "image/png",
    FileType.HEIC: "image/heic",
    FileType.WEBP: "image/webp",
    FileType.AVIF: "image/avif",
    FileType.TIFF: "image/tiff",
    FileType.DOCX: f"{_OFFICE_OPEN}.wordprocessingml.document",
    FileType.XLSX: f"{_OFFICE_OPEN}.spreadsheetml.sheet",
    FileType.ODT: f"{_OPEN_DOCUMENT}.text",
    FileType.ODS: f"{_OPEN_DOCUMENT}.spreadsheet",
    FileType.DOC: "application/msword",
    FileType.XLS: "application/vnd.ms-excel",
    FileType.TXT: "text/plain",
    FileType.CSV: "text/csv",
    FileType.MSG: "application/vnd.ms-outlook",
    FileType.EML: "message/rfc822",
    FileType.ZIP: "application/zip",
    FileType.CAMT: "application/xml",
    FileType.MT940: "text/plain",
}
"""The media type with which a file is stored and sent. Clients and offices save files; nothing is opened by it."""
OTHER_ENDINGS: Mapping[FileType, tuple[str, ...]] = {
    FileType.JPEG: ("jpeg", "jpe", "jfif"),
    FileType.HEIC: ("heif", "hif", "heics", "heifs"),
    FileType.TIFF: ("tiff",),
    FileType.MT940: ("sta", "mt940", "swi"),
}
"""The endings, besides its own, under which a type is kept as it is."""
OF_ENDINGS: Mapping[str, FileType] = {
    ending: each for each in FileType for ending in (each.value, *OTHER_ENDINGS.get(each, ()))
}
"""The type that each known ending says."""
_STANDARD = frozenset(FileType) - {FileType.MSG, FileType.EML, FileType.ZIP, FileType.CAMT, FileType.MT940}


@attrs.frozen(kw_only=True, field_transformer=checked)
class FileTypes:
    """The types of files that are taken."""

    taken: frozenset[FileType] = _STANDARD
    password_protected: bool = False
    """Whether .docx and .xlsx files with a password are taken. No virus scanner can read them."""

    @classmethod
    def accountant(cls, *, password_protected: bool = False) -> "FileTypes":
        """Give all types: the standard ones, and mails, ZIP files and bank statements (CAMT and MT940)."""
        return cls(taken=frozenset(FileType), password_protected=password_protected)

    @property
    def shown(self) -> tuple[str, ...]:
        """The endings that clients are told, one for each type, in alphabetical order."""
        return tuple(sorted(self.taken))

    @property
    def endings(self) -> tuple[str, ...]:
        """All endings under which a taken type can be chosen, in alphabetical order."""
        return tuple(sorted(ending for ending, each in OF_ENDINGS.items() if each in self.taken))


def ending(name: str) -> str:
    """Give the ending of a name in lower case, empty if it has none. Lookalike letters are not replaced."""
    _stem, dot, last = name.rpartition(".")
    return last.lower() if dot else ""


def with_ending(name: str, file_type: FileType) -> str:
    """Give a name the ending of a type, unless it has one of that type. Only a known ending is replaced."""
    said = OF_ENDINGS.get(ending(name))
    if said is file_type:
        return name
    stem = name if said is None else name.rpartition(".")[0]
    return f"{stem}.{file_type.value}"


def type_of(name: str, possible: Collection[FileType]) -> FileType | None:
    """Choose the type of a file from those that its contents can be of.

    It is the type that the name says, if that is one of them. Otherwise the name has the wrong ending: the contents
    decide, if they can be of one type only. An unknown ending may say a type that only looks like a known one, such as
    a document with macros (docm), or a raw photo (dng) that looks like a TIFF. PDFs and other pictures cannot be
    confused like that. Text and ZIP files are never certain.
    """
    said = OF_ENDINGS.get(ending(name))
    if said in possible:
        return said
    if len(possible) != 1:
        return None
    (only,) = possible
    if only in _BY_ENDING or (said is None and ending(name) and only not in _UNMISTAKABLE):
        return None
    return only


_BY_ENDING = frozenset({FileType.TXT, FileType.CSV, FileType.EML, FileType.CAMT, FileType.MT940, FileType.ZIP})
_UNMISTAKABLE = frozenset({FileType.PDF, FileType.JPEG, FileType.PNG, FileType.HEIC, FileType.WEBP, FileType.AVIF})
