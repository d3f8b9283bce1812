"""The style sheet of an office: its colours in light and in the dark, its letters, corners and density (OF-3).

It sets CSS custom properties, of which frontend/src/style/measures.css has the values for pages of no office.
"""

import functools
import hashlib
from collections.abc import Mapping, Sequence

from klantportaal.adapters.colours import DARK, LIGHT, Ground, palette
from klantportaal.domain.offices import Corners, Density, OfficeProfile, Typeface

SYSTEM = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'
"""The letters of the reader's device, which measures.css names behind those of the portal."""
FONTS: Mapping[Typeface, Sequence[str]] = {
    Typeface.SERIF: ("portal-sans.woff2",),
    Typeface.SANS: ("portal-sans.woff2",),
    Typeface.SYSTEM: (),
}
"""The fonts that a page preloads for somebody who was here before. That of headings is not: it would take its turn."""
LETTERS: Mapping[Typeface, Mapping[str, str]] = {
    Typeface.SERIF: {},
    Typeface.SANS: {"serif": "var(--sans)"},
    Typeface.SYSTEM: {"sans": SYSTEM, "serif": SYSTEM},
}
CORNERS: Mapping[Corners, Mapping[str, str]] = {
    Corners.ROUND: {},
    Corners.SQUARE: {"radius": "0", "radius-large": "0"},
}
SPACES: Mapping[Density, Mapping[str, str]] = {
    Density.ROOMY: {},
    Density.COMPACT: {
        "space-4": ".75rem",
        "space-5": "1rem",
        "space-6": "1.5rem",
        "space-7": "2rem",
        "space-8": "3rem",
    },
}


def stylesheet(profile: OfficeProfile) -> str:
    """Write the style sheet of an office."""
    return _written(profile.colour, profile.typeface, profile.corners, profile.density)


def version(profile: OfficeProfile) -> str:
    """Give the hash of that style sheet, for its address."""
    return hashlib.sha256(stylesheet(profile).encode()).hexdigest()[:16]


@functools.lru_cache(1024)
def _written(colour: str, typeface: Typeface, corners: Corners, density: Density) -> str:
    chosen = {**LETTERS[typeface], **CORNERS[corners], **SPACES[density]}
    light, dark = _rule({**_colours(colour, LIGHT), **chosen}), _rule(_colours(colour, DARK))
    return f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}\n"


def _colours(colour: str, ground: Ground) -> Mapping[str, str]:
    found = palette(colour, ground)
    return {
        "office-colour": found.fill,
        "office-on-colour": found.on_fill,
        "accent": found.accent,
        "on-accent": found.on_accent,
        "accent-soft": found.soft,
        "accent-line": found.line,
    }


def _rule(properties: Mapping[str, str]) -> str:
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in properties.items()) + "}"
