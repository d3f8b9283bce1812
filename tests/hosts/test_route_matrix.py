"""Every closed route for an account of the same client, a deleted account, and a session of another office.

``test_guards`` covers visitors without a session, other clients and other parties of the dossier. It also compares the
routes of both hosts with the table in ``routes``, so this matrix covers new routes automatically.
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

OF_THE_MAIN_ACCOUNT = {"extra_account", "invite_extra_account", "delete_extra_account"}
OF_ONE_ACCOUNT = {"draft", "delete_draft", "end_session", "switch_account", *OF_THE_MAIN_ACCOUNT}
"""Routes that belong to one account or person, such as those of the main account. All others belong to the client.

A bin, ``remove_upload``, does nothing to another account's file, as to one that is gone already: test_drafts.py."""
OF_THE_PERSON = {"end_session"}
"""Routes with ids that a person may use whichever client it acts for."""

WHILE_DUE = {"two_step", "recovery_file", "confirm", "keep_session"}
"""Routes that stay open while two-step verification is due. They are listed so that no other route becomes one."""
DUE = "/portaal/mijn-gegevens/tweestaps?melding=tweestaps-nodig"


@pytest.mark.parametrize("route", WITH_IDS, ids=named)
def test_a_sibling(browser: Browser, world: World, route: Route) -> None:
    """AT-2, SI-4, XA-2: Another account of the client can use what belongs to the client, not to one account."""
    things = things_of(world)
    sibling = world.scene.account(world.client, role=AccountRole.EXTRA)
    browser.sign_in(world.scene.address(sibling))
    for method in sorted(route.methods):
        status = send(browser, route, method, things).status
        assert (status == 404) is (route.name in OF_ONE_ACCOUNT), (method, status)


@pytest.mark.parametrize("route", WITH_IDS, ids=named)
def test_the_same_person_for_another_client(browser: Browser, world: World, route: Route) -> None:
    """PE-1, DO-1: While a person acts for one client, what belongs to its other client does not exist."""
    things = things_of(world)
    second = world.scene.another(world.account, world.scene.client(world.office))
    browser.sign_in(world.email)
    assert browser.post(f"/namens/{second.id}").status == 303
    for method in sorted(route.methods):
        status = send(browser, route, method, things).status
        assert (status == 404) is (route.name not in OF_THE_PERSON), (method, status)


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_an_account_that_was_deleted(browser: Browser, world: World, route: Route) -> None:
    """SI-3, XA-3: The session of a deleted account ends at its next request."""
    things = things_of(world)
    sibling = world.scene.account(world.client, role=AccountRole.EXTRA)
    browser.sign_in(world.scene.address(sibling))
    assert browser.get("/home").status == 200
    world.portal.office.clients.delete_account(world.scene.office_actor(world.office), sibling.id)
    for method in sorted(route.methods):
        assert send(browser, route, method, things).status == 401, method


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_two_step_due(browser: Browser, world: World, route: Route) -> None:
    """TS-1: While two-step verification is due, a user can turn it on and do nothing else, with any method."""
    things = things_of(world)
    browser.sign_in(world.email)
    world.portal.office.profile.require_two_step(world.scene.office_actor(world.office))
    for method in sorted(route.methods):
        reply = send(browser, route, method, things)
        sent_away = reply.status == 303 and reply.location == DUE
        assert sent_away is (route.name not in WHILE_DUE), (method, reply.status)
        script = send(browser, route, method, things, Accept="application/json")
        assert (script.status == 403) is (route.name not in WHILE_DUE), (method, script.status)


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_another_office(browser: Browser, world: World, route: Route) -> None:
    """OF-2: A session token of another office is not accepted, under either cookie name."""
    things = things_of(world)
    assert browser.get("/inloggen").status == 200  # From here on the host has cached its office.
    elsewhere = world.scene.office()
    _client, stranger = world.scene.person(elsewhere)
    entrance = world.portal.client.sign_in.sign_in(
        Visitor(office_id=elsewhere.id), world.scene.address(stranger), "Welkom01"
    )
    assert isinstance(entrance, Entrance)
    for office in (world.office.id, elsewhere.id):
        cookie = f"{cookies.name(Cookie.SESSION, office, secure=True)}={entrance.token}"
        for method in sorted(route.methods):
            assert send(browser, route, method, things, Cookie=cookie).status == 401, method
