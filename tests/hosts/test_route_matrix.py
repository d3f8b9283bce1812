"""The matrix of routes: each closed one, against an account of the same client, one that ended, and another office's.

Nobody, another client and another party of the dossier are in ``test_guards``. Which routes there are is read off the
hosts themselves, and compared with the table there, so that a new one is in this matrix by itself.
"""

import pytest

from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.accounts import AccountRole
from klantportaal.domain.sessions import Visitor
from klantportaal.usecases.client.session_start import Entrance
from tests.hosts.browsers import Browser
from tests.hosts.conftest import World
from tests.hosts.routes import Route
from tests.hosts.test_guards import CLOSED, WITH_IDS, named, send, things_of

OF_ONE_ACCOUNT = {"remove_upload", "end_session", "extra_account", "invite_extra_account", "delete_extra_account"}
"""Routes about what is one account's alone, such as the main one's menu; any other is about what is the client's."""

WHILE_DUE = {"two_step", "recovery_file", "confirm", "keep_session"}
"""Routes that stay open to who has yet to turn two-step verification on; written out, so that no other becomes one."""
DUE = "/portaal/mijn-gegevens/tweestaps?melding=tweestaps-nodig"


@pytest.mark.parametrize("route", WITH_IDS, ids=named)
def test_a_sibling(browser: Browser, world: World, route: Route) -> None:
    """AT-2, SI-4, XA-2: another account of the client has what is the client's, and nothing of what is an account's."""
    things = things_of(world)
    sibling = world.scene.account(world.client, role=AccountRole.EXTRA)
    browser.sign_in(sibling.email)
    for method in sorted(route.methods):
        status = send(browser, route, method, things).status
        assert (status == 404) is (route.name in OF_ONE_ACCOUNT), (method, status)


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_an_account_that_was_deleted(browser: Browser, world: World, route: Route) -> None:
    """SI-3, XA-3: from one request to the next, whoever was signed in is nobody."""
    things = things_of(world)
    sibling = world.scene.account(world.client, role=AccountRole.EXTRA)
    browser.sign_in(sibling.email)
    assert browser.get("/home").status == 200
    world.portal.office.clients.delete_account(world.scene.office_actor(world.office), sibling.id)
    for method in sorted(route.methods):
        assert send(browser, route, method, things).status == 401, method


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_two_step_due(browser: Browser, world: World, route: Route) -> None:
    """TS-1: whoever has yet to turn it on where the office asks for it can do that, by whatever method, and no more."""
    things = things_of(world)
    browser.sign_in(world.account.email)
    world.portal.office.profile.require_two_step(world.scene.office_actor(world.office))
    for method in sorted(route.methods):
        reply = send(browser, route, method, things)
        sent_away = reply.status == 303 and reply.location == DUE
        assert sent_away is (route.name not in WHILE_DUE), (method, reply.status)
        script = send(browser, route, method, things, Accept="application/json")
        assert (script.status == 403) is (route.name not in WHILE_DUE), (method, script.status)


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_another_office(browser: Browser, world: World, route: Route) -> None:
    """OF-2: the token of a session at another office is nobody's here, under whichever cookie it comes."""
    things = things_of(world)
    assert browser.get("/inloggen").status == 200  # From here on the host knows which office it is of.
    elsewhere = world.scene.office()
    _client, stranger = world.scene.person(elsewhere)
    entrance = world.portal.client.sign_in.sign_in(Visitor(office_id=elsewhere.id), stranger.email, "Welkom01")
    assert isinstance(entrance, Entrance)
    for office in (world.office.id, elsewhere.id):
        cookie = f"{cookies.name(Cookie.SESSION, office, secure=True)}={entrance.token}"
        for method in sorted(route.methods):
            assert send(browser, route, method, things, Cookie=cookie).status == 401, method
