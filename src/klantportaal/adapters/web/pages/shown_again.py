"""Pages with a form as it was typed: after signing in again, or since it could not be carried out (ST-2)."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import attrs

from klantportaal.adapters.web.forms import address as address_form
from klantportaal.adapters.web.forms import kept, plain, sealed
from klantportaal.adapters.web.forms import message as message_form
from klantportaal.adapters.web.forms import request as request_form
from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire.page import Filling
from klantportaal.adapters.web.forms.sealed import Typed
from klantportaal.adapters.web.forms.two_step import Again
from klantportaal.adapters.web.http.errors import Malformed, NotCarriedOut, TooLarge, TooSlow, WebError, answer_to
from klantportaal.adapters.web.http.form_parts import TextPart
from klantportaal.adapters.web.pages import (
    address,
    entrance,
    extra_accounts,
    messages,
    not_carried_out,
    profile,
    questionnaires,
    requests,
    two_step,
)
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import (
    Absent,
    Conflict,
    Fault,
    FaultCode,
    FormDead,
    FormForAnother,
    PortalError,
    StorageFull,
    Unavailable,
)
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import file_fault
from klantportaal.domain.values import AssignmentId, DossierId, ItemId, MessageId, RequestId
from klantportaal.portal import Portal
from klantportaal.usecases.client.sign_in import SignedIn

FAILURES = (Conflict, StorageFull, Unavailable, TooLarge, TooSlow, Malformed)
"""The errors after which a form is shown again at once."""


@attrs.frozen(kw_only=True)
class Shown:
    """A form to show again."""

    frame: Frame
    actor: Actor
    ids: Mapping[str, str]
    typed: Typed
    left_out: Sequence[Fault] = ()
    """One fault for each file that has to be chosen again."""

    @property
    def first(self) -> Mapping[str, str]:
        """The first value of each field."""
        return {name: values[0] for name, values in self.typed.items() if values}


def of_account(portal: Portal, signed_in: SignedIn, token: str, kept: str) -> SignedIn:
    """Switch a new session to the account of the same person that a form that waits was shown to (PE-3).

    If the form is of somebody else or the account is gone, the session stays as it is.

    Raises:
        NotSignedIn, Unavailable, Conflict: as for ``portal.client.accounts.switch``.
    """
    actor = signed_in.actor
    try:
        account_id = portal.client.forms.kept_account(FormOwner.of(actor), kept)
        if account_id is None or account_id == actor.account_id:
            return signed_in
        portal.client.accounts.switch(actor, account_id)
    except (FormForAnother, FormDead, Absent):
        return signed_in
    return portal.client.sign_in.whoever(actor.office_id, token, network_address=actor.network_address, enrolling=True)


def after_signing_in(frame: Frame, signed_in: SignedIn, kept: str) -> str | None:
    """Show the form that waited while its owner signed in.

    Returns:
        The page, or, if that cannot be made, the texts to copy with the reason. None if the form was of somebody else,
        or waited too long.
    """
    actor = signed_in.actor
    try:
        waiting = frame.site.portal.client.forms.kept(FormOwner.of(actor), kept)
    except (FormForAnother, FormDead):
        return None
    faults = [file_fault(FaultCode.FILE_NOT_KEPT, name) for name in waiting.left_out]
    form = waiting.shown.form
    try:
        page = _page(frame.of(signed_in, notice="teruggezet"), actor, form, waiting.typed, faults)
    except (PortalError, WebError) as error:
        return not_carried_out.after_failing(frame.of(signed_in), error, form.route, waiting.typed)
    return page or not_carried_out.after_failing(frame.of(signed_in), FormDead(), form.route, waiting.typed)


def after_failing(frame: Frame, sent: PageForm, parts: Sequence[TextPart], error: PortalError | WebError) -> str | None:
    """Show a form that could not be carried out, with what was typed and the reason.

    If it is one that signs in and carries a form that waits, the sign-in page carries that form on. A form of somebody
    else is not shown as one: it may have failed before that was checked, since it came too slowly (PE-4).

    Returns:
        The page, or, if that cannot be made either, the texts to copy. None if nothing is typed in this form.
    """
    if waiting := next((part.value for part in parts if part.name == kept.FIELD), ""):
        return entrance.sign_in(frame, error=error, kept=waiting)
    if (actor := frame.actor) is None:
        return None
    seal = next((part.value for part in parts if part.name == sealed.FIELD), "")
    calls, pages = frame.site.portal.client.forms, sealed.PAGES.get(sent.route, frozenset())
    try:
        typed, form = sealed.typed(parts), calls.shown(actor.office_id, sent, seal, pages=pages).form
    except (PortalError, WebError):
        return None
    try:
        calls.require_own(FormOwner.of(actor), sent, seal, pages=pages)
        return _page(attrs.evolve(frame, problem=answer_to(error).text), actor, form, typed, ())
    except FormForAnother as another:
        return not_carried_out.page(frame, NotCarriedOut(another, typed), sent.route)
    except (PortalError, WebError):
        return not_carried_out.after_failing(frame, error, form.route, typed)


def _page(frame: Frame, actor: Actor, form: PageForm, typed: Typed, left_out: Sequence[Fault]) -> str | None:
    make = _PAGES.get(form.route)
    return make and make(Shown(frame=frame, actor=actor, ids=form.ids, typed=typed, left_out=left_out))


def _message(shown: Shown) -> str:
    answers = shown.ids.get("message_id")
    composing = message_form.Received(fields=shown.first, refused=tuple(shown.left_out)).composing(
        None if answers is None else MessageId(UUID(answers))
    )
    return messages.compose(shown.frame, shown.actor, DossierId(UUID(shown.ids["dossier_id"])), composing)


def _profile(shown: Shown) -> str:
    return profile.profile(shown.frame, shown.actor, chosen=plain.profile(shown.first))


def _extra_account(shown: Shown) -> str:
    return extra_accounts.new_extra_account(shown.frame, shown.actor, plain.new_account(shown.first))


def _two_step(shown: Shown) -> str:
    return two_step.settings(shown.frame, shown.actor, again=Again(faults=(), number=shown.first.get("number", "")))


def _address(shown: Shown) -> str:
    return address.address(shown.frame, shown.actor, again=address_form.Again(email=plain.address(shown.first)))


def _questionnaire(shown: Shown) -> str | None:
    portal, id = shown.frame.site.portal, AssignmentId(UUID(shown.ids["assignment_id"]))
    opened = portal.client.questionnaires.open(shown.actor, id)
    filling = page_form.again(portal, shown.actor, opened, shown.ids["page_id"], shown.typed)
    if not isinstance(filling, Filling):
        return None
    return questionnaires.page(shown.frame, attrs.evolve(filling, faults=tuple(shown.left_out)))


def _delivery(shown: Shown) -> str | None:
    request_id, item_id = RequestId(UUID(shown.ids["request_id"])), ItemId(UUID(shown.ids["item_id"]))
    delivering = request_form.Received(fields=shown.first, refused=tuple(shown.left_out)).delivering()
    return requests.item(shown.frame, shown.actor, request_id, item_id, delivering)


_PAGES: Mapping[str, Callable[[Shown], str | None]] = {
    "new_message": _message,
    "answer": _message,
    "profile": _profile,
    "new_extra_account": _extra_account,
    "two_step": _two_step,
    "address": _address,
    "questionnaire_page": _questionnaire,
    "request_item": _delivery,
}
