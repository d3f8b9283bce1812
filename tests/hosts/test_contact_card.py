"""The contact card of a dossier, and the contact details in the footer (OF-3), on both hosts."""

import attrs

from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.values import Language
from tests.hosts.browsers import Browser
from tests.hosts.conftest import World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
CARD = ContactCard(
    name="mr. A. <de Wit>",
    role={Language.DUTCH: "notaris", Language.ENGLISH: "notary"},
    telephone="020 123 45 67",
    email="dewit@example.nl",
)


def test_the_card(client: Browser, world: World) -> None:
    """OF-3: Each tab of a dossier shows the card, with links that dial and write, and the picture."""
    office, path = world.portal.office, f"/dossiers/{world.dossier.id}"
    desk = world.scene.office_actor(world.office)
    assert client.get(f"{path}/behandelaar").status == 404
    assert "contact-card" not in client.get(path).text
    handler = office.case_handlers.add(desk, CARD)
    office.dossiers.give_handler(desk, world.dossier.id, handler)
    page = client.get(f"{path}/documenten").text
    assert "mr. A. &lt;de Wit&gt;</span></strong>, notaris" in page
    assert 'href="tel:+31-20-123-4567"' in page
    assert 'href="mailto:dewit@example.nl"' in page
    assert f"/portaal{path}/behandelaar" not in page
    office.case_handlers.change_picture(desk, handler, name="a.png", blocks=[PNG])
    assert f'<img src="/portaal{path}/behandelaar?v=' in client.get(path).text
    picture = client.get(f"{path}/behandelaar")
    assert (picture.body, picture.headers["content-type"]) == (PNG, "image/png")
    assert picture.headers["cache-control"].startswith("private")


def test_the_footer(browser: Browser, world: World) -> None:
    """OF-3: Every page says how to reach the office, in the language of the page; what is not set is not shown."""
    bare = browser.get("/inloggen").text
    assert "tel:" not in bare
    assert 'href="/portaal/toegankelijkheid"' in bare
    desk = world.scene.office_actor(world.office)
    profile = attrs.evolve(
        world.portal.office.profile.get(desk).profile,
        telephone="020 123 45 67",
        hours={Language.DUTCH: "ma-vr 9-17", Language.ENGLISH: "Mon-Fri 9-17"},
        visiting_address="Herengracht 1\n1000 AA Amsterdam",
        privacy_page={Language.DUTCH: "/privacy"},
        accessibility_page={Language.DUTCH: "/toegankelijk", Language.ENGLISH: "/accessible"},
    )
    world.portal.office.profile.change(desk, profile)
    dutch, english = (browser.get(f"/inloggen?taal={each}").text for each in ("nl", "en"))
    for each, said in ((dutch, ["ma-vr 9-17", "/toegankelijk"]), (english, ["Mon-Fri 9-17", "/accessible"])):
        for text in ("tel:+31-20-123-4567", "Herengracht 1\n1000 AA Amsterdam", 'href="/privacy"', *said):
            assert text in each
        assert "/portaal/toegankelijkheid" not in each
