"""A real Chromium for the tests: the machine's own, driven by Playwright, which downloads none.

`python -m tests.support.chromium` says which it would be, and fails when there is none.
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
"""Keeps Chromium from calling home, which a machine without the Internet refuses many times a second."""


def find() -> Path | None:
    """Find Chromium, if this machine has it."""
    if USUAL.exists():
        return USUAL
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def launch_arguments() -> list[str]:
    """Give the command-line switches; root needs one more, for Chromium's sandbox refuses it."""
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


@contextlib.contextmanager
def running(executable: Path) -> Iterator[Browser]:
    """Start Chromium without a screen and with an empty profile, and stop it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=launch_arguments())
        try:
            yield browser
        finally:
            browser.close()


def main() -> int:
    """Say which Chromium the tests would drive."""
    found = find()
    sys.stdout.write(f"{found or 'no Chromium'}\n")
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main())
