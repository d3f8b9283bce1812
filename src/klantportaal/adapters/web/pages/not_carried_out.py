"""The page of a form that was not carried out, since it was shown to another account, or is out of date (PE-4)."""

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from klantportaal.adapters.web.forms.questionnaire.fields import PREFIX
from klantportaal.adapters.web.forms.sealed import Typed
from klantportaal.adapters.web.http.errors import NotCarriedOut, WebError, answer_to
from klantportaal.adapters.web.language.fault_texts import LABELS
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import FormForAnother, PortalError
from klantportaal.domain.forms import FormOwner

FOR_ANOTHER = sentence(
    "This form was for %(other)s, but you are now signed in as %(name)s, so nothing was sent or changed."
)
ANSWER = sentence("Your answer: %(question)s")
WRITTEN: Mapping[str, Sequence[str]] = {
    "new_message": ("subject", "body"),
    "answer": ("body",),
    "remove_upload": ("subject", "body"),
    "new_extra_account": ("name", "email"),
    "request_item": ("note", "reason"),
    "remove_request_upload": ("note", "reason"),
    "two_step": ("number",),
    "address": ("email",),
}
"""The fields in which somebody types, by route, save those of questionnaires."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@attrs.frozen(kw_only=True)
class TypedText:
    """One text that somebody typed."""

    label: str
    text: str


def page(frame: Frame, error: NotCarriedOut, route: str) -> str:
    """Show that nothing was done, and what was typed, to copy it."""
    answer = answer_to(error)
    return frame.html(
        "not_carried_out.html",
        title=frame.wording.say(answer.title),
        text=in_words(frame, error),
        may_switch=isinstance(error.reason, FormForAnother) and error.reason.same_person,
        typed=list(_texts(frame, error.typed, route)),
    )


def after_failing(frame: Frame, error: PortalError | WebError, route: str, typed: Typed) -> str:
    """Show that a form could not be carried out, and what was typed, where its own page cannot be shown either."""
    answer = answer_to(error)
    return frame.html(
        "not_carried_out.html",
        title=frame.wording.say(answer.title),
        text=frame.wording.say(answer.text),
        may_switch=False,
        typed=list(_texts(frame, typed, route)),
    )


def in_words(frame: Frame, error: NotCarriedOut) -> str:
    """Say that nothing was done, and why, with both names."""
    reason = error.reason
    if isinstance(reason, FormForAnother) and frame.actor is not None:
        return frame.wording.say(FOR_ANOTHER, other=reason.name, name=FormOwner.of(frame.actor).name or "")
    return frame.wording.say(answer_to(error).text)


def _texts(frame: Frame, typed: Typed, route: str) -> Iterator[TypedText]:
    for name in WRITTEN.get(route, ()):
        if text := "".join(typed.get(name, ())[:1]).strip():
            yield TypedText(label=frame.wording.say(LABELS[name]), text=text)
    for name, values in typed.items() if route == "questionnaire_page" else ():
        texts = [value for value in values if value.strip() and not _ID.fullmatch(value)]
        if name.startswith(PREFIX) and texts and not _counts_rows(name, typed):
            question = name.removeprefix(PREFIX).replace("-", " ").replace(".", ", ")
            yield TypedText(label=frame.wording.say(ANSWER, question=question), text="\n".join(texts))


def _counts_rows(name: str, typed: Typed) -> bool:
    """Tell whether a field only says which rows there are."""
    return any(each.startswith(f"{name}.{typed[name][0]}.") for each in typed)
