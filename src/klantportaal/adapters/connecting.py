"""Connecting to a server with one deadline for everything, the look-up of its name included."""

import socket
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any

Addresses = Sequence[tuple[Any, ...]]
"""What ``socket.getaddrinfo`` gives."""
LookUp = Callable[[str, int], Addresses]
"""Looks up the addresses of a host, for a port."""


def look_up_name(host: str, port: int) -> Addresses:
    """Ask the system."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def connected(host: str, port: int, left: Callable[[], float]) -> socket.socket:
    """Connect to the first address of a server that answers.

    Args:
        host: its name or address.
        port: its port.
        left: gives the seconds that are left, and raises TimeoutError if none are.

    Raises:
        OSError: it cannot be reached, or not in time.
    """
    return connected_to(resolved(host, port, left()), left)


def connected_to(addresses: Addresses, left: Callable[[], float]) -> socket.socket:
    """Connect to the first of some addresses that answers. No name is looked up.

    Raises:
        OSError: none can be reached, or not in time.
    """
    failure = OSError("there is no address")
    for family, kind, protocol, _name, address in addresses:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(left())
            connection.connect(address)
            connection.settimeout(left())
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def resolved(host: str, port: int, seconds: float, look_up: LookUp = look_up_name) -> Addresses:
    """Look up the addresses of a server. The system's call has no time limit, so a thread of its own makes it.

    Raises:
        TimeoutError: it takes too long.
        OSError: there are none.
    """
    results: SimpleQueue[Addresses | OSError | UnicodeError] = SimpleQueue()

    def find() -> None:
        try:
            results.put(look_up(host, port))
        except (OSError, UnicodeError) as error:
            results.put(error)

    threading.Thread(target=find, name="klantportaal-name-lookup", daemon=True).start()
    try:
        found = results.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"the address of {host} could not be looked up in time") from None
    if isinstance(found, OSError | UnicodeError):
        raise OSError(f"the address of {host} could not be looked up: {found}") from found
    return found
