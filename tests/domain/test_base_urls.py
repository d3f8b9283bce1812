"""The base URLs of offices: which are refused, and how the others are normalised."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.domain.base_urls import BASE_URL_LIMIT, UrlPart, is_open_to_eavesdroppers, mount, normalised
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.offices import base_url_faults

LONGEST_HOST = ".".join(("a" * 63, "b" * 63, "c" * 63, "d" * 61))
SOUND = {
    "https://example.nl": "https://example.nl",
    "https://example.nl/": "https://example.nl",
    "HTTPS://Example.NL/Portaal/": "https://example.nl/Portaal",
    "http://a_b:8000": "http://a_b:8000",
    "https://example.nl:443/x": "https://example.nl/x",
    "http://example.nl:80": "http://example.nl",
    "http://example.nl:443": "http://example.nl:443",
    "https://example.nl:0443": "https://example.nl",
    "https://example.nl:": "https://example.nl",
    "https://Bücher.example": "https://xn--bcher-kva.example",
    "https://XN--BCHER-KVA.example": "https://xn--bcher-kva.example",
    "https://faß.example": "https://xn--fa-hia.example",
    "https://例え。テスト": "https://xn--r8jz45g.xn--zckzah",
    "http://127.0.0.1:5000/": "http://127.0.0.1:5000",
    "http://[0:0::1]:8000/x": "http://[::1]:8000/x",
    "https://[2001:DB8::1]": "https://[2001:db8::1]",
    "https://example.nl/één": "https://example.nl/%C3%A9%C3%A9n",
    "https://example.nl/%c3%a9%C3%A9n/%61": "https://example.nl/%C3%A9%C3%A9n/a",
    "https://example.nl/a%20b;c=1,2@~": "https://example.nl/a%20b;c=1,2@~",
    "https://example.nl/.well-known/...": "https://example.nl/.well-known/...",
    f"https://{LONGEST_HOST}": f"https://{LONGEST_HOST}",
    f"https://example.nl/{'a' * 1981}": f"https://example.nl/{'a' * 1981}",
}
WRONG = {
    UrlPart.LENGTH: [f"https://example.nl/{'a' * 1982}", f"https://example.nl/{'é' * 1000}"],
    UrlPart.CHARACTERS: [
        " https://example.nl",
        "https://example.nl ",
        "https://example.nl/a b",
        "https://exa\tmple.nl",
        "https://example.nl\n",
        "https://example.nl/\x00",
        "https://example.nl\\portaal",
        "https:\\\\example.nl",
        "https://example.nl/\xa0",
        "https://example.nl/\u3000",
        "https://example.nl/\u200b",
        "https://example.nl/\u202e",
        "https://example.nl/\ud800",
        "https://example.nl/\x7f",
    ],
    UrlPart.SCHEME: [
        "",
        "/",
        "example.nl",
        "//example.nl",
        "://example.nl",
        "example.nl:443",
        "ftp://example.nl",
        "javascript://example.nl",
        "httpss://example.nl",
        "https:example.nl",
        "https:/example.nl",
        "\uff48ttps://example.nl",
        "mailto:a@example.nl",
    ],
    UrlPart.USER: ["https://jan@example.nl", "https://jan:geheim@example.nl", "https://@example.nl", "https://a@b@c"],
    UrlPart.HOST: [
        "https://",
        "https:///portaal",
        "https://:443",
        "https://.",
        "https://example..nl",
        "https://example.nl.",
        "https://.example.nl",
        "https://-a.nl",
        "https://a-.nl",
        "https://exa%6dple.nl",
        "https://exa,mple.nl",
        "https://*.example.nl",
        f"https://{'a' * 64}.nl",
        f"https://{LONGEST_HOST}d",
        f"https://{'é' * 64}.nl",
        "https://xn--a.nl",
        "https://xn--.nl",
        "https://\u2603.nl",
        "https://127.1",
        "https://127.0.0.256",
        "https://127.0.0.01",
        "https://2130706433",
        "https://0x7f.1",
        "https://example.0x",
        "https://[::1",
        "https://::1]",
        "https://[]",
        "https://[127.0.0.1]",
        "https://[::g]",
        "https://[fe80::1%25eth0]",
        "https://[fe80::1%eth0]",
        "https://[::ffff:127.0.0.1]",
        "https://[::FFFF:7f00:1]",
        "https://[::1]8000",
        "https://a[::1]",
        "https://[::1]]",
        "https://::1",
    ],
    UrlPart.PORT: [
        "https://example.nl:0",
        "https://example.nl:65536",
        "https://example.nl:100000",
        "https://example.nl:http",
        "https://example.nl:-1",
        "https://example.nl:+1",
        "https://example.nl:\uff11",
        "https://example.nl:1:2",
        "https://[::1]:x",
    ],
    UrlPart.PATH: [
        "https://example.nl//",
        "https://example.nl//a",
        "https://example.nl/a//b",
        "https://example.nl/.",
        "https://example.nl/..",
        "https://example.nl/a/./b",
        "https://example.nl/a/../b",
        "https://example.nl/%2e",
        "https://example.nl/a/%2E./b",
        "https://example.nl/%",
        "https://example.nl/%4",
        "https://example.nl/%zz",
        "https://example.nl/%2f",
        "https://example.nl/a%2Fb",
        "https://example.nl/%5c",
        "https://example.nl/%00",
        "https://example.nl/%0a",
        "https://example.nl/%ff",
        "https://example.nl/%ed%a0%80",
    ],
    UrlPart.QUERY: ["https://example.nl?", "https://example.nl/?a=b", "https://example.nl/?a=b#c"],
    UrlPart.FRAGMENT: ["https://example.nl#", "https://example.nl/#a", "https://example.nl/#a?b"],
}


@pytest.mark.parametrize("url, kept", SOUND.items())
def test_sound(url: str, kept: str) -> None:
    """OF-2: a base URL is kept in one normal form."""
    assert normalised(url) == kept
    assert list(base_url_faults(url)) == []


@pytest.mark.parametrize("part, url", [(part, url) for part, urls in WRONG.items() for url in urls])
def test_wrong(part: UrlPart, url: str) -> None:
    """OF-2: a text that is not a base URL is refused, and the fault names the part that is wrong."""
    fault = Fault(code=FaultCode.NOT_A_BASE_URL, field="base_url", params={"part": part})
    assert list(base_url_faults(url)) == [fault]
    with pytest.raises(Refused) as refused:
        normalised(url)
    assert str(refused.value) == f"base_url: not_a_base_url (part {part})"


def test_every_part_can_be_wrong() -> None:
    """OF-2: the corpus has a wrong example of each part."""
    assert set(WRONG) == set(UrlPart)


PIECES = st.sampled_from(
    [*"htps:/?#@[].%\\ \n-_aZ09é。", "//", "://", "https://", "xn--", "%2e", "%2F", "localhost", "::1"]
)
URLS = st.one_of(
    st.text(),
    st.lists(PIECES).map("".join),
    st.lists(PIECES).map(lambda pieces: f"https://{''.join(pieces)}"),
    st.text().map(lambda text: f"http://example.nl/{text}"),
    st.text().map(lambda text: f"HTTPS://{text}"),
)


@given(URLS)
@example("https://xn--e1afmkfd.xn--p1ai/é%41")
def test_a_kept_url_is_safe_to_write_into_a_mail(url: str) -> None:
    """OF-2: a kept URL is ASCII, has scheme, host and path, and is normal already."""
    try:
        kept = normalised(url)
    except Refused as refused:
        (fault,) = refused.faults
        assert (fault.code, fault.field) == (FaultCode.NOT_A_BASE_URL, "base_url")
        assert fault.params["part"] in set(UrlPart)
        return
    assert normalised(kept) == normalised(f"{kept}/") == kept
    parts = urlsplit(kept)
    assert kept.isascii()
    assert kept.isprintable()
    assert not set(kept) & set(' \\"<>?#')
    assert len(kept) <= BASE_URL_LIMIT
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert parts.username is None
    assert parts.port not in ({"http": 80, "https": 443}[parts.scheme], 0)
    assert not parts.path.endswith("/")
    assert mount(kept) == f"{parts.path}/"


@pytest.mark.parametrize(
    "url, is_open",
    [
        ("https://example.nl", False),
        ("http://example.nl", True),
        ("http://localhost:8000/x", False),
        ("http://klanten.localhost", False),
        ("http://localhost.example.nl", True),
        ("http://notlocalhost", True),
        ("http://127.0.0.1", False),
        ("http://127.255.255.254:80", False),
        ("http://128.0.0.1", True),
        ("http://10.0.0.1", True),
        ("http://0.0.0.0", True),
        ("http://[::1]:8000", False),
        ("http://[::2]", True),
    ],
)
def test_plain_http(url: str, is_open: bool) -> None:
    """SI-3: plain HTTP is accepted for this computer only, since anywhere else others can read it."""
    assert is_open_to_eavesdroppers(normalised(url)) is is_open
