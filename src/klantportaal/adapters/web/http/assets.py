"""The static files of the pages: style sheets, scripts, fonts and pictures, read once from the built folder."""

import functools
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

import attrs

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
"""By file extension, without the dot. Files with another extension are not served."""


@attrs.frozen(kw_only=True)
class Asset:
    """One static file."""

    media_type: str
    content: bytes
    digest: str
    """The first 16 hexadecimal digits of its SHA-256. The address contains it, so browsers may cache it forever."""


@functools.cache
def load() -> Mapping[str, Asset]:
    """Read every asset into memory, by name.

    Raises:
        FileNotFoundError: the assets have not been built.
    """
    folder = files("klantportaal.adapters.web") / "static"
    if not folder.is_dir():
        raise FileNotFoundError("the portal's style sheets and scripts are not built yet: run `make assets`")
    return {name: asset for each in folder.iterdir() for name, asset in _read(each)}


def _read(file: Traversable) -> list[tuple[str, Asset]]:
    media_type = MEDIA_TYPES.get(file.name.rpartition(".")[2])
    if media_type is None or not file.is_file():
        return []
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return [(file.name, Asset(media_type=media_type, content=content, digest=digest))]
