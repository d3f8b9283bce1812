"""The form of the e-mail address under ``Mijn gegevens``: the code first, where two-step verification is on (PR-4)."""

from collections.abc import Callable, Mapping

import attrs

from klantportaal.adapters.web.forms.plain import Submitted
from klantportaal.adapters.web.forms.plain import address as typed_address
from klantportaal.adapters.web.forms.questionnaire.navigation import Elsewhere
from klantportaal.adapters.web.forms.two_step import ACTION, NewRecoveryCode
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.errors import CodeDue, Fault, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.sides import ClientSide


@attrs.frozen(kw_only=True)
class Again:
    """The page to show again, with its faults. Without faults, it carries an address that was typed before a code."""

    faults: tuple[Fault, ...] = ()
    email: str = ""
    """The new address as typed."""

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        return 422 if self.faults else 200


Outcome = Again | NewRecoveryCode | Elsewhere


def act(calls: ClientSide, actor: Actor, form: Submitted) -> Outcome:
    """Do what the pressed button says.

    Raises:
        NotConfirmed: the password must be given first.
        Malformed: the portal did not make this form.
    """
    if (does := _ACTS.get(form.get(ACTION, ""))) is None:
        raise Malformed
    try:
        return does(calls, actor, form)
    except Refused as error:
        return Again(faults=error.faults, email=typed_address(form))
    except CodeDue:
        return Elsewhere(route="address", query={"melding": "code-eerst"})


def _ask(calls: ClientSide, actor: Actor, form: Submitted) -> Outcome:
    calls.address_changes.ask(actor, typed_address(form))
    return Elsewhere(route="profile", query={"melding": "adres-gevraagd"})


def _ask_code(calls: ClientSide, actor: Actor, form: Submitted) -> Outcome:
    calls.two_step.ask_code(actor)
    return _onward(form)


def _prove(calls: ClientSide, actor: Actor, form: Submitted) -> Outcome:
    recovery = calls.two_step.prove(actor, form.get("code", ""))
    if recovery is not None:
        return NewRecoveryCode(code=recovery, notice="herstelcode-gebruikt")
    return _onward(form)


def _onward(form: Submitted) -> Outcome:
    """Redirect to the page. If an address was typed before, show the page at once: no redirect can carry it (ST-2)."""
    typed = typed_address(form)
    return Again(email=typed) if typed else Elsewhere(route="address", query={})


_ACTS: Mapping[str, Callable[[ClientSide, Actor, Submitted], Outcome]] = {
    "wijzigen": _ask,
    "vragen": _ask_code,
    "bewijzen": _prove,
}
