"""The look that an office chooses, on both hosts: its letters, corners and density."""

import re
from typing import Any

import attrs
import pytest

from klantportaal import Corners, Density, Typeface
from tests.hosts.browsers import PREFIX, Browser
from tests.hosts.conftest import World


def properties(browser: Browser) -> dict[str, str]:
    """Read the properties of the style sheet that a page names, in light."""
    named = re.search(rf'href="{PREFIX}(/huisstijl\.css[^"]+)"', browser.get("/inloggen").text)
    assert named is not None
    reply = browser.get(named[1])
    assert "immutable" in reply.headers["cache-control"]
    rule = re.match(r":root\{([^}]*)\}", reply.text)
    assert rule is not None
    return dict(each.split(":", 1) for each in rule[1].split(";"))


def choose(world: World, **look: Any) -> None:
    """Change the look of the office."""
    desk = world.scene.office_actor(world.office)
    profile = world.portal.office.profile.get(desk).profile
    world.portal.office.profile.change(desk, attrs.evolve(profile, **look))


@pytest.mark.parametrize(
    "typeface, serif",
    [
        (Typeface.SERIF, None),
        (Typeface.SANS, "var(--sans)"),
        (Typeface.SYSTEM, 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'),
    ],
)
def test_letters(browser: Browser, world: World, typeface: Typeface, serif: str | None) -> None:
    """OF-3: The letters change by a call. A font is preloaded where the browser has it: at a first visit it is not."""
    choose(world, typeface=typeface)
    assert properties(browser).get("--serif") == serif
    assert ".woff2" not in browser.get("/inloggen?taal=nl").text
    preloaded = re.findall(r'<link rel="preload" href="[^"]*/(portal-[a-z]+)[.]', browser.get("/inloggen").text)
    assert preloaded == ([] if typeface is Typeface.SYSTEM else ["portal-sans"])


def test_corners_and_density(browser: Browser, world: World) -> None:
    """OF-3: Corners and density change by a call. Colours and the size of what is pressed stay."""
    before = properties(browser)
    choose(world, corners=Corners.SQUARE, density=Density.COMPACT)
    after = properties(browser)
    assert {name: value for name, value in after.items() if name in before} == before
    assert set(after) - set(before) == {"--radius", "--radius-large", *(f"--space-{size}" for size in range(4, 9))}
