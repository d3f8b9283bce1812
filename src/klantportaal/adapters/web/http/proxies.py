"""Where a request comes from: the peer, or whoever a proxy says it passes on for, if that proxy was named.

Of the headers that proxies write, only ``X-Forwarded-For`` is read. ``Forwarded`` (RFC 7239) is not: a proxy that
writes the one hands on the other as it came, so whoever reads both lets anybody choose.
"""

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import attrs

UNIX = "unix"
"""Names whatever connects through a Unix socket, which has no address."""
Address = IPv4Address | IPv6Address


@attrs.frozen
class Proxies:
    """The proxies whose word counts."""

    _networks: tuple[IPv4Network | IPv6Network, ...] = ()
    _unix: bool = False

    @classmethod
    def named(cls, names: Collection[str]) -> "Proxies":
        """Read networks (``10.0.0.0/8``), single addresses, and ``unix`` for what comes through a Unix socket.

        Raises:
            ValueError: a name is none of these, or *names* is one text instead of several.
        """
        if isinstance(names, str):
            raise ValueError("proxies is a list of networks")
        return cls(tuple(ip_network(name) for name in names if name != UNIX), UNIX in names)

    def client(self, peer: str | None, forwarded: Iterable[str]) -> str | None:
        """Give the address of whoever a request comes from; None where nothing tells.

        A proxy adds its own peer on the right, so the first from the right that is no named proxy is the client; what
        stands left of it, the client may have written itself. Where one cannot be read, the peer counts.

        Args:
            peer: who is connected, as the server says.
            forwarded: each header ``X-Forwarded-For``, in the order in which they came.
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
    """Read an address; one of IPv4 as it is written in IPv6 is one of IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _without_port(text: str) -> str:
    """Leave out the port that some proxies write along: ``192.0.2.7:443``, ``[2001:db8::1]:443``."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
