"""A real Chromium for the tests: the one installed on this machine, driven by Playwright, which downloads none.

`python -m tests.support.chromium` prints which ones the tests use, and fails if one is missing.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, sync_playwright

SHELL = "chromium-headless-shell"
"""The engine without windows of its own to draw: tests take a third less time with it. It has no PDF viewer."""
WHOLE = ("chromium", "chromium-browser", "google-chrome")

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
"""Turns off Chromium's background requests, which fail often on a machine without the Internet."""


def find(*, whole: bool = False) -> Path | None:
    """Return the path of Chromium, or None if it is not installed. *whole*: as people have it, with a PDF viewer."""
    names = WHOLE if whole else (SHELL, *WHOLE)
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None


def launch_arguments() -> list[str]:
    """Return the command-line switches; for root one more, as Chromium's sandbox refuses root."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


@contextlib.contextmanager
def running(executable: Path) -> Iterator[Browser]:
    """Run headless Chromium with an empty profile."""
    with sync_playwright() as playwright, launched(playwright.chromium, executable) as browser:
        yield browser


@contextlib.contextmanager
def launched(kind: BrowserType, executable: Path) -> Iterator[Browser]:
    """Run headless Chromium with an empty profile, by a Playwright that runs."""
    browser = kind.launch(executable_path=executable, headless=True, args=launch_arguments())
    try:
        yield browser
    finally:
        browser.close()


def main() -> int:
    """Print which Chromium the tests use."""
    found = find(), find(whole=True)
    sys.stdout.write(f"{found[0] or 'no Chromium'}\n{found[1] or 'no Chromium with a PDF viewer'}\n")
    return 0 if all(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
