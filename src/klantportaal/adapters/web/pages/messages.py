"""The pages that show a conversation, write a message, take one back, and delete a draft."""

from collections.abc import Mapping
from datetime import timedelta

import attrs
from markupsafe import Markup

from klantportaal.adapters.web.forms.message import LISTED, Composing
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.language.fault_texts import SaidFault, say_faults
from klantportaal.adapters.web.language.links import with_own_links
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import Absent, Refused
from klantportaal.domain.messages import MessageText, reply_subject
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, DraftId, MessageId
from klantportaal.ports.reading import Conversation, DraftView, MessageView, UploadRow

SAVED_AT = sentence("Draft saved at %(time)s")


@attrs.frozen(kw_only=True)
class StagedRow:
    """A staged file, with the attributes of the button that removes it."""

    name: str
    size: str
    remove: Mapping[str, str]
    keep: Mapping[str, str] | None = None
    """The attributes of the hidden field by which the form says that it is in the list."""
    quarantine: QuarantineState | None = None


def message(frame: Frame, actor: Actor, dossier_id: DossierId, message_id: MessageId, *, mark: bool) -> str:
    """Show the conversation of a message, with a form that answers its newest message (ME-6).

    *mark* says whether to mark as read what is shown: not for a HEAD or prefetch request (ME-4).
    """
    conversation = _conversation(frame, actor, dossier_id, message_id, mark=mark)
    draft_id = frame.site.portal.client.messages.new_draft()
    empty = Composing(draft_id=draft_id, text=MessageText(subject="", body=""), answers=conversation.newest)
    return _with_form(frame, actor, dossier_id, conversation, empty)


def _conversation(
    frame: Frame, actor: Actor, dossier_id: DossierId, message_id: MessageId, *, mark: bool
) -> Conversation:
    calls = frame.site.portal.client.messages
    return (calls.read_conversation if mark else calls.peek_conversation)(actor, dossier_id, message_id)


def take_back(frame: Frame, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> str | None:
    """Ask whether to take a message back. None if that is not possible any more (ME-6). Raises: Absent."""
    view = frame.site.portal.client.messages.peek(actor, dossier_id, message_id)
    if not view.can_take_back:
        return None
    dossier = frame.site.portal.client.dossiers.open(actor, dossier_id).dossier
    return frame.html("take_back.html", dossier=dossier, message=view)


def begun(
    frame: Frame, actor: Actor, dossier_id: DossierId, named: str | None, *, answers: MessageId | None = None
) -> Composing | None:
    """Make the form of a message that is begun here, or that was begun here before (ST-1).

    Args:
        frame: the frame of the page.
        actor: who writes it.
        dossier_id: the dossier.
        named: the draft id in the address. A script puts it there, so that Back shows what was typed.
        answers: the message that it answers, if any.

    Returns None if the message of that draft was sent (AT-5).
    """
    named_id = ids.after(named)
    draft_id = frame.site.portal.client.messages.new_draft() if named_id is None else DraftId(named_id)
    empty = Composing(draft_id=draft_id, text=MessageText(subject="", body=""), answers=answers)
    if named_id is None:
        return empty
    try:
        return resumed(frame, actor, dossier_id, draft_id)
    except Absent:  # It was not saved, or deleted since.
        return empty


def resumed(frame: Frame, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Composing | None:
    """Make the message form of a draft (ST-1). None if the message was sent (AT-5). Raises: Absent."""
    draft = _unsent(frame, actor, dossier_id, draft_id)
    if draft is None:
        return None
    text = MessageText(subject=draft.subject, body=draft.body)
    return Composing(draft_id=draft.id, text=text, answers=draft.answers, version=draft.version, resumed=draft)


def compose(frame: Frame, actor: Actor, dossier_id: DossierId, composing: Composing, *, mark: bool = True) -> str:
    """Show the form of a new message, or a conversation with the form of an answer beneath (ME-6).

    If the answered message was taken back, the form answers the newest one that was not, or writes a new message.
    """
    if composing.answers is not None:
        conversation = _conversation(frame, actor, dossier_id, composing.answers, mark=mark)
        gone = {each.id for each in conversation.messages if each.taken_back_at is not None}
        if composing.answers in gone:
            composing = attrs.evolve(composing, answers=conversation.newest)
        if composing.answers is not None:
            return _with_form(frame, actor, dossier_id, conversation, composing)
    dossier = frame.site.portal.client.dossiers.open(actor, dossier_id).dossier
    form = _form(frame, actor, dossier_id, composing, subject=composing.text.subject)
    return frame.html("compose.html", dossier=dossier, **form)


def _with_form(
    frame: Frame, actor: Actor, dossier_id: DossierId, conversation: Conversation, composing: Composing
) -> str:
    """Show a conversation, with the form of an answer if there is something to answer."""
    portal = frame.site.portal
    subject = next((each.subject for each in conversation.messages if each.subject), "")
    shown = {each.id for each in conversation.messages}
    drafts = portal.client.drafts.list(actor, dossier_id)
    form = _form(frame, actor, dossier_id, composing, subject=reply_subject(subject, portal.settings.messages))
    return frame.html(
        "conversation.html",
        dossier=portal.client.dossiers.open(actor, dossier_id).dossier,
        title=subject,
        conversation=conversation,
        bodies={each.id: _body(frame, each) for each in conversation.messages},
        is_newest_shown=conversation.newest is None or conversation.newest in shown,
        drafts=[each for each in drafts if each.answers in shown and each.id != composing.draft_id],
        **form,
    )


def _form(
    frame: Frame, actor: Actor, dossier_id: DossierId, composing: Composing, *, subject: str
) -> Mapping[str, object]:
    """Give what the form of a message shows, with its staged files."""
    portal, limits = frame.site.portal, frame.site.portal.settings.uploads
    staged = portal.client.messages.uploads(actor, dossier_id, composing.draft_id)
    return {
        "answers": composing.answers,
        "subject": subject,
        "body": composing.text.body,
        "draft_id": composing.draft_id,
        "draft_version": composing.version,
        "resumed": composing.resumed,
        "last_day": composing.resumed and composing.resumed.expires_at - timedelta(seconds=1),
        "action": _action(frame, dossier_id, composing.answers),
        "seal": _seal(frame, dossier_id, composing.answers),
        "endpoint": frame.url("upload", dossier_id=dossier_id, query={"concept": composing.draft_id}),
        "staged": [staged_row(frame, dossier_id, row) for row in staged],
        "limits": portal.settings.messages,
        "upload_limits": limits,
        "room": portal.client.messages.room(actor),
        "faults": _faults(frame, composing),
    }


def saved(frame: Frame, dossier_id: DossierId, outcome: DraftView | Composing) -> Mapping[str, str | int]:
    """Tell a script whether the draft was saved: the version to send the next time, and a sentence (ST-1)."""
    if isinstance(outcome, DraftView):
        said = frame.wording.say(SAVED_AT, time=frame.wording.time(outcome.saved_at))
        address = frame.url("draft", dossier_id=dossier_id, draft_id=outcome.id)
        return {"version": outcome.version, "said": said, "address": address}
    return {"version": outcome.version, "sentence": " ".join(each.sentence for each in _faults(frame, outcome))}


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
    size = frame.wording.size(row.size)
    return StagedRow(name=row.name, size=size, remove={"formaction": away}, keep=listed, quarantine=row.quarantine)


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
