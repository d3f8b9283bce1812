"""The endpoints of the accounts that a person may act for (PE-3)."""

from fastapi import Response

from klantportaal.adapters.fastapi.responses import page, to
from klantportaal.adapters.fastapi.visits import Client, Here
from klantportaal.adapters.web.http.ids import identity
from klantportaal.adapters.web.pages import accounts as pages
from klantportaal.domain.values import AccountId


def acting_for(here: Here, actor: Client) -> Response:
    """Show the other accounts of the person."""
    return page(pages.acting_for(here.frame(), actor))


def switch(here: Here, actor: Client, account_id: str) -> Response:
    """Act for another account from now on."""
    here.site.portal.client.accounts.switch(actor, AccountId(identity(account_id)))
    return to(here, "home", notice="gewisseld")
