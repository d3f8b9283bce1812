"""Starts the demo: ``python -m examples.demo``.

Environment: HOST is flask or fastapi, PORT the port, and DEMO the folder of its data.
"""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from examples.demo.pages import MOUNT, demo_pages
from examples.demo.people import LOGINS
from examples.demo.seed.story import PROFILE
from examples.demo.state import MERGE, State
from klantportaal import Portal

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def main() -> int:
    """Seed the data at the first start, print where to look, and serve until Ctrl-C."""
    host, port = os.environ.get("HOST", "flask"), _port(os.environ.get("PORT", "8000"))
    if host not in ("flask", "fastapi"):
        _refuse(f"HOST is flask or fastapi, not {host}.")
    _require_free(port)
    logging.getLogger("klantportaal.deviations").setLevel(logging.ERROR)  # Meant for production.
    for each in (signal.SIGINT, signal.SIGTERM):  # Background jobs of a shell ignore SIGINT.
        signal.signal(each, signal.default_int_handler)
    state, url = State(Path(os.environ.get("DEMO", ".demo"))), f"http://127.0.0.1:{port}"
    try:
        seeded = state.seed(url)
        with state.portal() as portal:
            portal.offices.ensure("demo", url, PROFILE)  # Moves the office if the port is not that of the last start.
            threading.Thread(target=portal.background.sweeper.run_once, name="sweeper", daemon=True).start()
            serve = _prepared(host, portal, state)
            print(_guide(host, url, state, seeded=seeded), flush=True)
            serve(port)
    except KeyboardInterrupt:
        pass
    print("\nStopped; the data is kept. `make demo-clean` deletes it.")
    return 0


def _prepared(host: str, portal: Portal, state: State) -> Callable[[int], None]:
    """Make the host application with the portal and the demo's pages. Return a function that serves it at a port."""
    pages = demo_pages(portal, state.mails)
    if host == "flask":
        from examples.flask_host import host as flask_host

        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # Log lines of requests would hide the guide.
        return partial(flask_host.serve, flask_host.application(portal, beside={MOUNT: pages}))
    from a2wsgi import WSGIMiddleware

    from examples.fastapi_host import host as fastapi_host

    # The ASGI types of a2wsgi are stricter than Starlette's.
    wrapped = cast("ASGIApp", WSGIMiddleware(cast(Any, pages)))
    return partial(fastapi_host.serve, fastapi_host.application(portal, beside={MOUNT: wrapped}))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        _refuse(f"PORT is a number from 1 to 65535, not {text}.")
    return int(text)


def _require_free(port: int) -> None:
    """Fail early if the port is in use."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            pass
    except OSError as error:
        _refuse(f"Port {port} cannot be used ({os.strerror(error.errno or 0)}); choose another with PORT=8001.")


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def _guide(host: str, url: str, state: State, *, seeded: bool) -> str:
    begun = "A new portal was made" if seeded else "The portal is as you left it"
    logins = "\n".join(f"    {each.email:36} {each.password:14} {each.name}, {each.role}" for each in LOGINS)
    return f"""
{begun}, in {state.folder}/. The {host} host serves it. Begin here:

  {url}/demo           leads to all of these, and says who can sign in

  {url}/               the portal
{logins}
  {url}/demo/office    the office's desk: invite clients, publish documents, send messages, assign questionnaires
  {url}/demo/mailbox   every mail and SMS. New mail arrives within {MERGE.seconds} seconds, an SMS at once

The pepper is in {state.folder}/pepper. In production, keep it in a secret store.
Ctrl-C stops the demo. `make demo-clean` deletes its data.
"""


if __name__ == "__main__":
    raise SystemExit(main())
