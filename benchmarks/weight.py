"""Measures what pages weigh, and when they are there, in a real Chromium on a slow line and a slow machine.

Each host has the compressing middleware that the how-to on existing applications names.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import attrs
from playwright.sync_api import Browser, BrowserContext, Page
from rich.progress import Progress

from benchmarks.dataset import Dataset, load_sqlite
from benchmarks.measured import Figure
from benchmarks.server import running
from benchmarks.visiting import session_cookie
from tests.support import chromium

SIZE = 10_000
ROUNDS = 3
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}
"""What Chromium's tools call slow 4G: milliseconds, and bytes a second."""
SLOWER_PROCESSOR = 4
SHOWN = """() => new Promise((done) => {
  const observer = new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime));
  observer.observe({ type: "largest-contentful-paint", buffered: true });
})"""
"""The moment of the largest contentful paint, in milliseconds (https://web.dev/articles/lcp)."""
ASKED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map((each) => [each.encodedBodySize, each.transferSize > 0])"""
"""Of each file: the bytes of its body, compressed as it came, and whether it came over the line."""


@attrs.frozen(kw_only=True)
class Load:
    """One load of a page."""

    requests: int
    weight: float
    """The bodies that came over the line, in kB."""
    shown: float
    """The largest contentful paint, in seconds."""


def measure(folder: Path) -> list[Figure]:
    """Measure the pages of the budget on both hosts."""
    executable = chromium.find(whole=True)
    if executable is None:
        raise RuntimeError("no Chromium on this machine: tools/chromium")
    path = folder / "portal.sqlite3"
    loaded = load_sqlite(path, SIZE, Progress(disable=True))
    figures: list[Figure] = []
    with chromium.running(executable) as browser:
        for host in ("flask, packed", "fastapi, packed"):
            with running(host, str(path), folder) as server:
                for name, address in _pages(loaded).items():
                    figures += _figures(browser, loaded, name, f"http://127.0.0.1:{server.port}{address}", host)
    return figures


def _pages(loaded: Dataset) -> Mapping[str, str]:
    dossier = f"/dossiers/{loaded.typical.dossier_id}"
    return {
        "sign-in": "/inloggen",
        "home": "/home",
        "dossier": f"{dossier}/documenten",
        "new message": f"{dossier}/berichten/nieuw",
    }


def _figures(browser: Browser, loaded: Dataset, name: str, address: str, where: str) -> Iterator[Figure]:
    loads = [_visit(browser, loaded, address, signed_in=name != "sign-in") for _ in range(ROUNDS)]
    (cold, warm), host = loads[0], where.partition(",")[0]
    yield Figure(subject=f"weight, first visit: {name}", where=host, value=cold.weight, unit="kB", budget=60)
    yield Figure(subject=f"requests, first visit: {name}", where=host, value=cold.requests, unit="", budget=6)
    yield Figure(subject=f"weight, later visit: {name}", where=host, value=warm.weight, unit="kB", budget=12)
    yield Figure(
        subject=f"largest contentful paint, first visit: {name}",
        where=host,
        value=median(first.shown for first, _again in loads),
        unit="s",
        budget=1.5,
        basis=f"slow 4G, {SLOWER_PROCESSOR} × processor; later visit {median(again.shown for _, again in loads):.2f} s",
    )


def _visit(browser: Browser, loaded: Dataset, address: str, *, signed_in: bool) -> tuple[Load, Load]:
    """Load a page in an empty browser, and once more."""
    context = browser.new_context(viewport={"width": 375, "height": 812})
    try:
        if signed_in:
            _sign_in(context, loaded, address)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
        return _load(page, address), _load(page, address)
    finally:
        context.close()


def _sign_in(context: BrowserContext, loaded: Dataset, address: str) -> None:
    name, _equals, value = session_cookie(loaded.office_id, loaded.typical.token).partition("=")
    context.add_cookies([{"name": name, "value": value, "url": address}])


def _load(page: Page, address: str) -> Load:
    answer = page.goto(address, wait_until="networkidle")
    if answer is None or answer.status != 200 or page.url.partition("?")[0] != address:
        raise RuntimeError(f"{address}: {page.url}")
    asked: list[tuple[int, bool]] = page.evaluate(ASKED)
    came: list[Any] = [size for size, over_the_line in asked if over_the_line]
    return Load(requests=len(came), weight=sum(came) / 1000, shown=page.evaluate(SHOWN) / 1000)
