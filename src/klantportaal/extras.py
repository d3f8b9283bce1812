"""What is said where the packages of an extra are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str, what: str) -> Iterator[None]:
    """Import packages of an extra in this context.

    Args:
        name: of the extra.
        what: what the packages are for, as the subject of a sentence.

    Raises:
        ModuleNotFoundError: one of them is not installed. The message says which extra to install.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "klantportaal").partition(".")[0]
        if package == "klantportaal":
            raise
        told = f"{what} needs {package}: pip install klantportaal[{name}]"
        raise ModuleNotFoundError(told, name=missing.name) from missing
