"""What writes the texts of an archive: its index, its messages and what stands in place of a file (NW-4).

It is the same in every portal, so it is no port.
"""

from collections.abc import Mapping
from typing import Protocol

from klantportaal.domain.archives import ArchivedMessage, ArchiveIndex, Folder, Presence
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.values import Language, SubmissionId


class ArchiveWriter(Protocol):
    """Writes the texts of archives. The same arguments always give the same text."""

    def folder(self, folder: Folder, language: Language) -> str:
        """Name a folder. Two folders have different names, also where case does not count."""
        ...

    def index_name(self, language: Language) -> str:
        """Name the index page in a language. No other page has that name."""
        ...

    def index(self, index: ArchiveIndex, language: Language) -> str:
        """Write the index page in a language, as HTML without script. All texts are escaped."""
        ...

    def message(self, message: ArchivedMessage, body: str, language: Language) -> str:
        """Write a message as plain text."""
        ...

    def receipt_title(self, language: Language) -> str:
        """Name a receipt."""
        ...

    def receipt(self, receipt: Receipt, url: str, language: Language) -> str:
        """Write a receipt as plain text, with the address of its page: all that its PDF has, but for the QR code."""
        ...

    def request(self, request: DocumentRequest, paths: Mapping[SubmissionId, str], language: Language) -> str:
        """Write a request as plain text, with what was delivered for each item and the paths of its files.

        It has what the client may know. A file without a path has its name.
        """
        ...

    def absence(self, title: str, presence: Presence, language: Language) -> str:
        """Say in one line why a file is not in the archive."""
        ...
