"""The views of the accounts that a person may act for (PE-3)."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, to, to_path
from klantportaal.adapters.flask.visits import url, visit
from klantportaal.adapters.web.http.ids import identity
from klantportaal.adapters.web.http.redirects import safe_target
from klantportaal.adapters.web.pages import accounts as pages
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId


def acting_for(actor: Actor) -> Response:
    """Show the other accounts of the person."""
    return page(pages.acting_for(visit().frame(), actor))


def switch(actor: Actor, account_id: str) -> Response:
    """Act for another account from now on. Go on to the page that asked for it, or else to Home."""
    visit().site.portal.client.accounts.switch(actor, AccountId(identity(account_id)))
    onward = safe_target(flask.request.form.get("next", ""), url()("start"))
    return to_path(onward) if onward else to("home", notice="gewisseld")
