"""The portal on a home screen: the web app manifest of an office, and its icon in the office's colour (OF-3).

An icon fills its square: phones cut off its corners (W3C, Web Application Manifest, "Icon masks").
"""

import functools
import json
import struct
import zlib

from klantportaal.adapters.colours import LIGHT, palette
from klantportaal.adapters.web.http.paths import Url
from klantportaal.adapters.web.pages.picture_size import Size
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import Office

SIZES = (180, 192, 512)
"""The widths of icons in pixels: of iPhones and iPads, and the two that a manifest has."""
MANIFEST_TYPE = "application/manifest+json"
GRID = 32
"""The width of the drawing, in its own units. frontend/public/icon.svg has the same one."""


def icon_url(office: Office, url: Url, size: int) -> str:
    """Make the address of an icon. It changes with the office's colour."""
    return url("icon", query={"size": size, "v": icon_version(office)})


def icon_version(office: Office) -> str:
    """Give what the icon of an office follows from, for its address."""
    return office.profile.colour.lstrip("#").lower()


def manifest(office: Office, url: Url, logo_size: Size | None) -> str:
    """Write the manifest. A square logo is the icon, where it is large enough. There are buttons to go back.

    Args:
        office: the office.
        url: makes links under the mount of the portal.
        logo_size: the width and the height of the office's logo, if it has one that can be read.
    """
    drawn = [
        {
            "src": icon_url(office, url, size),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "maskable" if _is_icon(logo_size) else "any maskable",
        }
        for size in SIZES[1:]
    ]
    return json.dumps(
        {
            "id": url("start"),
            "name": office.profile.name,
            "start_url": url("start"),
            "scope": url("start"),
            "display": "minimal-ui",
            "theme_color": office.profile.colour,
            "background_color": LIGHT.page,
            "icons": [*_own(office, url, logo_size), *drawn],
        },
        ensure_ascii=False,
    )


def _is_icon(logo_size: Size | None) -> bool:
    return logo_size is not None and logo_size[0] == logo_size[1] >= SIZES[1]


def _own(office: Office, url: Url, logo_size: Size | None) -> list[dict[str, str]]:
    """List the logo, if it can be an icon."""
    if office.logo is None or logo_size is None or not _is_icon(logo_size):
        return []
    address = url("logo", query={"v": office.logo.sha256.hex()[:16]})
    sizes = f"{logo_size[0]}x{logo_size[1]}"
    return [{"src": address, "sizes": sizes, "type": office.logo.media_type, "purpose": "any"}]


def icon(office: Office, size: str | None) -> bytes:
    """Draw the icon of an office as a PNG: a sheet of paper on the office's colour.

    Raises:
        Absent: there is no icon of this size.
    """
    width = next((each for each in SIZES if str(each) == size), None)
    if width is None:
        raise Absent("icon")
    return _drawn(office.profile.colour, width)


@functools.lru_cache(64)
def _drawn(colour: str, width: int) -> bytes:
    """Draw it: a background, a sheet with a folded corner, and two lines on it (PNG, W3C, with two colours)."""
    chosen = palette(colour, LIGHT)
    rows = b"".join(b"\x00" + _row((y + 0.5) * GRID / width, width) for y in range(width))
    header = struct.pack(">IIBBBBB", width, width, 8, 3, 0, 0, 0)
    colours = bytes.fromhex(chosen.fill[1:] + chosen.on_fill[1:])
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _row(y: float, width: int) -> bytes:
    """Draw one row of pixels: 0 for the background, 1 for paper."""
    row = bytearray(width)
    if 7 <= y < 25:
        _fill(row, 10, min(23.0, 18 + max(0.0, y - 7)), 1)
    if 15 <= y < 17 or 19 <= y < 21:
        _fill(row, 13, 20, 0)
    return bytes(row)


def _fill(row: bytearray, left: float, right: float, value: int) -> None:
    first, last = round(left * len(row) / GRID), round(right * len(row) / GRID)
    row[first:last] = bytes([value]) * (last - first)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
