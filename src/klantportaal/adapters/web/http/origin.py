"""Whether a request comes from one of the portal's own pages, or from a script of another site."""

from urllib.parse import urlsplit

import attrs

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@attrs.frozen(kw_only=True)
class Sender:
    """What a request says about the page that made the browser send it; None for each header that is not there."""

    method: str
    fetch_site: str | None
    fetch_mode: str | None
    origin: str | None


def is_let_in(sender: Sender, base_url: str) -> bool:
    """Tell whether a request may be answered: a change only for the portal's own pages, a page for no other script.

    Args:
        sender: what the request says.
        base_url: where the office's clients reach the portal.
    """
    site, origin = sender.fetch_site, sender.origin
    if sender.method in SAFE_METHODS:
        return not is_foreign_read(fetch_site=site, fetch_mode=sender.fetch_mode, origin=origin, base_url=base_url)
    return is_own(fetch_site=site, origin=origin, base_url=base_url)


def is_own(*, fetch_site: str | None, origin: str | None, base_url: str) -> bool:
    """Tell whether a request comes from the portal itself, by what no page of another site can forge.

    Browsers say so in ``Sec-Fetch-Site`` (``none`` is the reader's own doing, such as sending again after a restart).
    Over plain HTTP, and before 2023 in Safari, they do not; then ``Origin`` must be the office's own. Whatever sends
    neither is no browser that we know, and is not believed. The Host header plays no part.

    Args:
        fetch_site: the header ``Sec-Fetch-Site``, None where there is none.
        origin: the header ``Origin``.
        base_url: where the office's clients reach the portal.
    """
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    return origin is not None and origin == origin_of(base_url)


def is_foreign_read(*, fetch_site: str | None, fetch_mode: str | None, origin: str | None, base_url: str) -> bool:
    """Tell whether a script of another origin asks to read a page (a request of CORS).

    Whoever follows a link to the portal asks in another mode. The vendor's application may have CORS for all of its
    addresses, and then a browser would hand the page over to that script.

    Args:
        fetch_site: the header ``Sec-Fetch-Site``, None where there is none.
        fetch_mode: the header ``Sec-Fetch-Mode``.
        origin: the header ``Origin``, which GET has only in a request of CORS.
        base_url: where the office's clients reach the portal.
    """
    if fetch_mode is not None:
        return fetch_mode == "cors" and fetch_site not in ("same-origin", "none")
    return origin is not None and origin != origin_of(base_url)


def origin_of(url: str) -> str:
    """Give the origin of a URL as browsers write it (RFC 6454 6.2): no port where it is the scheme's own."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, standard) else f":{parts.port}")
