"""The portal with everything its pages need, which a host keeps, and who a request is from."""

import contextlib
import functools
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar
from uuid import UUID

import attrs

from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.mounting_log import MismatchLog, matches
from klantportaal.adapters.web.http.origin import Sender, is_let_in
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.adapters.web.http.refusal_log import RefusalLog
from klantportaal.adapters.web.language.translations import Wording, wordings
from klantportaal.adapters.web.pages.picture_size import Size, picture_size
from klantportaal.adapters.web.pages.rendering import Rendering, rendering
from klantportaal.domain.base_urls import mount
from klantportaal.domain.errors import NotSignedIn, PortalError, TwoStepDue, Unavailable
from klantportaal.domain.offices import Office
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Language, OfficeId
from klantportaal.portal import Portal, mounted
from klantportaal.usecases.client.sign_in import SignedIn

Request = TypeVar("Request")
OPEN_WHILE_DUE = frozenset({"two_step", "recovery_file", "confirm", "keep_session"})
"""The routes that are open while two-step verification must still be turned on (TS-1)."""


@attrs.frozen(kw_only=True)
class Site:
    """The portal with everything its pages need."""

    portal: Portal
    wordings: Mapping[Language, Wording]
    rendering: Rendering
    base_url: Callable[[OfficeId], str]
    """The base URL of an office. Cached until ``forget_base_urls``."""
    forget_base_urls: Callable[[], None]
    proxies: Proxies
    _logo_size: Callable[[OfficeId, bytes, bool], Size | None]
    """The size of a logo with a digest, of dark pages or not. Cached, because it is read from the file."""
    mount_log: MismatchLog = attrs.field(factory=MismatchLog)
    refusal_log: RefusalLog = attrs.field(factory=RefusalLog)
    _secure: set[OfficeId] = attrs.field(factory=set)
    """The offices with HTTPS that were asked for so far."""

    @classmethod
    def assemble(cls, portal: Portal, proxies: Collection[str]) -> "Site":
        """Read catalogs and templates. Raises: ValueError, if an item of *proxies* is no network."""
        mounted(portal)
        base_url = functools.lru_cache(lambda office_id: portal.offices.get(office_id).base_url)
        return cls(
            portal=portal,
            wordings=wordings(),
            rendering=rendering(),
            base_url=base_url,
            forget_base_urls=base_url.cache_clear,
            proxies=Proxies.named(proxies),
            logo_size=functools.lru_cache(lambda office_id, _digest, dark: _logo_size(portal, office_id, dark=dark)),
        )

    def is_secure(self, office_id: OfficeId) -> bool:
        """Tell whether the base URL of an office is HTTPS."""
        secure = cookies.is_secure(self.base_url(office_id))
        (self._secure.add if secure else self._secure.discard)(office_id)
        return secure

    def logo_size(self, office: Office, *, dark: bool = False) -> Size | None:
        """Give the size of an office's logo. None if there is none, or if it cannot be read now."""
        logo = office.dark_logo if dark else office.logo
        if logo is None:
            return None
        with contextlib.suppress(PortalError):
            return self._logo_size(office.id, logo.sha256, dark)
        return None

    def mount(self, office_id: OfficeId) -> str:
        """Give the path of an office's base URL, with a slash at the end. If storage is away, give the last known one.

        Raises:
            Absent: there is no such office.
            Unavailable: storage is away, and the office was not asked for before.
        """
        try:
            return mount(self.portal.offices.get(office_id).base_url)
        except Unavailable:
            return mount(self.base_url(office_id))

    @property
    def has_secure(self) -> bool:
        """Whether an office with HTTPS was asked for before: an asset is of no office."""
        return bool(self._secure)

    def read_cookie(self, sent: Mapping[str, str], cookie: Cookie, office_id: OfficeId) -> str | None:
        """Read a cookie of an office from the cookies of a request."""
        return sent.get(cookies.name(cookie, office_id, secure=self.is_secure(office_id))) or None

    def recognise(self, office_id: OfficeId, sent: Mapping[str, str], *, network_address: str | None) -> SignedIn:
        """Recognise who is signed in, by the cookies of a request. The caller checks whether two-step is due.

        Raises:
            NotSignedIn: nobody is signed in at this office.
        """
        token = self.read_cookie(sent, Cookie.SESSION, office_id)
        if token is None:
            raise NotSignedIn
        return self.portal.client.sign_in.whoever(office_id, token, network_address=network_address, enrolling=True)

    def check_mount(self, office_id: OfficeId, mount: str) -> None:
        """Log it if a request came under another path than that of the office's base URL. The request goes on.

        Args:
            office_id: whose request it is.
            mount: the path under which the portal stands for this request, ending in a slash.
        """
        if matches(mount, self.base_url(office_id)) or self.mount_log.has(office_id, mount):
            return
        self.forget_base_urls()  # The office may have moved since it was looked up.
        if not matches(mount, base_url := self.base_url(office_id)):
            self.mount_log.tell(office_id, mount, base_url)

    @staticmethod
    def actor_for(route: str, signed_in: SignedIn | None) -> Actor:
        """Give the actor that may use a route.

        Raises:
            NotSignedIn: nobody is signed in.
            TwoStepDue: two-step verification must be turned on first (TS-1).
        """
        if signed_in is None:
            raise NotSignedIn
        if signed_in.two_step_due and route not in OPEN_WHILE_DUE:
            raise TwoStepDue
        return signed_in.actor

    def lets_in(self, office_id: OfficeId, sender: Sender) -> bool:
        """Tell whether a request may be answered, by the page that made the browser send it."""
        if is_let_in(sender, self.base_url(office_id)):
            return True
        self.forget_base_urls()  # The office may have moved since it was looked up.
        return is_let_in(sender, self.base_url(office_id))


def _logo_size(portal: Portal, office_id: OfficeId, *, dark: bool) -> Size | None:
    give = portal.offices.dark_logo if dark else portal.offices.logo
    return picture_size(b"".join(give(office_id).blocks))


def office_finder(
    portal: Portal, office: OfficeId | Callable[[Request], OfficeId] | None
) -> Callable[[Request], OfficeId]:
    """Make what finds the office of a request: the given one, the sole one, or what the vendor's function says."""
    if office is None:
        sole = functools.cache(portal.offices.only)
        return lambda _request: sole()
    if isinstance(office, UUID):
        fixed = office
        return lambda _request: fixed
    return office
