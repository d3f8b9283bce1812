"""The portal beside common Flask extensions, each set up as its own documentation shows."""

import zlib
from collections.abc import Callable

import attrs
import flask
import pytest
from flask import Flask
from flask_compress import Compress
from flask_cors import CORS
from flask_login import LoginManager, current_user
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.web.http.headers import FILE_POLICY, PAGE_POLICY
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.values import DocumentId, OfficeId
from klantportaal.portal import Portal
from tests.hosts.browsers import FORM, ORIGIN, PREFIX, Browser, FlaskWire, Upload
from tests.hosts.conftest import PDF, World
from tests.hosts.test_guards import ALWAYS

LOG = "klantportaal.mounting"
SetUp = Callable[[Flask], object]


def vendor(portal: Portal, *, before: SetUp | None = None, after: SetUp | None = None) -> Flask:
    """Make a vendor's app with a page and a form. Set up extensions before the portal, after it, or both."""
    app = Flask("vendor")
    app.config["SECRET_KEY"] = "x" * 32
    if before:
        before(app)
    app.register_blueprint(blueprint(portal), url_prefix=PREFIX)
    if after:
        after(app)
    app.add_url_rule("/eigen", view_func=lambda: "<p>van de leverancier</p>" * 100, methods=["GET", "POST"])
    return app


def browsers(app: Flask) -> tuple[Browser, FlaskWire]:
    """Open a browser on the portal, and give the test client under it for the vendor's own pages."""
    wire = FlaskWire.of(app)
    return Browser(wire=wire), wire


ORDERS = [pytest.param("before", id="before the portal"), pytest.param("after", id="after the portal")]


@pytest.mark.parametrize("order", ORDERS)
def test_talisman(world: World, order: str) -> None:
    """SI-3: The portal's pages and files keep the portal's headers. The vendor's pages keep Talisman's headers."""
    app = vendor(world.portal, **{order: lambda app: Talisman(app, content_security_policy={"script-src": "*"})})
    browser, wire = browsers(app)
    assert browser.sign_in(world.email).status == 303
    files = ("/static/portal.css", f"/dossiers/{world.dossier.id}/documenten/{world.document}")
    for path in ("/home", "/dossiers/x", *files):
        reply = browser.get(path)
        own = {name: value for name, value in ALWAYS.items() if name != "strict-transport-security"}
        assert {name: reply.headers[name] for name in own} == own, path
        assert reply.headers["content-security-policy"] == (FILE_POLICY if path in files else PAGE_POLICY)
    theirs = wire.send("GET", "/eigen", headers={}, body=b"")
    assert theirs.headers["content-security-policy"] == "script-src *"
    assert theirs.headers["x-frame-options"] == "SAMEORIGIN"


def test_strict_transport_security_is_the_vendor_s(world: World) -> None:
    """SI-3: The vendor's HSTS header is sent, because it is for the whole host and may be stricter."""
    browser, _wire = browsers(vendor(world.portal, after=Talisman))
    assert browser.get("/inloggen").headers["strict-transport-security"].endswith("; includeSubDomains")


def test_headers_set_for_every_reply(world: World) -> None:
    """SI-3: An application-wide ``after_request`` changes no header that the portal relies on."""

    def set_headers(app: Flask) -> None:
        @app.after_request
        def everywhere(response: Response) -> Response:
            response.headers["Cache-Control"] = "public, max-age=3600"
            response.headers["Content-Security-Policy"] = "default-src *"
            response.headers["X-Vendor"] = "here"
            return response

    browser, wire = browsers(vendor(world.portal, before=set_headers))
    reply = browser.get("/inloggen")
    assert (reply.headers["cache-control"], reply.headers["x-vendor"]) == ("no-store", "here")
    assert "*" not in reply.headers["content-security-policy"]
    assert wire.send("GET", "/eigen", headers={}, body=b"").headers["cache-control"] == "public, max-age=3600"


class VendorResponse(flask.Response):
    """A response class of the vendor."""

    default_mimetype = "text/plain"


def test_response_class_of_the_vendor(world: World) -> None:
    """SI-3: The headers are also set with a vendor's response class. The vendor's pages keep that class."""

    def set_up(app: Flask) -> None:
        app.response_class = VendorResponse
        Talisman(app)

    browser, wire = browsers(vendor(world.portal, before=set_up))
    assert browser.get("/inloggen").headers["x-frame-options"] == "DENY"
    assert wire.send("GET", "/eigen", headers={}, body=b"").headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("order", ORDERS)
def test_csrf_protect(world: World, order: str) -> None:
    """SI-1: The portal exempts only its own blueprint from CSRFProtect, whichever of the two is set up first."""
    browser, wire = browsers(vendor(world.portal, **{order: CSRFProtect}))
    assert browser.sign_in(world.email).status == 303
    fields = {"draft": str(world.scene.draft_id()), "subject": "Vraag", "body": "Wanneer?"}
    path = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    assert browser.post_files(path, fields, [Upload(name="scan.pdf", content=PDF)]).status == 303
    assert browser.post("/uitloggen", {}, Origin="https://evil.example").status == 403
    theirs = wire.send("POST", "/eigen", headers={"Content-Type": FORM, "Origin": ORIGIN}, body=b"x=1")
    assert theirs.status == 400


def test_another_extension_called_csrf(world: World) -> None:
    """SI-1: Another kind of extension with the same name is left alone."""

    def set_up(app: Flask) -> None:
        app.extensions["csrf"] = object()

    browser, _wire = browsers(vendor(world.portal, before=set_up))
    assert browser.sign_in(world.email).status == 303


def gate(app: Flask) -> None:
    """Add a login gate before all pages, as applications with Flask-Login do."""
    manager = LoginManager(app)
    manager.user_loader(lambda _user: None)

    @app.before_request
    def only_users() -> Response | None:
        return None if current_user.is_authenticated else flask.redirect("/login")


def considerate_gate(app: Flask) -> None:
    """Add a login gate before all pages except the portal's."""
    LoginManager(app).user_loader(lambda _user: None)

    @app.before_request
    def only_users() -> Response | None:
        own = flask.request.blueprint == "klantportaal"
        return None if own or current_user.is_authenticated else flask.redirect("/login")


def test_login_gate_is_noticed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-1: If a login gate responds instead of the portal, the log says so once, and how to exempt the portal."""
    browser, wire = browsers(vendor(world.portal, before=gate))
    wire.send("GET", "/eigen", headers={}, body=b"")
    assert [browser.get(path).location for path in ("/inloggen", "/home")] == ["/login"] * 2
    (line,) = [record.getMessage() for record in caplog.records if record.name == LOG]
    assert line.startswith("The application answered GET klantportaal.sign_in with status 302 before")
    assert "request.blueprint is 'klantportaal'" in line


def test_login_gate_that_lets_the_portal_pass(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-1: With the exemption clients can sign in, the vendor's pages stay closed, and nothing is logged."""
    browser, wire = browsers(vendor(world.portal, before=considerate_gate))
    assert browser.follow(browser.sign_in(world.email)).status == 200
    assert wire.send("GET", "/eigen", headers={}, body=b"").location == "/login"
    assert [record for record in caplog.records if record.name == LOG] == []


def test_what_is_no_gate(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-1: A redirect to HTTPS is not logged as a gate. Neither is an office that is not found."""
    app = vendor(world.portal, before=Talisman)
    assert app.test_client().get(f"{PREFIX}/inloggen", base_url="http://kantoor.example.nl").status_code == 302
    lost = Flask("vendor")
    lost.register_blueprint(blueprint(world.portal, OfficeId(world.client.id)), url_prefix=PREFIX)
    assert Browser(wire=FlaskWire.of(lost)).get("/inloggen").status == 404
    assert [record for record in caplog.records if record.name == LOG] == []


def test_body_that_was_read_is_noticed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AT-3: If the application reads the portal's forms first, the files are lost. The log says so once."""

    def read(app: Flask) -> None:
        @app.before_request
        def look() -> None:
            flask.request.form.get("x")

    browser, _wire = browsers(vendor(world.portal, before=read))
    browser.sign_in(world.email)
    for _ in range(2):
        browser.post_files(f"/dossiers/{world.dossier.id}/bijlagen", {}, [Upload(name="a.pdf", content=PDF)])
    (line,) = [record.getMessage() for record in caplog.records if record.name == LOG]
    assert line.startswith("The application read the body of POST klantportaal.upload before")


def downloads(world: World, document: DocumentId) -> int:
    """Count how often a document was downloaded, as the office sees it."""
    seen = world.portal.office.dossiers.get(world.scene.office_actor(world.office), world.dossier.id).documents
    return sum(len(each.downloads) for each in seen if each.document.id == document)


def test_compress(world: World) -> None:
    """DC-2: Pages are compressed, downloads are not. A download is recorded after its last byte."""
    text = world.portal.office.documents.publish(
        world.scene.office_actor(world.office),
        world.dossier.id,
        Publication(kind=DocumentKind.DOCUMENT, title="Tekst", for_clients=frozenset({world.client.id})),
        name="tekst.txt",
        blocks=[b"letter " * 500],
    )

    def set_up(app: Flask) -> None:
        app.config["COMPRESS_ALGORITHM"] = app.config["COMPRESS_ALGORITHM_STREAMING"] = ["deflate"]
        Compress(app)

    browser, _wire = browsers(vendor(world.portal, after=set_up))
    browser.sign_in(world.email)
    page = browser.get("/home", Accept_Encoding="deflate", Sec_Fetch_Site="same-origin")
    assert (page.headers["content-encoding"], page.headers["cache-control"]) == ("deflate", "no-store")
    assert b"</html>" in zlib.decompress(page.body)
    reply = browser.get(f"/dossiers/{world.dossier.id}/documenten/{text}", Accept_Encoding="deflate")
    assert reply.body == b"letter " * 500
    assert (reply.headers.get("content-encoding"), reply.headers["content-length"]) == ("identity", "3500")
    assert downloads(world, text) == 1


def test_cors(world: World) -> None:
    """SI-1: With application-wide CORS, other origins can read the vendor's pages, but no page of the portal."""
    app = vendor(world.portal, before=lambda app: CORS(app, supports_credentials=True))
    browser, wire = browsers(app)
    browser.sign_in(world.email)
    elsewhere = {"Origin": "https://site.kantoor.example.nl", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Site": "same-site"}
    reply = browser.get("/home", **elsewhere)
    assert reply.status == 403
    assert "/uitloggen" not in reply.text
    for each in (reply, browser.get("/home", Sec_Fetch_Mode="navigate", Sec_Fetch_Site="cross-site")):
        assert not [name for name in each.headers if name.startswith("access-control-")]
    theirs = wire.send("GET", "/eigen", headers={"Origin": "https://elders.nl"}, body=b"")
    assert theirs.headers["access-control-allow-origin"] == "https://elders.nl"


def test_handlers_of_the_vendor(world: World) -> None:
    """AL-2: The portal shows its own error pages, whatever error handlers the application has."""

    def set_up(app: Flask) -> None:
        for error in (404, 403, 401, 413, 400, Exception):
            app.register_error_handler(error, lambda _error: ("van de leverancier", 418))

    browser, wire = browsers(vendor(world.portal, before=set_up))
    assert browser.get("/home").status == 401
    browser.sign_in(world.email)
    assert browser.get("/dossiers/x").status == 404
    assert browser.post("/uitloggen", {}, Origin="https://evil.example").status == 403
    assert browser.post("/mijn-gegevens", {"language": "n" * 500_000}).status == 413
    assert wire.send("GET", "/nergens", headers={}, body=b"").status == 418


def test_settings_of_the_vendor(world: World) -> None:
    """OF-2: The application's settings for cookies, URLs and templates do not change the portal."""

    def set_up(app: Flask) -> None:
        app.config.update(
            SERVER_NAME="kantoor.example.nl",
            SESSION_COOKIE_SAMESITE="None",
            SESSION_COOKIE_PATH="/elders",
            SESSION_COOKIE_NAME="sessie",
            MAX_FORM_MEMORY_SIZE=10,
            MAX_FORM_PARTS=1,
        )
        app.url_map.strict_slashes = False
        app.jinja_env.autoescape = False
        app.jinja_env.globals["url"] = app.jinja_env.globals["_"] = None

    browser, _wire = browsers(vendor(world.portal, before=set_up))
    (cookie,) = browser.sign_in(world.email).cookies
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie.split("; ")
    assert browser.get("/home/").status == 200
    assert "Kantoor &lt;Ee&gt;" in browser.get("/home").text


def test_proxy_fix(world: World) -> None:
    """OF-2: If a proxy strips a prefix and ProxyFix restores it, links and redirects have the whole path."""
    app = vendor(world.portal)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)  # type: ignore[method-assign]
    browser, _wire = browsers(app)
    behind = attrs.evolve(browser, headers={"X-Forwarded-Prefix": "/klant"})
    assert behind.sign_in(world.email).location == f"/klant{PREFIX}/home"
    assert f'href="/klant{PREFIX}/dossiers"' in behind.get("/home").text


def test_two_mounts_and_a_nested_one(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """OF-2: One blueprint works at several places, also nested, with CSRFProtect and Talisman."""
    app = Flask("vendor")
    app.config["SECRET_KEY"] = "x" * 32
    CSRFProtect(app)
    Talisman(app)
    made = blueprint(world.portal)
    parent = flask.Blueprint("klant", __name__, url_prefix="/klant")
    parent.register_blueprint(made, url_prefix="/portaal")
    app.register_blueprint(parent)
    app.register_blueprint(made, url_prefix="/een", name="een")
    app.register_blueprint(blueprint(world.portal), url_prefix="/twee", name="twee")
    wire = FlaskWire.of(app)
    body = f"email={world.email}&password=Welkom01".encode()
    for prefix in ("/klant/portaal", "/een", "/twee"):
        headers = {"Origin": ORIGIN, "Content-Type": FORM}
        assert wire.send("POST", f"{prefix}/inloggen", headers=headers, body=body).location == f"{prefix}/home"
        assert wire.send("GET", f"{prefix}/home", headers={}, body=b"").headers["x-frame-options"] == "DENY"
    told = [record.getMessage() for record in caplog.records if record.name == LOG]
    # None of these mounts is the path of the office's base URL, so each is logged. Nothing else is.
    assert [message.partition(",")[0] for message in told] == [
        f"the portal is mounted at {prefix}/" for prefix in ("/klant/portaal", "/een", "/twee")
    ]
