"""The base URL of an office: where its clients reach the portal. Links in mails begin with it (OF-2)."""

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
    """What is wrong in a base URL, in the fault's parameter ``part``."""

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
    """Check a base URL, and give the one form in which it is kept.

    Scheme and host are in lower case. A host name is in ASCII. There is no default port, and no slash at the end.

    Raises:
        Refused: it is no base URL; the fault's parameter ``part`` says what is wrong (`UrlPart`).
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
    """Check host and port."""
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
    """Read an IPv6 address.

    One with a zone means something on one computer only. An IPv4 address in IPv6 is spelled, and found to be this
    computer's, differently from one version of Python to the next.
    """
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise _wrong(UrlPart.HOST) from error
    if address.scope_id is not None or address.ipv4_mapped is not None:
        raise _wrong(UrlPart.HOST)
    return f"[{address.compressed}]"


def _host(text: str) -> str:
    """Read a host name or an IPv4 address."""
    host = _in_ascii(text)
    labels = host.split(".")
    if len(host) > _HOST_LIMIT or not all(map(_LABEL.fullmatch, labels)):
        raise _wrong(UrlPart.HOST)
    if not _LIKE_A_NUMBER.fullmatch(labels[-1]):
        return host
    # Browsers take a host that ends in a number for an IPv4 address, in whatever notation (WHATWG URL 3.5).
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError as error:
        raise _wrong(UrlPart.HOST) from error


def _in_ascii(host: str) -> str:
    """Write an international host name with ``xn--`` labels (RFC 5891), and check those that are written so already."""
    lower = host.lower()
    if lower.isascii() and not any(label.startswith("xn--") for label in lower.split(".")):
        return lower
    import idna  # Not at import: its tables are large, and most hosts are ASCII.

    try:
        return idna.encode(host, uts46=True, std3_rules=False).decode()
    except UnicodeError as error:  # What idna raises are these.
        raise _wrong(UrlPart.HOST) from error


def _path(text: str) -> str:
    """Check a path, and escape in it what has to be escaped, and nothing else."""
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
    """Give the path under which the portal stands at a base URL, ending in a slash."""
    return f"{urlsplit(url).path}/"


def is_open_to_eavesdroppers(url: str) -> bool:
    """Tell whether requests go over a network without TLS: plain HTTP, and to another computer than this one."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not _is_this_computer(parts.hostname or "")


def _is_this_computer(host: str) -> bool:
    """Know the names and addresses of RFC 6761 6.3, RFC 1122 3.2.1.3 and RFC 4291 2.5.3."""
    if host == _THIS_COMPUTER or host.endswith(f".{_THIS_COMPUTER}"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
