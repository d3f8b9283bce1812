"""The contract of look-ups of addresses: one as a vendor would write it, that of PDOK, and the one in memory."""

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from klantportaal.adapters.addresses.memory import MemoryAddresses
from klantportaal.adapters.addresses.pdok import URL, PdokAddresses
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.questionnaires.postal_addresses import FoundAddress
from klantportaal.testing.contracts.addresses import ASKED, KNOWN, AddressLookupContract
from klantportaal.testing.contracts.promises import Without
from tests.contracts.fixtures.addresses import Service, WithService
from tests.contracts.fixtures.silence import silent_port

FOUND = KNOWN[ASKED]


def pdok(url: str) -> PdokAddresses:
    """Make the adapter, for a service on this machine, which may be busy."""
    return PdokAddresses(url=url, timeout=timedelta(seconds=5))


class TestOwnAddresses(WithService, AddressLookupContract):
    """The contract for one as a vendor would write it."""


class TestMemoryAddresses(AddressLookupContract):
    """The contract for the one in memory."""

    @pytest.fixture
    def addresses(self) -> MemoryAddresses:
        """Return the adapter."""
        return MemoryAddresses(KNOWN)

    @pytest.fixture
    def refusing(self) -> Without:
        """It asks nobody."""
        return Without("it is in memory")

    @pytest.fixture
    def away(self) -> Without:
        """It asks nobody."""
        return Without("it is in memory")

    @pytest.fixture
    def slow(self) -> Without:
        """It asks nobody."""
        return Without("it is in memory")


class TestPdokAddresses(WithService, AddressLookupContract):
    """The contract for the one of PDOK, and what it sends and understands."""

    @pytest.fixture
    def adapter(self) -> Callable[[str], PdokAddresses]:
        """Return what makes the adapter."""
        return pdok

    @pytest.fixture
    def slow(self) -> Iterator[PdokAddresses]:
        """Return one whose service says nothing."""
        with silent_port() as port:
            yield PdokAddresses(url=f"http://127.0.0.1:{port}/free", timeout=timedelta(milliseconds=100))

    def test_what_is_sent(self, addresses: PdokAddresses, service: Service) -> None:
        """QU-2: The service is told a postcode and a house number, and nothing of the client."""
        assert addresses.find(*ASKED) == FOUND
        query = {"q": ["postcode:2513AA"], "fq": ["type:adres", "huisnummer:1"], "rows": ["5"]}
        query["fl"] = ["postcode,huisnummer,straatnaam,woonplaatsnaam"]
        assert service.asked == [("/search/v3_1/free", query)]
        assert {*service.headers[0]} == {"Host", "Accept-Encoding"}

    @pytest.mark.parametrize(
        "docs",
        [
            [{"postcode": "2513AB", "huisnummer": 1, "straatnaam": "Plein", "woonplaatsnaam": "Den Haag"}],
            [{"postcode": "2513AA", "huisnummer": 10, "straatnaam": "Plein", "woonplaatsnaam": "Den Haag"}],
            [{"postcode": "2513AA", "huisnummer": 1, "straatnaam": "", "woonplaatsnaam": "Den Haag"}],
            [{"postcode": "2513AA", "huisnummer": 1, "straatnaam": "x" * 151, "woonplaatsnaam": "Den Haag"}],
            [{"postcode": "2513AA", "huisnummer": 1, "straatnaam": "Plein"}, "x", None],
            [],
        ],
    )
    def test_what_is_not_meant(self, addresses: PdokAddresses, service: Service, docs: list[object]) -> None:
        """QU-2: An address with another postcode or number, or without names, is none."""
        service.body = json.dumps({"response": {"docs": docs}}).encode()
        assert addresses.find(*ASKED) is None

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"\xff",
            b"[" * 5000,
            b"[]",
            b'{"response": {"docs": {}}}',
            b'{"response": []}',
            b" " * 100_000,
        ],
        ids=["empty", "html", "no utf-8", "deep", "list", "no list", "no object", "endless"],
    )
    def test_what_is_not_understood(self, addresses: PdokAddresses, service: Service, body: bytes) -> None:
        """AL-1: An answer of another form, or one that does not end, is no answer."""
        service.body = body
        with pytest.raises(Unavailable):
            addresses.find(*ASKED)

    def test_it_drips(self) -> None:
        """QU-2: A service that sends a byte now and then is given up at the deadline for all of it."""
        with socket.create_server(("127.0.0.1", 0)) as server:

            def drip() -> None:
                connection, _address = server.accept()
                with connection, contextlib.suppress(OSError):
                    for _each in range(100):
                        connection.sendall(b"H")
                        time.sleep(0.05)

            thread = threading.Thread(target=drip)
            thread.start()
            lookup = PdokAddresses(
                url=f"http://127.0.0.1:{server.getsockname()[1]}/", timeout=timedelta(milliseconds=300)
            )
            begun = time.monotonic()
            with pytest.raises(Unavailable):
                lookup.find(*ASKED)
            assert time.monotonic() - begun < 3
            thread.join()

    def test_without_tls(self, service: Service) -> None:
        """QU-2: A server that does not speak TLS, or has a certificate that nobody trusts, is not asked."""
        with pytest.raises(Unavailable):
            PdokAddresses(url=service.url.replace("http:", "https:")).find(*ASKED)
        assert service.asked == []

    def test_defaults(self) -> None:
        """QU-2: By default it asks PDOK, checks its certificate, and gives up after three seconds."""
        lookup = PdokAddresses()
        assert (lookup._url.geturl(), lookup._timeout) == (URL, timedelta(seconds=3))
        assert lookup._context.verify_mode is ssl.CERT_REQUIRED
        assert lookup._context.check_hostname
        with pytest.raises(ValueError, match="timeout"):
            PdokAddresses(timeout=timedelta(seconds=6))


def test_found_is_checked() -> None:
    """AL-5: Street and place are text."""
    with pytest.raises(TypeError, match="street"):
        FoundAddress(street=1, place="x")  # type: ignore[arg-type]
