"""What a host holds for as long as it runs, and how it finds out who comes to it."""

import functools
from collections.abc import Callable, Mapping
from typing import TypeVar
from uuid import UUID

import attrs

from klantportaal.adapters.web import assets, cookies
from klantportaal.adapters.web.assets import Asset
from klantportaal.adapters.web.rendering import Rendering
from klantportaal.adapters.web.wording import Wording, wordings
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.values import Language, OfficeId
from klantportaal.portal import Portal
from klantportaal.usecases.client.sign_in import SignedIn

Request = TypeVar("Request")


@attrs.frozen(kw_only=True)
class Site:
    """The portal with what its pages are made of."""

    portal: Portal
    wordings: Mapping[Language, Wording]
    rendering: Rendering
    assets: Mapping[str, Asset]

    @classmethod
    def assemble(cls, portal: Portal) -> "Site":
        """Read catalogs and assets, once."""
        words = wordings()
        return cls(portal=portal, wordings=words, rendering=Rendering(words), assets=assets.load())

    def recognise(self, office_id: OfficeId, sent: Mapping[str, str], *, network_address: str | None) -> SignedIn:
        """Recognise who sent some cookies.

        Raises:
            NotSignedIn: nobody that is signed in at this office, or not by a cookie of the kind that it gives.
        """
        token, secure = cookies.session_token(sent, office_id)
        if token is None:
            raise NotSignedIn
        signed_in = self.portal.sign_in.whoever(office_id, token, network_address=network_address)
        if cookies.is_secure(signed_in.office) is not secure:
            raise NotSignedIn
        return signed_in


def office_finder(
    portal: Portal, office: OfficeId | Callable[[Request], OfficeId] | None
) -> Callable[[Request], OfficeId]:
    """Say how a host finds the office that a request is for: always the same, the sole one, or as the vendor says."""
    if office is None:
        sole = functools.cache(portal.offices.only)
        return lambda _request: sole()
    if isinstance(office, UUID):
        fixed = office
        return lambda _request: fixed
    return office
