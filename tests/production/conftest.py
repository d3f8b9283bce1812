"""Fixtures: the windows of the browser tests."""

from tests.browser.conftest import browser, open_window, pytest_runtest_makereport, servers, watch

__all__ = ["browser", "open_window", "pytest_runtest_makereport", "servers", "watch"]
