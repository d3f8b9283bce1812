"""The pages that show a message, that write one, and that delete a draft."""

from collections.abc import Mapping
from datetime import timedelta

import attrs
from markupsafe import Markup

from klantportaal.adapters.web.forms.message import LISTED, Composing
from klantportaal.adapters.web.language.fault_texts import SaidFault, say_faults
from klantportaal.adapters.web.language.links import with_own_links
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import Refused
from klantportaal.domain.messages import MessageText, reply_subject
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, DraftId, MessageId
from klantportaal.ports.reading import DraftView, MessageView, UploadRow

SAVED_AT = sentence("Draft saved at %(time)s")


@attrs.frozen(kw_only=True)
class StagedRow:
    """A staged file, with the attributes of the button that removes it."""

    name: str
    size: str
    remove: Mapping[str, str]
    keep: Mapping[str, str] | None = None
    """The attributes of the hidden field by which the form says that it is in the list."""


def message(frame: Frame, actor: Actor, dossier_id: DossierId, message_id: MessageId, *, mark: bool) -> str:
    """Show a message. *mark* says whether to mark it read: not for a HEAD or prefetch request (ME-4)."""
    messaging = frame.site.portal.client.messages
    view = (messaging.read if mark else messaging.peek)(actor, dossier_id, message_id)
    dossier = frame.site.portal.client.dossiers.open(actor, dossier_id).dossier
    return frame.html("message.html", dossier=dossier, message=view, body=_body(frame, view))


def new_composing(frame: Frame, *, answers: MessageId | None = None) -> Composing:
    """Make an empty message form."""
    draft_id = frame.site.portal.client.messages.new_draft()
    return Composing(draft_id=draft_id, text=MessageText(subject="", body=""), answers=answers)


def resumed(frame: Frame, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Composing | None:
    """Make the message form of a draft (ST-1). None if the message was sent (AT-5). Raises: Absent."""
    draft = _unsent(frame, actor, dossier_id, draft_id)
    if draft is None:
        return None
    text = MessageText(subject=draft.subject, body=draft.body)
    return Composing(draft_id=draft.id, text=text, answers=draft.answers, version=draft.version, resumed=draft)


def compose(frame: Frame, actor: Actor, dossier_id: DossierId, composing: Composing) -> str:
    """Show the form of a new message or an answer, with its staged files."""
    portal = frame.site.portal
    dossier = portal.client.dossiers.open(actor, dossier_id).dossier
    answered = portal.client.messages.peek(actor, dossier_id, composing.answers) if composing.answers else None
    staged = portal.client.messages.uploads(actor, dossier_id, composing.draft_id)
    limits = portal.settings.uploads
    return frame.html(
        "compose.html",
        dossier=dossier,
        answered=answered,
        answered_body=_body(frame, answered) if answered else None,
        subject=reply_subject(answered.subject, portal.settings.messages) if answered else composing.text.subject,
        body=composing.text.body,
        draft_id=composing.draft_id,
        draft_version=composing.version,
        resumed=composing.resumed,
        last_day=composing.resumed and composing.resumed.expires_at - timedelta(seconds=1),
        action=_action(frame, dossier_id, composing.answers),
        seal=_seal(frame, dossier_id, composing.answers),
        endpoint=frame.url("upload", dossier_id=dossier_id, query={"concept": composing.draft_id}),
        staged=[staged_row(frame, dossier_id, row) for row in staged],
        limits=portal.settings.messages,
        upload_limits=limits,
        room=portal.client.messages.room(actor),
        types=list(limits.types),
        faults=_faults(frame, composing),
    )


def saved(frame: Frame, dossier_id: DossierId, outcome: DraftView | Composing) -> Mapping[str, str | int]:
    """Tell a script whether the draft was saved: the version to send the next time, and a sentence (ST-1)."""
    if isinstance(outcome, DraftView):
        said = frame.wording.say(SAVED_AT, time=frame.wording.time(outcome.saved_at))
        address = frame.url("draft", dossier_id=dossier_id, draft_id=outcome.id)
        return {"version": outcome.version, "said": said, "address": address}
    return {"version": outcome.version, "message": " ".join(each.sentence for each in _faults(frame, outcome))}


def delete_draft(frame: Frame, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> str | None:
    """Ask whether to delete a draft. None if the message was sent (AT-5). Raises: Absent."""
    draft = _unsent(frame, actor, dossier_id, draft_id)
    if draft is None:
        return None
    dossier = frame.site.portal.client.dossiers.open(actor, dossier_id).dossier
    return frame.html("delete_draft.html", dossier=dossier, draft=draft)


def staged_html(frame: Frame, dossier_id: DossierId, row: UploadRow) -> str:
    """Render the row of one staged file, which a script puts into the list."""
    return frame.html("_staged.html", row=staged_row(frame, dossier_id, row))


def staged_row(frame: Frame, dossier_id: DossierId, row: UploadRow) -> StagedRow:
    """Make the row of a staged file."""
    away = frame.url("remove_upload", dossier_id=dossier_id, upload_id=row.id)
    listed = {"name": f"{LISTED}{row.id}", "value": row.name}
    return StagedRow(name=row.name, size=frame.wording.size(row.size), remove={"formaction": away}, keep=listed)


def _unsent(frame: Frame, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> DraftView | None:
    try:
        return frame.site.portal.client.drafts.get(actor, dossier_id, draft_id)
    except Refused:
        return None


def _faults(frame: Frame, composing: Composing) -> list[SaidFault]:
    return say_faults(composing.faults, frame.wording)


def _action(frame: Frame, dossier_id: DossierId, answers: MessageId | None) -> str:
    if answers is None:
        return frame.url("new_message", dossier_id=dossier_id)
    return frame.url("answer", dossier_id=dossier_id, message_id=answers)


def _seal(frame: Frame, dossier_id: DossierId, answers: MessageId | None) -> Markup:
    if answers is None:
        return frame.sealed("new_message", dossier_id=dossier_id)
    return frame.sealed("answer", dossier_id=dossier_id, message_id=answers)


def _body(frame: Frame, view: MessageView) -> str:
    return with_own_links(view.body, frame.office.base_url)
