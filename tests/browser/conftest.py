"""Fixtures: the demo on both hosts, seeded and started once, and watched windows, with screenshots of failed tests."""

import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from examples.demo.state import State
from klantportaal import Language
from tests.browser.demos import Demo, Person, started
from tests.browser.watching import Watch
from tests.conftest import lacking
from tests.support import chromium
from tests.support.demo import HOSTS, ROOT

PICTURES = ROOT / ".build/browser"
"""The folder for screenshots of failed tests. Git ignores it."""
LOCALES = {Language.DUTCH: "nl-NL", Language.ENGLISH: "en-GB"}
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=20_000)  # On a busy machine with two cores, a slow page is not a failure.


class OpenWindow(Protocol):
    """Opens a window in a new browser profile."""

    def __call__(
        self,
        demo: Demo,
        person: Person | None = None,
        *,
        language: Language = Language.DUTCH,
        javascript: bool = True,
        width: int = 1280,
    ) -> Page:
        """Open an empty window. Sign *person* in, if given."""
        ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. Each test makes its own context."""
    executable = chromium.find()
    if executable is None:
        lacking("no Chromium installed", required_by="KLANTPORTAAL_REQUIRE_BROWSER")
    with chromium.running(executable) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record whether a test failed, for the fixture of its windows."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A seeded demo that no test changes."""
    state = State(tmp_path_factory.mktemp("demo") / ".demo")
    assert state.seed("http://127.0.0.1:8000")
    return state


StartDemo = Callable[[str], Demo]


@pytest.fixture(scope="session")
def start_demo(seeded: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartDemo]:
    """Start another demo on a copy of the seeded state."""
    with ExitStack() as stack:

        def start(host: str) -> Demo:
            folder = tmp_path_factory.mktemp(host) / ".demo"
            shutil.copytree(seeded.folder, folder)
            return stack.enter_context(started(host, State(folder)))

        yield start


@pytest.fixture(scope="session")
def demos(start_demo: StartDemo) -> StartDemo:
    """A function that gives the demo on a host. All tests share it."""
    running: dict[str, Demo] = {}

    def on(host: str) -> Demo:
        if host not in running:
            running[host] = start_demo(host)
        return running[host]

    return on


@pytest.fixture(params=HOSTS)
def demo(request: pytest.FixtureRequest, demos: StartDemo) -> Demo:
    """The demo, on each host."""
    return demos(request.param)


@pytest.fixture
def watch() -> Watch:
    """The watcher of all windows of a test."""
    return Watch()


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """The servers of one test. They stop after its windows are closed, which would ask for them in vain."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def open_window(
    browser: Browser, watch: Watch, request: pytest.FixtureRequest, servers: ExitStack
) -> Iterator[OpenWindow]:
    """Open windows. They are closed before *servers* stop. The test fails if one of them reports an error."""

    def open_one(
        demo: Demo,
        person: Person | None = None,
        *,
        language: Language = Language.DUTCH,
        javascript: bool = True,
        width: int = 1280,
    ) -> Page:
        context = browser.new_context(
            base_url=demo.url,
            java_script_enabled=javascript,
            locale=LOCALES[person.language if person else language],
            viewport={"width": width, "height": 800},
        )
        watch.over(context)
        if person is not None:
            demo.let_in(context, person)
        return context.new_page()

    before = list(browser.contexts)
    yield open_one
    opened = [context for context in browser.contexts if context not in before]
    pages = [page for context in opened for page in context.pages]
    if request.node.stash.get(FAILED, False):
        _photograph(pages, request.node.name)
    for context in opened:
        context.close()
    assert watch.complaints() == []


def _photograph(pages: list[Page], test: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages, 1):
        try:
            page.screenshot(path=picture(test, number), full_page=True)
        except Error as error:  # A page with an open dialog cannot be captured.
            picture(test, number).with_suffix(".txt").write_text(f"{page.url}\n{error}")


def picture(test: str, number: int) -> Path:
    """Give the path of a screenshot of a test."""
    return PICTURES / f"{re.sub('[^a-z0-9]+', '-', test.lower()).strip('-')}-{number}.png"
