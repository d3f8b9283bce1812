"""Addresses with something behind them, and addresses that lead nowhere: one rule for both hosts."""

import re
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.adapters.web.http.addresses import Addresses
from klantportaal.adapters.web.http.errors import AddressLinkDead, LinkMeant, NoSuchPage, WrongMethod
from klantportaal.adapters.web.http.paths import PARTS, PATHS
from klantportaal.adapters.web.http.redirects import meant, safe_target
from klantportaal.domain.errors import LinkDead
from tests.hosts.routes import ROUTES

ADDRESSES = Addresses({route.name: route.methods for route in ROUTES})
MOUNT = "/klant/portaal/"
TOKEN = "T0ken_-" + "x" * 35 + "_"
ID = str(UUID(int=7))
BEHIND = st.text(st.sampled_from(list(".,;:!?)]}>\"'|*=&%#\\ /_-\u2019\u00a0\u200b")), max_size=6)
PAGES = [
    route.name
    for route in ROUTES
    if "GET" in route.methods
    and route.name not in ("static", "style", "logo", "dark_logo", "icon", "manifest", "questionnaire_page")
]


def filled(name: str) -> str:
    """Give the path of a route with an id or token for each of its parameters."""
    return PATHS[name].format_map({part: TOKEN if part in ("token", "code") else ID for part in PARTS[name]})


def led(path: str, method: str = "GET") -> str | None:
    """Give where a request leads that no route has. None if nowhere."""
    problem = ADDRESSES.problem(path, method)
    return unquote(problem.path) if isinstance(problem, LinkMeant) else None


@given(name=st.sampled_from(PAGES), behind=BEHIND)
@example(name="invitation", behind="_")
@example(name="address_link", behind="/")
@example(name="messages", behind="/.")
@example(name="start", behind=".")
def test_leads_where_the_link_leads(name: str, behind: str) -> None:
    """NW-2: An address with marks behind it leads where the address alone leads, whichever page that is."""
    path = filled(name)
    begins_a_word = behind[:1] in ("_", "-") and path and not path.endswith((ID, TOKEN))
    climbs = re.sub("/+", "/", behind.lstrip("/") if not path else behind).startswith("/..")
    if not begins_a_word and not climbs:
        assert led(path + behind) == path


@pytest.mark.parametrize("path", [f"uitnodiging/{TOKEN}", f"dossiers/{ID}/documenten/{ID}/bekijken", "inloggen", ""])
@pytest.mark.parametrize(
    "behind",
    [*".)>],/\"'=;\\", "//", "/.", ").", ">.", "](", "&gt;", "=3D", " dus", "</a>", ">.\u00a0Met", "\u201d", "/>"],
)
def test_behind(path: str, behind: str) -> None:
    """NW-2: Brackets, marks and what follows them lead to the address alone. Only a page's own words do not."""
    nothing_but_marks = not re.search("[A-Za-z0-9]", behind)
    assert led(path + behind) == (path if path or nothing_but_marks else None)
    assert led(f"/{path.replace('/', '//')}{behind}") == (path if path or nothing_but_marks else None)


@pytest.mark.parametrize("path", [f"uitnodiging/{TOKEN}", f"wachtwoord/{TOKEN}", f"dossiers/{ID}/berichten/{ID}"])
@pytest.mark.parametrize(
    "gap", [" ", "\r\n", "\n    ", "=\r\n", "=", "\t", "\u200b", "\u00ad", "\ufeff", "\u00a0", "\u2028"], ids=ascii
)
def test_broken_in_two(path: str, gap: str) -> None:
    """NW-2, ON-2: A link that a mail program broke in two leads where the whole link leads, wherever it was broken."""
    for place in range(1, len(path) + 1):
        assert led(path[:place] + gap + path[place:]) == path
    assert led(gap.join(path)) == path


@pytest.mark.parametrize("path", [f"uitnodiging/{TOKEN}", f"dossiers/{ID}/berichten/{ID}"])
def test_twice(path: str) -> None:
    """NW-2, ON-2: A link that was pasted twice leads where it leads once."""
    link = f"https://kantoor.example/klant/portaal/{path}"
    for between in ("", " ", "\u00a0", ">"):
        assert led(f"{path}{between}{link}") == path
    assert led(f"{path}{link.upper()}") == path


@pytest.mark.parametrize("name", PAGES)
def test_in_capitals(name: str) -> None:
    """NW-2: A phone begins what is typed with a capital; the address leads where it leads in small letters."""
    path = PATHS[name]
    upper = "/".join(each if "{" in each else each.upper() for each in path.split("/"))
    parts = {part: TOKEN if part in ("token", "code") else ID.upper() for part in PARTS[name]}
    assert led(upper.format_map(parts)) == led(f"{upper.format_map(parts)}.)") == filled(name)


@pytest.mark.parametrize(
    "path",
    [
        "nergens",
        "inloggenx",
        "wachtwoord-vergeten",
        "home/nergens",
        ".git/config",
        "home/.env",
        "verzoeken/7.",
        f"verzoeken/{ID}x",
        f"verzoeken/{ID}/../x",
        "home/..",
        f"verzoeken/urn:{ID}",
        f"verzoeken/{ID}\x00",
        f"verzoeken/{ID}.\r\nSet-Cookie: a=b",
        f"nergens/{TOKEN}",
        "static/portal.css.",
        "nergens HTTPS://kantoor.example/home",
        f"home{TOKEN}",
    ],
)
def test_leads_nowhere(path: str) -> None:
    """DO-1: What is no address with something behind it leads nowhere."""
    assert isinstance(ADDRESSES.problem(path, "GET"), NoSuchPage)
    assert not isinstance(ADDRESSES.problem(path, "POST"), LinkMeant)


@pytest.mark.parametrize("cut", ["uitnodiging", "uitnodiging/", f"wachtwoord/{TOKEN[:20]}/", f"uitnodiging/{TOKEN}x/"])
def test_a_token_that_was_cut_off(cut: str) -> None:
    """ON-2, ON-4: The link of a mail without its whole token is dead, and the page offers a new one."""
    assert isinstance(ADDRESSES.problem(cut, "GET"), LinkDead)
    assert isinstance(ADDRESSES.problem(f"e-mailadres/{TOKEN[:9]}/", "GET"), AddressLinkDead)


@given(path=st.text(max_size=60) | st.builds("{}{}{}".format, st.sampled_from(PAGES).map(filled), BEHIND, st.text()))
@example("/evil.example/home")
@example("//evil.example/..")
@example("\\\\evil.example")
@example("inloggen?next=//evil.example")
def test_no_open_redirect(path: str) -> None:
    """SI-1: Wherever an address leads, it is a page of the portal, and leads no further."""
    problem = ADDRESSES.problem(path, "GET")
    if isinstance(problem, LinkMeant):
        target = meant(problem.path, "", MOUNT)
        assert safe_target(target, MOUNT) == target
        [name, *_] = [each for each in PAGES if re.fullmatch(re.sub("{[a-z_]+}", "[^/]+", PATHS[each]), problem.path)]
        assert name in PAGES


def test_the_query_stays() -> None:
    """PR-1: The chosen language stays in the address. Nothing of a query gets into a header as it came."""
    assert meant("home", "taal=en", MOUNT) == "/klant/portaal/home?taal=en"
    assert meant("home", "a=%3E&b=é\r\nX: y", MOUNT) == "/klant/portaal/home?a=%3E&b=%C3%A9%0D%0AX:%20y"


def test_what_a_route_was_given() -> None:
    """NW-2: Something behind the last parameter of a route is recognised; another path parameter is as it is."""
    with pytest.raises(LinkMeant) as raised:
        ADDRESSES.check("invitation", {"token": f"{TOKEN}>"}, "HEAD")
    assert raised.value.path == f"uitnodiging/{TOKEN}"
    assert TOKEN not in repr(raised.value)
    ADDRESSES.check("invitation", {"token": TOKEN}, "GET")
    ADDRESSES.check("invitation", {"token": f"{TOKEN}>"}, "POST")
    with pytest.raises(LinkMeant):
        ADDRESSES.check("message", {"dossier_id": ID, "message_id": ")."}, "GET")
    ADDRESSES.check("message", {"dossier_id": "7", "message_id": ID}, "GET")
    ADDRESSES.check("questionnaire_page", {"assignment_id": ID, "page_id": "uw.stukken"}, "GET")
    ADDRESSES.check("home", {}, "GET")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_methods(route: object) -> None:
    """AL-1: A method that an address has not is told with all that it has (RFC 9110 15.5.6)."""
    problem = ADDRESSES.problem(filled(route.name), "DELETE")  # type: ignore[attr-defined]
    assert isinstance(problem, WrongMethod)
    assert problem.allowed >= route.methods  # type: ignore[attr-defined]
    assert ("HEAD" in problem.allowed) is ("GET" in problem.allowed)
