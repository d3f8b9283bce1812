"""Reading the logos of offices, for mails and PDFs (OF-3)."""

from collections.abc import Callable
from functools import lru_cache

import attrs

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import FileDamaged
from klantportaal.domain.offices import Office
from klantportaal.usecases.shared.downloading import Downloads

KEPT = 16
"""The number of logos that are kept in memory, each of at most 1 MiB."""


@attrs.frozen(kw_only=True)
class Logos:
    """The logos of offices, as far as this process has read them."""

    _downloads: Downloads
    _read: Callable[[StoredFile], bytes] = attrs.field(init=False)

    @_read.default
    def _make_read(self) -> Callable[[StoredFile], bytes]:
        return lru_cache(KEPT)(lambda file: b"".join(self._downloads.unrecorded(file).blocks))

    def of(self, office: Office) -> bytes | None:
        """Give the logo of an office. None if it has none, or if its file is damaged.

        Raises:
            Unavailable: it cannot be read now.
        """
        if office.logo is None:
            return None
        try:
            return self._read(office.logo)
        except FileDamaged:
            return None
