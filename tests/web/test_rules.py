"""The shared rules of the web: redirects, origins, headers, keys of lists, languages, colours, and links in texts."""

import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import unquote, urljoin, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters import colours
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http import cookies, headers, ids
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.http.origin import is_foreign_read, is_own, origin_of
from klantportaal.adapters.web.http.paths import PATHS, Url
from klantportaal.adapters.web.http.redirects import safe_target
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.language.links import with_own_links
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.adapters.web.pages.session_clock import session_clock
from klantportaal.domain.errors import Absent
from klantportaal.domain.sessions import SessionEnd
from klantportaal.domain.uploads import shown_name
from klantportaal.domain.values import Language, OfficeId
from klantportaal.ports.reading import ActionKey

MOUNT = "/portaal/"
HOME = "https://kantoor.example.nl"
PIECES = st.sampled_from(
    [
        "/",
        "//",
        "\\",
        "..",
        ".",
        "portaal",
        "portaal/",
        "%2e",
        "%2f",
        "%5c",
        "?",
        "#",
        "@",
        ":",
        "evil.example",
        "\t",
        "\n",
        "\r",
        " ",
        "http:",
        "é",
        "a",
    ]
)


def as_browser_goes(target: str) -> str:
    """Resolve a target as a browser does (URL standard): drop tabs and newlines, turn backslashes, resolve dots."""
    cleaned = re.sub(r"[\t\r\n]", "", target.strip(" ")).replace("\\", "/")
    path, mark, rest = cleaned.partition("?")
    return urljoin(f"{HOME}/portaal/inloggen", re.sub("%2e", ".", path, flags=re.IGNORECASE) + mark + rest)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(lambda each: MOUNT + "".join(each))))
def test_redirects_stay_within(wanted: str) -> None:
    """SI-1: For any value of `next`, a browser that follows it stays within the portal."""
    target = safe_target(wanted, MOUNT)
    if target is not None:
        gone = urlsplit(as_browser_goes(target))
        assert (gone.scheme, gone.netloc) == ("https", "kantoor.example.nl")
        assert gone.path.startswith(MOUNT)


@pytest.mark.parametrize("wanted", ["/portaal/home", "/portaal/dossiers?zoek=a%20b&status=on_hold", "/portaal/"])
def test_redirects_to_pages(wanted: str) -> None:
    """SI-1: Signing in may lead to any page of the portal."""
    assert safe_target(wanted, MOUNT) == wanted


@pytest.mark.parametrize("wanted", ["", "/", "/portaal", "home", "/portaalx/", "/portaal/" + "x" * 2000])
def test_redirects_nowhere(wanted: str) -> None:
    """SI-1: A target outside the portal is refused."""
    assert safe_target(wanted, MOUNT) is None


@pytest.mark.parametrize(
    "site, origin, own",
    [
        ("same-origin", None, True),
        ("same-origin", "null", True),
        ("none", None, True),
        ("cross-site", HOME, False),
        ("same-site", HOME, False),
        ("nonsense", HOME, False),
        ("", HOME, False),
        (None, HOME, True),
        (None, None, False),
        (None, "null", False),
        (None, "", False),
        (None, "http://kantoor.example.nl", False),
        (None, f"{HOME}:8443", False),
        (None, f"{HOME}.evil.example", False),
        (None, f"{HOME}/", False),
    ],
)
def test_origin(site: str | None, origin: str | None, own: bool) -> None:
    """SI-1: A request counts as the portal's own only if the browser says so."""
    assert is_own(fetch_site=site, origin=origin, base_url=f"{HOME}/portaal") is own


@pytest.mark.parametrize(
    "site, mode, origin, foreign",
    [
        (None, None, None, False),
        (None, None, HOME, False),
        (None, None, "https://evil.example", True),
        (None, None, "null", True),
        ("cross-site", "navigate", None, False),
        ("cross-site", "no-cors", None, False),
        ("same-origin", "cors", None, False),
        ("same-site", "cors", "https://site.kantoor.example.nl", True),
        ("cross-site", "cors", "https://evil.example", True),
        (None, "cors", "https://evil.example", True),
    ],
)
def test_reading_from_elsewhere(site: str | None, mode: str | None, origin: str | None, *, foreign: bool) -> None:
    """SI-1: A page can be opened through any link, but not read by a script of another origin."""
    found = is_foreign_read(fetch_site=site, fetch_mode=mode, origin=origin, base_url=f"{HOME}/portaal")
    assert found is foreign


@pytest.mark.parametrize(
    "url, origin",
    [
        ("https://A.example.nl:443/x", "https://a.example.nl"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_origin_of(url: str, origin: str) -> None:
    """SI-1: An origin is written as browsers write it."""
    assert origin_of(url) == origin


@given(st.text(min_size=1))
def test_disposition(name: str) -> None:
    """DC-4: Any name gives one ASCII header line. The file is saved under the name as it is shown (RFC 6266)."""
    header = headers.attachment(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    assert unquote(header.rpartition("filename*=UTF-8''")[2]) == shown_name(name)
    message = EmailMessage()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"


def test_cookie_names() -> None:
    """SI-3: Two offices have different cookie names. Over HTTPS cookies are bound to the host."""
    one, other = OfficeId(UUID(int=1)), OfficeId(UUID(int=2))
    names = {
        cookies.name(cookie, office, secure=secure)
        for cookie in Cookie
        for office in (one, other)
        for secure in (True, False)
    }
    assert len(names) == 24
    assert all(
        name.startswith("__Host-")
        for name in names
        if name not in {cookies.name(cookie, office, secure=False) for cookie in Cookie for office in (one, other)}
    )
    assert cookies.attributes(secure=True) == {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}


def test_plain_http() -> None:
    """SI-3: Without HTTPS no HSTS header is sent."""
    assert "Strict-Transport-Security" not in headers.always(secure=False)
    assert (cookies.is_secure("http://127.0.0.1:8000"), cookies.is_secure("https://x.nl")) == (False, True)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)), st.uuids())  # noqa: DTZ001 - hypothesis wants them naive
def test_list_keys(at: datetime, id: UUID) -> None:
    """DO-2: A key of a list is the same after it was written into a URL and read from it."""
    assert plain.read_key(plain.write_key(at, id)) == (at, id)


@given(
    st.sampled_from(plain.ActionList),
    st.none() | st.dates(),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants them naive
    st.uuids(),
)
def test_places_in_actions(listed: plain.ActionList, due_on: date | None, at: datetime, id: UUID) -> None:
    """QU-1, RQ-1: a place in a list of ``Acties`` is the same after it was written into a URL and read from it."""
    key = ActionKey(due_on=due_on, asked_at=at, id=id)
    assert plain.action_place({listed.value: plain.write_action_key(key)}) == (listed, key)


@pytest.mark.parametrize("due", ["2026-02-30", "0000-01-01", "2026-1-1", "20260101", "x", "2026-01-01."])
def test_strange_places_in_actions(due: str) -> None:
    """AL-1: any other text gives the whole page."""
    key = plain.write_key(datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1))
    assert plain.action_place({"stukken": f".{key}"}) is not None
    assert plain.action_place({"stukken": f"{due}.{key}", "aangeleverd": key, "na": f".{key}"}) is None


@given(st.text())
def test_strange_list_keys(text: str) -> None:
    """AL-1: Any other text gives the start of the list."""
    key = plain.read_key(text)
    assert key is None or plain.write_key(*key) == text


@given(st.one_of(st.text(), st.uuids().map(lambda id: id.urn), st.uuids().map(lambda id: id.hex)))
def test_no_ids(text: str) -> None:
    """DO-1: Only an id in the portal's own form is accepted."""
    with pytest.raises(Absent):
        ids.identity(text)
    with pytest.raises(Malformed):
        ids.draft_id(text)
    assert ids.after(text) is None


@given(st.uuids())
def test_ids(id: UUID) -> None:
    """DO-1: An id is the same after writing and reading."""
    assert (ids.identity(str(id)), ids.after(str(id)), ids.draft_id(str(id))) == (id, id, id)


@pytest.mark.parametrize(
    "accept, language",
    [
        ("", "nl"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("fr, nl;q=0.2, en;q=0.8", "en"),
        ("en;q=0, nl;q=0.1", "nl"),
        ("fr-FR, de", "nl"),
        ("EN", "en"),
        ("en;q=x, nl;q=nan", "nl"),
        ("*", "nl"),
        (";;;=,,q", "nl"),
    ],
)
def test_accept_language(accept: str, language: str) -> None:
    """PR-1: The browser's most preferred language that the portal has is chosen, else Dutch."""
    assert negotiation.preferred(accept) == language


@given(st.text())
def test_any_accept_language(accept: str) -> None:
    """PR-1: Any header gives a language."""
    assert negotiation.preferred(accept) in Language


ANY_COOKIE = st.none() | st.text() | st.sampled_from(["nl", "en", "sessie-nl", "sessie-en", "sessie-", "sessie-fr"])


@given(asked=ANY_COOKIE, session=st.none() | st.sampled_from(Language), kept=ANY_COOKIE)
def test_the_remembered_language(asked: str | None, session: Language | None, kept: str | None) -> None:
    """ST-3, PR-1: a session's language is kept for the pages after it; without one, what a visitor chooses is kept."""
    value = negotiation.to_remember(asked, session, kept=kept)
    after = value or kept
    if session is not None:
        assert (negotiation.of_last_session(after), negotiation.chosen(after)) == (session, None)
    elif negotiation.chosen(asked):
        assert (negotiation.of_last_session(after), negotiation.chosen(after)) == (None, Language(asked or ""))
    else:
        assert value is None
    assert value != kept or session is None


@pytest.mark.parametrize(
    "ends,dutch,english",
    [
        (timedelta(minutes=30), "23:46", "23:46"),
        (timedelta(minutes=5), "23:21", "23:21"),
        (timedelta(minutes=4, seconds=59), "23:21:29", "23:21:29"),
        (timedelta(seconds=10), "23:16:40", "23:16:40"),
        (timedelta(hours=12) - timedelta(microseconds=1), "11:16", "11:16"),
        (timedelta(hours=12), "6 jan 2026 11:16", "6 Jan 2026 11:16"),
    ],
)
def test_until(ends: timedelta, dutch: str, english: str) -> None:
    """ST-3: an end is shown in the time of the Netherlands, never later than it is, with a date if it is far away."""
    now = datetime(2026, 1, 5, 22, 16, 30, tzinfo=UTC)
    said = [wordings()[language].until(now + ends, now=now) for language in (Language.DUTCH, Language.ENGLISH)]
    assert said == [dutch, english]


MOMENTS = st.timedeltas(timedelta(0), timedelta(days=2))


@given(left=MOMENTS, warned=MOMENTS, told=MOMENTS)
def test_a_session_clock_is_never_late(left: timedelta, warned: timedelta, told: timedelta) -> None:
    """ST-3: the end of the session on a page is rounded down to milliseconds."""
    now = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    end = SessionEnd(at=now + left, warned_at=now + warned, told_every=told, is_final=False, known_at=now)
    clock = session_clock(end, wordings()[Language.DUTCH])
    for told_of, so in ((clock.ends_in, left), (clock.warned_in, warned), (clock.told_every, told)):
        assert timedelta(0) <= so - timedelta(milliseconds=told_of) < timedelta(milliseconds=1)


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_readable_colours(colour: str) -> None:
    """OF-3: Black or white text on any colour has a contrast of at least 4.5 to 1."""
    assert colours.contrast(colours.text_on(colour), colour) >= 4.5


def test_contrast() -> None:
    """OF-3: Contrast is computed as in WCAG: 21 for black on white, 1 for equal colours, 4.54 for #767676 on white."""
    found = [
        colours.contrast(one, other)
        for one, other in (("#000000", "#ffffff"), ("#123456", "#123456"), ("#767676", "#ffffff"))
    ]
    assert [round(each, 2) for each in found] == [21, 1, 4.54]


@given(
    st.text(),
    st.sampled_from(["", ".", ".nl", "@evil", ":8443", "x", "-x", "/a?b=c&d#e", "/", "?x", "\u00e9", '"><b>', "/a)."]),
    st.text(),
)
def test_links_in_text(before: str, tail: str, after: str) -> None:
    """ME-5: In any text, links lead only to the portal, and there is no other mark-up."""
    base = "https://kantoor.example.nl/portaal"
    shown = str(with_own_links(before + base + tail + after, base))
    bare = re.sub(r'<a href="([^"<>]*)">\1</a>', r"\1", shown)
    assert "<" not in bare
    assert '"' not in bare
    for target in re.findall(r'href="([^"]*)"', shown):
        gone = urlsplit(target)
        assert (gone.scheme, gone.netloc) == ("https", "kantoor.example.nl")
        assert gone.path == "/portaal" or gone.path.startswith(MOUNT)


@pytest.mark.parametrize(
    "text, linked",
    [
        ("Zie https://x.nl/p.", ["https://x.nl/p"]),
        ("Zie https://x.nl/p/dossiers?a=b&c=d, graag", ["https://x.nl/p/dossiers?a=b&amp;c=d"]),
        ("https://x.nl/p2 https://x.nl/p.evil.nl https://x.nl/p@evil https://y.nl/p", []),
        ("xhttps://x.nl/p /https://x.nl/p", []),
    ],
)
def test_which_links(text: str, linked: list[str]) -> None:
    """ME-5: URLs of the portal become links, without the punctuation after them."""
    assert re.findall(r'href="([^"]*)"', str(with_own_links(text, "https://x.nl/p"))) == linked


def test_urls() -> None:
    """SI-1: URLs are under the mount. Each value stays one path segment."""
    url = Url(MOUNT)
    assert url("start") == "/portaal/"
    assert url("static", file="../a b", query={"v": "x&y"}) == "/portaal/static/..%2Fa%20b?v=x%26y"
    assert url("dossiers", query={"status": ["a", "b"]}) == "/portaal/dossiers?status=a&status=b"
    assert url("home", query={}) == "/portaal/home"
    assert len(set(PATHS.values())) == len(PATHS)


def test_numbers_and_dates() -> None:
    """PR-1: Dates are in Amsterdam time, in the format of the reader's language."""
    dutch, english = wordings()[Language.DUTCH], wordings()[Language.ENGLISH]
    summer = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    assert [dutch.moment(summer), english.moment(summer)] == ["1 aug 2026 00:30", "1 Aug 2026 00:30"]
    assert [dutch.day(summer), dutch.day(summer.date())] == ["1 aug 2026", "31 jul 2026"]
    assert [dutch.size(size) for size in (0, 1023, 1024, 1536, 25 * 1024**2)] == [
        "0 byte",
        "1.023 byte",
        "1 kB",
        "1,5 kB",
        "25 MB",
    ]
    assert [dutch.number(12345), english.number(12345)] == ["12.345", "12,345"]
