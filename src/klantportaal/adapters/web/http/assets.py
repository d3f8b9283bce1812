"""The static files of the pages: style sheets, scripts, fonts and pictures, read once from the built folder.

The build names each file by its content, and compresses it (frontend/packing.py).
"""

import functools
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

import attrs

from klantportaal.adapters.web.http.headers import Headers, kept
from klantportaal.adapters.web.language.negotiation import by_weight
from klantportaal.domain.errors import Absent

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
"""By file extension, without the dot."""
SUFFIXES = {"br": ".br", "gzip": ".gz"}
"""How the name of a compressed file ends, by ``Content-Encoding``. The smaller one comes first."""
HASH = re.compile(r"\.[0-9a-f]{16}(?=\.[a-z0-9]+$)")
"""The hash in a name: the first 16 hexadecimal digits of the SHA-256 of the content."""


@attrs.frozen(kw_only=True)
class Asset:
    """One static file."""

    file: str
    """Its name in addresses. It contains the hash of the content, so browsers may keep the file forever."""
    media_type: str
    contents: Mapping[str, bytes]
    """The content by ``Content-Encoding``, the smallest first. "" is the file as it is."""


@functools.cache
def load() -> Mapping[str, Asset]:
    """Read every asset into memory, by the name that templates know, such as ``portal.css``.

    Raises:
        FileNotFoundError: the assets have not been built.
    """
    folder = files("klantportaal.adapters.web") / "static"
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise FileNotFoundError("the portal's style sheets and scripts are not built yet: run `make assets`")
    named: Mapping[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return {name: _read(folder, file) for name, file in named.items()}


@functools.cache
def drawings() -> Mapping[str, str]:
    """Read the drawing of each icon: what is between the tags of its ``<svg>``.

    Raises:
        FileNotFoundError: the assets have not been built.
    """
    folder = files("klantportaal.adapters.web") / "static"
    found: Mapping[str, str] = json.loads((folder / "icons.json").read_text(encoding="utf-8"))
    return found


def reply(file: str, accept_encoding: str) -> tuple[bytes, Headers]:
    """Give the content of an asset and the headers of the response.

    Browsers may keep it for a year if *file* has the hash of this content. Without a hash, or with that of another
    version of the portal, they get the asset that there is, for five minutes.

    Args:
        file: the name in the address.
        accept_encoding: the header of the request. "" if there is none.

    Raises:
        Absent: there is no asset of this name.
    """
    asset = load().get(HASH.sub("", file))
    if asset is None:
        raise Absent("asset")
    encoding = next((each for each in asset.contents if each in ("", *by_weight(accept_encoding))), "")
    told = {"Content-Type": asset.media_type, "Vary": "Accept-Encoding", **kept(for_good=file == asset.file)}
    return asset.contents[encoding], {**told, "Content-Encoding": encoding} if encoding else told


def _read(folder: Traversable, file: str) -> Asset:
    packed = {name: folder / f"{file}{suffix}" for name, suffix in SUFFIXES.items()}
    contents = {name: place.read_bytes() for name, place in packed.items() if place.is_file()}
    media_type = MEDIA_TYPES[file.rpartition(".")[2]]
    return Asset(file=file, media_type=media_type, contents={**contents, "": (folder / file).read_bytes()})
