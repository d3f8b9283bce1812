"""The reference pages list exactly what the code has."""

import importlib
import inspect
import json
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import get_type_hints

import attrs

from klantportaal import FaultCode, Language, Portal, Settings
from klantportaal.adapters.web.api.documentation import explained
from klantportaal.adapters.web.api.problems import CLIENT, OFFICE
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.sides import ClientSide, OfficeSide
from klantportaal.testing import contracts
from klantportaal.testing.contracts.promises import SITUATIONS, Contract

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def rows(page: str) -> list[list[str]]:
    """Give the cells of all tables on a page."""
    lines = [line for line in (DOCS / page).read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def signatures(prefix: str, part: type) -> Iterator[str]:
    """Write the signatures of the calls of a part of the portal."""
    for name, call in vars(part).items():
        if inspect.isfunction(call) and not name.startswith("_"):
            parameters = list(inspect.signature(call).parameters.values())[1:]
            names = [each.name for each in parameters]
            if keywords := [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]:
                names.insert(names.index(keywords[0]), "*")
            yield f"{prefix}.{name}({', '.join(names)})"


def test_use_cases() -> None:
    """OF-1: Every use case is in the reference, with its arguments."""
    parts = {f"portal.{name}": get_type_hints(Portal)[name] for name in ("offices", "events")}
    parts |= {f"portal.client.{name}": kind for name, kind in get_type_hints(ClientSide).items()}
    parts |= {f"portal.office.{name}": kind for name, kind in get_type_hints(OfficeSide).items()}
    built = {signature for prefix, part in parts.items() for signature in signatures(prefix, part)}
    written, prefix = set(), ""
    for line in (DOCS / "reference/use-cases.md").read_text().splitlines():
        if heading := re.fullmatch(r"### `(.+)`", line):
            prefix = heading[1]
        if line.startswith("## In the background"):
            break
        if call := re.match(r"\| `(.+?)` \|", line):
            written.add(f"{prefix}.{call[1]}")
    assert written == built


def test_settings() -> None:
    """PW-1: Every setting is in the reference, with its default."""
    settings = Settings()
    built = {
        (f"`{part.name}`", f"`{field.name}`"): f"`{getattr(getattr(settings, part.name), field.name)}`"
        for part in attrs.fields(Settings)
        for field in attrs.fields(type(getattr(settings, part.name)))
    }
    built["`uploads`", "`types`"] = ", ".join(settings.uploads.types.shown)
    assert {(row[0], row[1]): row[2] for row in rows("reference/settings.md")[1:] if len(row) == 4} == built


def test_problems() -> None:
    """AP-6: every code of a problem and of a fault is in the reference, with what the API says of it."""
    wording = wordings()[Language.ENGLISH]
    apis = [[explained(api, code, wording) for code, _answer in api.codes()] for api in (OFFICE, CLIENT)]
    problems = [each for of_one in apis for each in of_one]
    assert not {each["code"] for each in problems} & {each.value for each in FaultCode}
    faults = [explained(OFFICE, each.value, wording) for each in FaultCode]
    assert [row for row in rows("reference/problems.md") if row[0] not in {"code", "---"}] == [
        *([f"`{each['code']}`", str(each["status"]), each["title"], each["detail"]] for each in problems),
        *([f"`{each['code']}`", each["detail"]] for each in faults),
    ]


def test_figures_of_scaling() -> None:
    """AL-7: every figure of the page on scaling is that of the benchmarks; what it calls not measured is not there."""
    measured = json.loads((ROOT / "benchmarks/results.json").read_text())
    figures = {(each["subject"], frozenset(each["where"].split(", "))): each for each in measured["figures"]}
    page = (DOCS / "scaling.md").read_text()
    assert f"{datetime.fromisoformat(measured['measured_at']):%-d %B %Y}" in page
    header, *listed = [row for row in rows("scaling.md") if len(row) == 4]
    assert len(listed) > 10
    for _what, name, *shown in listed:
        subject, *where = name.split(", ")
        for database, figure in zip(header[2:], shown, strict=True):
            found = figures.get((subject.strip("`"), frozenset([database, *where])))
            assert (found is None) == (figure == "not measured"), (name, database)
            if found:
                number, unit = figure.split(" ")
                decimals = len(number.partition(".")[2])
                assert (number, unit) == (f"{found['value']:.{decimals}f}", found["unit"]), (name, database)


def test_figures_of_two_hosts() -> None:
    """AL-7: the figures of two hosts are those that were measured, on the day that the page says."""
    measured = json.loads((ROOT / "benchmarks/hosts.json").read_text())
    found = {(each["subject"], each["where"]): each for each in measured["figures"]}
    page = (DOCS / "scaling.md").read_text()
    assert f"measured on {datetime.fromisoformat(measured['measured_at']):%-d %B %Y}." in page
    header, *listed = [row for row in rows("scaling.md") if len(row) == 3 and row[0].startswith(("figure", "`"))]
    shown = {
        (row[0].strip("`"), kind): figure for row in listed for kind, figure in zip(header[1:], row[1:], strict=True)
    }
    assert shown == {name: f"{each['value']:.2f} {each['unit']}" for name, each in found.items()}


def test_extras() -> None:
    """OF-1: every extra is in the reference, with the packages that it installs. `all` has what a vendor runs on."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    listed = {
        row[0].strip("`"): set(re.findall(r"`([^`]+)`", row[2])) for row in rows("reference/extras.md") if len(row) == 3
    }
    listed.pop("extra")
    everything = re.fullmatch(r"klantportaal\[(.+)\]", extras.pop("all")[0])
    assert everything
    assert listed.pop("all") == set()
    assert set(everything[1].split(",")) == extras.keys() - {"testing"}
    assert listed == {name: {re.split(r"[\[>]", each)[0] for each in packages} for name, packages in extras.items()}
    assert "docs/reference/extras.md" in (ROOT / "README.md").read_text()


def test_places() -> None:
    """AL-4: Every place that the rules page and the security page name exists. A named test names its rule."""
    listed = [row for row in rows("rules.md") if row[0] not in ("rule", "property")]
    assert [row[0] for row in listed if row[0].isdigit()] == [str(number) for number in range(1, 11)]
    for rule, _what, code, tests in listed:
        for place in re.findall(r"`([^`]+)`", code):
            assert (ROOT / "src/klantportaal" / place).is_file(), (rule, place)
        named = re.findall(r"`([^`]+)`", tests)
        assert named, rule
        for place in named:
            assert rule in rules_in((ROOT / place).read_text()), (rule, place)
    for place in re.findall(r"`((?:tests|src)/[^`]+)`", (DOCS / "security.md").read_text()):
        assert (ROOT / place).is_file(), place


def rules_in(text: str) -> set[str]:
    """List the rules that a text names, also those within "ON-2 to ON-7", and the properties by number."""
    found = re.findall(r"\b([A-Z]{2})-(\d+)(?: to \1-(\d+))?", text)
    properties = re.findall(r"\b[Pp]ropert(?:y|ies) (\d+)(?:, (\d+))?(?: and (\d+))?", text)
    return {number for numbers in properties for number in numbers if number} | {
        f"{subject}-{number}" for subject, first, last in found for number in range(int(first), int(last or first) + 1)
    }


def test_ports() -> None:
    """AL-4: Every port and adapter in the reference can be imported, and no port is missing."""
    listed = rows("reference/ports.md")[1:]
    assert {row[0].strip("`").split(".")[0] for row in listed} == {
        each.stem for each in (ROOT / "src/klantportaal/ports").glob("*.py") if each.stem not in ("__init__", "reading")
    }
    for port, _does, adapters, contract in listed:
        module, _dot, name = port.strip("`").rpartition(".")
        assert hasattr(__import__(f"klantportaal.ports.{module}", fromlist=[name]), name)
        for adapter in re.findall(r"`([a-z_.]+\.[A-Z]\w+)`", adapters):
            module, _dot, name = adapter.rpartition(".")
            assert hasattr(__import__(f"klantportaal.adapters.{module}", fromlist=[name]), name)
        __import__(f"klantportaal.testing.contracts.{contract.strip('`')}")


def test_adapters_in_memory_pass_their_contracts() -> None:
    """AL-4: each adapter in memory has a class of tests that inherits its contract, as the list of ports says."""
    named = {name for row in rows("reference/ports.md")[1:] for name in re.findall(r"\.memory\.(\w+)", row[2])}
    tested = "".join(each.read_text() for each in (ROOT / "tests/contracts").glob("test_*.py"))
    assert len(named) > 5
    assert [name for name in named if not re.search(rf"^class Test{name}\(\w+Contract", tested, re.MULTILINE)] == []


def test_fixtures_of_contracts() -> None:
    """AL-4: the how-to lists every contract class, with exactly the fixtures that its tests need."""
    listed = {
        row[0].strip("`"): (set(re.findall(r"`(\w+)`", row[1])), set(re.findall(r"`(\w+)`", row[2])))
        for row in rows("how-to/own-adapter.md")
        if re.fullmatch(r"`\w+\.\w+Contract`", row[0])
    }
    needed = {}
    for found in pkgutil.iter_modules(contracts.__path__):
        module = importlib.import_module(f"{contracts.__name__}.{found.name}")
        for name, each in vars(module).items():
            if inspect.isclass(each) and issubclass(each, Contract) and name in getattr(module, "__all__", [name]):
                fixtures = fixtures_of(each)
                needed[f"{found.name}.{name}"] = (fixtures - set(SITUATIONS), fixtures & set(SITUATIONS))
    assert listed == {name: fixtures for name, fixtures in needed.items() if name.endswith("Contract") and fixtures[0]}


def fixtures_of(contract: type[Contract]) -> set[str]:
    """List the fixtures that a test of an adapter must define: those that its tests use and that have no default."""
    used: set[str] = set()
    for name, test in inspect.getmembers(contract, inspect.isfunction):
        if name.startswith("test_"):
            marks = [each for each in getattr(test, "pytestmark", []) if each.name == "parametrize"]
            parameters = {each.strip() for mark in marks for each in mark.args[0].split(",")}
            used |= set(inspect.signature(test).parameters) - {"self"} - parameters
    defaults = {name for name in used if hasattr(contract, name)} - {*SITUATIONS, "storage"}
    return used - defaults - {"caplog"}
