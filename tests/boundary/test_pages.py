"""After every wrong call, the pages of a client are as before, on both hosts."""

from collections.abc import Callable

import flask
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from klantportaal.adapters.fastapi import pages
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.usecases.client.session_start import Entrance
from tests.boundary.test_calls import check, names
from tests.usecases.matrix.scene import Things
from tests.usecases.world import PASSWORD

BASE_URL = "https://portaal.vandermeer.example.nl"
Get = Callable[[str], tuple[int, str]]


def over_flask(of: Things, cookie: str) -> Get:
    """Mount the pages in a Flask app; return a function that requests one."""
    app = flask.Flask("vendor")
    app.register_blueprint(blueprint(of.world.portal, of.world.office))
    client = app.test_client(use_cookies=False)

    def get(path: str) -> tuple[int, str]:
        answer = client.get(path, base_url=BASE_URL, headers={"Cookie": cookie})
        return answer.status_code, answer.text

    return get


def over_fastapi(of: Things, cookie: str) -> Get:
    """Mount the pages in a FastAPI app; return a function that requests one."""
    app = FastAPI()
    app.include_router(pages(of.world.portal, of.world.office))
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)

    def get(path: str) -> tuple[int, str]:
        answer = client.get(path, headers={"Cookie": cookie})
        return answer.status_code, answer.text

    return get


@pytest.mark.parametrize("host", [over_flask, over_fastapi], ids=["flask", "fastapi"])
def test_pages(host: Callable[[Things, str], Get], in_memory: Things) -> None:
    """AL-5: wrong calls make no page fail."""
    of = in_memory
    for name in names():
        check(of, name)
    entrance = of.world.portal.client.sign_in.sign_in(of.world.visitor, "directie@bakkerij.example.nl", PASSWORD)
    assert isinstance(entrance, Entrance)
    of.world.portal.client.accounts.switch(of.world.actor(entrance.token), of.owner.account_id)
    get = host(of, f"{cookies.name(Cookie.SESSION, of.world.office, secure=True)}={entrance.token}")
    dossier = f"/dossiers/{of.dossier}"
    for path, shown in {
        "/home": "Geheim",
        "/acties": "2026-001",
        "/dossiers": "2026-001",
        dossier: "Levering bedrijfspand",
        f"{dossier}/documenten": "Akte Geheim",
        f"{dossier}/aangeleverd": "Balans Geheim",
        f"{dossier}/berichten": "Over Geheim",
        f"{dossier}/berichten/{of.message}": "Klopt Geheim?",
        f"{dossier}/berichten/nieuw": "",
        "/mijn-gegevens": "Bakkerij",
        "/mijn-gegevens/sessies": "",
        "/mijn-gegevens/tweestaps": "",
        "/accounts/extra-accounts": "Nieuweling Geheim",
    }.items():
        status, text = get(path)
        assert (status, shown in text) == (200, True), path
