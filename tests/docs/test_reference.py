"""The reference pages list exactly what the code has."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import attrs

from klantportaal import Portal, Settings
from klantportaal.sides import ClientSide, OfficeSide

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
    parts = {"portal.offices": get_type_hints(Portal)["offices"]}
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
    built["`uploads`", "`types`"] = ", ".join(settings.uploads.types)
    assert {(row[0], row[1]): row[2] for row in rows("reference/settings.md")[1:]} == built


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
