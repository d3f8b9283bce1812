"""The endpoints of the accounts that a person may act for (PE-3)."""

from fastapi import Response

from klantportaal.adapters.fastapi.request_forms import Form
from klantportaal.adapters.fastapi.responses import page, to, to_path
from klantportaal.adapters.fastapi.visits import Client, Here
from klantportaal.adapters.web.http.ids import identity
from klantportaal.adapters.web.http.redirects import safe_target
from klantportaal.adapters.web.pages import accounts as pages
from klantportaal.domain.values import AccountId


def acting_for(here: Here, actor: Client) -> Response:
    """Show the other accounts of the person."""
    return page(pages.acting_for(here.frame(), actor))


def switch(here: Here, actor: Client, account_id: str, form: Form) -> Response:
    """Act for another account from now on. Go on to the page that asked for it, or else to Home."""
    here.site.portal.client.accounts.switch(actor, AccountId(identity(account_id)))
    onward = safe_target(form.get("next", ""), here.url("start"))
    return to_path(onward) if onward else to(here, "home", notice="gewisseld")
