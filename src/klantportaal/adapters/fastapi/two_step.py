"""The endpoints of two-step verification under ``Mijn gegevens``."""

import attrs
from fastapi import Response
from fastapi.responses import PlainTextResponse

from klantportaal.adapters.fastapi.request_forms import Form
from klantportaal.adapters.fastapi.responses import page, to_path
from klantportaal.adapters.fastapi.visits import Client, Here
from klantportaal.adapters.web.forms import two_step as two_step_forms
from klantportaal.adapters.web.forms.questionnaire.navigation import Elsewhere
from klantportaal.adapters.web.forms.two_step import NewRecoveryCode
from klantportaal.adapters.web.http import headers
from klantportaal.adapters.web.pages import two_step as pages


def two_step(here: Here, actor: Client) -> Response:
    """Show the state of two-step verification and the buttons that change it."""
    return page(pages.settings(here.frame(), actor))


def submit_two_step(here: Here, actor: Client, form: Form) -> Response:
    """Do the action of the pressed button."""
    outcome = two_step_forms.act(here.site.portal.client.two_step, actor, form)
    if isinstance(outcome, Elsewhere):
        return to_path(outcome.path(here.url))
    if isinstance(outcome, NewRecoveryCode):
        frame = attrs.evolve(here.frame(), notice=outcome.notice)
        return page(pages.recovery_code(frame, outcome.code, onward=here.url("two_step")))
    return page(pages.settings(here.frame(), actor, again=outcome), 422)


def recovery_file(here: Here, form: Form) -> Response:
    """Send the recovery code as a text file. The form contains the code, because the portal does not store it."""
    text = pages.recovery_text(here.frame(), form.get("recovery", ""))
    return PlainTextResponse(text, headers=dict(headers.note(pages.FILE_NAME)))
