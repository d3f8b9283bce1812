"""The example of an office's desk, with very long texts."""

import pytest
from playwright.sync_api import expect

from klantportaal import ClientKind
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo
from tests.browser.pages import click_through, press
from tests.browser.ways import ON_FASTAPI

pytestmark = pytest.mark.browser

LONG = "Rechtsbijstandsverzekeringsmaatschappij" * 3


@ON_FASTAPI
def test_long_names_fit(demo: Demo, open_window: OpenWindow) -> None:
    """OF-1: With very long names, pages are not wider than the window, and short words are not broken."""
    client_id = demo.invite(LONG, "lang@example.nl", kind=ClientKind.COMPANY)
    demo.open_dossier("2026-" + "9" * 35, LONG, client_id)
    page = open_window(demo)
    for width in (1200, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/demo/office/dossiers")
        for step in ("clients", "dossiers", "2026-999", "Rechtsbijstand"):
            click_through(page.get_by_role("link", name=step).first)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (width, step)
            heights = page.locator(".state").evaluate_all("each => each.map(one => one.clientHeight)")
            assert all(height < 30 for height in heights), (width, step)


@ON_FASTAPI
def test_a_fault_is_seen_at_its_field(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1: A field of the desk that is refused says why, where it is."""
    client_id = demo.invite("Saskia de Boer", "saskia@example.nl")
    dossier = demo.open_dossier("2026-0901", "Levering", client_id)
    page = open_window(demo, width=390)
    page.goto(f"/demo/office/dossiers/{dossier}")
    page.get_by_label("Documents, one a line").fill("Passport\nPayslip")
    press(page, "Say more of each")
    page.get_by_label("Title in English").first.fill("x" * 200)
    press(page, "Ask")
    expect(page.locator("#items-subject_nl-fault")).to_have_text("This is required.")
    expect(page.locator("[id='items-items[0].title_en-fault']")).to_be_visible()
    expect(page.get_by_label("Title in Dutch")).to_have_count(2)
