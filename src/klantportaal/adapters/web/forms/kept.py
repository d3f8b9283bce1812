"""A form whose session had ended: its text waits, encrypted, in the sign-in form, and its files are staged (ST-2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from uuid import UUID

import attrs

from klantportaal.adapters.web.forms import message, request, sealed
from klantportaal.adapters.web.forms.questionnaire import uploads
from klantportaal.adapters.web.forms.seen import Seen
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.form_parts import Part, TextPart
from klantportaal.domain.errors import Fault, PortalError
from klantportaal.domain.forms import PageForm, ShownForm
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import shown_name
from klantportaal.domain.values import AssignmentId, DossierId, ItemId, OfficeId, RequestId
from klantportaal.portal import Portal

FIELD = "kept"
"""The hidden field of the forms that sign in."""
LIMIT = 200_000
"""The number of characters of what waits: the forms that sign in take no more."""
SHOWN_AGAIN = frozenset(
    {
        "new_message",
        "answer",
        "profile",
        "address",
        "new_extra_account",
        "two_step",
        "questionnaire_page",
        "request_item",
    },
)
"""The routes whose forms are shown again as they were. In the others nothing is typed but passwords and codes."""


@attrs.frozen(kw_only=True)
class Sent:
    """A form that arrived while nobody was signed in."""

    portal: Portal
    office_id: OfficeId
    route: str
    ids: Mapping[str, object]
    header: str | None
    """The seal that a script sent."""
    lapsed: Actor | None
    """Whose session this browser had, if it ended by itself."""

    def shown(self, seal: str) -> ShownForm:
        """Read for whom the form was shown. Raises: FormDead."""
        form = PageForm(route=self.route, ids={name: str(id) for name, id in self.ids.items()})
        return self.portal.client.forms.shown(
            self.office_id, form, seal, pages=sealed.PAGES.get(self.route, frozenset())
        )


@attrs.frozen(kw_only=True)
class Opened:
    """A form whose seal says for whom it was shown."""

    shown: ShownForm
    parts: Iterator[Part]


def opened(sent: Sent, parts: Iterable[Part]) -> Opened | None:
    """Open the seal of a form, and read nothing after it. None if it is invalid, or the form is not shown again."""
    rest = iter(parts)
    try:
        seal, read = sealed.first_seal(rest) if sent.header is None else (sent.header, [])
        shown = sent.shown(seal)
    except (PortalError, WebError):
        return None
    return Opened(shown=shown, parts=chain(read, rest)) if shown.form.route in SHOWN_AGAIN else None


def keep(sent: Sent, form: Opened, *, before: Seen | None = None) -> str:
    """Keep a form for its owner: give what waits in the browser, or "" if it is too large for that.

    Files are staged if the browser's session, before it ended, was of the account that the form was shown to. If the
    form is damaged or too large, the text before that is kept.

    Args:
        sent: the request.
        form: the form.
        before: what was seen of it before its session ended, if it ended meanwhile.
    """
    seen = Seen()
    try:
        received = _received(sent, form.shown, seen.noted(form.parts))
    except (PortalError, WebError):
        received = _of_seen(seen, form.shown)
    typed = {name: values for name, values in received.typed.items() if name not in sealed.SECRET}
    lost = _of_seen(before, form.shown).left_out if before else ()
    waiting = sent.portal.client.forms.keep(form.shown, typed, left_out=[*lost, *received.left_out])
    return waiting if len(waiting) <= LIMIT else ""


@attrs.frozen(kw_only=True)
class Received:
    """The text of a form, and the names of its files that were not kept."""

    typed: Mapping[str, Sequence[str]]
    left_out: Sequence[str] = ()


def _of_seen(seen: Seen, shown: ShownForm) -> Received:
    """Give what was read of a form. A questionnaire knows its staged files only by ids that were not typed."""
    left_out = seen.files if shown.form.route == "questionnaire_page" else seen.left_out
    typed: dict[str, list[str]] = {}
    for part in seen.texts:
        typed.setdefault(part.name, []).append(part.value)
    return Received(typed=typed, left_out=left_out)


def _received(sent: Sent, shown: ShownForm, parts: Iterator[Part]) -> Received:
    actor, ids = sent.lapsed, shown.form.ids
    if actor is None or actor.account_id != shown.owner.account_id:
        return _without_files(parts)
    if "dossier_id" in ids:
        form = message.receive(sent.portal, actor, DossierId(UUID(ids["dossier_id"])), parts)
        return Received(typed={name: [text] for name, text in form.fields.items()}, left_out=_names(form.refused))
    if "item_id" in ids:
        request_id, item_id = RequestId(UUID(ids["request_id"])), ItemId(UUID(ids["item_id"]))
        delivery = request.receive(sent.portal, actor, request_id, item_id, parts)
        return Received(
            typed={name: [text] for name, text in delivery.fields.items()}, left_out=_names(delivery.refused)
        )
    if shown.form.route == "questionnaire_page":
        return _answers(sent.portal, actor, ids, parts)
    return _without_files(parts)


def _answers(portal: Portal, actor: Actor, ids: Mapping[str, str], parts: Iterator[Part]) -> Received:
    opened = portal.client.questionnaires.open(actor, AssignmentId(UUID(ids["assignment_id"])))
    page = opened.definition.page(ids["page_id"])
    if page is None:
        return _without_files(parts)
    form = uploads.receive(portal, actor, opened.assignment.id, page, parts)
    return Received(typed=form.fields, left_out=_names(form.refused))


def _names(refused: Sequence[Fault]) -> list[str]:
    return [str(fault.params["name"]) for fault in refused if "name" in fault.params]


def _without_files(parts: Iterator[Part]) -> Received:
    """Read a form, and keep no file. The names of the files are given, so that they can be chosen again."""
    left_out: list[str] = []

    def texts() -> Iterator[TextPart]:
        for part in parts:
            if isinstance(part, TextPart):
                yield part
            elif part.file_name:
                left_out.append(shown_name(part.file_name))

    return Received(typed=sealed.typed(texts()), left_out=left_out)
