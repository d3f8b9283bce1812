"""Every change is recorded in the audit trail: a test of each call of the portal, found by introspection (SI-5)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.auditing import Entry
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import NotAdmitted, PortalError, Refused, SignInFailed
from klantportaal.testing.fakes import CountingTokens
from klantportaal.usecases.client.second_step import SecondStep
from klantportaal.usecases.shared.archiving import Archive
from klantportaal.usecases.shared.downloading import Download
from klantportaal.usecases.shared.looking import Look
from tests.usecases.matrix import client_calls, office_calls
from tests.usecases.matrix.doors import Keeper, doors
from tests.usecases.matrix.scene import SECRET, Things, build
from tests.usecases.world import PASSWORD, PROFILE, World

FOLLOWING = (
    *("entries", "seals", "heads", "tasks", "leases", "reminder_looks"),
    *("public_events", "event_counts", "webhook_deliveries"),
)
"""Tables whose changes need no audit entry: the trail itself, the outbox, public events and their deliveries, when to
look for reminders."""
UNTOLD = (
    *("client.sessions.keep", "client.sessions.keep_during", "client.drafts.save"),
    *("client.dossiers.handler_picture", "client.questionnaires.find_address"),
)
"""Calls that come every few seconds: they write down the use of a session, or a draft that only its account sees. And
the picture of a case handler, which is part of a page, and a look-up of an address, of which nothing is kept."""
LINKED = "nieuw@example.nl"
SECRET_FIELDS = ("file name", "subject", "body", "password_hash", "device", "number", "raw", "title", "reason")
"""Fields whose texts may not be in the trail."""


def _invited(of: Things) -> str:
    """Invite a client, and return the token of the first mail."""
    of.world.deliver()
    of.world.invite(LINKED)
    return of.world.token(of.world.deliver()[-1])


def _linked(of: Things) -> str:
    """Ask for a link, and return its token."""
    _invited(of)
    return of.world.password_link(LINKED)


Prepared = Callable[[], object]
"""A call that is ready to be made."""


def _admitting(of: Things) -> Prepared:
    """Invite a client, and prepare its first sign-in by the vendor's own."""
    of.world.use_vendor()
    invitation = _invited(of)
    return lambda: of.world.admit("nieuw", invitation=invitation)


def _at_second_step(of: Things, call: Callable[[SecondStep, str, str], object]) -> Prepared:
    """Give the password of a client with two-step verification, and prepare a call with token and recovery code."""
    recovery = of.world.turn_on(of.other_party)
    token = of.world.halfway("koper@example.nl")
    return lambda: call(of.world.portal.client.second_step, token, recovery)


def _entering(of: Things) -> Prepared:
    of.world.turn_on(of.other_party)
    token = of.world.halfway("koper@example.nl")
    code = of.world.code()
    return lambda: of.world.portal.client.second_step.enter(of.world.visitor, token, code)


AT_THE_DOOR: Mapping[str, Callable[[Things], Prepared]] = {
    "client.sign_in.sign_in": lambda of: lambda: of.world.sign_in("koper@example.nl"),
    "client.sign_in.admit": _admitting,
    "client.onboarding.ask_link": lambda of: (
        lambda: of.world.portal.client.onboarding.ask_link(of.world.visitor, LINKED)
    ),
    "client.onboarding.look_at_invitation": lambda of: _looking_at_invitation(of, _invited(of)),
    "client.onboarding.look_at_password_link": lambda of: _looking_at_link(of, _linked(of)),
    "client.onboarding.set_password": lambda of: _setting(of, _linked(of)),
    "client.address_changes.look": lambda of: _with_address_link(
        of, lambda token: of.world.portal.client.address_changes.look(of.world.visitor, token)
    ),
    "client.address_changes.confirm": lambda of: _with_address_link(
        of, lambda token: of.world.portal.client.address_changes.confirm(of.world.visitor, token)
    ),
    "client.second_step.view": lambda of: _at_second_step(of, lambda at, token, _: at.view(of.world.visitor, token)),
    "client.second_step.resend": lambda of: _at_second_step(
        of, lambda at, token, _: at.resend(of.world.visitor, token)
    ),
    "client.second_step.enter": _entering,
    "client.second_step.recover": lambda of: _at_second_step(
        of, lambda at, token, recovery: at.recover(of.world.visitor, token, recovery)
    ),
    "client.messages.new_draft": lambda of: of.world.portal.client.messages.new_draft,
    "client.requests.new_delivery": lambda of: of.world.portal.client.requests.new_delivery,
    "client.questionnaires.today": lambda of: of.world.portal.client.questionnaires.today,
    "offices.ensure": lambda of: lambda: of.world.portal.offices.ensure("nieuw", "https://nieuw.example.nl", PROFILE),
    "offices.move": lambda of: lambda: of.world.portal.offices.move(of.world.office, "https://anders.example.nl"),
    "offices.get": lambda of: lambda: of.world.portal.offices.get(of.world.office),
    "background.dispatcher.run_once": lambda of: of.world.deliver,
    "background.reminders.run_once": lambda of: of.world.portal.background.reminders.run_once,
    "background.verify": lambda of: of.world.portal.background.verify,
    "background.sealer.run_once": lambda of: of.world.portal.background.sealer.run_once,
    "background.sealer.seal": lambda of: lambda: of.world.portal.background.sealer.seal(of.world.office),
}
"""An example of each call without an actor."""
UNRECORDED: Mapping[str, str] = {
    "close": "ends the work of this process",
    "health": "tells of the whole portal what has no personal data",
    "client.forms.require_own": "changes nothing: a form is refused, and kept in the browser",
    "client.forms.kept_account": "changes nothing",
    "client.forms.seal": "changes nothing",
    "client.forms.shown": "changes nothing",
    "client.forms.keep": "changes nothing here: what was typed waits in the browser, encrypted",
    "client.forms.kept": "changes nothing",
    "client.sign_in.lapsed": "changes nothing",
    "client.sign_in.refresh": "writes down new tokens every few minutes; one that comes back is told of as a reuse",
    "client.sign_in.whoever": "writes down a session's last request, which every page would be",
    "events.subscribe": "changes nothing that is stored",
    "client.receipts.look": "changes nothing",
    "client.receipts.check": "counts for the network address, and tells whoever holds a receipt what is on it",
    "client.receipts.check_file": "counts for the network address, and keeps nothing of the file",
    "offices.deviations": "reads which addresses have plain HTTP",
    "offices.list": "reads which offices there are",
    "offices.only": "reads which office there is",
    "offices.logo": "reads what stands on the door",
    "offices.dark_logo": "reads what stands on the door",
    "background.dispatcher.is_working": "reads nothing",
    "background.dispatcher.start": "runs run_once",
    "background.dispatcher.stop": "changes nothing",
    "background.workers.start": "is of no office",
    "background.workers.renew": "is of no office",
    "background.workers.end": "is of no office",
    "background.workers.list": "reads nothing of an office",
    "background.backup": "changes nothing, and tells of no office",
    "background.secrets.check": "is of no office; the log tells of a new pepper or key",
    "background.secrets.usage": "changes nothing, and tells of no office",
    "background.sweeper.run_once": "clears away what was over long before, of which the trail has told",
}
"""Calls that are not tested, each with the reason why it needs no audit entry."""
CALLS = sorted({*client_calls.CALLS, *office_calls.CALLS, *AT_THE_DOOR})


def _looking_at_invitation(of: Things, token: str) -> Prepared:
    return lambda: of.world.portal.client.onboarding.look_at_invitation(of.world.visitor, token)


def _looking_at_link(of: Things, token: str) -> Prepared:
    return lambda: of.world.portal.client.onboarding.look_at_password_link(of.world.visitor, token)


def _with_address_link(of: Things, use: Callable[[str], object]) -> Prepared:
    of.world.portal.client.address_changes.ask(of.owner, "anders@example.nl")
    token = next(of.world.token(mail) for mail in of.world.deliver() if "/e-mailadres/" in mail.text)
    return lambda: use(token)


def _setting(of: Things, token: str) -> Prepared:
    return lambda: of.world.portal.client.onboarding.set_password(of.world.visitor, token, PASSWORD, PASSWORD)


def prepared(of: Things, name: str) -> Prepared:
    """Prepare a call."""
    if name in client_calls.CALLS:
        return lambda: client_calls.CALLS[name].make(of.world.portal, of.owner, of)
    if name in office_calls.CALLS:
        call = office_calls.CALLS[name]
        call.prepare(of.world.portal.office, of)
        return lambda: call.make(of.world.portal.office, of.world.handler, of)
    return AT_THE_DOOR[name](of)


def kept(world: World) -> Mapping[str, Mapping[Any, Any]]:
    """Copy all tables, except those in ``FOLLOWING``."""
    assert isinstance(world.storage, MemoryStorage)
    tables = attrs.asdict(world.storage._committed, recurse=False)
    return {name: dict(table) for name, table in tables.items() if name not in FOLLOWING}


def trail(world: World) -> list[Entry]:
    """Return the audit entries of all offices."""
    assert isinstance(world.storage, MemoryStorage)
    return list(world.storage._committed.entries.values())


def test_every_call_is_looked_at() -> None:
    """SI-5: each call of the portal has an example, or a reason why it needs no audit entry."""
    found = doors(World().portal)
    assert set(CALLS) | UNRECORDED.keys() == found.keys()
    assert set(AT_THE_DOOR) | UNRECORDED.keys() == {name for name, keeper in found.items() if keeper is Keeper.NOBODY}


@pytest.mark.parametrize("name", CALLS)
def test_what_changes_something_is_told(name: str) -> None:
    """SI-5: a call that changes something, or returns a file, is recorded with its actor."""
    of = build()
    call = prepared(of, name)
    before, told = kept(of.world), trail(of.world)
    answer = call()
    answer = answer.download if isinstance(answer, Look) else answer
    gives = isinstance(answer, (Archive, Download))
    if isinstance(answer, (Archive, Download)):
        assert b"".join(answer.blocks)
    new = trail(of.world)[len(told) :]
    if name not in UNTOLD and (kept(of.world) != before or gives):
        assert new
    for entry in new:
        if name in client_calls.CALLS:
            assert (entry.person_id, entry.account_id) == (of.owner.person_id, of.owner.account_id)
            assert entry.client_id == of.owner.client_id
            assert entry.network_address == of.owner.network_address
        if name in office_calls.CALLS:
            assert (entry.handler, entry.account_id) == (of.world.handler.handler, None)


REFUSALS: Mapping[str, tuple[type[PortalError], Callable[[Things], object], str]] = {
    "signing in": (SignInFailed, lambda of: of.world.sign_in("koper@example.nl", "Verkeerd1"), "SignInRefused"),
    "signing in to nothing": (SignInFailed, lambda of: of.world.sign_in("niemand@example.nl"), "SignInRefused"),
    "admitting": (NotAdmitted, lambda of: of.world.admit("niemand"), "AdmissionRefused"),
    "confirming": (
        Refused,
        lambda of: of.world.portal.client.sign_in.confirm(of.owner, "Verkeerd1"),
        "ConfirmationRefused",
    ),
    "changing the password": (
        Refused,
        lambda of: of.world.portal.client.profile.change_password(
            of.owner, current="Verkeerd1", password="Klaproos8", repeated="Klaproos8"
        ),
        "ConfirmationRefused",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_who_is_refused_is_told(name: str) -> None:
    """SI-5: a wrong password is recorded, wherever it was asked for."""
    of = build()
    error, attempt, what = REFUSALS[name]
    told = len(trail(of.world))
    with pytest.raises(error):
        attempt(of)
    assert [entry.what for entry in trail(of.world)[told:]] == [what]


@pytest.mark.parametrize("name", CALLS)
def test_no_secret_is_told(name: str) -> None:
    """SI-5, ON-5: after any call, the trail and its export contain no tokens, passwords or contents, only ids."""
    of = build()
    answer = prepared(of, name)()
    answer = answer.download if isinstance(answer, Look) else answer
    if isinstance(answer, (Archive, Download)):
        assert b"".join(answer.blocks)
    of.world.deliver()
    written = "\n".join([*map(str, trail(of.world)), *of.world.portal.office.audit.export(of.world.handler)])
    assert len(written) > 1000
    assert [each for each in secrets(of.world) if each in written] == []


def secrets(world: World) -> set[str]:
    """Collect all tokens, passwords and stored texts that may not be in the trail."""
    tokens = CountingTokens()
    found = set(_texts(kept(world)))
    assert any(text.endswith(".pdf") for text in found)
    return {tokens.new() for _ in range(200)} | {PASSWORD, "Verkeerd1", "Klaproos8", SECRET} | found


def _texts(value: object, name: str = "") -> Iterator[str]:
    """Find the texts of the fields in ``SECRET_FIELDS``, and all hashes and fingerprints."""
    if attrs.has(type(value)):
        fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))
        for field in fields:
            within = f"file {field.name}" if isinstance(value, StoredFile) else field.name
            yield from _texts(getattr(value, field.name), within)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner, name)
    elif isinstance(value, bytes):
        yield value.hex()
    elif isinstance(value, str) and len(value) > 3 and name in SECRET_FIELDS:
        yield value
