"""Pages for clients and their accounts."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request

from examples.demo.desk.serving import Attempt, Page, attempt, choice, desk, done
from klantportaal import (
    PAGE,
    AccountCard,
    AccountId,
    AccountState,
    ClientCard,
    ClientId,
    ClientKind,
    Language,
    NewClient,
    NewExtraAccount,
    TaskId,
)

clients = Blueprint("clients", __name__)


@clients.get("/clients")
def listed(tried: Attempt | None = None) -> Page:
    """List the clients, with a form to invite a client and the mails that did not arrive."""
    here, search = desk(), request.args.get("search", "")
    after = request.args.get("after", type=UUID)
    cards = here.office.clients.list(here.actor, search=search, after=ClientId(after) if after else None)
    problems = here.office.clients.mail_problems(here.actor)
    more = cards[-1].client.id if len(cards) == PAGE else None
    page = render_template("clients.html", cards=cards, more=more, search=search, problems=problems, tried=tried)
    return (page, 422) if tried else page


@clients.post("/clients")
def invite() -> Page:
    """Add a client. Its account gets the first mail."""
    here, form = desk(), request.form
    new = NewClient(
        kind=choice(ClientKind, "kind"),
        name=form.get("name", ""),
        email=form.get("email", ""),
        account_name=form.get("account_name") or None,
        language=choice(Language, "language"),
    )
    tried = attempt("invite", lambda: here.office.clients.invite(here.actor, new))
    return listed(tried) if tried else done("invited", "clients.listed")


@clients.get("/clients/<uuid:client_id>")
def client(client_id: UUID, tried: Attempt | None = None) -> Page:
    """Show a client with its accounts, and the other clients of their persons."""
    here = desk()
    card = here.office.clients.get(here.actor, ClientId(client_id))
    elsewhere = {account.person_id: _others(account, card) for account in card.accounts}
    off = here.office.reminders.switched_off(here.actor, [card.client.id])
    page = render_template("client.html", card=card, elsewhere=elsewhere, off=off, tried=tried)
    return (page, 422) if tried else page


def _others(account: AccountCard, card: ClientCard) -> Sequence[ClientCard]:
    """List the other clients for which the person of an account has one."""
    here = desk()
    return [
        found
        for found in here.office.clients.list(here.actor, search=account.email)
        if found.client.id != card.client.id
        and any(each.person_id == account.person_id and each.state != AccountState.DELETED for each in found.accounts)
    ]


@clients.post("/mails/<uuid:mail_id>/again")
def send_mail_again(mail_id: UUID) -> Page:
    """Send a mail again that did not arrive."""
    here = desk()
    tried = attempt("mail", lambda: here.office.clients.send_mail_again(here.actor, TaskId(mail_id)))
    return listed(tried) if tried else done("sent-again", "clients.listed")


@clients.post("/clients/<uuid:client_id>/close")
def close(client_id: UUID) -> Page:
    """Close a client, so that nobody can sign in for it."""
    here = desk()
    tried = attempt("client", lambda: here.office.clients.close(here.actor, ClientId(client_id)))
    return client(client_id, tried) if tried else done("closed", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/reopen")
def reopen(client_id: UUID) -> Page:
    """Reopen a closed client."""
    here = desk()
    tried = attempt("client", lambda: here.office.clients.reopen(here.actor, ClientId(client_id)))
    return client(client_id, tried) if tried else done("reopened", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/accounts/<uuid:account_id>/invite-again")
def invite_again(client_id: UUID, account_id: UUID) -> Page:
    """Send the first mail again."""
    here = desk()
    tried = attempt("account", lambda: here.office.clients.invite_again(here.actor, AccountId(account_id)))
    return client(client_id, tried) if tried else done("invited-again", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/accounts/<uuid:account_id>/correct")
def correct(client_id: UUID, account_id: UUID) -> Page:
    """Correct the name and the address of an account."""
    here, form = desk(), request.form
    name, email = form.get("account_name", ""), form.get("email", "")
    tried = attempt(
        f"correct-{account_id}",
        lambda: here.office.clients.correct(here.actor, AccountId(account_id), name=name, email=email),
    )
    return client(client_id, tried) if tried else done("corrected", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/accounts/<uuid:account_id>/close")
def close_account(client_id: UUID, account_id: UUID) -> Page:
    """Close one account."""
    here = desk()
    tried = attempt("account", lambda: here.office.clients.close_account(here.actor, AccountId(account_id)))
    return client(client_id, tried) if tried else done("closed", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/accounts/<uuid:account_id>/reopen")
def reopen_account(client_id: UUID, account_id: UUID) -> Page:
    """Reopen a closed account."""
    here = desk()
    tried = attempt("account", lambda: here.office.clients.reopen_account(here.actor, AccountId(account_id)))
    return client(client_id, tried) if tried else done("reopened", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/accounts/<uuid:account_id>/reset-two-step")
def reset_two_step(client_id: UUID, account_id: UUID) -> Page:
    """Turn off an account's two-step verification, for a client that lost both phone and recovery code."""
    here = desk()
    tried = attempt("account", lambda: here.office.clients.reset_two_step(here.actor, AccountId(account_id)))
    return client(client_id, tried) if tried else done("two-step-reset", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/accounts")
def add_account(client_id: UUID) -> Page:
    """Add an extra account for a company. It gets the first mail."""
    here, form = desk(), request.form
    new = NewExtraAccount(name=form.get("name", ""), email=form.get("email", ""), language=choice(Language, "language"))
    tried = attempt("add-account", lambda: here.office.clients.add_extra_account(here.actor, ClientId(client_id), new))
    return client(client_id, tried) if tried else done("account-added", "clients.client", client_id=client_id)


@clients.post("/clients/<uuid:client_id>/accounts/<uuid:account_id>/delete")
def delete_account(client_id: UUID, account_id: UUID) -> Page:
    """Delete an extra account for good."""
    here = desk()
    tried = attempt("account", lambda: here.office.clients.delete_account(here.actor, AccountId(account_id)))
    return client(client_id, tried) if tried else done("account-deleted", "clients.client", client_id=client_id)
