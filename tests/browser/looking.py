"""Checks of a page: the rules of axe-core, and elements that are too wide, too small or cut off."""

from typing import Any

from playwright.sync_api import FloatRect, Locator, Page

from tests.support.demo import ROOT

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BEST = [*WCAG, "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""The rules of axe that look at colours."""

# Colours and sizes are final only when all animations have ended.
SETTLED = "() => Promise.allSettled(document.getAnimations().map((each) => each.finished))"

# `target-size` is off by default.
RUN = """async (runOnly) => {
  const rules = runOnly.type === "tag" ? { "target-size": { enabled: true } } : {};
  const found = await axe.run(document, {
    runOnly, rules, resultTypes: ["violations"],
    iframes: false, // They hold mails, which are visited by themselves.
  });
  const line = (rule, node) => `${rule.id}: ${node.target.join(" ")}: ${node.html}`;
  return found.violations.flatMap((rule) => rule.nodes.map((node) => line(rule, node)));
}"""

UPPY = 24
"""The least size in px of controls in the dialog of Uppy, which has its own (WCAG 2.5.8)."""

# Links in a sentence are left to axe, which takes the space around them into account. What is pressed: a box with its
# label, and the row or tile that a link covers.
SMALL = """(least) => {
  const covers = (each) => getComputedStyle(each, "::after").position === "absolute";
  const alone = (each) => each.parentElement.textContent.trim() === each.textContent.trim();
  const sentence = (each) => each.matches("a") && getComputedStyle(each).display === "inline" && !alone(each);
  const placed = (each) => getComputedStyle(each).position === "static" ? placed(each.parentElement) : each;
  const pressed = (each) => {
    if (each.matches("[type=checkbox], [type=radio]")) return each.closest("label, .choice") ?? each;
    return covers(each) ? placed(each.parentElement) : each;
  };
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .filter((each) => !each.closest(".visually-hidden, .skip, .skip-link"))
    .filter((each) => covers(each) || !sentence(each))
    .map((each) => [pressed(each).getBoundingClientRect(), each])
    .filter(([box, each]) => Math.min(box.width, box.height) < (each.closest(".uppy-Root") ? UPPY : least))
    .map(([box, each]) => `${Math.round(box.width)} × ${Math.round(box.height)}: ${each.outerHTML.slice(0, 120)}`);
}"""

# Elements that stick out of the window.
WIDE = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  return [`${root.scrollWidth} > ${root.clientWidth}`, ...[...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1)
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 120))];
}"""

# Text that its own box cuts off, unless it is only for screen readers, as are table headers where rows are cards.
CUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !each.closest(".visually-hidden, .hidden, iframe, svg, thead, .uppy-Root"))
  .filter((each) => getComputedStyle(each).overflowX !== "visible" && !each.matches("input, textarea, select"))
  .filter((each) => ["hidden", "clip"].includes(getComputedStyle(each).overflowX))
  .filter((each) => getComputedStyle(each).clipPath === "none")
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.textContent.trim())
  .map((each) => each.outerHTML.slice(0, 120))"""


def box(target: Locator) -> FloatRect:
    """Give where something is in the window."""
    found = target.bounding_box()
    assert found is not None
    return found


def violations(page: Page) -> list[str]:
    """Run axe-core with WCAG 2.2 AA and best practices."""
    # Best practices need landmarks, which a mail does not have.
    return _axe(page, {"type": "tag", "values": WCAG if "/mailbox/" in page.url else BEST})


def violations_of_colour(page: Page) -> list[str]:
    """Run the rules of axe-core that look at colours. They take a quarter of the time of all rules."""
    return _axe(page, {"type": "rule", "values": OF_COLOUR})


def _axe(page: Page, only: dict[str, Any]) -> list[str]:
    """Run axe-core. The debugger injects it, because the CSP blocks scripts."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    page.evaluate(SETTLED)
    return _strings(page.evaluate(RUN, only))


def at_width(page: Page, width: int) -> None:
    """Set the width of the window."""
    page.set_viewport_size({"width": width, "height": 800})


def too_wide(page: Page) -> list[str]:
    """List the elements that make the page scroll sideways."""
    page.evaluate(SETTLED)
    return _strings(page.evaluate(WIDE))


def too_small(page: Page, least: int) -> list[str]:
    """List the controls that are smaller than *least* px (WCAG 2.5.5, 2.5.8)."""
    page.evaluate(SETTLED)
    return _strings(page.evaluate(SMALL.replace("UPPY", str(UPPY)), least))


def with_large_text(page: Page, *widths: int) -> list[str]:
    """List what does not fit at each of these widths if text is twice as large (WCAG 1.4.4)."""
    session = page.context.new_cdp_session(page)
    # The font size setting of the user. `rem` in style sheets and media queries follows it.
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    found = []
    for width in widths:
        at_width(page, width)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        found += [f"200 %, {width} px: {each}" for each in too_wide(page) + _strings(page.evaluate(CUT))]
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    session.detach()
    return found


def _strings(found: Any) -> list[str]:
    return [str(each) for each in found]
