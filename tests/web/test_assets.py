"""The static files as they were built, and how they are sent."""

import gzip
import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import brotli
import pytest
from fontTools.ttLib import TTFont

from klantportaal.adapters.web.http.assets import Asset, drawings, load, reply
from klantportaal.domain.errors import Absent

ROOT = Path(__file__).resolve().parents[2]
STATIC = Path(str(files("klantportaal.adapters.web"))) / "static"
NAMES = "Łukasz Gâdzhiev Çağla Škoda Őry Dvořák Ștefan Þór IJsbrand Siobhán Żółć Ģirts Straẞe €"
"""Names from all over Europe."""


def sha256(content: bytes) -> str:
    """Give the hash that is in the name of a file."""
    return hashlib.sha256(content).hexdigest()[:16]


def test_the_manifest_names_every_file() -> None:
    """OF-3: each built file is in the manifest, under a name with the hash of its content, with its smaller copies."""
    named = json.loads((STATIC / "manifest.json").read_text())
    copies = {f"{file}{suffix}" for file in named.values() for suffix in (".br", ".gz")}
    assert {each.name for each in STATIC.iterdir()} - copies == {"manifest.json", "icons.json", *named.values()}
    for file in named.values():
        content = (STATIC / file).read_bytes()
        assert re.fullmatch(rf".+\.{sha256(content)}\.\w+", file)
        if file.endswith((".css", ".js", ".txt")):
            packed, gzipped = (STATIC / f"{file}{suffix}" for suffix in (".br", ".gz"))
            assert brotli.decompress(packed.read_bytes()) == gzip.decompress(gzipped.read_bytes()) == content
            assert packed.stat().st_size < gzipped.stat().st_size < len(content) / 2


@pytest.mark.parametrize(
    "accepted, encoding",
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("identity", None),
        ("brotli", None),
        ("", None),
    ],
)
def test_the_smallest_that_a_browser_takes(accepted: str, encoding: str | None) -> None:
    """OF-3: a file is sent as its smallest copy that the browser can read. Caches keep the copies apart."""
    sheet = load()["portal.css"]
    content, told = reply(sheet.file, accepted)
    assert (told.get("Content-Encoding"), told["Vary"]) == (encoding, "Accept-Encoding")
    assert content == sheet.contents[encoding or ""]


def test_how_long_a_file_is_kept() -> None:
    """OF-3: only the name of this very content is kept for good. Another version's gives what there is, for a while."""
    sheet = load()["portal.css"]
    for file, kept in (
        (sheet.file, "public, max-age=31536000, immutable"),
        ("portal.0123456789abcdef.css", "public, max-age=300"),
        ("portal.css", "public, max-age=300"),
    ):
        content, told = reply(file, "")
        assert (content, told["Cache-Control"]) == (sheet.contents[""], kept)
    for other in ("manifest.json", "icons.json", f"{sheet.file}.br", "portal.0123.css", "..", ""):
        with pytest.raises(Absent):
            reply(other, "")


def test_style_sheets_name_what_is_there() -> None:
    """OF-3: a style sheet names fonts and pictures under the names with hashes, which browsers keep for good."""
    known = {asset.file for asset in load().values()}
    for name, asset in load().items():
        if name.endswith(".css"):
            assert set(re.findall(rb"url\(([^)]*)\)", asset.contents[""])) <= {f'"{file}"'.encode() for file in known}


@pytest.mark.parametrize("font", ["portal-sans.woff2", "portal-serif.woff2"])
def test_what_the_fonts_draw(font: str) -> None:
    """AL-1: two fonts have every character of the portal's own sentences, and of the names of Europe."""
    asset: Asset = load()[font]
    drawn = set(TTFont(STATIC / asset.file).getBestCmap())
    texts = [path.read_text() for path in (ROOT / "src/klantportaal/adapters/web").rglob("*.po")]
    assert texts
    assert {each for each in "".join([NAMES, *texts]) if each.isprintable() and ord(each) not in drawn} == set()


def test_icons_are_in_the_page() -> None:
    """AL-1: each icon of the list is drawn in the page itself, so no icon is a request."""
    listed = json.loads((ROOT / "frontend/icons.json").read_text())
    assert sorted(listed) == sorted(drawings())
    assert all(re.fullmatch(r"(<\w+ [^<>]*/>|<\w+ [^<>]*></\w+>)+", each) for each in drawings().values())
