"""The base URL of an office, at which its clients reach the portal. Links in mails begin with it (OF-2)."""

import enum
import ipaddress
import re
from urllib.parse import quote, unquote, urlsplit

from klantportaal.domain.errors import Fault, FaultCode, Refused

BASE_URL_LIMIT = 2000
"""The longest base URL, in characters."""

_URL = re.compile(r"(?P<scheme>[^:/?#]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_HOST_LIMIT = 253
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN_IN_A_PATH = "/!$&'()*+,;=:@"
_THIS_COMPUTER = "localhost"


class UrlPart(enum.StrEnum):
    """The wrong part of a base URL. It is the fault's parameter ``part``."""

    LENGTH = "length"
    CHARACTERS = "characters"
    SCHEME = "scheme"
    USER = "user"
    HOST = "host"
    PORT = "port"
    PATH = "path"
    QUERY = "query"
    FRAGMENT = "fragment"


# ---------------------------------------------------------------------- checking
def normalised(url: str) -> str:
    """Check a base URL and normalise it.

    The result has scheme and host in lower case, and the host in ASCII. It has no default port and no slash at the end.

    Raises:
        Refused: the base URL is not valid. The fault's parameter ``part`` names the wrong part (`UrlPart`).
    """
    if len(url) > BASE_URL_LIMIT:
        raise _wrong(UrlPart.LENGTH)
    if not url.isprintable() or any(each.isspace() or each == "\\" for each in url):
        raise _wrong(UrlPart.CHARACTERS)
    parts = _URL.fullmatch(url)
    if parts is None or (scheme := parts["scheme"].lower()) not in _DEFAULT_PORTS:
        raise _wrong(UrlPart.SCHEME)
    for part in (UrlPart.QUERY, UrlPart.FRAGMENT):
        if parts[part] is not None:
            raise _wrong(part)
    kept = f"{scheme}://{_authority(scheme, parts['authority'])}{_path(parts['path'])}"
    if len(kept) > BASE_URL_LIMIT:
        raise _wrong(UrlPart.LENGTH)
    return kept


def _wrong(part: UrlPart) -> Refused:
    return Refused([Fault(code=FaultCode.NOT_A_BASE_URL, field="base_url", params={"part": part})])


def _authority(scheme: str, text: str) -> str:
    """Check and normalise host and port."""
    if "@" in text:
        raise _wrong(UrlPart.USER)
    bracketed, closing, after = text.rpartition("]")
    name, colon, port = (bracketed + closing, after[:1], after[1:]) if closing else text.partition(":")
    if colon not in ("", ":"):
        raise _wrong(UrlPart.HOST)
    host = _address_6(name[1:-1]) if closing and name.startswith("[") else _host(name)
    number = _port(port) if port else None
    return host if number in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{number}"


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise _wrong(UrlPart.PORT)
    return int(text)


def _address_6(text: str) -> str:
    """Parse an IPv6 address.

    One with a zone is refused, because a zone has a meaning on one computer only. So is an IPv4 address in IPv6:
    versions of Python write it differently, and differ in whether it is a loopback address.
    """
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise _wrong(UrlPart.HOST) from error
    if address.scope_id is not None or address.ipv4_mapped is not None:
        raise _wrong(UrlPart.HOST)
    return f"[{address.compressed}]"


def _host(text: str) -> str:
    """Parse a host name or an IPv4 address."""
    host = _in_ascii(text)
    labels = host.split(".")
    if len(host) > _HOST_LIMIT or not all(map(_LABEL.fullmatch, labels)):
        raise _wrong(UrlPart.HOST)
    if not _LIKE_A_NUMBER.fullmatch(labels[-1]):
        return host
    # Browsers read a host that ends in a number as an IPv4 address, in any notation (WHATWG URL 3.5).
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError as error:
        raise _wrong(UrlPart.HOST) from error


def _in_ascii(host: str) -> str:
    """Convert an international host name to ``xn--`` labels (RFC 5891). Existing ``xn--`` labels are checked."""
    lower = host.lower()
    if lower.isascii() and not any(label.startswith("xn--") for label in lower.split(".")):
        return lower
    import idna  # Imported here because its tables are large and most hosts are ASCII.

    try:
        return idna.encode(host, uts46=True, std3_rules=False).decode()
    except UnicodeError as error:  # The base class of idna's errors.
        raise _wrong(UrlPart.HOST) from error


def _path(text: str) -> str:
    """Check a path and normalise its escapes: only characters that need an escape have one."""
    if re.search(r"%(?![0-9A-Fa-f]{2})|%2f", text, re.IGNORECASE):
        raise _wrong(UrlPart.PATH)
    try:
        plain = unquote(text, errors="strict").removesuffix("/")
    except UnicodeDecodeError as error:
        raise _wrong(UrlPart.PATH) from error
    _root, *segments = plain.split("/")
    if not plain.isprintable() or "\\" in plain or any(each in ("", ".", "..") for each in segments):
        raise _wrong(UrlPart.PATH)
    return quote(plain, safe=_PLAIN_IN_A_PATH)


# ---------------------------------------------------------------------- looking
def mount(url: str) -> str:
    """Give the path of a base URL, with a slash at the end."""
    return f"{urlsplit(url).path}/"


def is_open_to_eavesdroppers(url: str) -> bool:
    """Tell whether requests cross a network without TLS: the scheme is HTTP and the host is another computer."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not _is_this_computer(parts.hostname or "")


def _is_this_computer(host: str) -> bool:
    """Recognise localhost and loopback addresses (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3)."""
    if host == _THIS_COMPUTER or host.endswith(f".{_THIS_COMPUTER}"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
