"""The headers of the portal's responses. A host copies them to its framework's response unchanged."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from klantportaal.adapters.web.http.ranges import Part, entity_tag
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.looking import Showing
from klantportaal.domain.uploads import shown_name

Headers = Mapping[str, str]

# Uppy shows previews of chosen files that are not sent yet from blob: and data: URLs.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
# Chromium's PDF viewer runs under this policy. It does not run in a frame that has a sandbox attribute.
LOOK_POLICY = "default-src 'none'; frame-ancestors 'self'; sandbox"
ALWAYS: Headers = {
    "X-Content-Type-Options": "nosniff",
    # With no-referrer, browsers send "Origin: null" for the portal's own forms. same-origin sends other sites nothing.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
HELD = (*ALWAYS, "Content-Security-Policy", "Cache-Control")
"""The names of the response headers that the vendor's extensions cannot replace.

``Strict-Transport-Security`` is not included: it applies to the whole host, and the vendor's value may be stricter.
"""
CROSS_ORIGIN = "access-control-"
"""The prefix of the CORS headers, which let other origins read a response. In lower case."""
NOT_PACKED: Headers = {"Content-Encoding": "identity"}
"""The header of a response that neither an extension, nor a middleware, nor a proxy compresses."""
A_YEAR = 365 * 24 * 60 * 60


def always(*, secure: bool) -> Headers:
    """Give the headers of every response.

    Args:
        secure: whether the office's clients use HTTPS. If so, ``Strict-Transport-Security`` is added.
    """
    return {**ALWAYS, "Strict-Transport-Security": f"max-age={A_YEAR}"} if secure else ALWAYS


def page() -> Headers:
    """Give the headers of a page, a redirect or a JSON response: no cache stores it."""
    return {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}


_OF_A_PAGE = {
    secure: tuple((name.lower(), name, value) for name, value in {**always(secure=secure), **page()}.items())
    for secure in (False, True)
}


def missing(names: Iterable[str], *, secure: bool) -> Iterator[tuple[str, str]]:
    """Give the headers of a page that a response lacks.

    Args:
        names: the names of the headers that it has.
        secure: whether the office's clients use HTTPS.
    """
    has = {name.lower() for name in names}
    return ((name, value) for lower, name, value in _OF_A_PAGE[secure] if lower not in has)


def may_be_packed(fetch_site: str | None) -> bool:
    """Tell whether a response may be compressed: not if a page of another site may have made the browser ask for it.

    A page has what is private beside what was in the address. Whoever chooses the address again and again, and sees how
    long the compressed answers are, can find out what is on the page (BREACH). The seals of forms are no help to them:
    each is encrypted anew.

    Args:
        fetch_site: the header ``Sec-Fetch-Site``. None if it is missing: then the response is not compressed.
    """
    return fetch_site in ("same-origin", "none")


def leaving_token() -> Headers:
    """Give the headers of the redirect away from an address with a token: no ``Referer``, and no search engine."""
    return {**page(), "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def kept(*, for_good: bool) -> Headers:
    """Give the headers of a file that is the same for everybody, which caches may store.

    Args:
        for_good: whether the address contains the file's hash. Caches then keep it for a year, otherwise 5 minutes.
    """
    age = f"public, max-age={A_YEAR}, immutable" if for_good else "public, max-age=300"
    return {"Content-Security-Policy": FILE_POLICY, "Cache-Control": age}


def own_picture() -> Headers:
    """Give the headers of a picture that only those who are signed in may see."""
    return {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "private, max-age=300"}


def download(file: StoredFile, part: Part | None = None) -> Headers:
    """Give the headers of a download: the browser saves the file, and never opens it in the portal's origin.

    Args:
        file: the file.
        part: the part of it that is sent, with status 206. None for the whole file.
    """
    whole = {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size),
        "Content-Disposition": attachment(file.name),
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "no-store",
        "Accept-Ranges": "bytes",
        "ETag": entity_tag(file),
    }
    if part is None:
        return whole
    length = str(part.last - part.first + 1)
    return {**whole, "Content-Length": length, "Content-Range": f"bytes {part.first}-{part.last}/{file.size}"}


def look(file: StoredFile, showing: Showing) -> Headers:
    """Give the headers of a file that the portal's own page shows in a frame or as a picture (NW-3).

    Its type is what it was recognised as. It has no script, network or origin of the portal, and is always sent whole.
    """
    return {
        "Content-Type": showing.media_type,
        "Content-Length": str(file.size),
        "Content-Disposition": _disposition("inline", file.name),
        "Content-Security-Policy": LOOK_POLICY,
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
        "Accept-Ranges": "none",
    }


def archive(name: str) -> Headers:
    """Give the headers of the archive of a dossier. It is always sent whole, and its size is not known beforehand."""
    return {
        "Content-Type": "application/zip",
        "Content-Disposition": attachment(name),
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "no-store",
        "Accept-Ranges": "none",
    }


def unsatisfiable(file: StoredFile) -> Headers:
    """Give the headers of the response to a range that the file does not have, with status 416."""
    policy = {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "no-store"}
    return {**policy, "Content-Range": f"bytes */{file.size}", "Content-Length": "0"}


def note(name: str) -> Headers:
    """Give the headers of a generated text file, such as the recovery code, that the browser saves under *name*."""
    policy = {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "no-store"}
    return {**policy, "Content-Disposition": attachment(name)}


def attachment(name: str) -> str:
    """Write a ``Content-Disposition`` that saves under *name* (RFC 6266), with an ASCII fallback for old browsers."""
    return _disposition("attachment", name)


def _disposition(kind: str, name: str) -> str:
    name = shown_name(name)
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\%;' else "_" for each in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
