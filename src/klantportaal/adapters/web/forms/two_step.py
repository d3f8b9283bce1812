"""The form of two-step verification under ``Mijn gegevens``: one page with several buttons (TS-1, TS-3, TS-5, TS-6)."""

from collections.abc import Callable, Mapping

import attrs

from klantportaal.adapters.web.forms.plain import Submitted
from klantportaal.adapters.web.forms.questionnaire.navigation import Elsewhere
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.errors import CodeDue, Fault, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.usecases.client.two_step import TwoStepSettings

ACTION = "actie"
"""The field that says which of the page's buttons was pressed."""
RESEND = "opnieuw"
BY_RECOVERY_CODE, BY_CODE = "herstelcode", "code"
"""The buttons of the second step that change to the other way, if a form waits to be shown again (ST-2)."""


@attrs.frozen(kw_only=True)
class Again:
    """The page to show again, with its faults."""

    faults: tuple[Fault, ...]
    number: str = ""
    """The mobile number as typed."""


@attrs.frozen(kw_only=True)
class NewRecoveryCode:
    """The page that shows a recovery code once (TS-3)."""

    code: str = attrs.field(repr=False)
    notice: str
    """The notice above the code."""


Outcome = Again | NewRecoveryCode | Elsewhere


def act(settings: TwoStepSettings, actor: Actor, form: Submitted) -> Outcome:
    """Do what the pressed button says.

    Raises:
        NotConfirmed: the password must be given first.
        Malformed: the portal did not make this form.
    """
    if (does := _ACTS.get(form.get(ACTION, ""))) is None:
        raise Malformed
    try:
        return does(settings, actor, form)
    except Refused as error:
        return Again(faults=error.faults, number=form.get("number", ""))
    except CodeDue:
        return _back("code-eerst")


def _begin_sms(settings: TwoStepSettings, actor: Actor, form: Submitted) -> Outcome:
    settings.begin_sms(actor, form.get("number", ""))
    return _back("code-onderweg")


def _begin_app(settings: TwoStepSettings, actor: Actor, _form: Submitted) -> Outcome:
    settings.begin_totp(actor)
    return _back()


def _resend(settings: TwoStepSettings, actor: Actor, _form: Submitted) -> Outcome:
    settings.resend(actor)
    return _back("code-verstuurd")


def _cancel(settings: TwoStepSettings, actor: Actor, _form: Submitted) -> Outcome:
    settings.cancel(actor)
    return _back("niet-gewijzigd")


def _enrol(settings: TwoStepSettings, actor: Actor, form: Submitted) -> Outcome:
    return NewRecoveryCode(code=settings.enrol(actor, form.get("code", "")), notice="tweestaps-aan")


def _ask(settings: TwoStepSettings, actor: Actor, _form: Submitted) -> Outcome:
    settings.ask_code(actor)
    return _back("code-gevraagd")


def _prove(settings: TwoStepSettings, actor: Actor, form: Submitted) -> Outcome:
    recovery = settings.prove(actor, form.get("code", ""))
    return _back() if recovery is None else NewRecoveryCode(code=recovery, notice="herstelcode-gebruikt")


def _turn_off(settings: TwoStepSettings, actor: Actor, _form: Submitted) -> Outcome:
    settings.turn_off(actor)
    return _back("tweestaps-uit")


_ACTS: Mapping[str, Callable[[TwoStepSettings, Actor, Submitted], Outcome]] = {
    "sms": _begin_sms,
    "app": _begin_app,
    RESEND: _resend,
    "annuleren": _cancel,
    "aanzetten": _enrol,
    "vragen": _ask,
    "bewijzen": _prove,
    "uitzetten": _turn_off,
}


def _back(notice: str | None = None) -> Elsewhere:
    """Redirect to the page, which shows the new state."""
    return Elsewhere(route="two_step", query={"melding": notice} if notice else {})
