"""Every call with which a vendor puts a portal together, with wrong values for each argument (AL-5)."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from klantportaal import questionnaires
from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.addresses.pdok import PdokAddresses
from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.files.objects import ObjectFiles
from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.pdf.typst import TypstWriter
from klantportaal.adapters.scanner.clamd import ClamdScanner
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.sms.apprise import AppriseSmsSender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.web.http.security_txt import SecurityContact
from klantportaal.adapters.webhooks.poster import WebhookPoster
from klantportaal.domain.type_checks import CheckedInside
from klantportaal.embedded import portal, restore
from klantportaal.opening import open_portal
from klantportaal.portal import Portal
from klantportaal.settings import Settings
from tests.boundary.annotations import right, wrong
from tests.usecases.world import World

SECRET = b"x" * 32
CONTACT = SecurityContact(contacts=("mailto:a@example.nl",), expires=datetime(2027, 1, 1, tzinfo=UTC))
CALLS: Mapping[str, tuple[Callable[..., object], Mapping[str, Any]]] = {
    # The call, and right values for the arguments that it must have.
    "embedded.portal": (portal, {"folder": "/nowhere/portal", "mail": MemorySender(), "pepper": SECRET}),
    "embedded.restore": (restore, {"backup": "/nowhere", "folder": "/nowhere/else"}),
    "open_portal": (
        open_portal,
        {
            "database": MemoryStorage(),
            "files": "file:///nowhere/files",
            "mail": MemorySender(),
            "pepper": SECRET,
        },
    ),
    "open_portal.from_environment": (open_portal.from_environment, {}),
    "open_portal.wrong_variables": (open_portal.wrong_variables, {"environment": {}}),
    "flask.blueprint": (flask.blueprint, {"portal": Portal}),
    "flask.office_api": (flask.office_api, {"portal": Portal}),
    "flask.client_api": (flask.client_api, {"portal": Portal}),
    "flask.questionnaire_editor": (flask.questionnaire_editor, {"portal": Portal, "handler": print}),
    "flask.security_txt": (flask.security_txt, {"contact": SecurityContact}),
    "fastapi.pages": (fastapi.pages, {"portal": Portal}),
    "fastapi.office_api": (fastapi.office_api, {"portal": Portal}),
    "fastapi.client_api": (fastapi.client_api, {"portal": Portal}),
    "fastapi.questionnaire_editor": (fastapi.questionnaire_editor, {"portal": Portal, "handler": print}),
    "fastapi.security_txt": (fastapi.security_txt, {"contact": SecurityContact}),
    "SqlStorage.sqlite": (SqlStorage.sqlite, {"path": "/nowhere/x"}),
    "SqlStorage.postgresql": (SqlStorage.postgresql, {"dsn": "postgresql://nowhere/x"}),
    "DiskFiles": (DiskFiles, {"folder": Path("/nowhere")}),
    "FileAnchors": (FileAnchors, {"folder": Path("/nowhere")}),
    "ObjectFiles": (ObjectFiles, {"word": "s3://bucket/prefix?region=x"}),
    "SmtpSender": (SmtpSender, {"host": "mail.example.nl", "port": 587, "sender": "a@example.nl"}),
    "FolderSender": (FolderSender, {"folder": Path("/nowhere")}),
    "AppriseSmsSender": (AppriseSmsSender, {"url": "messagebird://key/sender/{to}"}),
    "FolderSmsSender": (FolderSmsSender, {"folder": Path("/nowhere")}),
    "ClamdScanner.tcp": (ClamdScanner.tcp, {"host": "localhost"}),
    "ClamdScanner.unix": (ClamdScanner.unix, {"path": "/nowhere"}),
    "PdokAddresses": (PdokAddresses, {}),
    "TypstWriter": (TypstWriter, {}),
    "WebhookPoster": (WebhookPoster, {"settings": Settings().webhooks}),
    "HmacSeals": (HmacSeals, {"pepper": SECRET}),
    "HmacCodes": (HmacCodes, {"pepper": SECRET}),
    "HmacTokens": (HmacTokens, {"pepper": SECRET}),
    "BcryptPasswords": (BcryptPasswords, {"pepper": SECRET}),
    "AesVault": (AesVault, {"key": SECRET}),
}
SECRETS: Sequence[object] = (
    *("x" * 64, "", b"", b"short", 7, True, {}, [], (), {SECRET}, bytearray(SECRET), [SECRET, "x" * 64]),
    *([SECRET, b"short"], [SECRET, None], iter([SECRET]), bytes, object()),
)
"""What is no secret, and no list of secrets."""


def is_secret(annotation: Any) -> bool:
    """Tell whether an argument is a secret, or a list of them."""
    return get_origin(annotation) is not None and any(isinstance(each, CheckedInside) for each in get_args(annotation))


def wrong_values(call: Callable[..., object], known: Mapping[Any, object]) -> Iterator[tuple[str, object]]:
    """Yield each argument of a call with wrong values for it."""
    hinted = (
        call if inspect.isroutine(call) else vars(call)["__init__"] if isinstance(call, type) else type(call).__call__
    )
    hints = get_type_hints(hinted, include_extras=True)
    for name in inspect.signature(call).parameters:
        secret = is_secret(hints[name]) or name == "pepper" or (isinstance(call, type) and name == "key")
        for value in SECRETS if secret else wrong(hints[name], known):
            if not (secret and name == "key" and value is None):
                yield name, value


@pytest.mark.parametrize("name", CALLS)
def test_wrong_arguments(name: str) -> None:
    """AL-5: each wrong argument is refused by its name, before anything is made."""
    call, given = CALLS[name]
    known = {Portal: World().portal, Settings: Settings(), SecurityContact: CONTACT}
    sound = {each: known.get(value, value) if isinstance(value, type) else value for each, value in given.items()}
    problems = []
    for argument, value in wrong_values(call, known):
        try:
            call(**{**sound, argument: value})
        except (TypeError, ValueError) as error:
            if argument not in str(error):
                problems.append(f"{argument} = {value!r:.100}: {error!r}")
        except Exception as error:  # noqa: BLE001 - any other error is wrong
            problems.append(f"{argument} = {value!r:.100}: {error!r}")
        else:
            problems.append(f"{argument} = {value!r:.100}: taken")
    assert problems == []
    assert not Path("/nowhere").exists()


def test_right_values() -> None:
    """AL-5: the values of the tests above that are called right are taken where nothing is made."""
    for name in ("open_portal.wrong_variables", "ObjectFiles", "SmtpSender", "PdokAddresses", "HmacSeals", "AesVault"):
        call, given = CALLS[name]
        assert call(**given) is not None
    assert right(Settings, {}) == Settings()


@pytest.mark.parametrize(
    "name", ["added", "dropped", "following", "look", "previous", "progress", "read", "resume", "view"]
)
def test_wrong_arguments_about_questionnaires(name: str) -> None:
    """AL-5: the functions for a vendor's own pages with a questionnaire name a wrong argument, too."""
    call = getattr(questionnaires, name)
    for argument in inspect.signature(call).parameters:
        for value in (object(), 7, [], questionnaires):
            with pytest.raises(TypeError, match=rf"^{name}: {argument} must be"):
                call(**{argument: value})
