"""Remembers that the storage cannot be reached, so that one request does not wait for it twice."""

from collections.abc import Iterator
from contextlib import contextmanager

from klantportaal.domain.errors import PortalError, StorageDamaged, Unavailable


class Reach:
    """Whether the storage answered so far in one request."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._failure: PortalError | None = None

    @contextmanager
    def needed(self) -> Iterator[None]:
        """Read from the storage in this context. After a failure, the next context raises the same error at once."""
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except (StorageDamaged, Unavailable) as error:
            self._failure = error
            raise
