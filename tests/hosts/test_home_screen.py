"""The portal on a home screen: the manifest and the icons of an office, on both hosts."""

import io
import json
import re
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import attrs
from PIL import Image

from tests.hosts.browsers import PREFIX, Browser
from tests.hosts.conftest import World

COLOUR = "#ffcc00"
"""The colour of the office. Black is readable on it."""


def manifest(browser: Browser) -> dict[str, Any]:
    """Ask for the manifest that a page names."""
    found = re.search(rf'<link rel="manifest" href="{PREFIX}([^"]+)">', browser.get("/inloggen").text)
    assert found is not None
    reply = browser.get(found[1])
    assert (reply.status, reply.headers["content-type"]) == (200, "application/manifest+json")
    written: dict[str, Any] = json.loads(reply.text)
    return written


def pictures(browser: Browser, icons: list[dict[str, str]]) -> Iterator[tuple[str, Image.Image]]:
    """Ask for each icon, and open it."""
    for each in icons:
        reply = browser.get(each["src"].removeprefix(PREFIX))
        assert (reply.status, reply.headers["content-type"]) == (200, each["type"])
        assert "immutable" in reply.headers["cache-control"]
        yield each["sizes"], Image.open(io.BytesIO(reply.body))


def test_manifest(browser: Browser, world: World) -> None:
    """OF-3: An office's manifest has its name and its colour, and stays within the portal."""
    found = manifest(browser)
    icons = found.pop("icons")
    assert found == {
        "id": f"{PREFIX}/",
        "name": world.office.profile.name,
        "start_url": f"{PREFIX}/",
        "scope": f"{PREFIX}/",
        "display": "minimal-ui",
        "theme_color": COLOUR,
        "background_color": "#f4f5f7",
    }
    assert [(each["sizes"], each["purpose"]) for each in icons] == [
        ("192x192", "any maskable"),
        ("512x512", "any maskable"),
    ]


def test_icons(browser: Browser) -> None:
    """OF-3: Icons are pictures of the size that they say, in the office's colour, with black or white on it."""
    for sizes, picture in pictures(browser, manifest(browser)["icons"]):
        assert f"{picture.width}x{picture.height}" == sizes
        pixels = picture.convert("RGB")
        middle = picture.width // 2
        assert pixels.getpixel((0, 0)) == (0xFF, 0xCC, 0x00)
        assert pixels.getpixel((middle, round(picture.height * 13 / 32))) == (0, 0, 0)
        assert pixels.getpixel((middle, middle)) == (0xFF, 0xCC, 0x00)  # A line on the sheet.


def test_the_icon_of_a_page(browser: Browser, world: World) -> None:
    """OF-3: Each page names an icon for iPhones. Its address changes with the colour. Other sizes do not exist."""
    named = r'rel="apple-touch-icon" href="([^"]+)"'
    (before,) = re.findall(named, browser.get("/inloggen").text)
    icon = {"src": before.replace("&amp;", "&"), "type": "image/png", "sizes": "180x180"}
    ((_sizes, picture),) = pictures(browser, [icon])
    assert picture.size == (180, 180)
    desk = world.scene.office_actor(world.office)
    profile = world.portal.office.profile.get(desk).profile
    world.portal.office.profile.change(desk, attrs.evolve(profile, colour="#123456"))
    (after,) = re.findall(named, browser.get("/inloggen").text)
    assert after != before
    for query in ("", "?size=181", "?size=-1", "?size=512x512", "?size=%00"):
        assert browser.get(f"/pictogram.png{query}").status == 404
    stale = browser.get(f"/pictogram.png?{urlsplit(icon['src']).query}")
    assert stale.headers["cache-control"] == "public, max-age=300"


def test_a_square_logo_is_the_icon(browser: Browser, world: World) -> None:
    """OF-3: A square logo of 192 pixels or more is the icon. Any other logo is none."""
    desk = world.scene.office_actor(world.office)
    for width, height, is_icon in ((300, 300, True), (300, 299, False), (191, 191, False)):
        picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"x" * 100
        world.portal.office.profile.change_logo(desk, name="logo.png", blocks=[picture])
        first, *_drawn = manifest(browser)["icons"]
        assert (first["sizes"], first["purpose"]) == (
            (f"{width}x{height}", "any") if is_icon else ("192x192", "any maskable")
        )
        assert browser.get(first["src"].removeprefix(PREFIX)).status == 200
