"""Look-ups of addresses that break promises of their port."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.domain.questionnaires.postal_addresses import FoundAddress
from klantportaal.ports.addresses import AddressLookup
from klantportaal.testing.contracts.addresses import KNOWN, AddressLookupContract
from tests.contracts.fixtures.addresses import OwnAddresses, WithService
from tests.contracts.wrong import caught_by


class _Wrong(WithService, AddressLookupContract):
    patience: ClassVar[float] = 0.3
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def adapter(self) -> Callable[[str], AddressLookup]:
        """Return the wrong adapter."""
        return type(self).makes


class _Crossed(OwnAddresses):
    def chosen(self, docs: Sequence[Mapping[str, Any]]) -> FoundAddress | None:
        return FoundAddress(street=docs[0]["woonplaatsnaam"], place=docs[0]["straatnaam"]) if docs else None


@caught_by("test_what_is_known", "QU-2: a postcode and a number give their street and place")
class MixesUp(_Wrong):
    """It gives the place as the street."""

    makes = _Crossed


class _Guessing(OwnAddresses):
    def chosen(self, docs: Sequence[Mapping[str, Any]]) -> FoundAddress | None:
        return super().chosen(docs) or next(iter(KNOWN.values()))


@caught_by("test_what_is_not_known", "QU-2: another postcode or number gives None")
class Guesses(_Wrong):
    """It gives another address where there is none."""

    makes = _Guessing


class _Strict(OwnAddresses):
    def chosen(self, docs: Sequence[Mapping[str, Any]]) -> FoundAddress | None:
        return FoundAddress(street=docs[0]["straatnaam"], place=docs[0]["woonplaatsnaam"])


@caught_by("test_what_is_not_known", "QU-2: another postcode or number gives None")
class RaisesOnNothing(_Wrong):
    """It raises an error where there is no address."""

    makes = _Strict


@attrs.define
class _Remembering(OwnAddresses):
    last: FoundAddress | None = None

    def chosen(self, docs: Sequence[Mapping[str, Any]]) -> FoundAddress | None:
        self.last = super().chosen(docs) or self.last
        return self.last


@caught_by("test_side_by_side", "QU-2: clients who ask at the same moment each get their own answer")
class AnswersForAnother(_Wrong):
    """It gives a client the answer of another."""

    makes = _Remembering


class _Guileless(OwnAddresses):
    def gone(self) -> FoundAddress | None:
        return None


@caught_by("test_not_knowing_is_not_nothing", "QU-2: what could not be asked is Unavailable")
class SaysNothingWhileAway(_Wrong):
    """It says that there is no such address while the service cannot be reached."""

    makes = _Guileless


class _Deaf(OwnAddresses):
    def refused(self) -> FoundAddress | None:
        return None


@caught_by("test_an_error_of_the_service", "QU-2: what the service refuses is Unavailable")
class SaysNothingWhenRefused(_Wrong):
    """It says that there is no such address when the service answers with an error."""

    makes = _Deaf


@attrs.define
class _Patient(OwnAddresses):
    timeout: float | None = None


@caught_by("test_a_silent_service_is_given_up", "QU-2: `find` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a service that says nothing."""

    makes = _Patient
