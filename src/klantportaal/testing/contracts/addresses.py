"""Tests the promises of ``klantportaal.ports.addresses``.

Inherit ``AddressLookupContract`` and provide a fixture ``addresses`` that knows ``KNOWN``, and ``refusing``, ``away``
and ``slow`` of ``promises``::

    class TestOurAddresses(AddressLookupContract):
        @pytest.fixture
        def addresses(self, server) -> OurAddresses:
            return OurAddresses(server.url)

        @pytest.fixture
        def refusing(self, refusing_server) -> OurAddresses:
            return OurAddresses(refusing_server.url)

        @pytest.fixture
        def away(self) -> OurAddresses:
            return OurAddresses("http://127.0.0.1:1")

        @pytest.fixture
        def slow(self, silent_server) -> OurAddresses:
            return OurAddresses(silent_server.url, timeout=0.1)
"""

from concurrent.futures import ThreadPoolExecutor

from klantportaal.domain.errors import Unavailable
from klantportaal.domain.questionnaires.postal_addresses import FoundAddress
from klantportaal.ports.addresses import AddressLookup
from klantportaal.testing.contracts.promises import Contract, given_up, promised

KNOWN = {
    ("2513 AA", "1"): FoundAddress(street="Binnenhof", place="'s-Gravenhage"),
    ("8711 HE", "2"): FoundAddress(street="Merk", place="Warkum"),
}
"""The addresses that the adapter knows, by postcode and number."""
UNKNOWN = [("2513 AA", "2"), ("2513 AB", "1"), ("8711 HE", "21")]
"""Addresses that it does not know."""
ASKED = ("2513 AA", "1")


class AddressLookupContract(Contract):
    """The promises of a look-up of addresses, as tests."""

    def test_what_is_known(self, addresses: AddressLookup) -> None:
        """QU-2: a postcode and a number give their street and place."""
        assert {asked: addresses.find(*asked) for asked in KNOWN} == KNOWN

    def test_what_is_not_known(self, addresses: AddressLookup) -> None:
        """QU-2: another postcode or number gives None, and no address that looks like it."""
        assert [addresses.find(*asked) for asked in UNKNOWN] == [None] * len(UNKNOWN)

    def test_side_by_side(self, addresses: AddressLookup) -> None:
        """QU-2: clients who ask at the same moment each get their own answer."""
        asked = [*KNOWN, *UNKNOWN] * 4
        with ThreadPoolExecutor(4) as clients:
            assert list(clients.map(lambda each: addresses.find(*each), asked)) == [KNOWN.get(each) for each in asked]

    def test_not_knowing_is_not_nothing(self, away: AddressLookup) -> None:
        """QU-2: a service that cannot be reached does not say that there is no such address."""
        with promised("QU-2: what could not be asked is Unavailable", Unavailable):
            away.find(*ASKED)

    def test_an_error_of_the_service(self, refusing: AddressLookup) -> None:
        """QU-2: a service that answers with an error does not say that there is no such address."""
        with promised("QU-2: what the service refuses is Unavailable", Unavailable):
            refusing.find(*ASKED)

    def test_a_silent_service_is_given_up(self, slow: AddressLookup) -> None:
        """QU-2: an adapter has a time limit of its own for a service that does not answer: a client waits."""
        promise = "QU-2: `find` gives up in its own time limit on a service that does not answer"
        with promised(promise, Unavailable):
            given_up(promise, lambda: slow.find(*ASKED), patience=self.patience)
