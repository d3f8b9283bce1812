"""The client's address of a request (SI-2, SI-5)."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.web.http.proxies import Proxies

NAMED = Proxies.named(["10.0.0.0/8", "2001:db8:ffff::/48", "192.0.2.80"])
CLIENT, PROXY = "198.51.100.7", "10.1.2.3"

lists = st.lists(st.text(max_size=60) | st.ip_addresses().map(str) | st.just(PROXY), max_size=5)


@pytest.mark.parametrize(
    "peer, forwarded, client",
    [
        (PROXY, [CLIENT], CLIENT),
        (PROXY, [f"203.0.113.5, {CLIENT}"], CLIENT),
        (PROXY, ["203.0.113.5", CLIENT], CLIENT),
        (PROXY, [f"unknown, {CLIENT}"], CLIENT),
        (PROXY, [f"{CLIENT}, 10.9.9.9,192.0.2.80 , 2001:db8:ffff::1"], CLIENT),
        (PROXY, ["10.7.7.7, 10.9.9.9"], "10.7.7.7"),
        (PROXY, [f"{CLIENT}:4711"], CLIENT),
        (PROXY, ["2001:db8::5"], "2001:db8::5"),
        (PROXY, ["[2001:DB8::5]"], "2001:db8::5"),
        (PROXY, ["[2001:db8::5]:443"], "2001:db8::5"),
        (PROXY, [f"::ffff:{CLIENT}"], CLIENT),
        ("::ffff:10.1.2.3", [CLIENT], CLIENT),
        ("2001:db8:ffff::9", [CLIENT], CLIENT),
        ("192.0.2.80", [CLIENT], CLIENT),
    ],
)
def test_a_named_proxy_is_believed(peer: str, forwarded: Sequence[str], client: str) -> None:
    """SI-2: The client is the rightmost address that is not a trusted proxy, with or without a port."""
    assert NAMED.client(peer, forwarded) == client


@pytest.mark.parametrize("peer", ["203.0.113.9", "2001:db8::9", "192.0.2.81", "::1", "testclient"])
@pytest.mark.parametrize("proxies", [NAMED, Proxies()])
def test_nobody_else_is_believed(peer: str, proxies: Proxies) -> None:
    """SI-2: For any other peer the peer's own address counts, and its header is ignored."""
    assert proxies.client(peer, [CLIENT]) == peer
    assert Proxies().client(PROXY, [CLIENT]) == PROXY


@pytest.mark.parametrize(
    "forwarded",
    [
        [],
        [""],
        [", "],
        ["unknown"],
        ["_hidden"],
        [f"{CLIENT},"],
        [f"{CLIENT}, x"],
        ["198.51.100.300"],
        ["198.51.100"],
        [f"{CLIENT}/32"],
        [f"for={CLIENT}"],
        ["[2001:db8::5"[:6]],
        [":80"],
        [f"{CLIENT}\x00"],
        ["١٩٨.51.100.7"],
        [f"x, {PROXY}"],
    ],
)
def test_what_cannot_be_read_leaves_the_peer(forwarded: Sequence[str]) -> None:
    """SI-2: If a proxy's header is invalid, the address of the proxy itself counts."""
    assert NAMED.client(PROXY, forwarded) == PROXY


def test_a_unix_socket() -> None:
    """SI-2: A Unix socket has no address. Its header is trusted only if ``unix`` is a trusted proxy."""
    unix = Proxies.named(["unix"])
    for peer in (None, ""):
        assert unix.client(peer, [CLIENT]) == CLIENT
        assert unix.client(peer, []) is None
        assert NAMED.client(peer, [CLIENT]) is None
    assert unix.client(PROXY, [CLIENT]) == PROXY


@given(theirs=lists)
def test_the_client_writes_what_it_likes(theirs: list[str]) -> None:
    """SI-2: Everything left of the address that the proxy added is ignored."""
    assert NAMED.client(PROXY, [*theirs, CLIENT]) == CLIENT


@given(theirs=lists, peer=st.text(max_size=20) | st.ip_addresses().map(str) | st.none())
def test_anything_can_come(theirs: list[str], peer: str | None) -> None:
    """AL-1: Any header and any peer give a result."""
    for proxies in (NAMED, Proxies.named(["0.0.0.0/0", "::/0", "unix"]), Proxies()):
        assert proxies.client(peer, theirs) != ""


@pytest.mark.parametrize("names", [["10.0.0.1/8"], ["proxy.example.nl"], [""], "10.0.0.0/8", ["Unix"]])
def test_names_that_are_none(names: list[str]) -> None:
    """SI-2: An invalid setting is refused at the start."""
    with pytest.raises(ValueError, match=r"network|host bits"):
        Proxies.named(names)
