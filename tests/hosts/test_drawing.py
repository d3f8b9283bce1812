"""How much of a page is drawn anew each time."""

from collections import Counter

import attrs
import jinja2.runtime
import pytest

from tests.hosts.browsers import Browser
from tests.hosts.conftest import World

INVOKE = jinja2.runtime.Macro._invoke


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the macros that are drawn."""
    counted: Counter[str] = Counter()

    def counting(macro: jinja2.runtime.Macro, arguments: list[object], autoescape: bool) -> str:
        counted[macro.name] += 1
        return INVOKE(macro, arguments, autoescape)

    monkeypatch.setattr(jinja2.runtime.Macro, "_invoke", counting)
    return counted


def test_only_what_differs(client: Browser, world: World, drawn: Counter[str]) -> None:
    """AL-1: The menu, the footer, the dialog of the session and the icons are not drawn again for each page."""
    for path, anew in (
        ("/home", {"tile": 3, "status_badge": 1}),
        ("/dossiers", {"breadcrumb": 1, "field": 1, "button": 1, "status_badge": 1, "pager": 1}),
    ):
        client.get(path)
        drawn.clear()
        assert client.get(path).status == 200
        assert drawn == anew


def test_what_the_office_changes(client: Browser, world: World) -> None:
    """OF-3: What is remembered follows a change of the office at once."""
    assert client.get("/home").text.count("info@kantoor.example.nl") == 2
    changed = attrs.evolve(world.office.profile, contact_address="nieuw@kantoor.example.nl")
    world.portal.office.profile.change(world.scene.office_actor(world.office), changed)
    page = client.get("/home").text
    assert (page.count("info@kantoor.example.nl"), page.count("nieuw@kantoor.example.nl")) == (0, 2)
