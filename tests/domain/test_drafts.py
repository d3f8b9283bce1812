"""Drafts: what is kept of a message that was begun, for how long, and which of its files are the same file."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given

from klantportaal.domain.drafts import (
    Draft,
    DraftLimits,
    begin,
    kept,
    not_delivered,
    require_seen,
    require_unsent,
    save,
    staged_before,
)
from klantportaal.domain.errors import Conflict, FaultCode
from klantportaal.domain.messages import Message, MessageLimits, MessageText, drafted_anew, tidy
from klantportaal.domain.uploads import StagedUpload, Submission, SubmissionKind
from klantportaal.domain.values import SubmissionId, UploadId
from tests.domain.given import (
    ACCOUNT_ID,
    AT,
    CLIENT_ID,
    DOSSIER_ID,
    DRAFT_ID,
    FILE,
    INBOUND,
    MESSAGE_ID,
    OFFICE_ID,
    OTHER_FILE,
    SOUND_TEXT,
    TICK,
    fault,
    is_storable,
    refusal,
)

LIMITS = DraftLimits()
MESSAGES = MessageLimits()
TEXT = MessageText(subject="Uw zaak", body="Geachte heer,\n\n")
LATER = AT + timedelta(minutes=5)
DRAFT = Draft(
    id=DRAFT_ID,
    office_id=OFFICE_ID,
    account_id=ACCOUNT_ID,
    dossier_id=DOSSIER_ID,
    answers=None,
    subject="Uw zaak",
    body="Geachte heer,\n\n",
    saved_at=AT,
    expires_at=datetime(2026, 2, 4, 23, tzinfo=UTC),
)
UPLOAD = StagedUpload(
    id=UploadId(UUID(int=40)),
    office_id=OFFICE_ID,
    account_id=ACCOUNT_ID,
    dossier_id=DOSSIER_ID,
    draft_id=DRAFT_ID,
    file=FILE,
    staged_at=AT,
    expires_at=AT + timedelta(hours=24),
)


def begun(text: MessageText = TEXT, answers: Message | None = None, waiting: int = 0, **limits: Any) -> Draft:
    """Begin the usual draft."""
    return begin(
        text,
        id=DRAFT_ID,
        office_id=OFFICE_ID,
        account_id=ACCOUNT_ID,
        dossier_id=DOSSIER_ID,
        answers=answers,
        waiting=waiting,
        limits=DraftLimits(**limits),
        messages=MESSAGES,
        at=AT,
    )


def saved(draft: Draft, text: MessageText, version: int, at: datetime = LATER) -> Draft:
    """Save a draft."""
    return save(draft, text, version=version, limits=LIMITS, messages=MESSAGES, at=at)


def test_begin() -> None:
    """ST-1: a draft has the text as typed, with the white space at its end, and lives to the end of the 30th day."""
    assert begun() == DRAFT
    assert begun(MessageText(subject="", body="")) == attrs.evolve(DRAFT, subject="", body="")


def test_an_answers_draft() -> None:
    """ME-2: the draft of an answer has the subject of the answer, whatever was typed."""
    draft = begun(answers=INBOUND)
    assert (draft.answers, draft.subject, draft.body) == (MESSAGE_ID, "Re: Uw zaak", TEXT.body)
    assert saved(draft, MessageText(subject="Iets anders", body="Ja"), 1).subject == "Re: Uw zaak"


def test_how_many() -> None:
    """ST-1: an account has as many drafts in a dossier as the settings allow, and no more."""
    assert begun(waiting=19) == DRAFT
    assert refusal(lambda: begun(waiting=20)) == [fault(FaultCode.TOO_MANY_DRAFTS, None, limit=20)]


@pytest.mark.parametrize("field", ["subject", "body"])
def test_length(field: str) -> None:
    """ST-1: far more can be kept than can be sent; what is longer still is refused, and measured as it is kept."""
    longest = attrs.evolve(TEXT, **{field: "x\r\n"[: 3 if field == "body" else 1] + "x" * 19_998})
    assert getattr(begun(longest), field) == getattr(longest, field).replace("\r\n", "\n")
    assert getattr(saved(DRAFT, longest, 1), field) == getattr(longest, field).replace("\r\n", "\n")
    too_long = attrs.evolve(TEXT, **{field: "x" * 20_001})
    faults = [fault(FaultCode.TOO_LONG, field, limit=20_000, length=20_001)]
    assert refusal(lambda: begun(too_long)) == faults
    assert refusal(lambda: saved(DRAFT, too_long, 1)) == faults


def test_length_of_what_can_be_sent() -> None:
    """ST-1: what can be sent can be kept, however low the limit for drafts."""
    assert begun(attrs.evolve(TEXT, body="x" * 500), characters=1).body == "x" * 500
    faults = refusal(lambda: begun(MessageText(subject="x" * 121, body="x" * 501), characters=1))
    assert [(each.field, each.params["limit"]) for each in faults] == [("subject", 120), ("body", 500)]


def test_save() -> None:
    """ST-1: a save changes the text, and the draft lives on from then; a save without a change too."""
    text = MessageText(subject="", body="Anders")
    for changed in (text, TEXT):
        assert saved(DRAFT, changed, 1) == attrs.evolve(
            DRAFT, subject=changed.subject, body=changed.body, saved_at=LATER
        )
    assert saved(DRAFT, text, 1, at=AT + timedelta(days=1)).expires_at == DRAFT.expires_at + timedelta(days=1)


def test_another_version() -> None:
    """ST-1: over a version that another window saved nothing is saved, unless it is the same text."""
    draft = attrs.evolve(DRAFT, version=3)
    for version in (0, 2, 4):
        assert saved(draft, MessageText(subject=" Uw  zaak", body="Geachte heer,\r\n\r\n"), version) is draft
        for other in (attrs.evolve(TEXT, subject="Mijn zaak"), attrs.evolve(TEXT, body="Geachte heer,\n")):
            with pytest.raises(Conflict):
                saved(draft, other, version)
    answer = attrs.evolve(draft, answers=MESSAGE_ID)
    assert saved(answer, attrs.evolve(TEXT, subject=""), 2) is answer


def test_sending_another_version() -> None:
    """ST-1: a text is sent over the version it was typed over, or over any that says the same but for its ends."""
    draft = attrs.evolve(DRAFT, version=3)
    other = MessageText(subject="Uw zaak", body="Anders")
    require_seen(draft, other, version=3)
    for version in (0, 2, 4):
        require_seen(draft, MessageText(subject=" Uw  zaak", body="Geachte heer,"), version=version)
        require_seen(attrs.evolve(draft, answers=MESSAGE_ID), attrs.evolve(TEXT, subject=""), version=version)
        for text in (other, attrs.evolve(TEXT, subject="Mijn zaak")):
            with pytest.raises(Conflict):
                require_seen(draft, text, version=version)


@pytest.mark.parametrize(
    "at, life, end",
    [
        (datetime(2026, 3, 1, 22, 59, 59, tzinfo=UTC), timedelta(days=27), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (datetime(2026, 3, 1, 23, tzinfo=UTC), timedelta(days=27), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), TICK, datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_the_last_day(at: datetime, life: timedelta, end: datetime) -> None:
    """ST-1: a draft lives at least as long as set, and to the end of that day in the Netherlands, in any season."""
    draft = save(DRAFT, TEXT, version=1, limits=DraftLimits(life=life), messages=MESSAGES, at=at)
    assert (draft.expires_at, draft.expires_at.tzinfo) == (end, UTC)
    assert at + life < end <= at + life + timedelta(hours=25)


@given(subject=SOUND_TEXT, body=SOUND_TEXT)
def test_what_is_kept(subject: str, body: str) -> None:
    """ST-1: any text can be kept, is the same when it is kept again, and is sent as it would have been before."""
    text = MessageText(subject=subject, body=body)
    clean = kept(text)
    assert is_storable(clean.subject)
    assert is_storable(clean.body)
    assert kept(clean) == clean
    assert tidy(clean) == tidy(text)


def test_require_unsent() -> None:
    """AT-5: a message that was sent is no draft any more."""
    require_unsent(None)
    assert refusal(lambda: require_unsent(MESSAGE_ID)) == [fault(FaultCode.DRAFT_SENT, None)]


# ------------------------------------------------------------------ files
SAME = attrs.evolve(FILE, key=OTHER_FILE.key, media_type="application/x-pdf")
DIFFERENT = [
    attrs.evolve(SAME, name="Brief.pdf"),
    attrs.evolve(SAME, size=FILE.size + 1),
    attrs.evolve(SAME, sha256=bytes(32)),
]


def test_staged_before() -> None:
    """AT-5: a file is the same as one that waits if name, size and SHA-256 are the same, wherever it is stored."""
    other = attrs.evolve(UPLOAD, file=OTHER_FILE)
    assert staged_before([other, UPLOAD], SAME, at=AT) is UPLOAD
    assert [staged_before([other, UPLOAD], each, at=AT) for each in DIFFERENT] == [None] * 3
    assert staged_before([UPLOAD], SAME, at=UPLOAD.expires_at) is None
    assert staged_before([], SAME, at=AT) is None


def test_not_delivered() -> None:
    """AT-5: of what is staged for a draft that was sent, only what did not go with it is further."""
    delivered = Submission(
        id=SubmissionId(UUID(int=50)),
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        account_id=ACCOUNT_ID,
        kind=SubmissionKind.ATTACHMENT,
        message_id=MESSAGE_ID,
        file=SAME,
        delivered_at=AT,
    )
    others = [attrs.evolve(UPLOAD, file=each) for each in DIFFERENT]
    assert not_delivered([UPLOAD, *others], [attrs.evolve(delivered, file=OTHER_FILE), delivered]) == others
    assert not_delivered([UPLOAD], []) == [UPLOAD]


def test_drafted_anew_with_files() -> None:
    """AT-5: further files make another name, the same files in any order the same one."""
    names = {
        drafted_anew(DRAFT_ID, TEXT, files) for files in ([], [FILE], [OTHER_FILE], [FILE, OTHER_FILE], DIFFERENT[2:])
    }
    assert len(names) == 5
    assert drafted_anew(DRAFT_ID, TEXT, [OTHER_FILE, FILE]) in names
