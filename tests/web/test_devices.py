"""The device name that is derived from a browser's ``User-Agent`` (SI-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.web.language.devices import device_name
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.domain.values import Language

WORDINGS = wordings()
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
WINDOWS, ANDROID = "Mozilla/5.0 (Windows NT 10.0; Win64; x64", "Mozilla/5.0 (Linux; Android 10; K)"


@pytest.mark.parametrize(
    "said, name",
    [
        (f"{WINDOWS}; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox op Windows"),
        (f"{WINDOWS}) {WEBKIT} Chrome/138.0.0.0 Safari/537.36", "Chrome op Windows"),
        (f"{WINDOWS}) {WEBKIT} Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0", "Edge op Windows"),
        (f"{ANDROID} {WEBKIT} Chrome/138.0.0.0 Mobile Safari/537.36", "Chrome op Android"),
        (
            f"{ANDROID} {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet op Android",
        ),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox op Android"),
        (f"{IPHONE} {APPLE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari op iPhone"),
        (f"{IPAD} {APPLE} CriOS/138.0.7204.33 Mobile/15E148 Safari/604.1", "Chrome op iPad"),
        (f"{MAC} {APPLE} Version/18.5 Safari/605.1.15", "Safari op Mac"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/138.0.0.0 Safari/537.36", "Chrome op Chromebook"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox op Linux"),
        ("Opmerkelijk (Windows NT 10.0)", "Een browser op Windows"),
        ("curl/8.5.0", "curl"),
        ("Firefox", "Een onbekend apparaat"),
        ("", "Een onbekend apparaat"),
    ],
)
def test_device_names(said: str, name: str) -> None:
    """SI-4: A device has the name that its owner knows."""
    assert device_name(said, WORDINGS[Language.DUTCH]) == name


def test_in_english() -> None:
    """PR-1: The name is in the reader's language."""
    english = WORDINGS[Language.ENGLISH]
    assert device_name(f"{WINDOWS}; rv:140.0) Gecko/20100101 Firefox/140.0", english) == "Firefox on Windows"
    assert device_name("", english) == "An unknown device"


@given(st.text(max_size=200) | st.text(alphabet="Mozilla/5.0 (;)WindowsNTrv:Gecko%s%(x)", max_size=200))
def test_whatever_it_says(said: str) -> None:
    """SI-4: For any ``User-Agent``, the name is one short line and not empty."""
    name = device_name(said, WORDINGS[Language.DUTCH])
    assert 0 < len(name) <= 70
    assert len(name.splitlines()) == 1
