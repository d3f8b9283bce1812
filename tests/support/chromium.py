"""A real Chromium for the tests: the one installed on this machine, driven by Playwright, which downloads none.

`python -m tests.support.chromium` prints which one the tests use, and fails if there is none.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
USUAL = Path("/usr/bin/chromium")

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
"""Turns off Chromium's background requests, which fail often on a machine without the Internet."""


def find() -> Path | None:
    """Return the path of Chromium, or None if it is not installed."""
    if USUAL.exists():
        return USUAL
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def launch_arguments() -> list[str]:
    """Return the command-line switches; for root one more, as Chromium's sandbox refuses root."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


@contextlib.contextmanager
def running(executable: Path) -> Iterator[Browser]:
    """Run headless Chromium with an empty profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=launch_arguments())
        try:
            yield browser
        finally:
            browser.close()


def main() -> int:
    """Print which Chromium the tests use."""
    found = find()
    sys.stdout.write(f"{found or 'no Chromium'}\n")
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main())
