"""What of a file a browser can show in a sandbox, decided by its contents (NW-3)."""

import codecs
import enum

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.file_contents import possible_types
from klantportaal.domain.file_types import MEDIA_TYPES, OF_ENDINGS, FileType, ending, with_ending


class ShownAs(enum.StrEnum):
    """How a browser shows a file."""

    PDF = "pdf"
    PICTURE = "picture"
    TEXT = "text"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Showing:
    """How a file is shown."""

    shown_as: ShownAs
    media_type: str
    """The type under which it is sent, whatever it was stored as."""


_PICTURES = frozenset({FileType.JPEG, FileType.PNG, FileType.WEBP, FileType.AVIF})
_TEXTS = frozenset({FileType.TXT, FileType.CSV})
_ENDINGS = frozenset(
    {"gif", *(each for each, kind in OF_ENDINGS.items() if kind in {FileType.PDF} | _PICTURES | _TEXTS)}
)
_GIF = (b"GIF87a", b"GIF89a")
CONVERTED = Showing(shown_as=ShownAs.PICTURE, media_type=MEDIA_TYPES[FileType.JPEG])
"""How a picture is shown of which a JPEG is made, because few browsers show it."""
MOST_CONVERTED = 25 * 1024 * 1024
"""The most bytes of such a picture. A larger one can only be downloaded."""


def may_be_shown(name: str, *, converts: bool = False) -> bool:
    """Tell by its ending whether a file can probably be shown. What it is decides later.

    Args:
        name: its name.
        converts: whether JPEGs are made of HEIC pictures.
    """
    return ending(name) in _ENDINGS or (converts and OF_ENDINGS.get(ending(name)) is FileType.HEIC)


def is_heic(head: bytes) -> bool:
    """Tell whether a file is a HEIC picture: few browsers show it, so a JPEG is made of it."""
    return possible_types(head) == {FileType.HEIC}


def converted_name(name: str) -> str:
    """Give the name of the JPEG that is made of a picture."""
    return with_ending(name, FileType.JPEG)


def showing(head: bytes) -> Showing | None:
    """Tell how a file is shown that begins with the given bytes. None if it can only be downloaded.

    Pages, SVG and all other markup are never shown: browsers would run what is in them.
    """
    if head.startswith(_GIF):
        return Showing(shown_as=ShownAs.PICTURE, media_type="image/gif")
    found = possible_types(head)
    if found == {FileType.PDF}:
        return Showing(shown_as=ShownAs.PDF, media_type=MEDIA_TYPES[FileType.PDF])
    if len(found) == 1 and found <= _PICTURES:
        (picture,) = found
        return Showing(shown_as=ShownAs.PICTURE, media_type=MEDIA_TYPES[picture])
    if found >= _TEXTS:
        return Showing(shown_as=ShownAs.TEXT, media_type=f"text/plain; charset={_encoding(head)}")
    return None


def _encoding(head: bytes) -> str:
    """Name the encoding of a text: that of its mark, else UTF-8 if it can be that, else that of old Windows files."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be")):
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # The last character may be cut off.
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"
