"""The authorisation matrix: each call, tried by everybody who must not have access (DO-1, OF-2).

The calls are found by introspection of the portal. The first test fails if a call is missing from the matrix.
"""

from collections.abc import Callable, Mapping

import pytest

from klantportaal.domain.errors import Absent, LinkDead, NotSignedIn, PortalError, SignInFailed
from klantportaal.domain.sessions import Actor, Visitor
from tests.usecases.matrix import client_calls, office_calls
from tests.usecases.matrix.client_calls import Reach
from tests.usecases.matrix.doors import Keeper, doors
from tests.usecases.matrix.scene import SECRET, Things, build, told
from tests.usecases.world import PASSWORD, World

FOR_NOBODY: Mapping[str, str] = {
    "client.sign_in.sign_in": "asks for address and password",
    "client.sign_in.admit": "believes the vendor, which authenticated somebody",
    "client.sign_in.whoever": "asks for a session's token",
    "client.sign_in.refresh": "asks for a refresh token",
    "client.sign_in.lapsed": "asks for a session's token",
    "client.onboarding.look_at_invitation": "asks for a link's token",
    "client.onboarding.look_at_password_link": "asks for a link's token",
    "client.onboarding.ask_link": "tells nothing, and writes only to the address itself",
    "client.onboarding.set_password": "asks for a link's token",
    "client.address_changes.look": "asks for a link's token",
    "client.address_changes.confirm": "asks for a link's token",
    "client.second_step.view": "asks for a half signed-in browser's token",
    "client.second_step.resend": "asks for a half signed-in browser's token",
    "client.second_step.enter": "asks for a half signed-in browser's token, and a code",
    "client.second_step.recover": "asks for a half signed-in browser's token, and a recovery code",
    "client.receipts.look": "asks for a receipt's code",
    "client.receipts.check": "asks for a receipt's code",
    "client.receipts.check_file": "asks for a receipt's code",
    "client.messages.new_draft": "makes an id, of nothing yet",
    "client.questionnaires.today": "tells the day",
    "client.requests.new_delivery": "makes an id, of nothing yet",
    "client.forms.seal": "seals a form for whom its caller names, and tells nothing",
    "client.forms.shown": "reads a seal, and tells only whose form it was",
    "client.forms.keep": "encrypts what its caller gives, and stores nothing",
    "client.forms.kept": "opens what was encrypted, for whom its caller names",
    "client.forms.kept_account": "opens what was encrypted, for the person whom its caller names",
    "client.forms.require_own": "reads a seal, and tells only whose form it was",
    "close": "is for the vendor's own end",
    "events.subscribe": "is for the vendor's own code, and tells it of all offices",
    "health": "tells of the whole portal what has no personal data",
    "offices.ensure": "is for the vendor's own start",
    "offices.move": "is for the vendor's own start",
    "offices.deviations": "is for the vendor's own start",
    "offices.get": "tells what stands on the door: name, look, texts",
    "offices.list": "is for the vendor's own start",
    "offices.only": "is for the vendor's own start",
    "offices.logo": "tells what stands on the door",
    "offices.dark_logo": "tells what stands on the door",
    "background.dispatcher.is_working": "tells nothing of an office",
    "background.dispatcher.start": "is for the vendor's own start",
    "background.dispatcher.stop": "is for the vendor's own end",
    "background.dispatcher.run_once": "does what was asked for before, for those it was asked for",
    "background.workers.start": "gives a process a name, for the operator",
    "background.workers.renew": "keeps a process its name, for the operator",
    "background.workers.end": "frees the name of a process, for the operator",
    "background.workers.list": "tells which workers run, for the operator",
    "background.backup": "copies everything, for the operator",
    "background.verify": "reads everything, for the operator",
    "background.sweeper.run_once": "clears away what is over",
    "background.secrets.check": "is for the vendor's own start",
    "background.secrets.usage": "counts, for the vendor",
    "background.reminders.run_once": "reminds persons of what is theirs",
    "background.sealer.run_once": "gives entries their places in the chain, and changes nothing of them",
    "background.sealer.seal": "gives entries their places in the chain, and changes nothing of them",
}
"""Calls without an actor, each with the reason why it needs none."""

SAME = "same person, other account"
"""The owner of the things, while it acts for another client (PE-1)."""
INTRUDERS: Mapping[str, Callable[[Things], Actor]] = {
    "another client": lambda of: of.other_client,
    "another party": lambda of: of.other_party,
    "a sibling": lambda of: of.sibling,
    SAME: lambda of: of.same_person,
    "another office's client": lambda of: of.other_offices_client,
}
MAY: Mapping[Reach, frozenset[str]] = {
    Reach.OWN: frozenset(INTRUDERS),
    Reach.PARTY: frozenset({"another party", "a sibling"}),
    Reach.CLIENT: frozenset({"a sibling"}),
    Reach.ACCOUNT: frozenset(),
    Reach.PERSON: frozenset({SAME}),
    Reach.MAIN: frozenset({"another office's client"}),  # That is the main account of a company too.
}
CLIENT_CALLS = sorted(client_calls.CALLS)
OFFICE_CALLS = sorted(office_calls.CALLS)


def test_every_call_is_in_the_matrix() -> None:
    """DO-1, OF-2: each call of the portal is in the matrix, or among the calls that need no actor."""
    found = doors(World().portal)
    assert {name for name, keeper in found.items() if keeper is Keeper.CLIENT} == client_calls.CALLS.keys()
    assert {name for name, keeper in found.items() if keeper is Keeper.OFFICE} == office_calls.CALLS.keys()
    assert {name for name, keeper in found.items() if keeper is Keeper.NOBODY} == FOR_NOBODY.keys()


@pytest.mark.parametrize("name", CLIENT_CALLS)
def test_the_owner(name: str) -> None:
    """DO-1: each call of the matrix succeeds for the account that owns the things."""
    of = build()
    client_calls.CALLS[name].make(of.world.portal, of.owner, of)


@pytest.mark.parametrize("who", list(INTRUDERS))
@pytest.mark.parametrize("name", CLIENT_CALLS)
def test_an_intruder(name: str, who: str) -> None:
    """DO-1, DC-1, ME-1, AT-2: things of others are absent; nothing is revealed, and nothing changes."""
    of, call = build(), client_calls.CALLS[name]
    before = of.belongings()
    if who in MAY[call.reach]:
        answer = told(call.make(of.world.portal, INTRUDERS[who](of), of))
        if who == "a sibling":  # The sibling may see the company's things.
            return
        if who == SAME and call.of_person:  # Sessions are the person's, and so are the names of its clients.
            assert without_sessions(of) == {name: rows for name, rows in before.items() if name != "sessions"}
            return
    elif call.empty:
        answer = told(_or_absent(lambda: call.make(of.world.portal, INTRUDERS[who](of), of)))
    else:
        with pytest.raises(Absent):
            call.make(of.world.portal, INTRUDERS[who](of), of)
        answer = ""
    assert SECRET not in answer
    assert of.belongings() == before


def without_sessions(of: Things) -> Mapping[str, object]:
    """Give the belongings of the company, except sessions, which belong to persons."""
    return {name: rows for name, rows in of.belongings().items() if name != "sessions"}


def _or_absent(act: Callable[[], object]) -> object:
    try:
        return act()
    except Absent:
        return ""


@pytest.mark.parametrize("name", OFFICE_CALLS)
def test_the_office(name: str) -> None:
    """OF-1: each call of the matrix succeeds for the office that owns the things."""
    of, call = build(), office_calls.CALLS[name]
    call.prepare(of.world.portal.office, of)
    call.make(of.world.portal.office, of.world.handler, of)


@pytest.mark.parametrize("name", OFFICE_CALLS)
def test_another_office(name: str) -> None:
    """OF-2: things of another office are absent; nothing is revealed, and nothing changes."""
    of, call = build(), office_calls.CALLS[name]
    call.prepare(of.world.portal.office, of)
    before = of.belongings()
    if call.names_something:
        with pytest.raises(Absent):
            call.make(of.world.portal.office, of.other_office, of)
    else:
        assert SECRET not in told(call.make(of.world.portal.office, of.other_office, of))
    assert of.belongings() == before


@pytest.mark.parametrize(
    "end",
    [
        lambda of: of.world.portal.office.clients.close_account(of.world.handler, of.owner.account_id),
        lambda of: of.world.portal.office.clients.close(of.world.handler, of.owner.client_id),
        lambda of: of.world.portal.client.extra_accounts.delete(of.owner, of.sibling.account_id),
    ],
    ids=["account", "client", "deleted"],
)
def test_whose_account_ended(end: Callable[[Things], None], request: pytest.FixtureRequest) -> None:
    """SI-3, XA-3: a session token of a closed or deleted account is refused."""
    of = build()
    deleted = request.node.callspec.id == "deleted"
    whose, address = (of.sibling, "boekhouding") if deleted else (of.owner, "directie")
    token = of.world.portal.client.sign_in.sign_in(of.world.visitor, f"{address}@bakkerij.example.nl", PASSWORD).token
    of.world.portal.client.accounts.switch(of.world.actor(token), whose.account_id)
    assert of.world.actor(token).account_id == whose.account_id
    end(of)
    with pytest.raises(NotSignedIn):
        of.world.actor(token)


def test_secrets_at_another_office() -> None:
    """OF-2: a session, a link and a password of one office do not work at another."""
    of = build()
    portal, elsewhere = of.world.portal, Visitor(office_id=of.other_office.office_id)
    token = portal.client.sign_in.sign_in(of.world.visitor, "koper@example.nl", PASSWORD).token
    link = of.world.password_link("buur@example.nl")
    refused: Mapping[type[PortalError], Callable[[], object]] = {
        NotSignedIn: lambda: portal.client.sign_in.whoever(elsewhere.office_id, token),
        SignInFailed: lambda: portal.client.sign_in.sign_in(elsewhere, "koper@example.nl", PASSWORD),
        LinkDead: lambda: portal.client.onboarding.set_password(elsewhere, link, PASSWORD, PASSWORD),
    }
    for error, act in refused.items():
        with pytest.raises(error):
            act()
