"""Looks up addresses at the Locatieserver of PDOK, which has the key register of addresses (BAG). It needs no key.

It is asked for a postcode and a house number, and is told nothing else: no addition, and nothing of the client.
"""

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from datetime import timedelta
from time import monotonic
from typing import Annotated, Any, TypeGuard
from urllib.parse import urlencode, urlsplit

from klantportaal.adapters.connecting import connected
from klantportaal.adapters.hurried_http import AnswerTooLong, HurriedConnection, HurriedSocket
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.questionnaires.postal_addresses import LIMITS, FoundAddress
from klantportaal.domain.ranges import Range

URL = "https://api.pdok.nl/bzk/locatieserver/search/v3_1/free"
_FIELDS = "postcode,huisnummer,straatnaam,woonplaatsnaam"
_MOST_ANSWERS = 5
"""All addresses with a postcode and a number are in one street. A few are asked for, in case one lacks a name."""
_PORTS = {"http": 80, "https": 443}


class PdokAddresses:
    """Asks the Locatieserver, each time over a connection of its own.

    Args:
        url: of the service that searches. Default: that of PDOK.
        timeout: for everything: looking up the name, connecting, asking and reading.
        context: how certificates are checked. Default: against the certificate authorities of the system.
    """

    @checked_call
    def __init__(
        self,
        *,
        url: str = URL,
        timeout: Annotated[timedelta, Range(timedelta(0), timedelta(seconds=5), above=True)] = timedelta(seconds=3),
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._url = urlsplit(url)
        self._timeout = timeout
        self._context = context or ssl.create_default_context()

    def find(self, postcode: str, number: str) -> FoundAddress | None:
        """Give the street and place of a postcode and a house number."""
        compact = postcode.replace(" ", "")
        for each in self._asked(compact, number):
            street, place = each.get("straatnaam"), each.get("woonplaatsnaam")
            is_meant = (each.get("postcode"), str(each.get("huisnummer"))) == (compact, number)
            if is_meant and _is_name(street, "street") and _is_name(place, "place"):
                return FoundAddress(street=street, place=place)
        return None

    def _asked(self, postcode: str, number: str) -> list[Mapping[str, Any]]:
        """Ask the service, and give the addresses that it knows. Raises: Unavailable."""
        query = {"q": f"postcode:{postcode}", "fl": _FIELDS, "rows": _MOST_ANSWERS}
        filters = [("fq", "type:adres"), ("fq", f"huisnummer:{number}")]
        until = monotonic() + self._timeout.total_seconds()

        def left() -> float:
            if (seconds := until - monotonic()) <= 0:
                raise TimeoutError
            return seconds

        server = HurriedConnection(self._url.netloc, lambda: self._connected(left))
        try:
            server.request("GET", f"{self._url.path}?{urlencode([*query.items(), *filters])}")
            with server.getresponse() as answer:
                return _found(json.loads(answer.read()) if answer.status == http.client.OK else None)
        except (OSError, http.client.HTTPException, AnswerTooLong, ValueError, RecursionError):
            raise Unavailable from None
        finally:
            server.close()

    def _connected(self, left: Callable[[], float]) -> HurriedSocket:
        """Connect. Raises: OSError, also for a certificate that is not trusted."""
        host, scheme = self._url.hostname or "", self._url.scheme
        connection = connected(host, self._url.port or _PORTS[scheme], left)
        if scheme == "https":
            try:
                connection = self._context.wrap_socket(connection, server_hostname=host)
            except OSError:
                connection.close()
                raise
        return HurriedSocket(connection, left)


def _found(answer: Any) -> list[Mapping[str, Any]]:
    """Give the addresses in an answer. Raises: Unavailable, for one of another form."""
    match answer:
        case {"response": {"docs": list(listed)}}:
            return [each for each in listed if isinstance(each, Mapping)]
    raise Unavailable


def _is_name(name: object, part: str) -> TypeGuard[str]:
    return isinstance(name, str) and 0 < len(name.strip()) <= LIMITS[part]
