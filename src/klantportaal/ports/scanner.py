"""The port that scans files for viruses while they stream in (AT-3)."""

from collections.abc import Generator, Iterable
from typing import Protocol

from klantportaal.domain.scanning import ScanVerdict


class Scanner(Protocol):
    """Scans files. Several threads scan at once."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Scan a file while it passes.

        A generator function is the simplest way to write this::

            def scan(self, blocks):
                for block in blocks:
                    ...  # look at it
                    yield block
                return CLEAN

        The generator yields every block, unchanged and in order, as soon as it has it, and then returns the verdict. It
        holds no whole file in memory. The file is stored meanwhile, and removed if it is not taken.

        ``CLEAN`` means that the scanner scanned the whole file, and what is packed in it. If it does not know whether
        it did, it raises ``Unavailable``. An exception that *blocks* raises is passed on unchanged. If the generator is
        closed before its end, it closes what it opened.

        Raises:
            Unavailable: the file cannot be scanned now; it is not stored. The generator raises it before or after any
                block, at the latest after a time limit. The time in which it waits for *blocks* does not count.
        """
        ...
