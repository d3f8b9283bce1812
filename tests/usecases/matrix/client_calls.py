"""Each call of the client's side: who can access the thing it names, and an example with the company's things."""

import enum
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from klantportaal.domain.admission import Authentication
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.messages import MessageText
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DeliveryId, Language
from klantportaal.portal import Portal
from klantportaal.ports.reading import DossierQuery, UploadRow
from tests.usecases import intake
from tests.usecases.matrix.scene import Things
from tests.usecases.world import NUMBER, PASSWORD, PDF, VENDOR


class Reach(enum.Enum):
    """Who can access a thing."""

    OWN = "whoever asks is given its own, and nothing else"
    PARTY = "the parties to the dossier, of which each is given its own"
    CLIENT = "the accounts of one client"
    ACCOUNT = "one account"
    PERSON = "one person, whichever account it acts for"
    MAIN = "the main account of a company, which is given its own"


@attrs.frozen(kw_only=True)
class Call:
    """A call with things that belong to the company."""

    reach: Reach
    make: Callable[[Portal, Actor, Things], Any]
    empty: bool = False
    """Whether the call returns an empty result, rather than ``Absent``, to actors without access."""
    of_person: bool = False
    """Whether the call is about the person and its sessions, so that the account it acts for does not matter (PE-1)."""


def own(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call that names no particular thing."""
    return Call(reach=Reach.OWN, make=make)


def own_person(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call that names no particular thing, about the person itself."""
    return Call(reach=Reach.OWN, make=make, of_person=True)


def party(make: Callable[[Portal, Actor, Things], Any], *, empty: bool = False) -> Call:
    """Make a call about a dossier."""
    return Call(reach=Reach.PARTY, make=make, empty=empty)


def client(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call about a thing that belongs to a client."""
    return Call(reach=Reach.CLIENT, make=make)


def account(make: Callable[[Portal, Actor, Things], Any], *, empty: bool = False) -> Call:
    """Make a call about a thing that belongs to an account."""
    return Call(reach=Reach.ACCOUNT, make=make, empty=empty)


def person(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call about a thing that belongs to a person."""
    return Call(reach=Reach.PERSON, make=make, of_person=True)


Made = Callable[[Portal, Actor, Things], Any]


def _stage(portal: Portal, actor: Actor, of: Things) -> UploadRow:
    return portal.client.requests.stage(actor, of.request, of.items[2], name="a.pdf", blocks=[PDF])


def _deliver(portal: Portal, actor: Actor, of: Things) -> DeliveryId:
    """Stage a file for the third item, and deliver it."""
    file = _stage(portal, actor, of)
    calls = portal.client.requests
    return calls.deliver(actor, of.request, of.items[2], calls.new_delivery(), files={file.id: file.name})


def _turn_on(of: Things, actor: Actor) -> str:
    """Turn on two-step verification by app for an actor, and return its recovery code."""
    key = of.world.portal.client.two_step.begin_totp(actor)
    return of.world.portal.client.two_step.enrol(actor, of.world.app(key))


def _prove(of: Things, actor: Actor) -> object:
    """Turn on two-step verification for an actor, and prove with a code that the actor may change it."""
    recovery = _turn_on(of, actor)
    of.world.portal.client.two_step.ask_code(actor)
    return of.world.portal.client.two_step.prove(actor, recovery)


def _turn_off(of: Things, actor: Actor) -> None:
    """Turn on two-step verification for an actor, and turn it off again."""
    _prove(of, actor)
    of.world.portal.client.two_step.turn_off(actor)


def bound(of: Things, actor: Actor) -> Authentication:
    """Bind a subject of the vendor's sign-in to the person of an actor, and return its authentication."""
    authentication = of.world.authentication(str(actor.person_id))
    with of.world.storage.begin() as uow:
        person = uow.persons.get(actor.office_id, actor.person_id)
        uow.persons.save(attrs.evolve(person, vendor_subject=authentication.subject))
        uow.offices.save(attrs.evolve(uow.offices.get(actor.office_id), vendor_sign_in=VENDOR))
        uow.commit()
    return authentication


def _on(make: Made) -> Made:
    """Turn on two-step verification before the call."""
    return lambda portal, actor, of: (_turn_on(of, actor), make(portal, actor, of))


def _enrolling(make: Made) -> Made:
    """Begin the enrolment of an app before the call."""
    return lambda portal, actor, of: (portal.client.two_step.begin_totp(actor), make(portal, actor, of))


def main(make: Callable[[Portal, Actor, Things], Any]) -> Call:
    """Make a call that names no particular thing, and that only the main account of a company may make."""
    return Call(reach=Reach.MAIN, make=make)


PROFILE = Profile(language=Language.ENGLISH, notifications=Notifications(messages=False))

CALLS: Mapping[str, Call] = {
    "client.home.counts": own(lambda portal, actor, _: portal.client.home.counts(actor)),
    "client.home.news": own(lambda portal, actor, _: portal.client.home.news(actor)),
    "client.messages.room": own(lambda portal, actor, _: portal.client.messages.room(actor)),
    "client.dossiers.list": own(lambda portal, actor, _: portal.client.dossiers.list(actor, DossierQuery())),
    "client.dossiers.open": party(lambda portal, actor, of: portal.client.dossiers.open(actor, of.dossier)),
    "client.dossiers.documents": party(
        lambda portal, actor, of: portal.client.dossiers.documents(actor, of.dossier, DocumentKind.DOCUMENT), empty=True
    ),
    "client.dossiers.submissions": party(
        lambda portal, actor, of: portal.client.dossiers.submissions(actor, of.dossier), empty=True
    ),
    "client.dossiers.messages": party(
        lambda portal, actor, of: portal.client.dossiers.messages(actor, of.dossier), empty=True
    ),
    "client.dossiers.look": client(
        lambda portal, actor, of: portal.client.dossiers.look(actor, of.dossier, of.document)
    ),
    "client.dossiers.look_at_submission": client(
        lambda portal, actor, of: portal.client.dossiers.look_at_submission(actor, of.dossier, of.submission)
    ),
    "client.dossiers.archive": party(lambda portal, actor, of: portal.client.dossiers.archive(actor, of.dossier)),
    "client.dossiers.download": client(
        lambda portal, actor, of: portal.client.dossiers.download(actor, of.dossier, of.document)
    ),
    "client.dossiers.download_submission": client(
        lambda portal, actor, of: portal.client.dossiers.download_submission(actor, of.dossier, of.submission)
    ),
    "client.dossiers.handler_picture": party(
        lambda portal, actor, of: portal.client.dossiers.handler_picture(actor, of.dossier)
    ),
    "client.messages.peek": client(
        lambda portal, actor, of: portal.client.messages.peek(actor, of.dossier, of.message)
    ),
    "client.messages.read": client(
        lambda portal, actor, of: portal.client.messages.read(actor, of.dossier, of.message)
    ),
    "client.messages.peek_conversation": client(
        lambda portal, actor, of: portal.client.messages.peek_conversation(actor, of.dossier, of.message)
    ),
    "client.messages.read_conversation": client(
        lambda portal, actor, of: portal.client.messages.read_conversation(actor, of.dossier, of.message)
    ),
    "client.messages.take_back": client(
        lambda portal, actor, of: portal.client.messages.take_back(actor, of.dossier, of.sent)
    ),
    "client.messages.uploads": account(
        lambda portal, actor, of: portal.client.messages.uploads(actor, of.dossier, of.draft), empty=True
    ),
    "client.messages.send": client(
        lambda portal, actor, of: portal.client.messages.send(
            actor,
            of.dossier,
            portal.client.messages.new_draft(),
            MessageText(subject="Re", body="Ja."),
            answers=of.message,
        )
    ),
    "client.receipts.get": client(lambda portal, actor, of: portal.client.receipts.get(actor, of.dossier, of.receipt)),
    "client.receipts.pdf": client(lambda portal, actor, of: portal.client.receipts.pdf(actor, of.dossier, of.receipt)),
    "client.receipts.mail": client(
        lambda portal, actor, of: portal.client.receipts.mail(actor, of.dossier, of.receipt)
    ),
    "client.drafts.save": party(
        lambda portal, actor, of: portal.client.drafts.save(
            actor, of.dossier, of.draft, MessageText(subject="Vraag", body="Wanneer")
        )
    ),
    "client.drafts.list": account(lambda portal, actor, of: portal.client.drafts.list(actor, of.dossier), empty=True),
    "client.drafts.get": account(lambda portal, actor, of: portal.client.drafts.get(actor, of.dossier, of.kept)),
    "client.drafts.delete": account(lambda portal, actor, of: portal.client.drafts.delete(actor, of.dossier, of.kept)),
    "client.attachments.stage": party(
        lambda portal, actor, of: portal.client.attachments.stage(
            actor, of.dossier, of.draft, name="a.pdf", blocks=[PDF]
        )
    ),
    "client.attachments.unstage": account(
        lambda portal, actor, of: portal.client.attachments.unstage(actor, of.dossier, of.upload)
    ),
    "client.questionnaires.waiting": party(
        lambda portal, actor, of: portal.client.questionnaires.waiting(actor, of.dossier), empty=True
    ),
    "client.questionnaires.open": client(
        lambda portal, actor, of: portal.client.questionnaires.open(actor, of.assignment)
    ),
    "client.questionnaires.pdf": client(
        lambda portal, actor, of: portal.client.questionnaires.pdf(actor, of.completed, language=Language.ENGLISH)
    ),
    "client.questionnaires.start": client(
        lambda portal, actor, of: portal.client.questionnaires.start(actor, of.assignment)
    ),
    "client.questionnaires.find_address": own(
        lambda portal, actor, _of: portal.client.questionnaires.find_address(actor, "2513aa", "1")
    ),
    "client.questionnaires.save": client(
        lambda portal, actor, of: portal.client.questionnaires.save(
            actor, of.assignment, "persoon", intake.SINGLE, version=2
        )
    ),
    "client.questionnaires.complete": client(
        lambda portal, actor, of: portal.client.questionnaires.complete(actor, of.completed, version=3)
    ),
    "client.answer_files.stage": client(
        lambda portal, actor, of: portal.client.answer_files.stage(
            actor, of.assignment, "kopie", name="a.pdf", blocks=[PDF]
        )
    ),
    "client.answer_files.staged": account(
        lambda portal, actor, of: portal.client.answer_files.staged(actor, of.assignment, "kopie"), empty=True
    ),
    "client.answer_files.unstage": account(
        lambda portal, actor, of: portal.client.answer_files.unstage(actor, of.assignment, of.answer_upload)
    ),
    "client.requests.waiting": party(
        lambda portal, actor, of: portal.client.requests.waiting(actor, of.dossier), empty=True
    ),
    "client.requests.delivered": party(lambda portal, actor, of: portal.client.requests.delivered(actor), empty=True),
    "client.requests.list": party(lambda portal, actor, of: portal.client.requests.list(actor, of.dossier), empty=True),
    "client.requests.get": client(lambda portal, actor, of: portal.client.requests.get(actor, of.request)),
    "client.requests.open": client(lambda portal, actor, of: portal.client.requests.open(actor, of.request)),
    "client.requests.stage": client(_stage),
    "client.requests.staged": account(
        lambda portal, actor, of: portal.client.requests.staged(actor, of.request, of.items[1]), empty=True
    ),
    "client.requests.unstage": account(
        lambda portal, actor, of: portal.client.requests.unstage(actor, of.request, of.item_upload)
    ),
    "client.requests.deliver": client(_deliver),
    "client.requests.declare_not_applicable": client(
        lambda portal, actor, of: portal.client.requests.declare_not_applicable(
            actor, of.request, of.items[2], portal.client.requests.new_delivery(), "Wij huren"
        )
    ),
    "client.requests.take_back": client(
        lambda portal, actor, of: portal.client.requests.take_back(actor, of.request, of.items[0], of.delivery)
    ),
    "client.profile.view": own(lambda portal, actor, _: portal.client.profile.view(actor)),
    "client.profile.save": own(lambda portal, actor, _: portal.client.profile.save(actor, PROFILE)),
    "client.profile.change_password": own_person(
        lambda portal, actor, _: portal.client.profile.change_password(
            actor, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
        )
    ),
    "client.address_changes.view": own_person(lambda portal, actor, _: portal.client.address_changes.view(actor)),
    "client.address_changes.ready": own_person(lambda portal, actor, _: portal.client.address_changes.ready(actor)),
    "client.address_changes.ask": own_person(
        lambda portal, actor, _: portal.client.address_changes.ask(actor, "anders@example.nl")
    ),
    "client.sessions.view": own_person(lambda portal, actor, _: portal.client.sessions.view(actor)),
    "client.sessions.keep": own_person(lambda portal, actor, _: portal.client.sessions.keep(actor)),
    "client.sessions.keep_during": own_person(
        lambda portal, actor, _: b"".join(portal.client.sessions.keep_during(actor, [b"stuk"]))
    ),
    "client.accounts.others": own_person(lambda portal, actor, _: portal.client.accounts.others(actor)),
    "client.accounts.act_for": person(lambda portal, actor, of: portal.client.accounts.act_for(actor, of.second)),
    "client.accounts.switch": person(lambda portal, actor, of: portal.client.accounts.switch(actor, of.second)),
    "client.sessions.end": person(lambda portal, actor, of: portal.client.sessions.end(actor, of.owner.session_id)),
    "client.sessions.end_others": own_person(lambda portal, actor, _: portal.client.sessions.end_others(actor)),
    "client.two_step.view": own_person(lambda portal, actor, _: portal.client.two_step.view(actor)),
    "client.two_step.begin_sms": own_person(lambda portal, actor, _: portal.client.two_step.begin_sms(actor, NUMBER)),
    "client.two_step.begin_totp": own_person(lambda portal, actor, _: portal.client.two_step.begin_totp(actor)),
    "client.two_step.resend": own_person(_enrolling(lambda portal, actor, _: portal.client.two_step.resend(actor))),
    "client.two_step.cancel": own_person(_enrolling(lambda portal, actor, _: portal.client.two_step.cancel(actor))),
    "client.two_step.enrol": own_person(lambda _portal, actor, of: _turn_on(of, actor)),
    "client.two_step.ask_code": own_person(_on(lambda portal, actor, _: portal.client.two_step.ask_code(actor))),
    "client.two_step.prove": own_person(lambda _portal, actor, of: _prove(of, actor)),
    "client.two_step.turn_off": own_person(lambda _portal, actor, of: _turn_off(of, actor)),
    "client.extra_accounts.list": main(lambda portal, actor, _: portal.client.extra_accounts.list(actor)),
    "client.extra_accounts.ready": main(lambda portal, actor, _: portal.client.extra_accounts.ready(actor)),
    "client.extra_accounts.add": main(
        lambda portal, actor, _: portal.client.extra_accounts.add(actor, name="Els", email="els@example.nl")
    ),
    "client.extra_accounts.get": account(lambda portal, actor, of: portal.client.extra_accounts.get(actor, of.invited)),
    "client.extra_accounts.invite_again": account(
        lambda portal, actor, of: portal.client.extra_accounts.invite_again(actor, of.invited)
    ),
    "client.extra_accounts.delete": account(
        lambda portal, actor, of: portal.client.extra_accounts.delete(actor, of.invited)
    ),
    "client.sign_in.confirm": own_person(lambda portal, actor, _: portal.client.sign_in.confirm(actor, PASSWORD)),
    "client.sign_in.confirm_admitted": own_person(
        lambda portal, actor, of: portal.client.sign_in.confirm_admitted(actor, bound(of, actor))
    ),
    "client.sign_in.sign_out": own_person(lambda portal, actor, _: portal.client.sign_in.sign_out(actor)),
}
"""All calls with an ``Actor`` parameter."""
