"""The site of the documentation: what is in it, and what it leaves out."""

import fcntl
import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import unquote, urlsplit

import attrs
import pytest
from sphinx.util.inventory import InventoryFile

import klantportaal
from klantportaal import Portal, questionnaires, serialisation, text, trail
from klantportaal.adapters.web.api import client, office
from klantportaal.adapters.web.api.documentation import Described, document
from klantportaal.ports import reading
from klantportaal.testing import contracts
from klantportaal.testing.contracts.promises import Contract
from tests.support import surface
from tools.site.api import SIDES, functions
from tools.site.api import described as described_call
from tools.site.examples import examples
from tools.site.links import outside_as_text

ROOT = Path(__file__).parents[2]
SITE = ROOT / ".build" / "docs"
pytestmark = pytest.mark.timeout(600)  # The first build of the site takes a minute, or some on a busy machine.
ASSETS = {("img", "src"), ("link", "href"), ("script", "src"), ("iframe", "src"), ("source", "srcset"), ("use", "href")}


@pytest.fixture(scope="module")
def site() -> Path:
    """The built site. One process at a time builds what changed."""
    SITE.mkdir(parents=True, exist_ok=True)
    with (ROOT / ".build" / "docs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-m", "tools.site"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    return SITE


@pytest.fixture(scope="module")
def described(site: Path) -> set[str]:
    """The names of all calls, classes and fields that the site describes."""
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    return {name for kind, names in inventory.data.items() if kind.startswith("py:") for name in names}


def test_every_public_name(described: set[str]) -> None:
    """OF-1: every public name of the package and of its modules is in the reference, with the hosts and the ports."""
    public = {f"klantportaal.{name}" for name in dir(klantportaal)} - {
        f"klantportaal.{name}" for name in ("embedded", "questionnaires", "serialisation", "text", "trail")
    }
    for module in (questionnaires, serialisation, text, trail):
        public |= {f"{module.__name__}.{name}" for name in module.__all__}
    public |= {
        "klantportaal.embedded.portal",
        "klantportaal.embedded.restore",
        "klantportaal.open_portal.from_environment",
    }
    public |= {f"klantportaal.adapters.{each}" for each in ("flask.blueprint", "fastapi.pages", "fastapi.security_txt")}
    public |= {"klantportaal.ports.mail.MailSender.send", "klantportaal.adapters.health.asgi"}
    public |= {"klantportaal.testing.builders.Scene.office", "klantportaal.testing.fakes.FixedClock.advance"}
    assert public - described == set()


def test_every_call(described: set[str]) -> None:
    """OF-1: every call of every door is in the reference, by the name that the vendor calls it."""
    assert {f"portal.{name}" for name in surface.calls()} - described == set()


def test_every_field(described: set[str]) -> None:
    """OF-1: every field of every public value and view is in the reference."""
    fields = {
        f"{module.__name__}.{name}.{field.name}"
        for module in (klantportaal, questionnaires, trail)
        for name in (dir(module) if module is klantportaal else module.__all__)
        if isinstance(kind := getattr(module, name), type) and attrs.has(kind) and kind is not Portal
        for field in attrs.fields(kind)
        if not field.name.startswith("_")
    }
    assert len(fields) > 300
    assert fields - described == set()


def test_views_are_public() -> None:
    """OF-1: every view of the port for reads that a call gives has a public name, so that it is in the reference."""
    given = {kind for kind in surface.types() if getattr(kind, "__module__", "") == reading.__name__}
    assert {kind.__name__ for kind in given} <= set(dir(klantportaal))


def test_every_argument_and_example(site: Path) -> None:
    """OF-1: every call has an example, and says what each of its arguments is."""
    shown = examples()
    assert surface.calls().keys() - shown.keys() == set()
    pages = "".join((site / f"api/{page}.html").read_text() for page in ("opening", *SIDES))
    for name, call in surface.calls().items():
        arguments = set(get_type_hints(call)) - {"return"}
        written = set(re.findall(r"^:param (\w+): \S", described_call(call), re.MULTILINE))
        assert arguments == written, name
        assert pages.split(f'id="portal.{name}"')[1].split('<dt class="sig')[0].count("<pre>") == 1, name


def test_every_function(site: Path) -> None:
    """OF-1: every public function has an example, and says what each of its arguments is."""
    found, shown = functions(), examples()
    assert len(found) > 30
    pages = "".join(page.read_text() for page in (site / "api").glob("*.html"))
    for name, function in found.items():
        written = set(re.findall(r"^:param (\w+): \S", described_call(function), re.MULTILINE))
        assert written == set(get_type_hints(function)) - {"return"}, name
        part = pages.split(f'id="{name}"')[1].split('<dt class="sig')[0]
        assert (name in shown, part.count("<pre>")) == (True, 1), name


def test_errors_of_every_call(site: Path) -> None:
    """OF-1: every call says which errors it raises; that it raises no others is a part of every test of use cases."""
    pages = "".join((site / f"api/{page}.html").read_text() for page in ("opening", *SIDES))
    for name, call in surface.calls().items():
        part = re.sub(r"<[^>]+>", "", pages.split(f'id="portal.{name}"')[1].split('<dt class="sig')[0])
        told = part.partition("Raises")[2]
        assert all(each in told for each in surface.errors(call)), name
        assert ("It raises only what every call can raise" in part) is (not surface.errors(call)), name


def test_every_contract(site: Path, described: set[str]) -> None:
    """OF-1: every contract class of the kit is in the reference, with the sentence of each of its tests."""
    page = unescape(re.sub(r"<[^>]+>", "", (site / "api/contracts.html").read_text()))
    modules = [importlib.import_module(f"{contracts.__name__}.{name}") for name in contracts._PORTS]
    kinds = [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Contract) and kind.__module__ == module.__name__
    ]
    assert len(kinds) > 15
    for kind in kinds:
        if kind is not Contract:
            assert f"{kind.__module__}.{kind.__name__}" in described
            promises = [test.__doc__ or "" for name, test in inspect.getmembers(kind) if name.startswith("test_")]
            assert promises
            assert [each for each in promises if plain(each) not in plain(page)] == []


def plain(text: str) -> str:
    """Leave out of a text what marks code, and how it is spaced and quoted."""
    return re.sub(r"[^\w:;,()/]", "", text)


def test_types_lead_to_their_place(site: Path) -> None:
    """OF-1: in a signature, a type leads to its description, and the errors of a call lead to theirs."""
    page = (site / "api/client.html").read_text()
    call = page.split('id="portal.client.dossiers.open"')[1].split('id="portal.client.dossiers.documents"')[0]
    assert 'href="views.html#klantportaal.DossierView"' in call
    assert 'href="errors.html#klantportaal.Absent"' in call


def test_ranges_of_settings(site: Path) -> None:
    """AL-5: the range of a setting is written as error messages write it."""
    page = re.sub(r"<[^>]+>", "", (site / "api/settings.html").read_text())
    assert "file_size: int, at least 1" in page
    assert "Annotated" not in page


class Loads(HTMLParser):
    """Collects the addresses that a browser loads when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        """Take the address of an element that loads something."""
        given = dict(attributes)
        if tag == "link" and given.get("rel") in ("canonical", "next", "prev", "index", "search"):
            return
        self.found += [given[name] for each, name in ASSETS if each == tag and given.get(name)]


def loaded(page: Path) -> Iterator[str]:
    """Yield what a page of the site loads."""
    reader = Loads()
    reader.feed(page.read_text())
    yield from reader.found


@pytest.mark.parametrize("name, api", [("office-api", office.DESCRIBED), ("client-api", client.DESCRIBED)])
def test_the_operations_of_the_apis(site: Path, name: str, api: Described) -> None:
    """AP-6, AP-9: a page shows every operation of an API, from its document, and sends no requests."""
    page = site / "reference" / f"{name}.html"
    scripts = {urlsplit(each).path.rpartition("/")[2] for each in loaded(page)}
    assert scripts >= {f"{name}.js", "swagger-ui-bundle.js", "swagger-ui.css"}
    script = (site / "_static" / f"{name}.js").read_text()
    options = json.loads(script.partition("SwaggerUIBundle(")[2].rpartition("));")[0])
    assert (options["spec"], options["supportedSubmitMethods"]) == (document(api, api.path), [])
    assert f'id="{options["dom_id"].removeprefix("#")}"' in page.read_text()


def test_nothing_from_another_host(site: Path) -> None:
    """AL-4: the pages and style sheets of the site load nothing from another host, and everything is there."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        for address in loaded(page):
            parts = urlsplit(address)
            assert (parts.scheme, parts.netloc) == ("", ""), (page, address)
            assert (page.parent / parts.path).exists(), (page, address)
    for sheet in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)]*", sheet.read_text()) == [], sheet
    for script in site.rglob("*.js"):
        assert re.findall(r"(?:fetch|import|src)\s*[=(]\s*['\"](?:https?:)?//", script.read_text()) == [], script


def test_every_page_is_found(site: Path) -> None:
    """OF-1: every page of the documentation is in the site and in its search, and each picture has a text."""
    found = (site / "searchindex.js").read_text()
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()
        assert (site / f"{name}.html").is_file()
        assert f'"{name}"' in found
    for page in site.rglob("*.html"):
        assert [
            tag for tag in re.findall(r"<img[^>]*>", page.read_text()) if not re.search(r'alt="[^"]{10,}"', tag)
        ] == []


def test_files_of_the_example_of_production(site: Path) -> None:
    """OF-1: the site has every file of the example of production, to read and to download."""
    folder = ROOT / "examples/production"
    files = {each for each in folder.rglob("*") if each.is_file() and "__pycache__" not in each.parts}
    files -= {folder / name for name in ("__init__.py", "one_machine.py", "README.md")}
    assert len(files) >= 8
    page = (site / "how-to/production-example.html").read_text()
    shown = unescape(re.sub(r"<[^>]+>", "", page))
    links = re.findall(r'href="([^"]*_downloads/[^"]+)"', page)
    downloads = {(site / "how-to" / unquote(link)).resolve() for link in links}
    for each in files:
        assert each.read_text().strip() in shown, each
    assert {each.name: each.read_bytes() for each in downloads} == {each.name: each.read_bytes() for each in files}


def test_links_out_of_the_documentation() -> None:
    """OF-1: a link to the code is written as its path, because the site has no code; other links stay."""
    page = ROOT / "docs/how-to/mail.md"
    assert outside_as_text(page, "See [the tree](../../src/a.py#L1), [b](../tutorial.md).") == (
        "See the tree (`src/a.py`), [b](../tutorial.md)."
    )
    assert outside_as_text(page, "[SECURITY.md](../../SECURITY.md)") == "`SECURITY.md`"
