"""Requests, conversations and looking through both hosts on real databases: in several tabs, twice, and at once."""

import re
from collections import Counter
from collections.abc import Callable

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Refused
from klantportaal.domain.requests import ItemState, NewItem, NewRequest, RequestedItem
from klantportaal.domain.values import RequestId
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.hosts.browsers import Browser, OlderTab, Reply, Upload
from tests.hosts.conftest import PDF, WIRES, World, build_world, mounted
from tests.hosts.test_conversations import sent
from tests.hosts.test_dossiers import actor
from tests.hosts.test_looking import marks, path_of
from tests.hosts.test_messaging import messages

SCAN = Upload(name="pas.pdf", content=b"%PDF-1.7 pas")
TABS = 3


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """The scene of the hosts' tests, on either database."""
    return build_world(storage=storage)


@pytest.fixture(params=list(WIRES))
def new_tab(request: pytest.FixtureRequest, world: World) -> Callable[[], Browser]:
    """Open browsers in which the scene's client is signed in, onto one host."""

    def opened() -> Browser:
        older_tab = OlderTab(portal=world.portal, office_id=world.office.id)
        browser = Browser(wire=mounted(request.param, world.portal), older_tab=older_tab)
        assert browser.sign_in(world.email).status == 303
        return browser

    return opened


@pytest.fixture
def asked(world: World) -> RequestId:
    """A request for one item of at most three files."""
    new = NewRequest(subject="Stukken", items=[NewItem(title="Paspoort", files=3)])
    desk = world.scene.office_actor(world.office)
    return world.portal.office.requests.make(desk, world.dossier.id, world.client.id, new)


def item_of(world: World, asked: RequestId) -> RequestedItem:
    """Give the item as it is now."""
    [item] = world.portal.client.requests.get(actor(world), asked).request.items
    return item


def form_path(world: World, asked: RequestId) -> str:
    """Give the path of the form of the item."""
    return f"/verzoeken/{asked}/stukken/{item_of(world, asked).id}"


def fields(page: Reply, **typed: str) -> dict[str, str]:
    """Fill the form of an item in."""
    found = re.search(r'name="delivery" value="([^"]+)"', page.text)
    assert found is not None
    return {"delivery": found[1], "note": "", "reason": "", **typed}


def submitted(world: World) -> list[str]:
    """List what stands under ``Door mij aangeleverd``."""
    return [row.name for row in world.portal.client.dossiers.submissions(actor(world), world.dossier.id)]


def entries(world: World) -> Counter[str]:
    """Count the entries of the trail, by kind."""
    with world.scene.storage.begin() as uow:
        return Counter(each.what for each in uow.audit.entries(world.scene.office_actor(world.office), limit=10_000))


def test_one_form_from_several_tabs_at_once(new_tab: Callable[[], Browser], world: World, asked: RequestId) -> None:
    """AT-5: a form that is sent several times at once, and once more afterwards, delivers once."""
    path, tabs = form_path(world, asked), [new_tab() for _each in range(TABS)]
    shown = [tab.get(path) for tab in tabs]
    form = fields(shown[0])
    replies = all_at_once(lambda number: tabs[number].post_files(path, form, [SCAN]), threads=TABS)
    tabs[0].get(path)
    replies.append(tabs[0].post_files(path, form, [SCAN]))
    assert {each.status for each in replies} == {303}
    [delivery] = item_of(world, asked).deliveries
    assert [file.name for file in delivery.files] == submitted(world) == ["pas.pdf"]
    assert entries(world)["ItemDelivered"] == 1


def test_forms_that_were_opened_before(new_tab: Callable[[], Browser], world: World, asked: RequestId) -> None:
    """RQ-2, RQ-3: a form of before another tab answered still delivers; of before the office accepted, it does not."""
    path, tabs = form_path(world, asked), [new_tab() for _each in range(TABS)]
    first, second, third = (fields(tab.get(path)) for tab in tabs)
    declared = {**first, "reason": "Geen paspoort.", "action": "decline"}
    assert [tabs[0].post_files(path, declared).status, tabs[1].post_files(path, second, [SCAN]).status] == [303, 303]
    assert item_of(world, asked).state is ItemState.DELIVERED
    item, desk = item_of(world, asked), world.scene.office_actor(world.office)
    world.portal.office.requests.accept_item(desk, asked, item.id)
    late = tabs[2].post_files(path, third, [Upload(name="laat.pdf", content=b"%PDF-1.7 laat")])
    assert late.status in (303, 422)
    assert item_of(world, asked).current_files == item.current_files
    assert submitted(world) == ["pas.pdf"]


def test_taken_back_while_the_office_opens(new_tab: Callable[[], Browser], world: World, asked: RequestId) -> None:
    """RQ-3: a delivery that is taken back in two tabs while the office opens it is gone whole, or stays whole."""
    path, tabs = form_path(world, asked), [new_tab() for _each in range(2)]
    desk, office = world.scene.office_actor(world.office), world.portal.office.requests
    for _turn in range(3):
        assert tabs[0].post_files(path, fields(tabs[0].get(path)), [SCAN]).status == 303
        item = item_of(world, asked)
        back = f"/verzoeken/{asked}/stukken/{item.id}/leveringen/{item.deliveries[-1].id}/terugnemen"
        before = entries(world)["DeliveryTakenBack"]
        for tab in tabs:
            tab.get(f"/verzoeken/{asked}")

        def act(number: int, back: str = back, item: RequestedItem = item) -> int:
            if number == len(tabs):
                office.open_item(desk, asked, item.id)
                return 303
            return tabs[number].post(back).status

        assert set(all_at_once(act, threads=3)) <= {303, 404, 409, 422}
        kept = item_of(world, asked).deliveries
        assert entries(world)["DeliveryTakenBack"] - before == (not kept)
        assert submitted(world) == [file.name for each in kept for file in each.files]
        if kept:
            assert kept[-1].opened_at is not None
            return


def test_a_message_taken_back_in_two_tabs(new_tab: Callable[[], Browser], world: World) -> None:
    """ME-6: of two tabs that take a message back at once, one does, and both lead on; the office cannot read it."""
    tabs = [new_tab() for _each in range(2)]
    page = sent(tabs[0], world)
    for tab in tabs:
        tab.get(f"{page}/terugnemen")
    assert [each.status for each in all_at_once(lambda number: tabs[number].post(f"{page}/terugnemen"), threads=2)] == [
        303,
        303,
    ]
    assert entries(world)["MessageTakenBack"] == 1
    with pytest.raises(Refused):
        world.portal.client.messages.take_back(actor(world), world.dossier.id, world.message.id)
    assert "Geheim" not in tabs[0].get(page).text
    assert messages(world)[0].taken_back_at is not None


def test_looked_at_in_several_tabs_at_once(new_tab: Callable[[], Browser], world: World) -> None:
    """NW-3: a document that several tabs show at once is looked at, with one entry each, and not downloaded."""
    path, tabs = f"{path_of(world, world.document)}/inhoud", [new_tab() for _each in range(TABS)]
    replies = all_at_once(lambda number: tabs[number].get(path), threads=TABS)
    assert [(each.status, each.body == PDF) for each in replies] == [(200, True)] * TABS
    assert marks(world, world.document) == (True, False)
    assert entries(world)["DocumentLookedAt"] == TABS
