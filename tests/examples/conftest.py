"""The demo's state, seeded once and copied for each test."""

import shutil
from pathlib import Path

import attrs
import pytest
from flask.testing import FlaskClient

from examples.demo.pages import demo_pages
from examples.demo.state import State
from klantportaal import Portal

URL = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A seeded demo that no test changes."""
    state = State(tmp_path_factory.mktemp("demo") / ".demo")
    assert state.seed(URL)
    return state


@pytest.fixture
def state(seeded: State, tmp_path: Path) -> State:
    """A seeded demo for one test."""
    shutil.copytree(seeded.folder, tmp_path / ".demo")
    return State(tmp_path / ".demo")


@attrs.frozen(kw_only=True)
class Demo:
    """The demo's own pages, with their portal and state. The test sends the mails."""

    portal: Portal
    state: State
    client: FlaskClient


@pytest.fixture
def demo(state: State) -> Demo:
    """The demo's own pages, without a server."""
    portal = state.portal()
    client = demo_pages(portal, state.mails).test_client()
    return Demo(portal=portal, state=state, client=client)
