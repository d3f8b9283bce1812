"""A portal whose sessions end within seconds, in this process, for the tests that wait for that."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from examples.demo.state import State
from examples.flask_host.host import application
from klantportaal import SessionTimes, Settings, embedded
from klantportaal.adapters.mail.memory import MemorySender
from tests.browser.demos import EMPTY_DOSSIER, Demo


@contextmanager
def ending(seeded: State, folder: Path, times: SessionTimes) -> Iterator[Demo]:
    """Serve a copy of the seeded demo, with sessions of seconds."""
    state = State(folder / ".demo")
    shutil.copytree(seeded.folder, state.folder)
    settings = Settings(sessions=times)
    with embedded.portal(state.data, mail=MemorySender(), pepper=state.pepper(), settings=settings) as portal:
        server = make_server("127.0.0.1", 0, application(portal), threaded=True)
        demo = Demo(host="flask", url=f"http://127.0.0.1:{server.server_port}", state=state, portal=portal)
        portal.offices.move(demo.office.office_id, demo.url)
        clients = portal.office.clients.list(demo.office)
        demo.open_dossier(EMPTY_DOSSIER, "Schenking", *(card.client.id for card in clients))
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield demo
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
