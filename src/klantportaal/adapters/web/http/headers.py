"""The headers of every reply; a host puts these on its own response as they are."""

from collections.abc import Mapping
from urllib.parse import quote

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.uploads import shown_name

Headers = Mapping[str, str]

# The pictures under blob: and data: are Uppy's, of files that were chosen and not sent yet.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
ALWAYS: Headers = {
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with that a browser calls the origin of our own forms "null". Nothing goes to other sites.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
HELD = (*ALWAYS, "Content-Security-Policy", "Cache-Control")
"""The headers of the portal's own replies that the vendor's extensions do not replace.

``Strict-Transport-Security`` is none of them: it is about the whole host, and the vendor's may be stricter.
"""
CROSS_ORIGIN = "access-control-"
"""How the names of the headers begin that let other origins read a reply."""
A_YEAR = 365 * 24 * 60 * 60


def always(*, secure: bool) -> Headers:
    """Give the headers of every reply, *secure* where the office's clients come over HTTPS."""
    return {**ALWAYS, "Strict-Transport-Security": f"max-age={A_YEAR}"} if secure else ALWAYS


def page() -> Headers:
    """Give the headers of a page, a redirect or an answer to a script: nobody keeps a copy."""
    return {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}


def leaving_token() -> Headers:
    """Give the headers of the redirect away from an address that holds a token: it is told to nobody."""
    return {**page(), "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def kept(*, for_good: bool) -> Headers:
    """Give the headers of something that is the same for everybody; *for_good* where its address has its hash."""
    age = f"public, max-age={A_YEAR}, immutable" if for_good else "public, max-age=300"
    return {"Content-Security-Policy": FILE_POLICY, "Cache-Control": age}


def download(file: StoredFile) -> Headers:
    """Give the headers of a file that is handed over: saved, never opened in the portal's name."""
    return {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size),
        "Content-Disposition": attachment(file.name),
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "no-store",
        "Accept-Ranges": "none",
    }


def note(name: str) -> Headers:
    """Give the headers of a short text that a page wrote for its reader to keep."""
    policy = {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "no-store"}
    return {**policy, "Content-Disposition": attachment(name)}


def attachment(name: str) -> str:
    """Write a ``Content-Disposition`` that saves under *name* (RFC 6266), with a plain spelling for old readers."""
    name = shown_name(name)
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\%;' else "_" for each in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
