"""The port that scans uploaded files before they are stored (AT-3)."""

from collections.abc import Iterator
from typing import Protocol


class Scanner(Protocol):
    """Scans files."""

    def accepts(self, blocks: Iterator[bytes]) -> bool:
        """Tell whether a file may be stored. The scanner need not read all blocks.

        Raises:
            Unavailable: the file cannot be scanned now; it is not stored.
        """
        ...
