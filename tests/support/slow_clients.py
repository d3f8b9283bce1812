"""Clients that send a request byte after byte."""

import select
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

DRIP_EVERY = 1.0


def told(connections: Sequence[socket.socket], *, within: float = 0) -> list[socket.socket]:
    """Wait until a response or the end has come on at least one connection. Return all these connections."""
    poll = select.poll()
    for each in connections:
        poll.register(each, select.POLLIN)
    ready = {descriptor for descriptor, _event in poll.poll(within * 1000)}
    return [each for each in connections if each.fileno() in ready]


def drip(connections: Sequence[socket.socket]) -> None:
    """Send a byte on each connection."""
    for each in connections:
        try:
            each.send(b"x")
        except OSError:
            continue  # It was broken off.


@contextmanager
def dripping(connect: Callable[[], socket.socket], count: int) -> Iterator[Sequence[socket.socket]]:
    """Open connections, each in the middle of a form, and send a byte a second on each until the context ends.

    A connection with a response or an end is opened again.
    """
    over = threading.Event()
    with ExitStack() as stack:
        connections = [stack.enter_context(connect()) for _number in range(count)]
        drip(connections)

        def go_on() -> None:
            while not over.wait(DRIP_EVERY):
                for each in told(connections):
                    connections.remove(each)
                    each.close()
                    connections.append(stack.enter_context(connect()))
                drip(connections)

        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield connections
        finally:
            over.set()
            thread.join()
