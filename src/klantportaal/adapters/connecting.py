"""Connecting to a server with one deadline for everything, the look-up of its name included."""

import socket
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

_Addresses = list[tuple[Any, ...]]


def connected(host: str, port: int, left: Callable[[], float]) -> socket.socket:
    """Connect to the first address of a server that answers.

    Args:
        host: its name or address.
        port: its port.
        left: gives the seconds that are left, and raises TimeoutError if none are.

    Raises:
        OSError: it cannot be reached, or not in time.
    """
    failure: OSError = OSError(f"no address for {host}")
    for family, kind, protocol, _name, address in _resolved(host, port, left()):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(left())
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            connection.settimeout(left())
            return connection
    raise failure


def _resolved(host: str, port: int, seconds: float) -> _Addresses:
    """Look up the addresses of a server. The system's call has no time limit, so a thread of its own makes it.

    Raises:
        OSError: there are none, or they take too long.
    """
    results: SimpleQueue[_Addresses | OSError | UnicodeError] = SimpleQueue()

    def look_up() -> None:
        try:
            results.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            results.put(error)

    threading.Thread(target=look_up, name="klantportaal-name-lookup", daemon=True).start()
    try:
        found = results.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"the address of {host} could not be looked up in time") from None
    if isinstance(found, list):
        return found
    raise OSError(f"the address of {host} could not be looked up: {found}") from found
