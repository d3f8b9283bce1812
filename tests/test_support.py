"""What the tests stand on works itself: PostgreSQL is real and durable, the browser renders."""

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.support import postgres


@pytest.mark.postgres
def test_databases_are_apart_and_gone_afterwards(postgres_server: str) -> None:
    """A temporary database starts empty, flushes to disk, and leaves nothing behind."""
    count = "SELECT count(*) FROM pg_database WHERE datname LIKE 'klantportaal%'"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        before = server.execute(count).fetchone()
        with postgres.temporary_database(postgres_server) as dsn, psycopg.connect(dsn) as database:
            assert database.execute("SHOW fsync").fetchone() == ("on",)
            assert database.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert server.execute(count).fetchone() == before


@pytest.mark.browser
def test_the_browser_renders(browser: Browser) -> None:
    """Chromium lays out a page and runs its script."""
    context = browser.new_context(locale="nl-NL")
    page = context.new_page()
    page.set_content("<h1>Klantportaal</h1><script>document.title = document.querySelector('h1').innerText</script>")
    assert page.title() == "Klantportaal"
    context.close()
