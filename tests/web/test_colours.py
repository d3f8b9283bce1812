"""The colours of pages in light and in the dark: the office's own, whatever it chose, and those of the style sheet."""

import re
from collections.abc import Iterator, Mapping

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters import colours
from klantportaal.adapters.colours import DARK, LIGHT, Ground
from klantportaal.domain.offices import OfficeProfile
from tests.support.demo import ROOT

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
GROUNDS = pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])
READABLE, VISIBLE = 4.5, 3.0
"""The least contrast of text, and of what is not text (WCAG 2.2, 1.4.3 and 1.4.11)."""
IN_THE_DARK = "@media screen and (prefers-color-scheme: dark)"


@GROUNDS
@given(colour=COLOURS)
def test_any_colour_is_readable(ground: Ground, colour: str) -> None:
    """OF-3: In light and in the dark, text in the office's colour, and on it, has a contrast of 4.5 at least."""
    found = colours.palette(colour, ground)
    assert colours.contrast(found.on_fill, found.fill) >= READABLE
    assert colours.contrast(found.on_accent, found.accent) >= READABLE
    for below in (ground.paper, ground.page, found.soft):
        assert colours.contrast(found.accent, below) >= READABLE


@GROUNDS
@given(colour=COLOURS)
def test_any_button_is_visible(ground: Ground, colour: str) -> None:
    """OF-3: A button, or else the line around it, has a contrast of 3 at least with the page."""
    found = colours.palette(colour, ground)
    for below in (ground.paper, ground.page):
        assert max(colours.contrast(edge, below) for edge in (found.fill, found.accent)) >= VISIBLE
    if ground is DARK:
        assert min(colours.contrast(found.fill, below) for below in (ground.paper, ground.page)) >= VISIBLE


@given(colour=COLOURS)
def test_a_colour_stays_if_it_can(colour: str) -> None:
    """OF-3: In light, buttons have the office's own colour. Links have it, too, if it can be read."""
    found = colours.palette(colour, LIGHT)
    assert found.fill == colour
    read = min(colours.contrast(colour, below) for below in (LIGHT.paper, LIGHT.page, found.soft))
    assert found.accent == colour or read < colours.TEXT


def written(text: str) -> dict[str, str]:
    """Read the colours in a part of a style sheet."""
    found = dict(re.findall(r"--([a-z-]+): ?(#[0-9a-f]{3,6})\b", text))
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * each for each in value[1:])
        for name, value in found.items()
    }


def schemes() -> Iterator[tuple[Ground, Mapping[str, str]]]:
    """Read the colours of the pages of no office, in light and in the dark."""
    text = (ROOT / "frontend/src/style/measures.css").read_text()
    light, dark = (written(part) for part in text.split(IN_THE_DARK))
    yield LIGHT, light
    yield DARK, {**light, **dark}


@pytest.mark.parametrize("ground, own", list(schemes()), ids=["light", "dark"])
def test_the_style_sheet(ground: Ground, own: Mapping[str, str]) -> None:
    """OF-3, AL-1: All texts can be read, and the borders of fields be seen, in light and in the dark."""
    assert (own["paper"], own["ground"]) == (ground.paper, ground.page)
    for below in ("paper", "ground", "accent-soft"):
        assert min(colours.contrast(own[ink], own[below]) for ink in ("ink", "ink-soft")) >= READABLE, below
    for kind in ("danger", "success", "warning"):
        for below in ("paper", "ground", f"{kind}-soft"):
            assert colours.contrast(own[kind], own[below]) >= READABLE, (kind, below)
        assert colours.contrast(own["ink"], own[f"{kind}-soft"]) >= READABLE
    assert min(colours.contrast(own["line-strong"], own[below]) for below in ("paper", "ground")) >= VISIBLE


@pytest.mark.parametrize("ground, own", list(schemes()), ids=["light", "dark"])
def test_pages_of_no_office(ground: Ground, own: Mapping[str, str]) -> None:
    """OF-3: Pages of no office have the colours of an office that chose none."""
    chosen = colours.palette(OfficeProfile(name="Kantoor", contact_address="a@example.nl").colour, ground)
    names = ("office-colour", "office-on-colour", "accent", "on-accent", "accent-soft", "accent-line")
    assert [own[name] for name in names] == list(attrs.astuple(chosen))
