"""The pages of two-step verification: its settings, the second step of a sign-in, and recovery codes."""

from collections.abc import Sequence

import attrs

from klantportaal.adapters.web.forms.two_step import Again
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages import qr_code
from klantportaal.adapters.web.pages.entrance import door_owner
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain import two_step
from klantportaal.domain.errors import Fault, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.usecases.client.second_step import SecondStepView

FILE_NAME = "herstelcode.txt"
FILE_TITLE = sentence("Recovery code for the client portal of %(office)s")
FILE_HINT = sentence("It works once, when you sign in without your phone. Keep it where nobody else can find it.")


def settings(frame: Frame, actor: Actor, *, again: Again | None = None) -> str:
    """Show whether it is on, an enrolment under way, and the buttons (TS-1, TS-5, TS-6)."""
    view = frame.site.portal.client.two_step.view(actor)
    key = view.enrolling.key if view.enrolling else None
    return frame.html(
        "two_step.html",
        view=view,
        picture=None if key is None else qr_code.draw(key.uri),
        number=again.number if again else "",
        faults=say_faults(again.faults if again else (), frame.wording),
    )


def recovery_code(frame: Frame, code: str, *, onward: str, kept: str = "") -> str:
    """Show a recovery code once (TS-3, TS-4), and lead on: to a path, or to a form that waits (ST-2)."""
    return frame.html("recovery_code.html", code=code, onward=onward, kept=kept)


def recovery_text(frame: Frame, typed: str) -> str:
    """Write the text file with a recovery code that its owner keeps.

    Raises:
        Malformed: it is no recovery code.
    """
    try:
        code = two_step.grouped(two_step.read_recovery(typed))
    except Refused as error:
        raise Malformed from error
    say, office = frame.wording.say, frame.office
    lines = [say(FILE_TITLE, office=office.profile.name), office.base_url, "", code, "", say(FILE_HINT), ""]
    return "\r\n".join(lines)  # Old versions of Windows Notepad need CRLF.


@attrs.frozen(kw_only=True)
class Leading:
    """Where a sign-in leads: to a path, or to a form that waits (ST-2)."""

    onward: str = ""
    kept: str = ""


def second_step(frame: Frame, view: SecondStepView, leading: Leading, *, faults: Sequence[Fault] = ()) -> str:
    """Ask for the code (TS-2)."""
    return _at_second_step(frame, "second_step", view, leading, faults)


def recover(frame: Frame, view: SecondStepView, leading: Leading, *, faults: Sequence[Fault] = ()) -> str:
    """Ask for the recovery code instead of the code (TS-4)."""
    return _at_second_step(frame, "second_step_recovery", view, leading, faults)


def _at_second_step(frame: Frame, route: str, view: SecondStepView, leading: Leading, faults: Sequence[Fault]) -> str:
    owner = door_owner(frame, view.person_id)
    frame = frame.without_return(path=frame.path, kept=leading.kept)
    return frame.html(
        f"{route}.html",
        view=view,
        onward=leading.onward,
        kept=leading.kept,
        seal=frame.sealed_for(owner, route),
        other_seal=frame.sealed_for(owner, "second_step"),
        faults=say_faults(faults, frame.wording),
    )
