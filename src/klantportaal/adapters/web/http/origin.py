"""Checks whether a request comes from one of the portal's own pages or from another site."""

from urllib.parse import urlsplit

import attrs

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@attrs.frozen(kw_only=True)
class Sender:
    """The method and headers that identify the page that sent a request. A missing header is None."""

    method: str
    fetch_site: str | None
    fetch_mode: str | None
    origin: str | None


def is_let_in(sender: Sender, base_url: str) -> bool:
    """Tell whether the portal answers a request.

    A request with another method than GET, HEAD or OPTIONS must come from the portal's own pages. A request with one of
    these methods must not come from a script of another origin.

    Args:
        sender: the method and headers of the request.
        base_url: the URL at which the office's clients reach the portal.
    """
    site, origin = sender.fetch_site, sender.origin
    if sender.method in SAFE_METHODS:
        return not is_foreign_read(fetch_site=site, fetch_mode=sender.fetch_mode, origin=origin, base_url=base_url)
    return is_own(fetch_site=site, origin=origin, base_url=base_url)


def is_own(*, fetch_site: str | None, origin: str | None, base_url: str) -> bool:
    """Tell whether a request comes from the portal's own pages, from headers that other sites cannot forge.

    Browsers send ``Sec-Fetch-Site``. Its value ``none`` means that the user started the request, for example by sending
    a form again after a restart of the browser. Over plain HTTP, and in Safari before 2023, the header is missing. Then
    ``Origin`` must be the origin of the base URL. A request with neither header is refused: every known browser sends
    one of them. The Host header is not used.

    Args:
        fetch_site: the header ``Sec-Fetch-Site``. None if it is missing.
        origin: the header ``Origin``. None if it is missing.
        base_url: the URL at which the office's clients reach the portal.
    """
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    return origin is not None and origin == origin_of(base_url)


def is_foreign_read(*, fetch_site: str | None, fetch_mode: str | None, origin: str | None, base_url: str) -> bool:
    """Tell whether a script of another origin tries to read a page (a CORS request).

    The vendor's application may allow CORS for all of its addresses, so that browsers let that script read the page.
    A link to the portal is not refused: the browser sends another mode than ``cors``.

    Args:
        fetch_site: the header ``Sec-Fetch-Site``. None if it is missing.
        fetch_mode: the header ``Sec-Fetch-Mode``. None if it is missing.
        origin: the header ``Origin``, which a GET request has only with CORS. None if it is missing.
        base_url: the URL at which the office's clients reach the portal.
    """
    if fetch_mode is not None:
        return fetch_mode == "cors" and fetch_site not in ("same-origin", "none")
    return origin is not None and origin != origin_of(base_url)


def origin_of(url: str) -> str:
    """Give the origin of a URL as browsers write it (RFC 6454 6.2): without the default port of the scheme."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, standard) else f":{parts.port}")
