"""The views of two-step verification under ``Mijn gegevens``."""

import attrs
import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, to_path
from klantportaal.adapters.flask.visits import url, visit
from klantportaal.adapters.web.forms import two_step as two_step_forms
from klantportaal.adapters.web.forms.questionnaire.navigation import Elsewhere
from klantportaal.adapters.web.forms.two_step import NewRecoveryCode
from klantportaal.adapters.web.http import headers
from klantportaal.adapters.web.pages import two_step as pages
from klantportaal.domain.sessions import Actor


def two_step(actor: Actor) -> Response:
    """Show the state of two-step verification and the buttons that change it."""
    return page(pages.settings(visit().frame(), actor))


def submit_two_step(actor: Actor) -> Response:
    """Do the action of the pressed button."""
    here = visit()
    outcome = two_step_forms.act(here.site.portal.client.two_step, actor, flask.request.form)
    if isinstance(outcome, Elsewhere):
        return to_path(outcome.path(url()))
    if isinstance(outcome, NewRecoveryCode):
        frame = attrs.evolve(here.frame(), notice=outcome.notice)
        return page(pages.recovery_code(frame, outcome.code, onward=url()("two_step")))
    return page(pages.settings(here.frame(), actor, again=outcome), 422)


def recovery_file(_actor: Actor) -> Response:
    """Send the recovery code as a text file. The form contains the code, because the portal does not store it."""
    text = pages.recovery_text(visit().frame(), flask.request.form.get("recovery", ""))
    return Response(text, mimetype="text/plain", headers=headers.note(pages.FILE_NAME))
