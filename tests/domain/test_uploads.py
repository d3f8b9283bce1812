"""Uploaded files: their names, types and sizes, and the way from upload to submission."""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.events import UploadStaged
from klantportaal.domain.file_types import OF_ENDINGS, ending
from klantportaal.domain.uploads import (
    MEBIBYTE,
    StagedUpload,
    Submission,
    SubmissionKind,
    UploadLimits,
    deliver,
    is_waiting,
    require_room,
    shown_name,
    stage,
    within,
)
from klantportaal.domain.values import SubmissionId, UploadId, is_blank, plain_line
from tests.domain.given import (
    ACCOUNT_ID,
    ANY_TEXT,
    AT,
    CLIENT_ID,
    DOSSIER_ID,
    DRAFT_ID,
    FILE,
    MESSAGE_ID,
    OFFICE_ID,
    TICK,
    fault,
    is_storable,
    refusal,
)

LIMITS = UploadLimits()
UPLOAD_ID = UploadId(UUID(int=40))
UPLOAD = StagedUpload(
    id=UPLOAD_ID,
    office_id=OFFICE_ID,
    account_id=ACCOUNT_ID,
    dossier_id=DOSSIER_ID,
    draft_id=DRAFT_ID,
    file=FILE,
    staged_at=AT,
    expires_at=AT + timedelta(hours=24),
)


def test_limits() -> None:
    """AT-3: the limits are 25 MiB a file, 20 files a message, and 24 hours for a staged file (AT-2)."""
    assert (LIMITS.file_size, LIMITS.files, LIMITS.life) == (25 * 1024 * 1024, 20, timedelta(hours=24))


@pytest.mark.parametrize(
    "given_name,shown",
    [
        ("brief.pdf", "brief.pdf"),
        ("Brief van 3 mei (concept).PDF", "Brief van 3 mei (concept).PDF"),
        ("dagvaarding.exe.pdf", "dagvaarding.exe.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\Windows\\win.ini", "win.ini"),
        ("C:\\Users\\Jan\\brief.pdf", "brief.pdf"),
        ("/map/brief.pdf", "brief.pdf"),
        ("map/", "bestand"),
        ("", "bestand"),
        ("..", "bestand"),
        (". .", "bestand"),
        ("\u200b\u2800\u3164", "bestand"),
        (".pdf", "pdf"),
        ("brief.pdf. . ", "brief.pdf"),
        ("  brief \t van   Jan.pdf", "brief van Jan.pdf"),
        ("brief\0.pdf", "brief.pdf"),
        ("brief.html\0.pdf", "brief.html.pdf"),
        ("brief\r\nContent-Type: text/html.pdf", "html.pdf"),
        ("brief\r\nX: y.pdf", "brief X: y.pdf"),
        ("a.pdf\u202egpj.exe", "a.pdfgpj.exe"),
        ("a\u2066\u200f\u061c.pdf", "a.pdf"),
        ("a\ud800.pdf", "a.pdf"),
        ("cafe\u0301 Zoe\u0308.pdf", "café Zoë.pdf"),
        ("e\u0301" * 150 + ".pdf", "é" * 145 + "….pdf"),
        ("CON", "CON"),
        ("nul.txt", "nul.txt"),
        ('"; filename="x.html', '"; filename="x.html'),
        ("a" * 146 + ".pdf", "a" * 146 + ".pdf"),
        ("a" * 147 + ".pdf", "a" * 145 + "….pdf"),
        ("a" * 144 + " bcd.pdf", "a" * 144 + "….pdf"),
        ("a" * 200, "a" * 149 + "…"),
        ("a." + "b" * 200, "a." + "b" * 147 + "…"),
        ("👍" * 200 + ".jpeg", "👍" * 144 + "….jpeg"),
    ],
)
def test_shown_name(given_name: str, shown: str) -> None:
    """AT-4: a name is shown as its last part, on one line, visible in full, with at most 150 characters."""
    assert shown_name(given_name) == shown


@given(st.one_of(ANY_TEXT, ANY_TEXT.map(lambda text: text * 12)))
@example("/")
@example("a" * 151 + ".")
@example("\u2800" * 151)
def test_shown_names(name: str) -> None:
    """AT-4: any name is shown as one visible line without a path, and showing it again changes nothing."""
    shown = shown_name(name)
    assert shown_name(shown) == shown == plain_line(shown)
    assert 1 <= len(shown) <= 150
    assert not is_blank(shown)
    assert is_storable(shown)
    assert not {"/", "\\"} & set(shown)
    assert shown == shown.strip(". ")
    assert unicodedata.is_normalized("NFC", shown)


@given(st.text("ab c.", max_size=200), st.sampled_from(sorted(OF_ENDINGS)))
def test_shown_extension(stem: str, kind: str) -> None:
    """AT-4: a long name keeps its extension."""
    shown = shown_name(f"x{stem}.{kind}")
    assert ending(shown) == kind


@given(ANY_TEXT, ANY_TEXT)
def test_shortening_makes_no_type(stem: str, tail: str) -> None:
    """AT-3: shortening a name never makes an allowed extension."""
    name = f"{stem}.{tail}{'x' * 150}"
    assert ending(shown_name(name)) not in OF_ENDINGS


@given(st.lists(st.binary(max_size=8)), st.integers(0, 40))
def test_within(blocks: list[bytes], limit: int) -> None:
    """AT-3: a file exactly as large as the limit passes, and a larger one is refused."""
    whole = b"".join(blocks)
    passed: list[bytes] = []
    if len(whole) <= limit:
        assert list(within(blocks, "a.pdf", limit)) == blocks
    else:
        with pytest.raises(Refused) as refused:
            passed.extend(within(blocks, "a.pdf", limit))
        assert refused.value.faults == (fault(FaultCode.FILE_TOO_LARGE, "files", name="a.pdf", limit=limit),)
        assert len(b"".join(passed)) <= limit


def test_refused_while_streaming() -> None:
    """AT-3: a file that is too large is refused at the block that exceeds the limit; no more is read."""
    asked: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            asked.append(MEBIBYTE)
            yield bytes(MEBIBYTE)

    with pytest.raises(Refused) as refused:
        for _block in within(endless(), "groot.pdf", LIMITS.file_size):
            pass
    assert refused.value.faults == (fault(FaultCode.FILE_TOO_LARGE, "files", name="groot.pdf", limit=LIMITS.file_size),)
    assert len(asked) == 26


def test_blocks_pass_one_by_one() -> None:
    """AT-3: each block is passed on before the next is read, so that memory stays constant."""
    asked: list[int] = []

    def three() -> Iterator[bytes]:
        for each in range(3):
            asked.append(each)
            yield b"x"

    assert next(iter(within(three(), "a.pdf", 10))) == b"x"
    assert asked == [0]


@pytest.mark.parametrize(
    "in_draft,waiting,refused",
    [
        (0, 0, None),
        (19, 59, None),
        (20, 20, (FaultCode.TOO_MANY_FILES, 20)),
        (21, 21, (FaultCode.TOO_MANY_FILES, 20)),
        (20, 60, (FaultCode.TOO_MANY_FILES, 20)),
        (0, 60, (FaultCode.TOO_MANY_WAITING, 60)),
        (19, 60, (FaultCode.TOO_MANY_WAITING, 60)),
    ],
)
def test_room(in_draft: int, waiting: int, refused: tuple[FaultCode, int] | None) -> None:
    """AT-3: a message takes 20 files and an account 60 in all drafts; the fault says which limit is reached."""
    if refused is None:
        require_room(in_draft, waiting, "a.pdf", LIMITS)
    else:
        code, limit = refused
        assert refusal(lambda: require_room(in_draft, waiting, "a.pdf", LIMITS)) == [
            fault(code, "files", name="a.pdf", limit=limit)
        ]


def test_stage() -> None:
    """AT-2: a staged upload belongs to account, dossier and draft, and expires after 24 hours."""
    staged = stage(
        FILE,
        id=UPLOAD_ID,
        office_id=OFFICE_ID,
        account_id=ACCOUNT_ID,
        dossier_id=DOSSIER_ID,
        draft_id=DRAFT_ID,
        limits=LIMITS,
        kept_until=None,
        at=AT,
    )
    assert staged == (UPLOAD, UploadStaged(upload_id=UPLOAD_ID, dossier_id=DOSSIER_ID, at=AT))


def test_is_waiting() -> None:
    """AT-2: a staged upload is waiting until just before 24 hours are over."""
    moments = (AT, AT + timedelta(hours=24) - TICK, AT + timedelta(hours=24))
    assert [is_waiting(UPLOAD, at=at) for at in moments] == [True, True, False]


def test_deliver() -> None:
    """AT-2: sending turns each staged upload into an attachment of the message, in order."""
    second = attrs.evolve(UPLOAD, id=UploadId(UUID(int=41)), file=attrs.evolve(FILE, name="foto.jpg"))
    submission = Submission(
        id=SubmissionId(UPLOAD_ID),
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        account_id=ACCOUNT_ID,
        kind=SubmissionKind.ATTACHMENT,
        message_id=MESSAGE_ID,
        file=FILE,
        delivered_at=AT + TICK,
    )
    delivered = deliver([UPLOAD, second], client_id=CLIENT_ID, message_id=MESSAGE_ID, limits=LIMITS, at=AT + TICK)
    assert delivered == [submission, attrs.evolve(submission, id=SubmissionId(second.id), file=second.file)]


@pytest.mark.parametrize("count", [0, 1, 20])
def test_deliver_as_many_as_may_be(count: int) -> None:
    """AT-3: a message can have up to 20 files."""
    delivered = deliver([UPLOAD] * count, client_id=CLIENT_ID, message_id=MESSAGE_ID, limits=LIMITS, at=AT)
    assert len(delivered) == count


def test_deliver_too_many() -> None:
    """AT-3: a message with 21 files is refused, even if they were staged at the same time."""
    late = attrs.evolve(UPLOAD, file=attrs.evolve(FILE, name="te-veel.pdf"))
    uploads = [UPLOAD] * 20 + [late]
    assert refusal(lambda: deliver(uploads, client_id=CLIENT_ID, message_id=MESSAGE_ID, limits=LIMITS, at=AT)) == [
        fault(FaultCode.TOO_MANY_FILES, "files", name="te-veel.pdf", limit=20)
    ]
