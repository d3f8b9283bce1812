"""The views of ``Extra accounts``. Only the main account of a company can use them; others get a 404 (XA-1)."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, to
from klantportaal.adapters.flask.visits import visit
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.pages import extra_accounts as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId


def extra_accounts(actor: Actor) -> Response:
    """List the extra accounts."""
    return page(pages.extra_accounts(visit().frame(), actor))


def new_extra_account(actor: Actor) -> Response:
    """Show the form that adds an extra account."""
    return page(pages.new_extra_account(visit().frame(), actor))


def submit_new_extra_account(actor: Actor) -> Response:
    """Add an extra account and send its invitation (XA-2)."""
    typed = plain.new_account(flask.request.form)
    try:
        visit().site.portal.client.extra_accounts.add(actor, name=typed.name, email=typed.email)
    except Refused as error:
        return page(pages.new_extra_account(visit().frame(), actor, typed, faults=error.faults), 422)
    return to("extra_accounts", notice="toegevoegd")


def extra_account(actor: Actor, account_id: str) -> Response:
    """Show an extra account."""
    return page(pages.extra_account(visit().frame(), actor, AccountId(ids.identity(account_id))))


def invite_again(actor: Actor, account_id: str) -> Response:
    """Send the invitation of an extra account again (ON-2)."""
    whom = AccountId(ids.identity(account_id))
    try:
        visit().site.portal.client.extra_accounts.invite_again(actor, whom)
    except Refused as error:
        return page(pages.extra_account(visit().frame(), actor, whom, faults=error.faults), 422)
    return to("extra_account", account_id=whom, notice="uitgenodigd")


def delete_extra_account(actor: Actor, account_id: str) -> Response:
    """Ask to confirm the deletion of an extra account."""
    return page(pages.delete_extra_account(visit().frame(), actor, AccountId(ids.identity(account_id))))


def submit_delete(actor: Actor, account_id: str) -> Response:
    """Delete an extra account (XA-3)."""
    visit().site.portal.client.extra_accounts.delete(actor, AccountId(ids.identity(account_id)))
    return to("extra_accounts", notice="verwijderd")
