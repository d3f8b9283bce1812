"""The invitation that a browser came with, as its cookie has it (ON-2, PE-6).

Besides the token of the link, the cookie has a proof: a random value that the page of the invitation passes on to the
vendor's sign-in, and that comes back with ``next``. So the sign-in was begun on the page that names the invited person.
Another website can open a link of its own in somebody's browser, but it cannot read the proof.
"""

import secrets

import attrs

from klantportaal.adapters.web.http.paths import Url

_PROOF = "bewijs"
_PROOF_SIZE = 16
"""Bytes."""
_BETWEEN = "."
"""Stands between token and proof. Neither contains it."""


@attrs.frozen(kw_only=True)
class Invitation:
    """The token of a link, and the proof that a sign-in was begun on its page."""

    token: str = attrs.field(repr=False)
    proof: str = attrs.field(repr=False)

    @classmethod
    def opened(cls, token: str, cookie: str | None) -> "Invitation":
        """Make what the cookie keeps of a link that was opened. The link that it has already keeps its proof."""
        before = cls.read(cookie)
        if before is not None and before.token == token:
            return before
        return cls(token=token, proof=secrets.token_urlsafe(_PROOF_SIZE))

    @classmethod
    def read(cls, cookie: str | None) -> "Invitation | None":
        """Read the cookie. None if the browser has none that the portal made."""
        token, _between, proof = (cookie or "").partition(_BETWEEN)
        return cls(token=token, proof=proof) if token and proof else None

    @property
    def cookie(self) -> str:
        """The value of the cookie."""
        return f"{self.token}{_BETWEEN}{self.proof}"

    def page(self, url: Url) -> str:
        """Give the path of the page of the invitation, with the proof."""
        return url("ask_link", query={_PROOF: self.proof})


def leads_to_invitation(wanted: str, url: Url) -> bool:
    """Tell whether the vendor's sign-in was to lead back to the page of an invitation, whichever it was."""
    return wanted.partition("?")[0] == url("ask_link")
