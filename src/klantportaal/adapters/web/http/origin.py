"""Whether a request that changes something was sent by one of the portal's own pages."""

from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


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


def origin_of(url: str) -> str:
    """Give the origin of a URL as browsers write it (RFC 6454 6.2): no port where it is the scheme's own."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, standard) else f":{parts.port}")
