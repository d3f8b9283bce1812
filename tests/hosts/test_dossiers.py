"""Home, the list of dossiers, an open dossier, and downloads, on both hosts."""

import html
import re
import struct
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from klantportaal.adapters.web.pages import office_style
from klantportaal.domain.documents import DocumentKind, DocumentState, Publication
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, Language
from klantportaal.ports.reading import NEWS, DocumentRow, HomeNews
from klantportaal.usecases.client.home import Home
from tests.hosts.browsers import Browser, Reply, dutch, unmarked
from tests.hosts.conftest import PDF, World


def numbers(page: Reply) -> list[str]:
    """List the dossier numbers on a page, in order."""
    return re.findall(r'<td class="main"[^>]*><a href="[^"]+">([^<]+)</a>', unmarked(page.text))


def link_to_next(page: Reply) -> str:
    """Give the path of the list's next page, without the portal's prefix."""
    found = re.search(r'href="/portaal([^"]+)" rel="next"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def document_path(world: World) -> str:
    """Give the path of the scene's document."""
    return f"/dossiers/{world.dossier.id}/documenten/{world.document}"


def actor(world: World) -> Actor:
    """Give the scene's client."""
    return world.scene.actor(world.account)


def rows(world: World) -> list[DocumentRow]:
    """List the documents that the client sees."""
    return list(world.portal.client.dossiers.documents(actor(world), world.dossier.id, DocumentKind.DOCUMENT))


def test_home(client: Browser, world: World) -> None:
    """HO-1, HO-2: Three tiles count the dossiers in progress, the dossiers with another status, and the actions.

    Without dossiers with another status, nothing is said of them.
    """
    assert f'<p class="tile-line">{dutch("%(total)s in total", total=1)}</p>' in client.get("/home").text
    for _ in range(2):
        world.scene.dossier(world.office, world.client, status="completed")
    world.scene.assignment(world.dossier, world.client, subject=dict.fromkeys(Language, "Vragen over <u>"))
    page = client.get("/home")
    assert re.findall(r'class="tile-title"><a href="([^"]+)">([^<]+)', page.text) == [
        ("/portaal/dossiers", "Dossiers"),
        ("/portaal/acties", "Acties"),
        ("/portaal/mijn-gegevens", "Mijn gegevens"),
    ]
    assert re.findall(r"<strong>(\d+)</strong>", page.text) == ["1", "1"]
    assert dutch("%(total)s in total, %(other)s with another status", total=3, other=2) in page.text
    assert "Vragen over &lt;u&gt;" in client.get("/acties").text


def news(page: Reply) -> list[tuple[str, str]]:
    """List the path and the title of each new thing on the home page."""
    return re.findall(r'<div>\s*<a href="/portaal([^"]+)">([^<]+)</a>', page.text)


def test_home_begins_with_what_is_new(client: Browser, world: World) -> None:
    """NW-1: Home begins with what is new, newest first, each leading to the thing itself, until it was opened."""
    message = world.scene.inbound(world.dossier, world.client, subject="Vraag <i>")
    newest = f"/dossiers/{world.dossier.id}/berichten/{message.id}"
    first = client.get("/home")
    assert news(first)[0] == (newest, "Vraag &lt;i&gt;")
    assert f"{document_path(world)}/bekijken" in [path for path, _title in news(first)]
    assert first.text.index("Nieuw voor u") < first.text.index("tile-title")
    for path, _title in news(first):
        assert client.get(path).status == 200
    assert client.get(document_path(world)).status == 200
    assert news(client.get("/home")) == []
    home = client.get("/home").text
    assert ("Er is niets nieuws." in home, "in uw dossiers" in home) == (True, False)
    for _each in range(NEWS + 1):
        world.scene.inbound(world.dossier, world.client)
    page = client.get("/home")
    assert (len(news(page)), page.text.count("Er staat meer in uw dossiers")) == (NEWS, 1)


def every_dossier(home: str, text: str) -> str:
    """Give the path of a link on the home page to the list of dossiers of all statuses of the office."""
    found = re.search(rf'<a href="/portaal(/dossiers\?[^"]*)">{text}</a>', home)
    assert found is not None
    return html.unescape(found[1])


def test_what_is_unread_in_an_archived_dossier_is_in_reach(client: Browser, world: World) -> None:
    """NW-1, DO-2: Home leads to a list with every dossier that has something unread, whatever its status."""
    archived = world.scene.dossier(world.office, world.client, number="A-1", status="archived")
    for _each in range(NEWS + 1):
        world.scene.inbound(archived, world.client)
    listed = client.get(every_dossier(client.get("/home").text, "Er staat meer in uw dossiers"))
    assert numbers(listed) == ["A-1", "2026-0001"]
    assert re.findall(r'class="pill">(\d+)', listed.text) == [str(NEWS + 1), "2"]


def test_home_never_says_that_nothing_is_new_if_it_may_be(
    client: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NW-1: if older things were not looked at, Home says that only the latest are not new, and leads to the list."""
    nothing = HomeNews(unread=(), waiting=(), latest=(), more=False, older=True)
    monkeypatch.setattr(Home, "news", lambda *_arguments: nothing)
    home = client.get("/home").text
    assert "Er is niets nieuws onder uw laatste brieven, documenten en berichten." in home
    assert every_dossier(home, "Oudere vindt u in uw dossiers")
    assert "Er is niets nieuws." not in home


def test_home_shows_what_waits_and_the_latest_dossiers(client: Browser, world: World) -> None:
    """NW-1: Home shows what waits with its due date and its button, and the three latest dossiers."""
    made = world.scene.assignment(world.dossier, world.client, subject=dict.fromkeys(Language, "Vragen"))
    for number in range(3):
        world.scene.dossier(world.office, world.client, number=f"L-{number}")
    page = client.get("/home")
    started = client.post(f"/vragenlijsten/{made.id}", {})
    assert (started.status, f'action="/portaal/vragenlijsten/{made.id}"' in page.text) == (303, True)
    assert numbers(page) == ["L-2", "L-1", "L-0"]


def test_no_actions(client: Browser) -> None:
    """HO-2: If there are no actions, the page says so."""
    assert dutch("There is nothing for you to complete or submit.") in client.get("/acties").text


def test_list(client: Browser, world: World) -> None:
    """DO-2, DO-3: The default is in progress. Search ignores case and accents. Statuses without dossiers are hidden."""
    assert numbers(client.get("/dossiers")) == ["2026-0001"]
    assert "<fieldset" not in client.get("/dossiers").text
    world.scene.dossier(world.office, world.client, number="2026-0002", description="Café Zuid", status="on_hold")
    page = client.get("/dossiers")
    assert (numbers(page), re.findall(r'name="status" value="(\w+)"', page.text)) == (["2026-0001"], ["on_hold"])
    ticked = client.get("/dossiers?status=on_hold&zoek=CAFE")
    assert numbers(ticked) == ["2026-0002"]
    assert 'value="on_hold" checked' in ticked.text
    assert 'name="zoek" value="CAFE"' in ticked.text
    assert "Aangehouden" in ticked.text
    nothing = client.get("/dossiers?zoek=<script>")
    assert numbers(nothing) == []
    assert "&lt;script&gt;" in nothing.text
    assert "<script>" not in nothing.text


def test_paging(client: Browser, world: World) -> None:
    """DO-2: Paging a long list keeps search and filter. Each dossier appears once, the last changed first."""
    for number in range(2, 61):
        at = world.scene.clock.now() + timedelta(seconds=number // 2)
        status = "completed" if number % 3 else "in_progress"
        world.scene.dossier(
            world.office, world.client, number=f"N-{number:02}", description="Zaak 1", changed_at=at, status=status
        )
    page = client.get("/dossiers?zoek=zaak&status=completed")
    seen = numbers(page)
    while 'rel="next"' in page.text:
        target = link_to_next(page)
        assert (parse_qs(urlsplit(target).query)["zoek"], parse_qs(urlsplit(target).query)["status"]) == (
            ["zaak"],
            ["completed"],
        )
        page = client.get(target)
        seen += numbers(page)
    assert sorted(seen, reverse=True) == [f"N-{number:02}" for number in range(60, 1, -1)]
    assert [int(each[2:]) // 2 for each in seen] == sorted((int(each[2:]) // 2 for each in seen), reverse=True)


def test_tabs(client: Browser, world: World) -> None:
    """DO-4: Four tabs are in the manual's order, with totals and unread counts. The third never has unread items."""
    page = client.get(f"/dossiers/{world.dossier.id}")
    names = re.findall(r'<span class="tab-label">([^<]+)</span>', page.text)
    assert names == ["Correspondentie", "Documenten", "Door mij aangeleverd", "Berichten"]
    assert [int(each) for each in re.findall(r"</span>(\d+)</span>", page.text)] == [0, 1, 0, 1]
    assert len(re.findall(r'class="pill"', page.text)) == 2
    assert re.findall(r'href="([^"]+)" aria-current="page">\s*<span class="tab-label">', page.text) == [
        f"/portaal/dossiers/{world.dossier.id}#lijst"
    ]


@pytest.mark.parametrize("tab", ["", "/documenten", "/aangeleverd", "/berichten"])
def test_empty_tabs(client: Browser, world: World, tab: str) -> None:
    """DO-4: An empty tab shows a text instead of a table."""
    dossier = world.scene.dossier(world.office, world.client)
    page = client.get(f"/dossiers/{dossier.id}{tab}")
    assert (page.status, 'class="empty"' in page.text, "<table" in page.text) == (200, True, False)


def test_tab_paging(client: Browser, world: World) -> None:
    """DO-4: A tab with more than one page shows each row once over its pages."""
    for number in range(60):
        world.scene.inbound(world.dossier, world.client, subject=f"Nr {number}")
    page = client.get(f"/dossiers/{world.dossier.id}/berichten")
    seen = numbers(page)
    while 'rel="next"' in page.text:
        page = client.get(link_to_next(page))
        seen += numbers(page)
    assert seen == [*(f"Nr {number}" for number in range(59, -1, -1)), "Uw akte"]


def test_download(client: Browser, world: World) -> None:
    """DC-2, DC-4: A document is downloaded byte for byte. After that its icon says that it was downloaded."""
    tab = f"/dossiers/{world.dossier.id}/documenten"
    assert dutch("Not downloaded by you yet") in client.get(tab).text
    reply = client.get(document_path(world))
    assert (reply.status, reply.body) == (200, PDF)
    kept = ("content-type", "content-length", "content-disposition", "content-security-policy", "cache-control")
    assert {name: reply.headers[name] for name in kept} == {
        "content-type": "application/pdf",
        "content-length": str(len(PDF)),
        "content-disposition": (
            "attachment; filename=\"Concept akte _.pdf\"; filename*=UTF-8''Concept%20akte%20%C3%A9.pdf"
        ),
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "cache-control": "no-store",
    }
    page = client.get(tab).text
    assert (dutch("Not downloaded by you yet") in page, dutch("Downloaded by you") in page) == (False, True)
    assert 'class="pill"' not in client.get(tab).text.split("Berichten")[0]


def events(world: World) -> list[str]:
    """List the entries about downloads in the trail, oldest first."""
    desk = world.scene.office_actor(world.office)
    lines = world.portal.office.audit.entries(desk, oldest_first=True, size=100)
    return [line.entry.what for line in lines if "Download" in line.entry.what]


RANGES: Mapping[str, tuple[int, slice | None]] = {
    "bytes=0-0": (206, slice(0, 1)),
    "bytes=5-9": (206, slice(5, 10)),
    "bytes=5-": (206, slice(5, None)),
    "bytes=-7": (206, slice(-7, None)),
    f"bytes=5-{10**18}": (206, slice(5, None)),
    "bytes=9-5": (200, slice(None)),
    "bytes=0-1,5-6": (200, slice(None)),
    "lines=0-1": (200, slice(None)),
    "bytes=x-": (200, slice(None)),
    f"bytes={len(PDF)}-": (416, None),
    "bytes=-0": (416, None),
}


@pytest.mark.parametrize("asked", RANGES)
def test_part_of_a_download(client: Browser, world: World, asked: str) -> None:
    """DC-2: A range request gets its part, and marks nothing. What is no range of bytes gets the whole file."""
    status, part = RANGES[asked]
    reply = client.get(document_path(world), Range=asked)
    told = {name: reply.headers.get(name) for name in ("accept-ranges", "content-length", "content-range")}
    whole = len(PDF)
    if part is None:
        assert (reply.status, reply.body, told["content-range"]) == (416, b"", f"bytes */{whole}")
        assert events(world) == []
        return
    first, last, _step = part.indices(whole)
    between = f"bytes {first}-{last - 1}/{whole}" if status == 206 else None
    assert (reply.status, reply.body) == (status, PDF[part])
    assert told == {"accept-ranges": "bytes", "content-length": str(last - first), "content-range": between}
    assert (rows(world)[0].downloaded_at is not None) is (status == 200)
    assert events(world) == ["DownloadBegan", "DocumentDownloaded" if status == 200 else "PartDownloaded"]


def test_all_parts_at_once(client: Browser, world: World) -> None:
    """DC-2: A range that is the whole file is a download."""
    reply = client.get(document_path(world), Range="bytes=0-")
    assert (reply.status, reply.body) == (206, PDF)
    assert rows(world)[0].downloaded_at is not None
    assert events(world) == ["DownloadBegan", "DocumentDownloaded"]


def test_part_of_the_same_file(client: Browser, world: World) -> None:
    """DC-4: If-Range gives a part of the file with that tag only; HEAD tells the tag, and ignores ranges."""
    head = client.head(document_path(world), Range="bytes=0-1")
    assert (head.status, head.headers["content-length"]) == (200, str(len(PDF)))
    tag = head.headers["etag"]
    assert client.get(document_path(world), Range="bytes=0-1", If_Range=tag).status == 206
    for other in (f"W/{tag}", '"x"', "Mon, 05 Jan 2026 09:00:00 GMT"):
        assert client.get(document_path(world), Range="bytes=0-1", If_Range=other).body == PDF
    assert events(world)[:2] == ["DownloadBegan", "PartDownloaded"]


def test_part_of_a_damaged_file(client: Browser, world: World) -> None:
    """DC-4: No part of a damaged file is given, but an error page."""
    (key,) = world.files.contents
    world.files.contents[key] = b"x" + PDF[1:]
    reply = client.get(document_path(world), Range="bytes=5-9")
    assert reply.status == 500
    assert dutch("This file is damaged") in reply.text
    assert events(world) == []


@pytest.mark.parametrize(
    "purpose", [{"Sec_Purpose": "prefetch"}, {"Purpose": "prefetch"}, {"Sec_Purpose": "prefetch;prerender"}]
)
def test_prefetch_marks_nothing(client: Browser, world: World, purpose: dict[str, str]) -> None:
    """DC-2, ME-4: A prefetch by the browser marks nothing as read or downloaded."""
    submission = world.scene.submission(world.dossier, world.account, None)
    assert client.get(document_path(world), **purpose).status == 503
    assert client.get(f"/dossiers/{world.dossier.id}/aangeleverd/{submission.id}", **purpose).status == 503
    assert client.get(f"/dossiers/{world.dossier.id}/berichten/{world.message.id}", **purpose).status == 200
    assert rows(world)[0].downloaded_at is None
    assert world.portal.client.messages.peek(actor(world), world.dossier.id, world.message.id).read_at is None


def test_head_of_download(client: Browser, world: World) -> None:
    """DC-2: HEAD returns the headers of the download and marks nothing."""
    reply = client.head(document_path(world))
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", str(len(PDF)))
    assert rows(world)[0].downloaded_at is None


def test_damaged_file(client: Browser, world: World) -> None:
    """DC-4: A damaged file gives an error page that names a contact. It is never a truncated download."""
    (key,) = world.files.keys(before=world.scene.clock.now() + timedelta(days=3650))
    world.files.remove(key)
    world.files.write(key, [PDF[:-1]])
    reply = client.get(document_path(world))
    assert reply.status == 500
    assert dutch("This file is damaged") in reply.text
    assert "info@kantoor.example.nl" in reply.text
    assert rows(world)[0].downloaded_at is None


def test_withdrawn_and_replaced(client: Browser, world: World) -> None:
    """DC-3: Withdrawn and replaced documents show reason and date, and cannot be downloaded."""
    desk = world.scene.office_actor(world.office)
    publishing = world.portal.office.documents
    newer = publishing.replace(desk, world.document, name="Akte 2.pdf", blocks=[PDF])
    publishing.withdraw(desk, newer, "Verkeerde <versie>")
    page = client.get(f"/dossiers/{world.dossier.id}/documenten").text
    assert dutch("Withdrawn on %(day)s: %(reason)s", day="5 jan 2026", reason="Verkeerde <versie>") in page
    assert dutch("Replaced by a newer version on %(day)s", day="5 jan 2026") in page
    assert "/documenten/" not in page
    assert {row.state for row in rows(world)} == {DocumentState.WITHDRAWN, DocumentState.REPLACED}
    assert client.get(document_path(world)).status == 404


def test_correspondence_is_apart(client: Browser, world: World) -> None:
    """DO-4: Letters are under Correspondentie, documents under Documenten. Opening a tab marks nothing (DC-2)."""
    world.portal.office.documents.publish(
        world.scene.office_actor(world.office),
        world.dossier.id,
        Publication(kind=DocumentKind.CORRESPONDENCE, title="Brief <1>", for_clients=frozenset({world.client.id})),
        name="brief.pdf",
        blocks=[PDF],
    )
    letters, documents = (
        client.get(f"/dossiers/{world.dossier.id}").text,
        client.get(f"/dossiers/{world.dossier.id}/documenten").text,
    )
    assert ("Brief &lt;1&gt;" in letters, "Concept akte" in letters) == (True, False)
    assert ("Brief" in documents, "Concept akte" in documents) == (False, True)
    assert rows(world)[0].downloaded_at is None


def test_own_submission(client: Browser, world: World) -> None:
    """AT-2: The client can download its own submissions, under the same rules."""
    portal, dossier_id = world.portal, DossierId(world.dossier.id)
    draft = portal.client.messages.new_draft()
    portal.client.attachments.stage(
        actor(world), dossier_id, draft, name='pas".txt', blocks=[b"<script>alert(1)</script>x"[8:]]
    )
    portal.client.messages.send(actor(world), dossier_id, draft, MessageText(subject="Pas", body="Zie bijlage"))
    page = client.get(f"/dossiers/{world.dossier.id}/aangeleverd").text
    found = re.search(r'href="/portaal(/dossiers/[^"]+/aangeleverd/[^"]+)"', page)
    assert found is not None
    reply = client.get(found[1])
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.headers["content-disposition"].startswith('attachment; filename="pas_.txt"')


def test_office_look(browser: Browser, world: World) -> None:
    """OF-3: The office's colour gets a readable text colour. A logo is shown only if there is one, in its own size."""
    found = re.search(r'href="/portaal(/huisstijl\.css[^"]+)"', browser.get("/inloggen").text)
    assert found is not None
    style = browser.get(found[1])
    assert style.text == office_style.stylesheet(world.office.profile)
    assert style.text.startswith(":root{--office-colour:#ffcc00;--office-on-colour:#000000;")
    assert "immutable" in style.headers["cache-control"]
    assert browser.get("/logo").status == 404
    assert "brand-logo" not in browser.get("/inloggen").text
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 300, 80) + b"x" * 100
    world.portal.office.profile.change_logo(world.scene.office_actor(world.office), name="logo.png", blocks=[picture])
    source = re.search(
        r'class="brand-logo" src="/portaal([^"]+)" alt="" width="300" height="80"', browser.get("/inloggen").text
    )
    assert source is not None
    reply = browser.get(source[1])
    assert (reply.body, reply.headers["content-type"]) == (picture, "image/png")
    assert "immutable" in reply.headers["cache-control"]


def test_logo_on_dark_pages(browser: Browser, world: World) -> None:
    """OF-3: Dark pages show the logo for dark pages, if there is one. Paper shows the other one."""
    profile, desk = world.portal.office.profile, world.scene.office_actor(world.office)
    light, dark = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, 80) + b"x" * 100 for width in (300, 200)
    )
    profile.change_logo(desk, name="logo.png", blocks=[light])
    assert browser.get("/logo-donker").status == 404
    assert "<source" not in browser.get("/inloggen").text
    profile.change_dark_logo(desk, name="donker.png", blocks=[dark])
    page = browser.get("/inloggen").text
    source = re.search(
        r'<source media="screen and \(prefers-color-scheme: dark\)" srcset="/portaal([^"]+)" width="200" height="80">',
        page,
    )
    assert source is not None
    assert '<img class="brand-logo has-dark" src="/portaal/logo?' in page
    reply = browser.get(source[1])
    assert (reply.body, reply.headers["content-type"]) == (dark, "image/png")
    assert "immutable" in reply.headers["cache-control"]


def test_assets(browser: Browser) -> None:
    """OF-3: Only a fixed list of assets is served. They are cached permanently under their hash."""
    links = re.findall(r'(?:href|src)="/portaal(/static/[^"#]+)"', browser.get("/inloggen").text)
    assert links
    for link in links:
        assert "immutable" in browser.get(link).headers["cache-control"]
    sheet = next(browser.get(link).text for link in links if "/portal." in link and link.endswith(".css"))
    named = [f"/static/{name}" for name in re.findall(r'url\("([^"]+)"\)', sheet)]
    assert [link for link in named if ".woff2" in link and "immutable" in browser.get(link).headers["cache-control"]]
    for path in (
        "../wording.py",
        "..%2fwording.py",
        "%2e%2e/wording.py",
        "portal.css%00",
        "",
        "geen.css",
        "icons.json",
    ):
        assert browser.get(f"/static/{path}").status == 404


@pytest.mark.parametrize("count, goes_on", [(24, False), (25, False), (26, True)])
def test_a_tab_goes_on_only_where_there_is_more(client: Browser, world: World, count: int, goes_on: bool) -> None:
    """DO-4: A tab links to older rows only if there are any, also if its last page is full."""
    for _ in range(count - 1):  # The scene has one message already.
        world.scene.inbound(world.dossier, world.client)
    page = client.get(f"/dossiers/{world.dossier.id}/berichten")
    assert ('rel="next"' in page.text) is goes_on
    if goes_on:
        assert 'rel="next"' not in client.get(link_to_next(page)).text
