"""The network address of a request: the address of the peer, or the address that a trusted proxy reports.

Only the header ``X-Forwarded-For`` is read. ``Forwarded`` (RFC 7239) is ignored: a proxy that writes one of the two
headers passes on the other unchanged, so reading both would let clients forge their address.
"""

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import attrs

UNIX = "unix"
"""The name for peers that connect through a Unix socket, which have no address."""
Address = IPv4Address | IPv6Address


@attrs.frozen
class Proxies:
    """The trusted proxies."""

    _networks: tuple[IPv4Network | IPv6Network, ...] = ()
    _unix: bool = False

    @classmethod
    def named(cls, names: Collection[str]) -> "Proxies":
        """Parse the names of trusted proxies.

        Args:
            names: networks (``10.0.0.0/8``), single addresses, or ``unix`` for peers on a Unix socket.

        Raises:
            ValueError: a name is none of these, or *names* is a string instead of a collection.
        """
        if isinstance(names, str):
            raise ValueError("proxies is a list of networks")
        return cls(tuple(ip_network(name) for name in names if name != UNIX), UNIX in names)

    def client(self, peer: str | None, forwarded: Iterable[str]) -> str | None:
        """Find the address of the client that sent a request. Return None if it is unknown.

        Each proxy adds the address of its own peer on the right. So the client is the first address from the right that
        is not a trusted proxy. Addresses further left may be forged by the client. If an address cannot be parsed, the
        peer is returned.

        Args:
            peer: the address of the connected peer, according to the server.
            forwarded: the values of all headers ``X-Forwarded-For``, in the order of the request.
        """
        connected = _read(peer or "")
        itself = str(connected) if connected else peer or None
        if not (self._unix if connected is None else self._has(connected)):
            return itself
        client = None
        for each in reversed(",".join(forwarded).split(",")):
            client = _read(_without_port(each.strip()))
            if client is None:
                return itself
            if not self._has(client):
                break
        return str(client)

    def _has(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def _read(text: str) -> Address | None:
    """Parse an address. Return None if it is invalid, and an IPv4 address for an IPv4-mapped IPv6 address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _without_port(text: str) -> str:
    """Remove the port that some proxies add: ``192.0.2.7:443``, ``[2001:db8::1]:443``."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
