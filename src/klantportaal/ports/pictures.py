"""The port that makes pictures that every browser shows of pictures that few browsers show (NW-3)."""

from typing import Protocol


class Pictures(Protocol):
    """Makes JPEG pictures of HEIC pictures, which phones make. Several threads call it at once."""

    def jpeg(self, content: bytes) -> bytes | None:
        """Make a JPEG of a HEIC or HEIF file. None if that cannot be done: the client then downloads the file.

        Clients sent the file, so it may be hostile. Its size in pixels is read before it is decoded, and is limited.
        Memory and time are limited too. A file that is damaged, too large or slow, or that is something else, gives
        None.

        The JPEG is of the first picture of the file, turned as its camera says. It has no metadata: no EXIF, such as
        the place where it was taken, no XMP, no colour profile and no comment.

        Raises:
            Unavailable: it cannot be done now, such as when too many pictures are made at once.
        """
        ...
