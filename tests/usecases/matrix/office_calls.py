"""All calls of the office's side, with the things of one office. That office or another one makes them."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.api_keys import ApiAccess, ApiArea, NewApiKey
from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.extra_accounts import NewExtraAccount
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import OfficeNotices
from klantportaal.domain.public_events import EventType
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AccountId, Language, WebhookId
from klantportaal.domain.webhooks import NewWebhook
from klantportaal.sides import OfficeSide
from tests.usecases import intake
from tests.usecases.matrix import client_calls
from tests.usecases.matrix.scene import Things
from tests.usecases.progress_template import TEMPLATE as STEPS
from tests.usecases.request_template import TEMPLATE
from tests.usecases.world import PDF, PROFILE, VENDOR

CARD = ContactCard(name="mr. A. de Wit", role={Language.DUTCH: "notaris"}, telephone="020 123 45 67")
NOTICES = OfficeNotices(page="https://example.nl/post", addresses=("post@example.nl",))
KEY = NewApiKey(name="boekhouding", scopes={ApiArea.DOCUMENTS: ApiAccess.WRITE})
WEBHOOK = NewWebhook(url="https://example.nl/hook", types=(EventType.MESSAGE_SENT,))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@attrs.frozen(kw_only=True)
class Call:
    """A call with things that belong to the first office."""

    make: Callable[[OfficeSide, OfficeActor, Things], Any]
    prepare: Callable[[OfficeSide, Things], Any] = lambda _office, _of: None
    """What the first office does before the call."""
    names_something: bool = True
    """Whether the call names one thing, which is absent for other offices. Else it is about the caller's own office."""


def refuse_mail(of: Things) -> None:
    """Let a mail of the company be refused."""
    of.world.mail.refuse("later@example.nl")
    of.world.invite("later@example.nl", name="Later")
    of.world.deliver()


def told(office: OfficeSide, of: Things) -> None:
    """Make an endpoint, and tell it of something."""
    office.webhooks.make(of.world.handler, WEBHOOK)
    drafts = of.world.portal.client.messages
    drafts.send(of.owner, of.dossier, drafts.new_draft(), MessageText(subject="Vraag", body="Geheim"))


def webhook(office: OfficeSide, of: Things) -> WebhookId:
    """Give the endpoint of the first office."""
    return office.webhooks.list(of.world.handler)[0].id


def about(
    make: Callable[[OfficeSide, OfficeActor, Things], Any],
    *,
    after: Callable[[OfficeSide, Things], Any] = lambda _office, _of: None,
) -> Call:
    """Make a call about one thing."""
    return Call(make=make, prepare=after)


def own(make: Callable[[OfficeSide, OfficeActor, Things], Any]) -> Call:
    """Make a call about the caller's own office."""
    return Call(make=make, names_something=False)


def _publication(of: Things) -> Publication:
    return Publication(kind=DocumentKind.DOCUMENT, title="Nota", for_clients=frozenset({of.owner.client_id}))


def _invited(office: OfficeSide, of: Things) -> AccountId:
    """Find the account that was invited as *nieuw@example.nl*."""
    cards = office.clients.list(of.world.handler, search=NEW.email)
    return cards[0].accounts[0].id


EXTRA = NewExtraAccount(name="Els", email="els@example.nl", language=Language.DUTCH)
REQUEST = NewRequest(subject="Stukken", items=[NewItem(title="Loonstrook")])
NEW = NewClient(kind=ClientKind.PERSON, name="Nieuw", email="nieuw@example.nl")

CALLS: Mapping[str, Call] = {
    "office.profile.get": own(lambda office, actor, _: office.profile.get(actor)),
    "office.profile.change": own(lambda office, actor, _: office.profile.change(actor, PROFILE)),
    "office.profile.change_dark_logo": own(
        lambda office, actor, _: office.profile.change_dark_logo(actor, name="logo.png", blocks=[PNG])
    ),
    "office.profile.remove_dark_logo": own(lambda office, actor, _: office.profile.remove_dark_logo(actor)),
    "office.profile.change_logo": own(
        lambda office, actor, _: office.profile.change_logo(actor, name="logo.png", blocks=[PNG])
    ),
    "office.profile.allow_address_changes": own(
        lambda office, actor, _: office.profile.allow_address_changes(actor, False)
    ),
    "office.profile.require_two_step": own(lambda office, actor, _: office.profile.require_two_step(actor)),
    "office.profile.use_vendor_sign_in": own(lambda office, actor, _: office.profile.use_vendor_sign_in(actor, VENDOR)),
    "office.clients.release_subject": about(
        lambda office, actor, of: office.clients.release_subject(actor, of.owner.account_id),
        after=lambda _office, of: client_calls.bound(of, of.owner),
    ),
    "office.clients.reset_two_step": about(
        lambda office, actor, of: office.clients.reset_two_step(actor, of.owner.account_id),
        after=lambda _office, of: of.world.turn_on(of.owner),
    ),
    "office.clients.invite": own(
        lambda office, actor, _: office.clients.invite(
            actor, NewClient(kind=ClientKind.PERSON, name="Een ander", email="ander@example.nl")
        )
    ),
    "office.clients.add_extra_account": about(
        lambda office, actor, of: office.clients.add_extra_account(actor, of.owner.client_id, EXTRA)
    ),
    "office.clients.delete_account": about(
        lambda office, actor, of: office.clients.delete_account(actor, of.sibling.account_id)
    ),
    "office.clients.invite_again": about(
        lambda office, actor, of: office.clients.invite_again(actor, _invited(office, of)),
        after=lambda office, of: office.clients.invite(of.world.handler, NEW),
    ),
    "office.clients.correct": about(
        lambda office, actor, of: office.clients.correct(
            actor, of.owner.account_id, name="Iemand", email="iemand@example.nl"
        )
    ),
    "office.clients.close": about(lambda office, actor, of: office.clients.close(actor, of.owner.client_id)),
    "office.clients.reopen": about(
        lambda office, actor, of: office.clients.reopen(actor, of.owner.client_id),
        after=lambda office, of: office.clients.close(of.world.handler, of.owner.client_id),
    ),
    "office.clients.close_account": about(
        lambda office, actor, of: office.clients.close_account(actor, of.owner.account_id)
    ),
    "office.clients.reopen_account": about(
        lambda office, actor, of: office.clients.reopen_account(actor, of.sibling.account_id),
        after=lambda office, of: office.clients.close_account(of.world.handler, of.sibling.account_id),
    ),
    "office.clients.list": own(lambda office, actor, _: office.clients.list(actor)),
    "office.clients.get": about(lambda office, actor, of: office.clients.get(actor, of.owner.client_id)),
    "office.clients.find": about(
        lambda office, actor, _: office.clients.find(actor, "X-1"),
        after=lambda office, of: office.clients.invite(of.world.handler, attrs.evolve(NEW, external_id="X-1")),
    ),
    "office.clients.send_mail_again": about(
        lambda office, actor, of: office.clients.send_mail_again(
            actor, office.clients.mail_problems(of.world.handler)[0].mail_id
        ),
        after=lambda office, of: refuse_mail(of),
    ),
    "office.clients.bounced": own(lambda office, actor, _: office.clients.bounced(actor, b"")),
    "office.clients.usage": own(lambda office, actor, _: office.clients.usage(actor)),
    "office.clients.mail_problems": own(lambda office, actor, _: office.clients.mail_problems(actor)),
    "office.dossiers.open": about(
        lambda office, actor, of: office.dossiers.open(
            actor, number="2026-009", description="Erfenis", parties=[of.owner.client_id]
        )
    ),
    "office.dossiers.change": about(
        lambda office, actor, of: office.dossiers.change(actor, of.dossier, status="completed")
    ),
    "office.dossiers.add_party": about(
        lambda office, actor, of: office.dossiers.add_party(actor, of.dossier, of.other_client.client_id)
    ),
    "office.dossiers.remove_party": about(
        lambda office, actor, of: office.dossiers.remove_party(actor, of.dossier, of.owner.client_id)
    ),
    "office.dossiers.await_third_party": about(
        lambda office, actor, of: office.dossiers.await_third_party(actor, of.dossier, "de bank")
    ),
    "office.dossiers.clear_third_party": about(
        lambda office, actor, of: office.dossiers.clear_third_party(actor, of.dossier)
    ),
    "office.dossiers.waiting": own(lambda office, actor, _: office.dossiers.waiting(actor)),
    "office.dossiers.list": own(lambda office, actor, _: office.dossiers.list(actor)),
    "office.dossiers.quarantine": own(lambda office, actor, _: office.dossiers.quarantine(actor)),
    "office.dossiers.archive": about(lambda office, actor, of: office.dossiers.archive(actor, of.dossier)),
    "office.dossiers.get": about(lambda office, actor, of: office.dossiers.get(actor, of.dossier)),
    "office.dossiers.find": about(
        lambda office, actor, _: office.dossiers.find(actor, "X-1"),
        after=lambda office, of: office.dossiers.open(
            of.world.handler, number="X", description="Koop", parties=[of.owner.client_id], external_id="X-1"
        ),
    ),
    "office.dossiers.give_handler": about(
        lambda office, actor, of: office.dossiers.give_handler(actor, of.dossier, None)
    ),
    "office.dossiers.set_notice_addresses": about(
        lambda office, actor, of: office.dossiers.set_notice_addresses(actor, of.dossier, ["post@example.nl"])
    ),
    "office.profile.set_notices": own(lambda office, actor, _: office.profile.set_notices(actor, NOTICES)),
    "office.api_keys.list": own(lambda office, actor, _: office.api_keys.list(actor)),
    "office.api_keys.make": own(lambda office, actor, _: office.api_keys.make(actor, KEY)),
    "office.api_keys.revoke": about(
        lambda office, actor, of: office.api_keys.revoke(actor, office.api_keys.list(of.world.handler)[0].id),
        after=lambda office, of: office.api_keys.make(of.world.handler, KEY),
    ),
    "office.case_handlers.list": own(lambda office, actor, _: office.case_handlers.list(actor)),
    "office.case_handlers.add": own(lambda office, actor, _: office.case_handlers.add(actor, CARD)),
    "office.case_handlers.change": about(
        lambda office, actor, of: office.case_handlers.change(actor, of.handler, CARD)
    ),
    "office.case_handlers.change_picture": about(
        lambda office, actor, of: office.case_handlers.change_picture(actor, of.handler, name="a.png", blocks=[PNG])
    ),
    "office.case_handlers.remove_picture": about(
        lambda office, actor, of: office.case_handlers.remove_picture(actor, of.handler)
    ),
    "office.case_handlers.remove": about(lambda office, actor, of: office.case_handlers.remove(actor, of.handler)),
    "office.documents.publish": about(
        lambda office, actor, of: office.documents.publish(
            actor, of.dossier, _publication(of), name="nota.pdf", blocks=[PDF]
        )
    ),
    "office.documents.replace": about(
        lambda office, actor, of: office.documents.replace(actor, of.document, name="akte.pdf", blocks=[PDF])
    ),
    "office.documents.withdraw": about(
        lambda office, actor, of: office.documents.withdraw(actor, of.document, "Vergissing")
    ),
    "office.documents.download": about(lambda office, actor, of: office.documents.download(actor, of.document)),
    "office.documents.find": about(
        lambda office, actor, _: office.documents.find(actor, "X-1"),
        after=lambda office, of: office.documents.publish(
            of.world.handler,
            of.dossier,
            attrs.evolve(_publication(of), external_id="X-1"),
            name="nota.pdf",
            blocks=[PDF],
        ),
    ),
    "office.messages.send": about(
        lambda office, actor, of: office.messages.send(
            actor, of.dossier, of.owner.client_id, MessageText(subject="Vraag", body="Klopt dit?")
        )
    ),
    "office.messages.inbox": own(lambda office, actor, _: office.messages.inbox(actor)),
    "office.messages.find": about(
        lambda office, actor, _: office.messages.find(actor, "X-1"),
        after=lambda office, of: office.messages.send(
            of.world.handler,
            of.dossier,
            of.owner.client_id,
            MessageText(subject="Vraag", body="Klopt dit?"),
            external_id="X-1",
        ),
    ),
    "office.messages.peek": about(lambda office, actor, of: office.messages.peek(actor, of.sent)),
    "office.messages.read": about(lambda office, actor, of: office.messages.read(actor, of.sent)),
    "office.messages.take_back": about(lambda office, actor, of: office.messages.take_back(actor, of.message)),
    "office.messages.handle": about(
        lambda office, actor, of: office.messages.handle(actor, office.messages.inbox(of.world.handler)[0].message.id)
    ),
    "office.messages.fetch": about(lambda office, actor, of: office.messages.fetch(actor, of.submission)),
    "office.questionnaires.publish": own(
        lambda office, actor, _: office.questionnaires.publish(actor, intake.document(id="anders"))
    ),
    "office.questionnaires.revisions": own(lambda office, actor, _: office.questionnaires.revisions(actor)),
    "office.questionnaires.document": about(lambda office, actor, of: office.questionnaires.document(actor, of.digest)),
    "office.questionnaires.start_draft": own(lambda office, actor, _: office.questionnaires.start_draft(actor)),
    "office.questionnaires.drafts": own(lambda office, actor, _: office.questionnaires.drafts(actor)),
    "office.questionnaires.draft": about(
        lambda office, actor, of: office.questionnaires.draft(actor, of.questionnaire_draft)
    ),
    "office.questionnaires.save_draft": about(
        lambda office, actor, of: office.questionnaires.save_draft(actor, of.questionnaire_draft, "{}", version=1)
    ),
    "office.questionnaires.discard_draft": about(
        lambda office, actor, of: office.questionnaires.discard_draft(actor, of.questionnaire_draft, version=1)
    ),
    "office.questionnaires.publish_draft": about(
        lambda office, actor, of: office.questionnaires.publish_draft(actor, of.questionnaire_draft, version=1)
    ),
    "office.questionnaires.source": about(lambda office, actor, of: office.questionnaires.source(actor, of.digest)),
    "office.questionnaires.fragments": own(lambda office, actor, _: office.questionnaires.fragments(actor)),
    "office.questionnaires.fragment": about(
        lambda office, actor, of: office.questionnaires.fragment(actor, of.questionnaire_fragment)
    ),
    "office.questionnaires.save_fragment": about(
        lambda office, actor, of: office.questionnaires.save_fragment(
            actor, of.questionnaire_fragment, '{"questions": [1]}', version=1
        )
    ),
    "office.questionnaires.delete_fragment": about(
        lambda office, actor, of: office.questionnaires.delete_fragment(actor, of.questionnaire_fragment, version=1)
    ),
    "office.questionnaires.changes": about(
        lambda office, actor, of: office.questionnaires.changes(actor, older=of.digest, newer=of.digest)
    ),
    "office.questionnaires.assign": about(
        lambda office, actor, of: office.questionnaires.assign(actor, of.dossier, of.owner.client_id, "intake")
    ),
    "office.questionnaires.withdraw": about(
        lambda office, actor, of: office.questionnaires.withdraw(actor, of.assignment)
    ),
    "office.questionnaires.rebase": about(
        lambda office, actor, of: office.questionnaires.rebase(actor, of.assignment, 1)
    ),
    "office.questionnaires.list": own(lambda office, actor, _: office.questionnaires.list(actor)),
    "office.questionnaires.get": about(lambda office, actor, of: office.questionnaires.get(actor, of.assignment)),
    "office.questionnaires.answers": about(
        lambda office, actor, of: office.questionnaires.answers(actor, of.completed)
    ),
    "office.questionnaires.result": about(lambda office, actor, of: office.questionnaires.result(actor, of.completed)),
    "office.events.list": own(lambda office, actor, _: office.events.list(actor)),
    "office.events.newest": own(lambda office, actor, _: office.events.newest(actor)),
    "office.webhooks.list": own(lambda office, actor, _: office.webhooks.list(actor)),
    "office.webhooks.make": own(lambda office, actor, _: office.webhooks.make(actor, WEBHOOK)),
    "office.webhooks.change": about(
        lambda office, actor, of: office.webhooks.change(actor, webhook(office, of), WEBHOOK), after=told
    ),
    "office.webhooks.rotate_secret": about(
        lambda office, actor, of: office.webhooks.rotate_secret(actor, webhook(office, of)), after=told
    ),
    "office.webhooks.switch": about(
        lambda office, actor, of: office.webhooks.switch(actor, webhook(office, of), on=False), after=told
    ),
    "office.webhooks.remove": about(
        lambda office, actor, of: office.webhooks.remove(actor, webhook(office, of)), after=told
    ),
    "office.webhooks.deliveries": about(
        lambda office, actor, of: office.webhooks.deliveries(actor, webhook(office, of)), after=told
    ),
    "office.webhooks.resend": about(
        lambda office, actor, of: office.webhooks.resend(
            actor, office.webhooks.deliveries(of.world.handler, webhook(office, of))[0].id
        ),
        after=told,
    ),
    "office.webhooks.resend_since": about(
        lambda office, actor, of: office.webhooks.resend_since(
            actor, webhook(office, of), of.world.clock.now() - timedelta(hours=1)
        ),
        after=told,
    ),
    "office.reminders.rules": own(lambda office, actor, _: office.reminders.rules(actor)),
    "office.reminders.change": own(lambda office, actor, _: office.reminders.change(actor, None)),
    "office.reminders.sent": own(lambda office, actor, _: office.reminders.sent(actor)),
    "office.reminders.unseen": own(lambda office, actor, _: office.reminders.unseen(actor, days=0)),
    "office.reminders.letter": about(
        lambda office, actor, of: office.reminders.letter(
            actor, of.dossier, of.owner.client_id, "Dam 1\n1012 JS Amsterdam"
        )
    ),
    "office.reminders.switch_client": about(
        lambda office, actor, of: office.reminders.switch_client(actor, of.owner.client_id, on=False)
    ),
    "office.reminders.switch_questionnaire": about(
        lambda office, actor, of: office.reminders.switch_questionnaire(actor, of.assignment, on=False)
    ),
    "office.reminders.switch_request": about(
        lambda office, actor, of: office.reminders.switch_request(actor, of.request, on=False)
    ),
    "office.reminders.switch_item": about(
        lambda office, actor, of: office.reminders.switch_item(actor, of.request, of.items[0], on=False)
    ),
    "office.reminders.switched_off": own(lambda office, actor, of: office.reminders.switched_off(actor, [of.request])),
    "office.progress.publish_template": own(
        lambda office, actor, _: office.progress.publish_template(actor, json.dumps({**STEPS, "id": "anders"}))
    ),
    "office.progress.templates": own(lambda office, actor, _: office.progress.templates(actor)),
    "office.progress.template_document": about(
        lambda office, actor, of: office.progress.template_document(actor, of.steps_digest)
    ),
    "office.progress.follow": about(
        lambda office, actor, of: office.progress.follow(actor, of.dossier, "levering", step="akte")
    ),
    "office.progress.move": about(lambda office, actor, of: office.progress.move(actor, of.dossier, "concept")),
    "office.progress.end": about(lambda office, actor, of: office.progress.end(actor, of.dossier)),
    "office.requests.publish_template": own(
        lambda office, actor, _: office.requests.publish_template(actor, json.dumps({**TEMPLATE, "id": "anders"}))
    ),
    "office.requests.templates": own(lambda office, actor, _: office.requests.templates(actor)),
    "office.requests.template_document": about(
        lambda office, actor, of: office.requests.template_document(actor, of.template_digest)
    ),
    "office.requests.make": about(
        lambda office, actor, of: office.requests.make(actor, of.dossier, of.owner.client_id, REQUEST)
    ),
    "office.requests.make_from_template": about(
        lambda office, actor, of: office.requests.make_from_template(actor, of.dossier, of.owner.client_id, "hypotheek")
    ),
    "office.requests.add_item": about(
        lambda office, actor, of: office.requests.add_item(actor, of.request, REQUEST.items[0])
    ),
    "office.requests.withdraw_item": about(
        lambda office, actor, of: office.requests.withdraw_item(actor, of.request, of.items[0], "Vergissing")
    ),
    "office.requests.withdraw": about(
        lambda office, actor, of: office.requests.withdraw(actor, of.request, "Vergissing")
    ),
    "office.requests.remind": about(lambda office, actor, of: office.requests.remind(actor, of.request)),
    "office.requests.accept_item": about(
        lambda office, actor, of: office.requests.accept_item(actor, of.request, of.items[0])
    ),
    "office.requests.return_item": about(
        lambda office, actor, of: office.requests.return_item(actor, of.request, of.items[0], "Onleesbaar")
    ),
    "office.requests.list": own(lambda office, actor, _: office.requests.list(actor)),
    "office.requests.delivered": own(lambda office, actor, _: office.requests.delivered(actor)),
    "office.requests.get": about(lambda office, actor, of: office.requests.get(actor, of.request)),
    "office.requests.open_item": about(
        lambda office, actor, of: office.requests.open_item(actor, of.request, of.items[0])
    ),
    "office.requests.fetch": about(lambda office, actor, of: office.requests.fetch(actor, of.request, of.requested)),
    "office.audit.entries": own(lambda office, actor, _: office.audit.entries(actor)),
    "office.audit.export": own(lambda office, actor, _: list(office.audit.export(actor))),
    "office.audit.verify": own(lambda office, actor, _: office.audit.verify(actor)),
    "office.audit.accept_restored": Call(
        make=lambda office, actor, _: office.audit.accept_restored(actor, reason="Reservekopie van maandag"),
        prepare=lambda _office, of: of.world.lose_trail(),
        names_something=False,
    ),
    "office.questionnaires.pdf": about(lambda office, actor, of: office.questionnaires.pdf(actor, of.completed)),
}
"""All calls with an ``OfficeActor`` parameter."""
