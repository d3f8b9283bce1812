"""How many threads a page of a FastAPI host takes."""

from typing import Any

import anyio.to_thread
import pytest

from tests.hosts.browsers import Browser
from tests.hosts.conftest import World, mounted

RUN = anyio.to_thread.run_sync


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List what the host runs in threads."""
    run: list[str] = []

    async def noting(work: Any, *args: Any, **options: Any) -> Any:
        run.append(repr(work))
        return await RUN(work, *args, **options)

    monkeypatch.setattr(anyio.to_thread, "run_sync", noting)
    return run


def test_pages(world: World, threads: list[str]) -> None:
    """AL-1: Finding the visit, reading and rendering are one piece of work: a page changes threads once."""
    browser = Browser(wire=mounted("fastapi", world.portal))
    browser.sign_in(world.email)
    dossier = f"/dossiers/{world.dossier.id}"
    for path in ("/home", "/dossiers", dossier, f"{dossier}/berichten", "/mijn-gegevens"):
        threads.clear()
        assert browser.get(path).status == 200
        assert len(threads) == 1, path


def test_an_asset(world: World, threads: list[str]) -> None:
    """AL-2: An asset takes no thread, so it is sent while all threads wait for a database that does not answer."""
    browser = Browser(wire=mounted("fastapi", world.portal))
    for path, status in (("/static/portal.css", 200), ("/static/geen.css", 404)):
        threads.clear()
        assert browser.get(path).status == status
        assert bool(threads) == (status == 404), path


def test_refused_page(world: World, threads: list[str]) -> None:
    """AL-1: The page of an error, such as the one that asks to sign in, is one more piece of work."""
    browser = Browser(wire=mounted("fastapi", world.portal))
    assert browser.get("/home").status == 401
    assert len(threads) == 2
