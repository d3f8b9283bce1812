"""The facts: which there are, and what none of them contains."""

from datetime import date, datetime
from typing import Any, get_type_hints
from uuid import UUID

import attrs
import pytest

from klantportaal.domain import events
from klantportaal.domain.events import Event
from klantportaal.domain.values import FileKey
from tests.domain.given import EVENTS

SECRETS = ("password", "token", "secret", "fingerprint", "hash", "code", "body", "subject", "text", "reason", "name")
TEXTS = {
    *("address", "assurance", "digest", "former_address", "found", "language", "least", "mail", "method", "page"),
    *("outcome", "problem", "purpose", "questionnaire", "quota", "refused", "rule", "scopes", "status", "step"),
    *("template", "types", "failure", "fragment_id"),
}
"""The fields with text: codes, names in a questionnaire or template, the name of a virus, the address for which a link
was asked, and a former one."""
MEANT_FOR_THE_TRAIL = {("TrailRestored", "reason")}
"""The office's reason for continuing from a backup: a text that the office wrote for readers of the trail only."""


def test_all_in_one_module() -> None:
    """SI-5: every fact is defined in the events module."""
    everywhere = {(event.__module__, event.__name__) for event in Event.__subclasses__()}
    assert everywhere == {(events.__name__, event.__name__) for event in EVENTS}


@pytest.mark.parametrize("event", EVENTS)
def test_no_secrets(event: type[Event]) -> None:
    """ON-5: no fact has a password, a token or any contents, only ids, codes, switches and times."""
    hints = get_type_hints(event)
    fields = {name: kind for name, kind in hints.items() if (event.__name__, name) not in MEANT_FOR_THE_TRAIL}
    named = [name for name, kind in fields.items() if kind is not FileKey]  # It names a stored file, and opens nothing.
    assert not [field for field in named if any(secret in field.split("_") for secret in SECRETS)]
    assert {field for field, kind in fields.items() if kind is str} <= TEXTS
    for kind in fields.values():
        assert "UUID" in str(plain(kind)) or kind in (str, bool, int, datetime, date | None, FileKey)


def plain(kind: object) -> object:
    """Return the type behind a NewType."""
    parts = getattr(kind, "__args__", ())
    return [plain(part) for part in parts] if parts else getattr(kind, "__supertype__", kind)


@pytest.mark.parametrize("event", EVENTS)
def test_frozen(event: type[Event]) -> None:
    """SI-5: a fact cannot be changed."""
    anything: dict[str, Any] = {field.name: UUID(int=1) for field in attrs.fields(event)}
    fact = event(**anything)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        fact.at = datetime.now()  # type: ignore[misc]  # noqa: DTZ005
