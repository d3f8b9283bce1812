"""Signing in a browser: drawn with a mouse and with a finger, cleared, and typed without script (QU-2, QU-3)."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from klantportaal.domain.questionnaires.signatures import DRAWING_LIMIT, HEIGHT, WIDTH, strokes
from klantportaal.testing.contracts.pdf import operators_of, text_of
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.browser.asking import given, saved_answers, version
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo, wait_for
from tests.browser.looking import box
from tests.browser.pages import press
from tests.browser.test_everywhere import axe_at, fits
from tests.browser.ways import BOTH_WAYS, ON_FLASK
from tests.browser.words import DUTCH

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SIGN = question("akkoord", "signature", required=True)
SIGNING = questionnaire("tekenen", page("een", SIGN, question("verder")))
WITNESSES = question("getuigen", "rows", columns=[question("wie"), question("hand", "signature")])
IN_ROWS = questionnaire("getuigen", page("een", WITNESSES))
FINGER = """(each, points) => {
  const { left, top, width, height } = each.getBoundingClientRect();
  const send = (kind, [x, y]) => each.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, pointerType: "touch", isPrimary: true, button: 0, bubbles: true,
    clientX: left + x * width, clientY: top + y * height,
  }));
  each.setPointerCapture = () => {};
  send("pointerdown", points[0]);
  for (const point of points) send("pointermove", point);
  send("pointerup", points.at(-1));
}"""
"""Draws a stroke as a finger does, between points given as parts of the box."""


def pad(window: Page) -> Locator:
    """Find the box to draw in."""
    return window.get_by_role("img", name="Nog niets getekend").or_(
        window.get_by_role("img", name="Getekende handtekening")
    )


def draw(window: Page, *points: tuple[float, float]) -> None:
    """Draw one stroke with the mouse, between points given as parts of the box."""
    pad(window).scroll_into_view_if_needed()
    place = box(pad(window))
    at = [(place["x"] + x * place["width"], place["y"] + y * place["height"]) for x, y in points]
    window.mouse.move(*at[0])
    window.mouse.down()
    for x, y in at[1:]:
        window.mouse.move(x, y, steps=5)
    window.mouse.up()


def drawing(window: Page) -> str:
    """Read what the box shows, which is what is sent."""
    shown = pad(window).locator("path").get_attribute("d") or ""
    assert shown == window.locator('[id="q.akkoord.drawing"]').input_value()
    return shown


@ON_FLASK
def test_drawn(demo: Demo, open_window: OpenWindow) -> None:
    """QU-2, QU-3: On a phone, somebody draws, saves, comes back, and finds it in the page, the result and the PDF."""
    id = given(demo, "getekend", document=SIGNING)
    window = open_window(demo, WILLEMIJN, width=375)
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    draw(window, (0.1, 0.7), (0.4, 0.2), (0.6, 0.8))
    draw(window, (0.8, 0.5))
    first, dot = strokes(drawing(window))
    assert len(first) > 8
    assert dot == [dot[0], dot[0]]
    assert first[0] == pytest.approx((0.1 * WIDTH, 0.7 * HEIGHT), abs=3)
    assert first[-1] == pytest.approx((0.6 * WIDTH, 0.8 * HEIGHT), abs=3)
    press(window, DUTCH.next)  # Without a name, the drawing signs nothing, and is not lost.
    expect(window.get_by_role("alert").get_by_role("link")).to_have_text("akkoord: Vul “Volledige naam” in.")
    window.get_by_role("alert").get_by_role("link").click()
    expect(window.get_by_label("Volledige naam")).to_be_focused()
    assert axe_at(375, 320)(window) + fits(window) == []
    drawn = drawing(window)
    assert strokes(drawn) == [first, dot]
    window.get_by_label("Volledige naam").fill("Willemijn de Groot")
    press(window, DUTCH.next)
    signed = saved_answers(demo, id)["akkoord"]
    assert (signed["name"], signed["drawing"]) == ("Willemijn de Groot", drawn)
    expect(window.locator(".answers")).to_contain_text("Ondertekend door Willemijn de Groot op")
    expect(window.locator(".answers")).to_contain_text("gewone elektronische handtekening")
    expect(window.locator(".answers path")).to_have_attribute("d", drawn)
    assert axe_at(375, 320)(window) + fits(window) == []
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    assert drawing(window) == drawn
    press(window, DUTCH.next)
    assert saved_answers(demo, id)["akkoord"] == signed
    press(window, DUTCH.complete)
    expect(window.locator(".answers path")).to_have_attribute("d", drawn)
    portal, actor = demo.portal, demo.actor(WILLEMIJN)
    wait_for(lambda: portal.client.questionnaires.open(actor, id).assignment.submission_id is not None, "a PDF")
    window.goto(f"/vragenlijsten/{id}/resultaat")
    with window.expect_download() as download:
        window.get_by_role("link", name="pdf").first.click()
    pdf = download.value.path().read_bytes()
    assert "Ondertekend door Willemijn de Groot" in text_of(pdf)
    assert len(re.findall(rb"[0-9.]+ [0-9.]+ l\s", operators_of(pdf))) >= len(first)


@ON_FLASK
def test_cleared(demo: Demo, open_window: OpenWindow) -> None:
    """QU-2: A button clears the drawing, by keyboard too, and says so; what is drawn by a finger takes its place."""
    id = given(demo, "gewist", document=SIGNING)
    window = open_window(demo, WILLEMIJN, width=375)
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    draw(window, (0.1, 0.5), (0.9, 0.5))
    assert drawing(window)
    button = window.get_by_role("button", name="Tekening wissen")
    assert box(button)["height"] >= 44
    button.press("Enter")
    assert drawing(window) == ""
    expect(window.locator("[data-signature-said]")).to_have_text("Nog niets getekend")
    expect(button).to_be_focused()
    pad(window).evaluate(FINGER, [[0.2, 0.1], [0.5, 0.1], [0.8, 0.1], [1.5, -0.5]])
    [stroke] = strokes(drawing(window))
    assert stroke[-1] == (WIDTH, 0)
    assert pad(window).evaluate("each => getComputedStyle(each).touchAction") == "none"
    assert version(demo, id) == 0


@ON_FLASK
def test_full(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1: A drawing stops where it has no room for more, and says so: what is drawn can always be saved."""
    id = given(demo, "vol", document=SIGNING)
    window = open_window(demo, WILLEMIJN)
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    pad(window).evaluate(FINGER, [[number % 2, 0.5] for number in range(2_000)])
    expect(window.locator("[data-signature-said]")).to_have_text("In deze tekening passen geen lijnen meer.")
    assert DRAWING_LIMIT - 20 < len(drawing(window)) <= DRAWING_LIMIT
    window.get_by_label("Volledige naam").fill("Jan")
    press(window, DUTCH.next)
    assert len(saved_answers(demo, id)["akkoord"]["drawing"]) <= DRAWING_LIMIT


@BOTH_WAYS
def test_typed(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """QU-2: A name that is typed is enough, by keyboard alone, with and without script."""
    id = given(demo, f"getypt-{javascript}".lower(), document=SIGNING)
    window = open_window(demo, WILLEMIJN, javascript=javascript, width=320)
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    expect(pad(window)).to_have_count(1 if javascript else 0)
    field = window.get_by_role("group", name="akkoord").get_by_label("Volledige naam")
    expect(field).to_have_accessible_description("") if not javascript else None
    field.press_sequentially("Jan")
    field.press("Tab")
    expect(
        window.get_by_role("button", name="Tekening wissen") if javascript else window.get_by_label("verder")
    ).to_be_focused()
    assert axe_at(320, 1280)(window) + fits(window) == [] if javascript else True
    press(window, DUTCH.next)
    signed = saved_answers(demo, id)["akkoord"]
    assert (signed["name"], signed.keys()) == ("Jan", {"name", "at"})


@BOTH_WAYS
def test_cleared_later(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """QU-2: A saved drawing is shown, and can be taken out, with and without script."""
    id = given(demo, f"eruit-{javascript}".lower(), document=SIGNING)
    drawn = {"akkoord": {"name": "Jan", "drawing": "M10 10L200 100L400 20"}}
    demo.portal.client.questionnaires.save(demo.actor(WILLEMIJN), id, "een", drawn, version=0)
    window = open_window(demo, WILLEMIJN, javascript=javascript, width=320)
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    expect(window.locator(".drawn path")).to_have_attribute("d", "M10 10L200 100L400 20")
    window.get_by_role("button", name="Tekening wissen").click()
    expect(window.locator(".drawn path")).to_have_attribute("d", "")
    press(window, DUTCH.next)
    expect(window.locator("#page-title")).to_have_text(DUTCH.overview)
    signed = saved_answers(demo, id)["akkoord"]
    assert (signed["name"], signed.keys()) == ("Jan", {"name", "at"})


@ON_FLASK
def test_in_rows(demo: Demo, open_window: OpenWindow) -> None:
    """QU-2: A row that is added has a box of its own, and a drawing stays where another row goes."""
    id = given(demo, "getuigen", document=IN_ROWS)
    window = open_window(demo, WILLEMIJN)
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    for number in (0, 1):
        window.locator('button[value="rij-erbij.getuigen"]').click()
        expect(window.locator("[data-signature-drawn]")).to_have_count(number + 1)
    second = window.locator(".row").nth(1)
    second.locator("svg.drawn").evaluate(FINGER, [[0.1, 0.2], [0.4, 0.6]])
    second.get_by_label("Volledige naam").fill("Bo")
    drawn = second.locator("path").first.get_attribute("d")
    window.locator('button[value="rij-weg.getuigen.0"]').click()
    expect(window.locator(".row")).to_have_count(1)
    expect(window.locator(".row .drawn path").first).to_have_attribute("d", str(drawn))
    press(window, DUTCH.next)
    expect(window.locator("#page-title")).to_have_text(DUTCH.overview)
    [row] = saved_answers(demo, id)["getuigen"]
    assert (row["hand"]["name"], row["hand"]["drawing"]) == ("Bo", drawn)
