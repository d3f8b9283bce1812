"""A look at files from outside before they are kept (AT-3)."""

from collections.abc import Iterator
from typing import Protocol


class Scanner(Protocol):
    """Judges files."""

    def accepts(self, blocks: Iterator[bytes]) -> bool:
        """Tell whether a file may be kept; read as much of it as is needed.

        Raises:
            Unavailable: it cannot tell for now; the file is not kept.
        """
        ...
