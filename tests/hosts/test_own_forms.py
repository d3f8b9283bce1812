"""PE-4 on both hosts: a form is carried out only for the person it was shown to, not for others in the same browser."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.web.forms import sealed
from klantportaal.adapters.web.forms.sealed import AT_THE_DOOR, EXEMPT, PAGES
from klantportaal.adapters.web.http.errors import TooSlow
from klantportaal.domain.accounts import Account, AccountRole, ClientKind
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.domain.values import AccountId
from tests.hosts.browsers import PREFIX, SEAL, Browser, Reply, Upload, dutch, multipart, seals
from tests.hosts.conftest import World
from tests.hosts.routes import ROUTES, Route
from tests.hosts.test_guards import CLOSED, UNSAFE, Things, named, things_of

TEMPLATES = Path(__file__).parents[2] / "src/klantportaal/adapters/web/templates"
SEALED = [route for route, _method in UNSAFE if route.name not in EXEMPT and route.name not in AT_THE_DOOR]
"""The routes that take a form from a signed-in person."""
TEXT = "Wanneer kan ik tekenen? <b>"
NEW_DELIVERY = "01a22bcb-d056-767e-889c-8f1d2376d3cc"
FIELDS: Mapping[str, Mapping[str, str]] = {
    "new_message": {"subject": "Vraag", "body": TEXT},
    "answer": {"body": TEXT},
    "remove_upload": {"body": TEXT},
    "questionnaire_page": {"versie": "0", "q.voornaam": TEXT},
    "request_item": {"delivery": NEW_DELIVERY, "note": TEXT},
    "remove_request_upload": {"delivery": NEW_DELIVERY, "note": TEXT},
    "questionnaire_review": {"versie": "0"},
    "new_extra_account": {"name": TEXT, "email": "piet@example.nl"},
    "two_step": {"actie": "sms", "number": "06 12345678"},
    "address": {"actie": "wijzigen", "email": "nieuw@example.nl"},
    "profile": {"language": "en"},
    "change_password": {"current": "Welkom01", "password": "Nieuwer22", "repeated": "Nieuwer22"},
    "confirm": {"current": "Welkom01"},
}
"""What is typed into each form."""
KEPT: Mapping[str, list[str]] = {
    "new_message": ["Vraag", TEXT],
    "answer": [TEXT],
    "remove_upload": [TEXT],
    "questionnaire_page": [TEXT],
    "request_item": [TEXT],
    "remove_request_upload": [TEXT],
    "new_extra_account": [TEXT, "piet@example.nl"],
    "two_step": ["06 12345678"],
    "address": ["nieuw@example.nl"],
}
"""What of that is shown once more."""


def kept(world: World) -> object:
    """Give all that the storage holds, save sessions, and the files."""
    storage = world.scene.storage
    assert isinstance(storage, MemoryStorage)
    tables = attrs.asdict(storage._committed, recurse=False)
    return {name: dict(rows) for name, rows in tables.items() if name != "sessions"}, dict(world.files.contents)


def seal_of(world: World, account: Account, route: Route, things: Things) -> str:
    """Make the seal of the form that an account would have been shown."""
    shown = min(PAGES.get(route.name, {route.name}))
    form = PageForm(route=shown, ids={name: things.ids[name] for name in re.findall(r"{(\w+)}", route.path)})
    owner = FormOwner(
        office_id=account.office_id, person_id=account.person_id, account_id=account.id, name=account.name
    )
    return world.portal.client.forms.seal(owner, form)


def send(browser: Browser, route: Route, things: Things, seal: str | None, **headers: str) -> Reply:
    """Send a form with this seal, or with none; a form that takes files has one."""
    fields = {**({} if seal is None else {SEAL: seal}), "draft": str(things.draft), **FIELDS.get(route.name, {})}
    names = {"questionnaire_page": "q.kopie-id.nieuw", "new_message": "files", "answer": "files"}
    field = names.get(route.name, "file" if route.name in PAGES else None)
    uploads = [] if field is None else [Upload(name="a.pdf", content=b"%PDF-1.7", field=field)]
    kind, body = multipart(fields, uploads)
    query = f"?concept={things.draft}" if route.name == "upload" else ""
    sent = {"Content_Type": kind, "Origin": "https://kantoor.example.nl", **headers}
    return browser.send("POST", things.path(route) + query, sent, body)


def kept_texts(reply: Reply) -> list[str]:
    """List the texts that a page gives to copy."""
    found = re.findall(r"<textarea[^>]*readonly[^>]*>\n(.*?)</textarea>", reply.text, re.DOTALL)
    assert len(re.findall(r"<label", reply.text)) == len(found)
    return found


# ------------------------------------------------------------------ every route
def test_each_route_is_sealed_or_exempt() -> None:
    """PE-4: every route that takes a POST has a sealed form, or its name stands among the exempt ones with a reason."""
    everyone = {route.name for route, _method in UNSAFE}
    assert everyone >= EXEMPT.keys() | AT_THE_DOOR.keys()
    assert {route.name for route in SEALED} == {
        "sign_out",
        *(route.name for route in CLOSED if "POST" in route.methods),
    }
    assert all(EXEMPT.values())


@pytest.mark.parametrize(
    "template",
    # A preview is nobody's: it saves nothing, and no client sees it.
    sorted(path for path in TEMPLATES.glob("*.html") if path.name != "questionnaire_preview.html"),
    ids=lambda path: path.name,
)
def test_each_form_begins_with_its_seal(template: Path) -> None:
    """PE-4: the first field of each form that is sent is its seal, before any file, in whatever state the page is."""
    source = re.sub("{#.*?#}", "", template.read_text(), flags=re.DOTALL)
    for form in re.split(r'<form [^>]*?method="post"', source)[1:]:
        action, begun = form.partition("\n")[0], form.partition("\n")[2].lstrip()
        if not any(f'url("{exempt}"' in action for exempt in EXEMPT):
            assert re.match(r"(data-(?:grown|draft).*\n\s*)?{{-? (other_)?seal", begun), form[:80]


@pytest.mark.parametrize("route", [route for route in ROUTES if "GET" in route.methods], ids=named)
def test_each_page_seals_its_forms(client: Browser, world: World, route: Route) -> None:
    """PE-4: on every page that is shown, each form has a seal that its own route takes."""
    reply = client.get(things_of(world).path(route))
    if not reply.headers.get("content-type", "").startswith("text/html"):
        return
    found = seals(reply)
    assert len(found) >= 1
    assert reply.text.count('method="post"') - (route.name in EXEMPT) == reply.text.count(f'name="{SEAL}"')
    owner = FormOwner(
        office_id=world.office.id, person_id=world.account.person_id, account_id=world.account.id, name="X"
    )
    for action, seal in found.items():
        [(name, ids)] = [
            (each.name, matched.groupdict())
            for each in SEALED
            if (matched := re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", PREFIX + each.path), action))
        ]
        world.portal.client.forms.require_own(owner, PageForm(route=name, ids=ids), seal)


@pytest.mark.parametrize("route", SEALED, ids=named)
def test_without_its_seal(client: Browser, world: World, route: Route) -> None:
    """PE-4: a form without a seal, or with one that was altered or is of another page, changes nothing and says so."""
    things = things_of(world)
    own, before = seal_of(world, world.account, route, things), kept(world)
    sign_out = next(each for each in SEALED if each.name == ("profile" if route.name == "sign_out" else "sign_out"))
    altered = own[:-6] + ("A" if own[-6] != "A" else "B") + own[-5:]
    for bad in (None, "", altered, own[:-8], seal_of(world, world.account, sign_out, things)):
        reply = send(client, route, things, bad)
        assert (reply.status, dutch("This form is out of date") in reply.text) == (400, True), bad
        assert kept_texts(reply) == [each.replace("<b>", "&lt;b&gt;") for each in KEPT.get(route.name, [])]
    script = send(client, route, things, None, Accept="application/json")
    assert (script.status, "hoort niet bij deze pagina" in json.loads(script.body)["sentence"]) == (400, True)
    assert kept(world) == before
    assert client.get("/home").status == 200


@pytest.mark.parametrize("route", SEALED, ids=named)
def test_with_its_seal(client: Browser, world: World, route: Route) -> None:
    """PE-4: with its own seal, the same form is handled as usual."""
    things = things_of(world)
    seal = seal_of(world, world.account, route, things)
    for header in (False, True):
        reply = send(client, route, things, None if header else seal, **({"X_Shown_For": seal} if header else {}))
        assert reply.status not in (400, 409) or route.name in ("recovery_file", "questionnaire_page"), reply.text
        assert dutch("This form is out of date") not in reply.text
        assert dutch("This form was for another account") not in reply.text


@pytest.mark.parametrize("route", SEALED, ids=named)
def test_the_form_of_another(browser: Browser, world: World, route: Route) -> None:
    """PE-4: if another person signed in meanwhile, the page says whose form it was, and that nothing was done."""
    things = things_of(world)
    seal = seal_of(world, world.account, route, things)
    own, other = world.scene.person(world.office, name="Kim de Boer")
    world.scene.another(other, world.scene.client(world.office))
    browser.sign_in(world.scene.address(other))
    before = kept(world)
    reply = send(browser, route, things, seal)
    assert reply.status == 409
    assert f'href="{PREFIX}/namens"' not in reply.text.partition("<main")[2]  # None of its accounts is the one.
    told = dutch(
        "This form was for %(other)s, but you are now signed in as %(name)s, so nothing was sent or changed.",
        other=world.account.name,
        name=f"{own.name} (Kim de Boer)",
    )
    assert told in reply.text
    assert kept_texts(reply) == [each.replace("<b>", "&lt;b&gt;") for each in KEPT.get(route.name, [])]
    assert "Welkom01" not in reply.text
    assert "Nieuwer22" not in reply.text
    script = send(browser, route, things, None, X_Shown_For=seal, Accept="application/json")
    assert (script.status, json.loads(script.body)) == (409, {"sentence": told})
    assert kept(world) == before
    assert browser.get("/home").status == 200


def test_the_form_of_another_that_fails(browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """PE-4: a form that failed before it was checked whose it is, as a slow one does, is nobody else's form either."""
    route, things = next(each for each in SEALED if each.name == "new_extra_account"), things_of(world)
    company, other = world.scene.client(world.office, kind=ClientKind.COMPANY), world.account
    browser.sign_in(world.scene.address(world.scene.account(company, name="Kim de Boer")))

    def fail(*_args: object) -> None:
        raise TooSlow

    monkeypatch.setattr(sealed, "opened", fail)
    reply = send(browser, route, things, seal_of(world, other, route, things))
    assert (reply.status, f"{other.name}, maar u bent" in reply.text) == (408, True)
    assert kept_texts(reply) == [each.replace("<b>", "&lt;b&gt;") for each in KEPT[route.name]]
    assert f'action="{PREFIX}{route.path}"' not in reply.text


def test_another_office(client: Browser, world: World) -> None:
    """PE-4: a seal of another office opens nothing here, even for an account with the same id."""
    elsewhere = attrs.evolve(world.account, office_id=world.scene.office().id)
    profile = next(route for route in SEALED if route.name == "profile")
    things = things_of(world)
    assert send(client, profile, things, seal_of(world, elsewhere, profile, things)).status == 400


def test_the_files_come_after_the_seal(client: Browser, world: World) -> None:
    """PE-4: a form whose file comes before its seal is refused, and the file is not kept."""
    things = things_of(world)
    route = next(each for each in SEALED if each.name == "new_message")
    kind, body = multipart(
        {SEAL: seal_of(world, world.account, route, things), "draft": str(things.draft), **FIELDS["new_message"]}
    )
    _kind, file = multipart({}, [Upload(name="a.pdf", content=b"%PDF-1.7")])
    before = kept(world)
    headers = {"Content_Type": kind, "Origin": "https://kantoor.example.nl"}
    reply = client.send("POST", things.path(route), headers, file.removesuffix(b"--grens--\r\n") + body)
    assert (reply.status, kept(world)) == (400, before)


# ------------------------------------------------------------------ two tabs (case 1)
@attrs.frozen(kw_only=True)
class TwoTabs:
    """One browser in which A opened forms, and B signed in since, in another tab."""

    browser: Browser
    world: World
    a: Account
    b: Account

    def pass_on(self) -> None:
        """Let A sign out, and B sign in."""
        assert self.browser.post("/uitloggen").status == 303
        assert self.browser.sign_in(self.world.scene.address(self.b)).status == 303


@pytest.fixture
def two_tabs(browser: Browser, world: World) -> TwoTabs:
    """A is the main account of a company and B another party of its dossier."""
    company = world.scene.client(world.office, kind=ClientKind.COMPANY, name="Bakkerij Jansen B.V.")
    a = world.scene.account(company, name="Anna Appel", first_signed_in_at=world.scene.clock.now())
    client, b = world.scene.person(world.office, name="Bob Boer", first_signed_in_at=world.scene.clock.now())
    with world.scene.storage.begin() as uow:
        for party in (company, client):
            uow.dossiers.add_party(world.dossier, party.id)
        uow.commit()
    browser.sign_in(world.scene.address(a))
    return TwoTabs(browser=browser, world=world, a=a, b=b)


def both_named(reply: Reply) -> bool:
    """Tell whether a page, or the answer to a script, names both."""
    return reply.status == 409 and "Anna Appel" in reply.text and "Bob Boer" in reply.text


def test_a_message_in_two_tabs(two_tabs: TwoTabs) -> None:
    """PE-4: A's message is not sent as B's, its file is not kept, and its text is there to copy."""
    path = f"/dossiers/{two_tabs.world.dossier.id}/berichten/nieuw"
    page = two_tabs.browser.get(path)
    draft = re.search(r'name="draft" value="([^"]+)"', page.text)
    assert draft is not None
    fields = {**two_tabs.browser.seal(path), "draft": draft[1], "subject": "Over mijn ex", "body": "Niet voor Bob"}
    two_tabs.pass_on()
    before = kept(two_tabs.world)
    reply = two_tabs.browser.post_files(path, fields, [Upload(name="a.pdf", content=b"%PDF-1.7")])
    assert both_named(reply)
    assert kept_texts(reply) == ["Over mijn ex", "Niet voor Bob"]
    assert kept(two_tabs.world) == before


def test_uploads_by_script_in_two_tabs(two_tabs: TwoTabs) -> None:
    """PE-4: a file that A's page uploads by script is not kept for B, and none is removed; the script shows why."""
    dossier = f"/dossiers/{two_tabs.world.dossier.id}"
    seal = seals(two_tabs.browser.get(f"{dossier}/berichten/nieuw"))[f"{PREFIX}{dossier}/berichten/nieuw"]
    draft = two_tabs.world.scene.draft_id()
    file = [Upload(name="a.pdf", content=b"%PDF-1.7", field="file")]
    script = {"X_Shown_For": seal, "Accept": "application/json"}
    first = two_tabs.browser.post_files(f"{dossier}/bijlagen?concept={draft}", {}, file, **script)
    assert first.status == 201
    gone = re.search(r'formaction="/portaal([^"]+)"', json.loads(first.body)["row"])
    assert gone is not None
    two_tabs.pass_on()
    before = kept(two_tabs.world)
    assert both_named(two_tabs.browser.post_files(f"{dossier}/bijlagen?concept={draft}", {}, file, **script))
    assert both_named(two_tabs.browser.post(gone[1], {}, **script))
    assert kept(two_tabs.world) == before


def test_deleting_in_two_tabs(two_tabs: TwoTabs) -> None:
    """PE-4: the extra account that A was about to delete is still there after B, of another company, sent the form."""
    world = two_tabs.world
    with world.scene.storage.begin() as uow:
        company = uow.clients.get(two_tabs.a.office_id, two_tabs.a.client_id)
    extra = world.scene.account(company, role=AccountRole.EXTRA)
    path = f"/accounts/extra-accounts/{extra.id}/verwijderen"
    two_tabs.browser.get(path)
    fields = two_tabs.browser.seal(path)
    two_tabs.pass_on()
    assert both_named(two_tabs.browser.post(path, fields))
    with world.scene.storage.begin() as uow:
        assert uow.accounts.get(extra.office_id, AccountId(extra.id))[0] == extra


def test_signing_out_in_two_tabs(two_tabs: TwoTabs) -> None:
    """PE-4: A's `Uitloggen` does not sign B out; with nobody signed in it leads to the sign-in page as usual."""
    two_tabs.browser.get("/home")
    fields = two_tabs.browser.seal("/uitloggen")
    two_tabs.pass_on()
    assert both_named(two_tabs.browser.post("/uitloggen", fields))
    assert two_tabs.browser.get("/home").status == 200
    assert two_tabs.browser.post("/uitloggen").status == 303
    assert two_tabs.browser.post("/uitloggen", fields).status == 303


def test_who_is_signed_in(two_tabs: TwoTabs) -> None:
    """PE-4: every page says who is signed in, also on phones: the name is not in the folding menu."""
    for path in (
        "/home",
        "/dossiers",
        "/mijn-gegevens",
        f"/dossiers/{two_tabs.world.dossier.id}/berichten/nieuw",
        "/x",
    ):
        header = two_tabs.browser.get(path).text.partition("</header>")[0]
        if path != "/x":
            assert "Anna Appel" in header.partition("<nav")[0], path
    assert "Anna Appel" not in Browser(wire=two_tabs.browser.wire).get("/inloggen", Cookie="x=y").text


# ------------------------------------------------------------------ the door
def halfway(browser: Browser, world: World, account: Account) -> None:
    """Sign in with the password of an account that has two-step verification."""
    reply = browser.sign_in(world.scene.address(account))
    assert reply.location.startswith(f"{PREFIX}/tweede-stap")


@pytest.mark.parametrize("path", ["/tweede-stap", "/tweede-stap/herstelcode"])
def test_second_steps_in_two_tabs(
    browser: Browser, new_browser: Callable[[], Browser], world: World, path: str
) -> None:
    """PE-4, TS-2: the code that A types in its tab is not tried for B, and costs B no attempt; nobody is named."""
    people = []
    for name in ("Anna Appel", "Bob Boer"):
        _client, account = world.scene.person(world.office, name=name)
        world.scene.two_step(account)
        people.append(account)
    halfway(browser, world, people[0])
    browser.get(path)
    fields = {**browser.seal(path), "code": "123456", "recovery": "00000-00000-00000-00000-00000"}
    halfway(browser, world, people[1])
    before = kept(world)
    for sent in (fields, {**fields, SEAL: ""}):
        reply = browser.post(path, sent)
        assert (reply.status, dutch("This form is out of date") in reply.text) == (400, True)
        assert not any(name in reply.text for name in ("Anna Appel", "Bob Boer", "123456"))
    assert kept(world) == before
    assert browser.post(path, {"code": "123456", "recovery": "00000-00000-00000-00000-00000"}).status == 422
