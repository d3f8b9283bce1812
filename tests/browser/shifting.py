"""Measures how far the parts of a page move while it loads slowly: fonts, pictures and scripts come last."""

import contextlib
from typing import Any

from playwright.sync_api import Error, Page, Route

MOST = 0.02
"""The largest cumulative layout shift of a page."""
LATE = ("font", "image", "script")
"""The kinds of files that come only after the page was shown without them."""

SHOWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# The score of each move that no input caused, and what moved (https://web.dev/articles/cls).
MOVES = """async () => {
  await document.fonts.ready;
  await Promise.allSettled([...document.images].map((each) => each.decode()));
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  const looked = performance.getEntriesByName("looked").at(-1)?.startTime ?? 0;
  const entries = await new Promise((done) => {
    // Layout shifts that were before are delivered before this mark, which is the last entry.
    const seen = [];
    const observer = new PerformanceObserver((list) => {
      seen.push(...list.getEntries());
      if (seen.some((each) => each.name === "measured")) done(seen);
    });
    observer.observe({ type: "layout-shift", buffered: true });
    observer.observe({ type: "mark" });
    performance.mark("measured");
  });
  const html = (node) => node?.outerHTML ?? node?.parentElement?.outerHTML ?? "gone";
  const written = (node) => html(node).replace(/\\s+/g, " ").slice(0, 80);
  return entries
    .filter((each) => each.entryType === "layout-shift" && !each.hadRecentInput && each.startTime > looked)
    .map((each) => [each.value, each.sources.map((source) => written(source.node)).join(", ")]);
}"""


def load_slowly(page: Page) -> None:
    """Let fonts, pictures and scripts of further pages come only once each page was shown without them."""

    def late(route: Route) -> None:
        if route.request.resource_type in LATE:
            with contextlib.suppress(Error):  # The page was left.
                page.evaluate(SHOWN)
        route.continue_()

    page.route("**/*", late)


# Moves until now are those of a check that changed the width of the page.
LOOKED = f"async () => {{ await ({SHOWN})(); performance.mark('looked'); }}"


def looked(page: Page) -> None:
    """Forget what moved on a page so far."""
    page.evaluate(LOOKED)


def moves(page: Page) -> list[str]:
    """List what moved too far since a page began to load, or since ``looked``."""
    score, what = _moved(page)
    return [f"{score:.3f} moved: {what}"] if score > MOST else []


def _moved(page: Page) -> tuple[float, str]:
    """Return the cumulative layout shift of a page since it began to load, and what moved most."""
    moves: Any = None
    while moves is None:
        try:
            moves = page.evaluate(MOVES)
        except Error as error:
            if "navigation" not in error.message:
                raise
            page.wait_for_load_state()  # The page was left for the next one while it was measured.
    return sum(score for score, _what in moves), max(moves, default=(0.0, ""))[1]
