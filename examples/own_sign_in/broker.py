"""Code for both hosts: the settings of the provider, and the conversion of its answers for the portal."""

import os
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

import attrs
from authlib.integrations.base_client import OAuthError
from joserfc.errors import InvalidClaimError

from klantportaal import Assurance, Authentication, Refused, Subject, VendorSignIn

PREFIX = "/portaal"
SIGN_IN = "/inloggen-bij-ons"
CONFIRM = "/bevestigen-bij-ons"
SIGN_OUT = "/uitloggen-bij-ons"
CALLBACK = "/terug-van-inloggen"
LEVELS = {
    "http://eidas.europa.eu/LoA/substantial": Assurance.SUBSTANTIAL,
    "http://eidas.europa.eu/LoA/high": Assurance.HIGH,
}
"""What this provider's values of ``acr`` mean. Any other value is low."""
RECENT = 15 * 60
"""Seconds. Who proved their identity to the provider longer ago does so again before signing in."""
LEEWAY = 60
"""Seconds by which the clocks of the provider and this machine may differ."""
KEPT = 3
"""How many attempts to sign in a browser can have under way. They are in a cookie, which holds 4 KB."""
METHOD_LIMIT = 255
"""Characters. The portal takes no longer method."""
LONGEST_PATH = 300
"""Characters. A longer path is not remembered, for the same reason."""


@attrs.frozen(kw_only=True)
class Broker:
    """The settings of the provider."""

    name: str
    """What clients know it by."""
    issuer: str
    client_id: str
    client_secret: str = attrs.field(repr=False)
    session_secret: str = attrs.field(repr=False)
    """Signs the cookie of the vendor's own session, which has the request to the provider."""
    origin: str
    """The origin of the vendor's pages, as ``https://example.nl``."""
    least: Assurance = Assurance.SUBSTANTIAL
    seconds: float = 5
    """How long the provider may take for an answer."""

    @classmethod
    def from_environment(cls, origin: str) -> "Broker":
        """Read the settings."""
        return cls(
            name=os.environ.get("OPENID_NAME", "DigiD"),
            issuer=os.environ["OPENID_ISSUER"],
            client_id=os.environ["OPENID_CLIENT_ID"],
            client_secret=os.environ["OPENID_CLIENT_SECRET"],
            session_secret=os.environ["SESSION_SECRET"],
            origin=origin,
        )

    @property
    def vendor_sign_in(self) -> VendorSignIn:
        """What an office sets, so that its pages lead here."""
        return VendorSignIn(name=self.name, sign_in=SIGN_IN, confirm=CONFIRM, sign_out=SIGN_OUT, least=self.least)

    @property
    def discovery(self) -> str:
        """The URL of the provider's own description."""
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def secure(self) -> bool:
        """Whether the pages are served over TLS, so that cookies are too."""
        return self.origin.startswith("https://")

    @property
    def client(self) -> dict[str, Any]:
        """What Authlib needs to know of the provider."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "server_metadata_url": self.discovery,
        }

    @property
    def claims(self) -> dict[str, Any]:
        """Claims that an ID token must have, besides those that Authlib checks."""
        return {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "auth_time": {"essential": True},
        }

    @property
    def callback(self) -> str:
        """The URL to which the provider leads back."""
        return self.origin + CALLBACK

    @property
    def signed_out(self) -> str:
        """The URL to which the provider leads back after signing out."""
        return f"{self.origin}{PREFIX}/inloggen"

    def question(self, *, confirm: bool) -> dict[str, Any]:
        """Make the parameters of the request to the provider: to sign in, or to *confirm* a session."""
        levels = [acr for acr, level in LEVELS.items() if level.meets(self.least)]
        again: dict[str, Any] = {"max_age": 0, "prompt": "login"} if confirm else {"max_age": RECENT}
        return again if self.least is Assurance.LOW else again | {"acr_values": " ".join(levels)}


def remembered(question: Mapping[str, Any], following: str) -> dict[str, Any]:
    """Make the contents of the session while the person is at the provider: the kind of request, and the next page."""
    return {
        "confirm": "prompt" in question,
        "since": time.time() - question["max_age"],
        "next": following if own_path(following) else "",
    }


def own_path(path: str) -> bool:
    """Tell whether a path leads to a page of the portal. If so, it has neither a scheme nor a host."""
    return path.startswith(f"{PREFIX}/") and len(path) <= LONGEST_PATH


def forget_abandoned(session: MutableMapping[str, Any]) -> None:
    """Drop all attempts but the newest. Authlib keeps each for an hour, and a cookie has no room for many."""
    attempts = [key for key in session if key.startswith("_state_")]
    for key in sorted(attempts, key=lambda key: float(session[key]["exp"]))[:-KEPT]:
        del session[key]


def authentication(token: Mapping[str, Any], since: float) -> Authentication:
    """Say who proved their identity, how, how surely and when; *since* is the earliest moment that counts.

    Raises:
        OAuthError: the provider said nothing about the person, or something that the portal cannot use.
        JoseError: the person proved their identity too long ago, or in the future.
    """
    if "userinfo" not in token:
        raise OAuthError(error="no_id_token")
    claims = token["userinfo"]
    if not since - LEEWAY <= claims["auth_time"] <= time.time() + LEEWAY:
        raise InvalidClaimError("auth_time")
    try:
        return Authentication(
            subject=Subject(issuer=claims["iss"], name=claims["sub"]),
            method=" ".join(claims.get("amr") or ["openid"])[:METHOD_LIMIT],
            assurance=LEVELS.get(str(claims.get("acr")), Assurance.LOW),
            at=datetime.fromtimestamp(claims["auth_time"], UTC),
        )
    except Refused as refused:
        raise OAuthError(error="unusable_claims", description=str(refused)) from refused
