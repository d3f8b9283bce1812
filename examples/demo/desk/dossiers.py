"""Pages for dossiers, their parties, and messages to them."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template, request

from examples.demo.desk.language import current
from examples.demo.desk.serving import Attempt, Page, attempt, choice, desk, done, lines
from klantportaal import (
    PAGE,
    CaseHandlerId,
    ClientCard,
    ClientId,
    Direction,
    DossierId,
    DossierKey,
    FileKey,
    Message,
    MessageId,
    MessageText,
    RevisionRow,
    TemplateRow,
)
from klantportaal.questionnaires import library

dossiers = Blueprint("dossiers", __name__)


@dossiers.get("/dossiers")
def listed(tried: Attempt | None = None) -> Page:
    """List the dossiers, with a form to open a dossier."""
    here, search = desk(), request.args.get("search", "")
    rows = here.office.dossiers.list(here.actor, search=search, after=_after())
    page = render_template(
        "dossiers.html",
        rows=rows,
        more=rows[-1].key if len(rows) == PAGE else None,
        search=search,
        office=here.office.profile.get(here.actor),
        clients=list(every_client()),
        tried=tried,
    )
    return (page, 422) if tried else page


def _after() -> DossierKey | None:
    """Read the key of the last row of the page before."""
    moment, id = request.args.get("changed", type=datetime.fromisoformat), request.args.get("after", type=UUID)
    return DossierKey(changed_at=moment, id=DossierId(id)) if moment and id else None


def every_client() -> Iterator[ClientCard]:
    """Return all clients, page by page. An office with thousands of clients would need a search instead."""
    here = desk()
    after = None
    while cards := here.office.clients.list(here.actor, after=after):
        yield from cards
        after = cards[-1].client.id


def chosen(name: str) -> frozenset[ClientId]:
    """Read the clients that were ticked."""
    return frozenset(ClientId(each) for each in request.form.getlist(name, type=UUID))


@dossiers.post("/dossiers")
def open_dossier() -> Page:
    """Open a dossier for the chosen clients."""
    here, form = desk(), request.form
    tried = attempt(
        "open",
        lambda: here.office.dossiers.open(
            here.actor,
            number=form.get("number", ""),
            description=form.get("description", ""),
            parties=chosen("parties"),
            status=form.get("status", ""),
        ),
    )
    return listed(tried) if tried else done("opened", "dossiers.listed")


@dossiers.get("/dossiers/<uuid:dossier_id>")
def dossier(dossier_id: UUID, tried: Attempt | None = None) -> Page:
    """Show everything in a dossier, who read and downloaded what, and a form for each action."""
    here = desk()
    whole = here.office.dossiers.get(here.actor, DossierId(dossier_id))
    unopened = [each.message for each in whole.messages if is_unopened(each.message)]
    for message in unopened:  # The page shows their texts: from now on, the client cannot take them back (ME-6).
        here.office.messages.read(here.actor, message.id)
    if unopened:
        whole = here.office.dossiers.get(here.actor, DossierId(dossier_id))
    cards = [here.office.clients.get(here.actor, party.id) for party in whole.parties]
    parties = {party.id for party in whole.parties}
    page = render_template(
        "dossier.html",
        whole=whole,
        dossier=whole.dossier,
        names={card.client.id: card.client.name for card in cards},
        accounts={account.id: account.name for card in cards for account in card.accounts},
        others=[card.client for card in every_client() if card.client.id not in parties],
        asked=_questionnaires().items(),
        templates={each.template: each.titles[current()] for each in _templates()}.items(),
        step_templates={each.template: each.titles[current()] for each in _step_templates()}.items(),
        handlers=here.office.case_handlers.list(here.actor),
        office=here.office.profile.get(here.actor),
        tried=tried,
    )
    return (page, 422) if tried else page


def is_unopened(message: Message) -> bool:
    """Tell whether a client's message was not opened by the office."""
    return message.direction is Direction.OUTBOUND and message.opened_at is None and message.taken_back_at is None


def _questionnaires() -> dict[str, str]:
    """Return the title of each questionnaire that can be assigned: of the published ones, and of the library."""
    published = {each.questionnaire: each.titles[current()] for each in _revisions()}
    others = {id: json.loads(document) for id, document in library().items() if id not in published}
    return published | {id: document["texts"][current()]["title"] for id, document in others.items()}


def _revisions() -> Sequence[RevisionRow]:
    """Return the published revisions, with the newest of each questionnaire last, because the last title is shown."""
    here = desk()
    return here.office.questionnaires.revisions(here.actor)[::-1]


def _templates() -> Sequence[TemplateRow]:
    """Return the published templates of requests, with the newest revision of each last."""
    here = desk()
    return here.office.requests.templates(here.actor)[::-1]


def _step_templates() -> Sequence[TemplateRow]:
    """Return the published templates of steps, with the newest revision of each last."""
    here = desk()
    return here.office.progress.templates(here.actor)[::-1]


@dossiers.post("/dossiers/<uuid:dossier_id>")
def change(dossier_id: UUID) -> Page:
    """Change the description or status of a dossier."""
    here, form = desk(), request.form
    tried = attempt(
        "change",
        lambda: here.office.dossiers.change(
            here.actor, DossierId(dossier_id), description=form.get("description"), status=form.get("status")
        ),
    )
    return dossier(dossier_id, tried) if tried else done("changed", "dossiers.dossier", dossier_id=dossier_id)


@dossiers.post("/dossiers/<uuid:dossier_id>/handler")
def give_handler(dossier_id: UUID) -> Page:
    """Let the parties see the card of a case handler, or of none."""
    here, handler_id = desk(), request.form.get("handler", type=UUID)
    here.office.dossiers.give_handler(
        here.actor, DossierId(dossier_id), CaseHandlerId(handler_id) if handler_id else None
    )
    return done("handler-given", "dossiers.dossier", dossier_id=dossier_id)


@dossiers.post("/dossiers/<uuid:dossier_id>/notices")
def set_notice_addresses(dossier_id: UUID) -> Page:
    """Say who is told by mail what clients send in a dossier, in place of the addresses of the office."""
    here, addresses = desk(), lines("addresses")
    tried = attempt(
        "notices", lambda: here.office.dossiers.set_notice_addresses(here.actor, DossierId(dossier_id), addresses)
    )
    return dossier(dossier_id, tried) if tried else done("changed", "dossiers.dossier", dossier_id=dossier_id)


@dossiers.get("/quarantine")
def quarantine() -> Page:
    """List the files that nobody can open."""
    here, after = desk(), request.args.get("after")
    rows = here.office.dossiers.quarantine(here.actor, after=FileKey(after) if after else None)
    return render_template("quarantine.html", rows=rows, more=rows[-1].held.file.key if len(rows) == PAGE else None)


@dossiers.post("/dossiers/<uuid:dossier_id>/parties")
def add_party(dossier_id: UUID) -> Page:
    """Make a client a party."""
    here = desk()
    client_id = ClientId(choice(UUID, "client"))
    here.office.dossiers.add_party(here.actor, DossierId(dossier_id), client_id)
    return done("party-added", "dossiers.dossier", dossier_id=dossier_id)


@dossiers.post("/dossiers/<uuid:dossier_id>/parties/<uuid:client_id>/remove")
def remove_party(dossier_id: UUID, client_id: UUID) -> Page:
    """Remove a party."""
    here = desk()
    tried = attempt(
        "party",
        lambda: here.office.dossiers.remove_party(here.actor, DossierId(dossier_id), ClientId(client_id)),
    )
    return dossier(dossier_id, tried) if tried else done("party-removed", "dossiers.dossier", dossier_id=dossier_id)


@dossiers.post("/dossiers/<uuid:dossier_id>/messages")
def send(dossier_id: UUID) -> Page:
    """Send a message to a party, or answer one."""
    here, form = desk(), request.form
    answers = form.get("answers", type=UUID)
    client_id = ClientId(choice(UUID, "client"))
    tried = attempt(
        f"answer-{answers}" if answers else "send",
        lambda: here.office.messages.send(
            here.actor,
            DossierId(dossier_id),
            client_id,
            MessageText(subject=form.get("subject", ""), body=form.get("body", "")),
            answers=MessageId(answers) if answers else None,
        ),
    )
    return dossier(dossier_id, tried) if tried else done("sent", "dossiers.dossier", dossier_id=dossier_id)
