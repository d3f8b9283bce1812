"""The lines of the log: each has a name and fields, and the reference lists them all."""

import ast
import json
import logging
import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.web.http.refusal_log import RefusalLog
from klantportaal.domain.errors import Absent
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import OfficeId
from klantportaal.log_events import EventLog

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/klantportaal"
PAGE = ROOT / "docs/reference/log-events.md"
OTHERS = {"log_events.py", "adapters/sms/apprise.py", "cli/preview.py", "cli/commands.py"}
"""Where a logger of Python is asked for: in the one class that writes, and to silence others."""
TAKEN = {*vars(logging.makeLogRecord({})), "message", "asctime", "event"}
"""The names that a record has itself."""


@attrs.frozen(order=True)
class Event:
    """A line of the log."""

    name: str
    logger: str
    levels: frozenset[str]
    fields: frozenset[str]


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Read each module of the package."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text())


def logger_of(name: str, tree: ast.Module) -> str:
    """Tell the name of the logger that a module writes to."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_LOG":
            assert isinstance(node.value, ast.Call), name
            assert ast.unparse(node.value.func) == "EventLog", name
            if ast.unparse(node.value.args[0]) == "__name__":
                return ".".join(["klantportaal", *name.removesuffix(".py").split("/")])
            return str(ast.literal_eval(node.value.args[0]))
    raise AssertionError(f"{name} logs to nothing")


def written(name: str, tree: ast.Module) -> Iterator[Event]:
    """List what a module logs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("_LOG."):
            where = f"{name}:{node.lineno}"
            assert ast.unparse(node.func) == "_LOG.log", where
            level, event = node.args[:2]
            assert isinstance(event, ast.Constant), where
            yield Event(
                name=str(event.value),
                logger=logger_of(name, tree),
                levels=frozenset(re.findall(r"logging\.([A-Z]+)", ast.unparse(level))),
                fields=frozenset(str(each.arg) for each in node.keywords) - {"error"},
            )


def listed() -> Iterator[Event]:
    """List what the reference has."""
    for line in PAGE.read_text().splitlines():
        if re.match(r"\| `\w+` \|", line):
            event, logger, levels, fields, told = (cell.strip() for cell in line.strip("|").split(" | "))
            assert told, event
            yield Event(
                name=event.strip("`"),
                logger=logger.strip("`"),
                levels=frozenset(levels.split(", ")),
                fields=frozenset(re.findall(r"`(\w+)`", fields)),
            )


def test_the_reference() -> None:
    """AL-6: the reference has each event, with its logger, its levels and its fields, and no other."""
    found = [event for name, tree in modules() for event in written(name, tree)]
    assert sorted(found) == sorted(listed())
    assert len({each.name for each in found}) == len(found)
    assert all(each.levels for each in found)


def test_every_line_is_an_event() -> None:
    """AL-6: no module writes to a log in another way, so that every line has a name."""
    for name, tree in modules():
        asked = [node for node in ast.walk(tree) if isinstance(node, (ast.Name, ast.Attribute)) and _is_other(node)]
        assert asked == [] or name in OTHERS, name


def _is_other(node: ast.Name | ast.Attribute) -> bool:
    text = ast.unparse(node)
    return text.endswith("getLogger") or text in {f"logging.{each}" for each in ("debug", "info", "warning", "error")}


def test_no_field_hides_what_a_record_has() -> None:
    """AL-6: logging refuses a field with the name of one of its own, such as ``name`` or ``thread``."""
    for event in listed():
        assert event.fields.isdisjoint(TAKEN), event.name


def as_json(record: logging.LogRecord) -> dict[str, object]:
    """Format a record as a vendor's formatter does: its message, and everything that is extra."""
    extras = {name: value for name, value in vars(record).items() if name not in TAKEN or name == "event"}
    read: dict[str, object] = json.loads(json.dumps({"message": record.getMessage(), **extras}, allow_nan=False))
    return read


class Keeping(logging.Handler):
    """Keeps the records."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.kept.append(record)


PLAIN: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.uuids()
    | st.binary()
    | st.dates()
    | st.sampled_from(Lane)
    | st.builds(ValueError, st.text()),
    lambda each: st.lists(each) | st.tuples(each) | st.dictionaries(st.text() | st.uuids(), each),
)


@given(value=PLAIN)
def test_fields_are_json(value: object) -> None:
    """AL-6: whatever value an event has, a formatter can write its fields as JSON, and the message as text."""
    handler = Keeping()
    logger = logging.getLogger("klantportaal.tests.fields")
    logger.addHandler(handler)
    try:
        EventLog(logger.name).log(logging.ERROR, "something", "what: %(what)s", what=value)
    finally:
        logger.removeHandler(handler)
    (read,) = map(as_json, handler.kept)
    assert read["message"] == f"what: {value}"
    assert read["event"] == "something"
    assert "what" in read


def test_a_line_without_values(caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: a line may have no values, and then a percent sign is one. The place is that of the caller."""
    EventLog("klantportaal.tests").log(logging.WARNING, "full", "100 % full", error=ValueError("x"))
    (record,) = caplog.records
    assert as_json(record)["message"] == "100 % full"
    assert record.filename == Path(__file__).name
    assert record.exc_info is not None


def test_a_refusal_as_json(caplog: pytest.LogCaptureFixture) -> None:
    """SI-5: the fields of a refusal tell who asked for what, without the token of a link."""
    office_id, dossier_id = OfficeId(uuid.UUID(int=1)), uuid.UUID(int=2)
    ids: Mapping[str, object] = {"dossier_id": dossier_id, "token": "T0ken"}
    visitor = Visitor(office_id=office_id, network_address="192.0.2.7")
    RefusalLog().note(Absent("dossier"), method="GET", route="dossier", ids=ids, visitor=visitor, actor=None)
    (record,) = caplog.records
    read = as_json(record)
    assert "T0ken" not in str(read)
    assert {name: value for name, value in read.items() if name != "message"} == {
        "event": "request_refused",
        "reason": "Absent",
        "method": "GET",
        "route": "dossier",
        "ids": {"dossier_id": str(dossier_id)},
        "office_id": str(office_id),
        "account_id": None,
        "network_address": "192.0.2.7",
        "times": 1,
    }
