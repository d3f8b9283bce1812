"""The views of ``Extra accounts``; they do not exist for who is not the main account of a company (XA-1)."""

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
    """List them."""
    return page(pages.extra_accounts(visit().frame(), actor))


def new_extra_account(actor: Actor) -> Response:
    """Show the form that adds one."""
    return page(pages.new_extra_account(visit().frame(), actor))


def submit_new_extra_account(actor: Actor) -> Response:
    """Add one, which is sent its invitation (XA-2)."""
    typed = plain.person(flask.request.form)
    try:
        visit().site.portal.client.extra_accounts.add(actor, name=typed.name, email=typed.email)
    except Refused as error:
        return page(pages.new_extra_account(visit().frame(), actor, typed, faults=error.faults), 422)
    return to("extra_accounts", notice="toegevoegd")


def extra_account(actor: Actor, account_id: str) -> Response:
    """Show one."""
    return page(pages.extra_account(visit().frame(), actor, AccountId(ids.identity(account_id))))


def invite_again(actor: Actor, account_id: str) -> Response:
    """Send its invitation once more (ON-2)."""
    whom = AccountId(ids.identity(account_id))
    try:
        visit().site.portal.client.extra_accounts.invite_again(actor, whom)
    except Refused as error:
        return page(pages.extra_account(visit().frame(), actor, whom, faults=error.faults), 422)
    return to("extra_account", account_id=whom, notice="uitgenodigd")


def delete_extra_account(actor: Actor, account_id: str) -> Response:
    """Ask whether one is to be deleted."""
    return page(pages.delete_extra_account(visit().frame(), actor, AccountId(ids.identity(account_id))))


def submit_delete(actor: Actor, account_id: str) -> Response:
    """Delete it (XA-3)."""
    visit().site.portal.client.extra_accounts.delete(actor, AccountId(ids.identity(account_id)))
    return to("extra_accounts", notice="verwijderd")
