"""Takes the picture of the README, docs/images/dossier.png: `make picture`, or `python -m tests.support.picture`.

It starts a new demo, signs in as the demo's person, and takes a screenshot of an open dossier in a real Chromium.
"""

import io
import sys
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize
from werkzeug.serving import make_server

from examples.demo.seed.story import PERSON, PERSON_PASSWORD
from examples.demo.state import State
from examples.flask_host.host import application
from tests.support import chromium

PICTURE = Path(__file__).parents[2] / "docs/images/dossier.png"
SIZE: ViewportSize = {"width": 1180, "height": 740}


def main() -> int:
    """Take the picture."""
    executable = chromium.find()
    if executable is None:
        sys.stderr.write("no Chromium installed\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder))
        server = make_server("127.0.0.1", 0, _unset, threaded=True)
        url = f"http://127.0.0.1:{server.server_port}"
        state.seed(url)
        server.app = application(state.portal())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with chromium.running(executable) as browser:
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            PICTURE.write_bytes(_small(photograph(browser, url)))
        server.shutdown()
    sys.stdout.write(f"{PICTURE} ({PICTURE.stat().st_size // 1024} KiB)\n")
    return 0


def photograph(browser: Browser, url: str) -> bytes:
    """Sign in and open the newest dossier, in Dutch; one of its documents and one of its messages are new."""
    page = browser.new_page(locale="nl-NL", timezone_id="Europe/Amsterdam", viewport=SIZE)
    page.goto(f"{url}/inloggen")
    page.get_by_label("E-mail").fill(PERSON.email)
    page.locator("input[type=password]").fill(PERSON_PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.goto(f"{url}/dossiers")
    page.get_by_text("2026-0412").first.click()
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def _small(png: bytes) -> bytes:
    """Reduce the picture to 256 colours, which are enough for a page."""
    written = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(written, "PNG", optimize=True)
    return written.getvalue()


def _unset(_environment: object, _start: object) -> list[bytes]:
    """Serve nothing until the portal is made, which needs to know the port."""
    return []


if __name__ == "__main__":
    raise SystemExit(main())
