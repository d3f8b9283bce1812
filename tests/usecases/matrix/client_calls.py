"""How far each call of the client's side reaches, and an example of it about the company's things."""

import enum
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.messages import Draft
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Language
from klantportaal.portal import Portal
from klantportaal.ports.reading import DossierQuery
from tests.usecases import intake
from tests.usecases.matrix.scene import Things
from tests.usecases.world import NUMBER, PASSWORD, PDF


class Reach(enum.Enum):
    """For whom a thing exists."""

    OWN = "whoever asks is given its own, and nothing else"
    PARTY = "the parties to the dossier, of which each is given its own"
    CLIENT = "the accounts of one client"
    ACCOUNT = "one account"
    MAIN = "the main account of a company, which is given its own"


@attrs.frozen(kw_only=True)
class Call:
    """One call, about things of the company's."""

    reach: Reach
    make: Callable[[Portal, Actor, Things], Any]
    empty: bool = False
    """To whom it is not there, it answers with nothing, instead of that it is absent."""


def own(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call that names no thing."""
    return Call(reach=Reach.OWN, make=make)


def party(make: Callable[[Portal, Actor, Things], Any], *, empty: bool = False) -> Call:
    """Make a call about a dossier."""
    return Call(reach=Reach.PARTY, make=make, empty=empty)


def client(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call about what is a client's."""
    return Call(reach=Reach.CLIENT, make=make)


def account(make: Callable[[Portal, Actor, Things], Any], *, empty: bool = False) -> Call:
    """Make a call about what is an account's."""
    return Call(reach=Reach.ACCOUNT, make=make, empty=empty)


Made = Callable[[Portal, Actor, Things], Any]


def _turn_on(of: Things, actor: Actor) -> str:
    """Let whoever asks turn two-step verification on with an app; give its recovery code."""
    key = of.world.portal.two_step.begin_totp(actor)
    return of.world.portal.two_step.enrol(actor, of.world.app(key))


def _prove(of: Things, actor: Actor) -> object:
    """Let whoever asks turn it on, and prove that it may change it."""
    recovery = _turn_on(of, actor)
    of.world.portal.two_step.ask_code(actor)
    return of.world.portal.two_step.prove(actor, recovery)


def _turn_off(of: Things, actor: Actor) -> None:
    """Let whoever asks turn it on, and off again."""
    _prove(of, actor)
    of.world.portal.two_step.turn_off(actor)


def _on(make: Made) -> Made:
    """Make a call of an account that has turned it on."""
    return lambda portal, actor, of: (_turn_on(of, actor), make(portal, actor, of))


def _enrolling(make: Made) -> Made:
    """Make a call of an account that is turning it on."""
    return lambda portal, actor, of: (portal.two_step.begin_totp(actor), make(portal, actor, of))


def main(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call that names no thing, and that only the main account of a company can make."""
    return Call(reach=Reach.MAIN, make=make)


PROFILE = Profile(language=Language.ENGLISH, notifications=Notifications(messages=False))

CALLS: Mapping[str, Call] = {
    "home.counts": own(lambda portal, actor, _: portal.home.counts(actor)),
    "dossiers.list": own(lambda portal, actor, _: portal.dossiers.list(actor, DossierQuery())),
    "dossiers.open": party(lambda portal, actor, of: portal.dossiers.open(actor, of.dossier)),
    "dossiers.documents": party(
        lambda portal, actor, of: portal.dossiers.documents(actor, of.dossier, DocumentKind.DOCUMENT), empty=True
    ),
    "dossiers.submissions": party(lambda portal, actor, of: portal.dossiers.submissions(actor, of.dossier), empty=True),
    "dossiers.messages": party(lambda portal, actor, of: portal.dossiers.messages(actor, of.dossier), empty=True),
    "dossiers.download": client(lambda portal, actor, of: portal.dossiers.download(actor, of.dossier, of.document)),
    "dossiers.download_submission": client(
        lambda portal, actor, of: portal.dossiers.download_submission(actor, of.dossier, of.submission)
    ),
    "messaging.peek": client(lambda portal, actor, of: portal.messaging.peek(actor, of.dossier, of.message)),
    "messaging.read": client(lambda portal, actor, of: portal.messaging.read(actor, of.dossier, of.message)),
    "messaging.uploads": account(
        lambda portal, actor, of: portal.messaging.uploads(actor, of.dossier, of.draft), empty=True
    ),
    "messaging.send": client(
        lambda portal, actor, of: portal.messaging.send(
            actor, of.dossier, portal.messaging.new_draft(), Draft(subject="Re", body="Ja."), answers=of.message
        )
    ),
    "attachments.stage": party(
        lambda portal, actor, of: portal.attachments.stage(actor, of.dossier, of.draft, name="a.pdf", blocks=[PDF])
    ),
    "attachments.unstage": account(lambda portal, actor, of: portal.attachments.unstage(actor, of.dossier, of.upload)),
    "questionnaires.waiting": party(
        lambda portal, actor, of: portal.questionnaires.waiting(actor, of.dossier), empty=True
    ),
    "questionnaires.open": client(lambda portal, actor, of: portal.questionnaires.open(actor, of.assignment)),
    "questionnaires.start": client(lambda portal, actor, of: portal.questionnaires.start(actor, of.assignment)),
    "questionnaires.save": client(
        lambda portal, actor, of: portal.questionnaires.save(actor, of.assignment, "persoon", intake.SINGLE, version=2)
    ),
    "questionnaires.complete": client(
        lambda portal, actor, of: portal.questionnaires.complete(actor, of.completed, version=3)
    ),
    "answer_files.stage": client(
        lambda portal, actor, of: portal.answer_files.stage(actor, of.assignment, "kopie", name="a.pdf", blocks=[PDF])
    ),
    "answer_files.staged": account(
        lambda portal, actor, of: portal.answer_files.staged(actor, of.assignment, "kopie"), empty=True
    ),
    "answer_files.unstage": account(
        lambda portal, actor, of: portal.answer_files.unstage(actor, of.assignment, of.answer_upload)
    ),
    "profile.view": own(lambda portal, actor, _: portal.profile.view(actor)),
    "profile.save": own(lambda portal, actor, _: portal.profile.save(actor, PROFILE)),
    "profile.change_password": own(
        lambda portal, actor, _: portal.profile.change_password(
            actor, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
        )
    ),
    "sessions.view": own(lambda portal, actor, _: portal.sessions.view(actor)),
    "sessions.end": account(lambda portal, actor, of: portal.sessions.end(actor, of.owner.session_id)),
    "sessions.end_others": own(lambda portal, actor, _: portal.sessions.end_others(actor)),
    "two_step.view": own(lambda portal, actor, _: portal.two_step.view(actor)),
    "two_step.begin_sms": own(lambda portal, actor, _: portal.two_step.begin_sms(actor, NUMBER)),
    "two_step.begin_totp": own(lambda portal, actor, _: portal.two_step.begin_totp(actor)),
    "two_step.resend": own(_enrolling(lambda portal, actor, _: portal.two_step.resend(actor))),
    "two_step.cancel": own(_enrolling(lambda portal, actor, _: portal.two_step.cancel(actor))),
    "two_step.enrol": own(lambda _portal, actor, of: _turn_on(of, actor)),
    "two_step.ask_code": own(_on(lambda portal, actor, _: portal.two_step.ask_code(actor))),
    "two_step.prove": own(lambda _portal, actor, of: _prove(of, actor)),
    "two_step.turn_off": own(lambda _portal, actor, of: _turn_off(of, actor)),
    "extra_accounts.list": main(lambda portal, actor, _: portal.extra_accounts.list(actor)),
    "extra_accounts.ready": main(lambda portal, actor, _: portal.extra_accounts.ready(actor)),
    "extra_accounts.add": main(
        lambda portal, actor, _: portal.extra_accounts.add(actor, name="Els", email="els@example.nl")
    ),
    "extra_accounts.get": account(lambda portal, actor, of: portal.extra_accounts.get(actor, of.invited)),
    "extra_accounts.invite_again": account(
        lambda portal, actor, of: portal.extra_accounts.invite_again(actor, of.invited)
    ),
    "extra_accounts.delete": account(lambda portal, actor, of: portal.extra_accounts.delete(actor, of.invited)),
    "sign_in.confirm": own(lambda portal, actor, _: portal.sign_in.confirm(actor, PASSWORD)),
    "sign_in.sign_out": own(lambda portal, actor, _: portal.sign_in.sign_out(actor)),
}
"""Every call that asks for an actor."""
