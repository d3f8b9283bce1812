"""Making the PDF of a completed questionnaire, and filing it in the dossier (QU-4, AL-2)."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.errors import Absent, Refused, StorageFull, Unavailable
from klantportaal.domain.outgoing import Lane, Task, TaskKind
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import AssignmentId, DossierId, Language, ReceiptId
from klantportaal.ports.pdf import Report
from klantportaal.ports.reading import SubmissionRow
from klantportaal.testing.fakes import PlainPdf
from klantportaal.usecases.shared.downloading import Download
from tests.usecases.intake import SECRETS
from tests.usecases.world import World

WRITTEN = PlainPdf.write
TITLES = {Language.DUTCH: "Uw gegevens", Language.ENGLISH: "Your details"}
LABELS = {Language.DUTCH: "Uw naam", Language.ENGLISH: "Your name"}


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier with one client."""
    return world.dossier(jan)


@pytest.fixture
def completed(world: World, jan: Actor, dossier: DossierId) -> AssignmentId:
    """A questionnaire that was just completed. Its PDF is not made yet."""
    id = world.ask(jan, dossier)
    world.complete(jan, id)
    return id


def whole(download: Download) -> bytes:
    """Read a download until its end."""
    return b"".join(download.blocks)


def filed(world: World, jan: Actor, dossier: DossierId) -> list[SubmissionRow]:
    """List the rows under Door mij aangeleverd."""
    return list(world.portal.client.dossiers.submissions(jan, dossier))


def tasks(world: World) -> list[Task]:
    """Read the waiting PDF tasks without doing them."""
    far = world.clock.now() + timedelta(days=9)
    with world.storage.begin() as uow:
        return [
            each for each in uow.outbox.lease(Lane.PDF, at=far, until=far, limit=99) if each.kind is TaskKind.RESULT
        ]


def test_stands_in_the_dossier(world: World, jan: Actor, dossier: DossierId, completed: AssignmentId) -> None:
    """QU-4: the PDF is filed with the time of completion, and client and office can download it."""
    assert filed(world, jan, dossier) == []
    completed_at = world.clock.now()
    world.later(minutes=1)
    world.deliver()
    (row,) = filed(world, jan, dossier)
    assert row == SubmissionRow(
        id=row.id,
        kind=SubmissionKind.QUESTIONNAIRE,
        name="Uw gegevens 2026-001.pdf",
        size=row.size,
        delivered_at=completed_at,
        delivered_by="Jan Jansen",
        client_id=jan.client_id,
        message_id=None,
        assignment_id=completed,
        receipt_id=ReceiptId(completed),
    )
    mine = whole(world.portal.client.dossiers.download_submission(jan, dossier, row.id))
    office = world.portal.office
    assert mine == whole(office.questionnaires.pdf(world.handler, completed))
    assert mine == whole(office.messages.fetch(world.handler, row.id))
    assert len(mine) == row.size
    assert office.questionnaires.get(world.handler, completed).submission_id == row.id
    assert world.portal.client.questionnaires.open(jan, completed).assignment.submission_id == row.id
    assert world.audit().count("ResultFiled") == 1
    download = ["DownloadBegan", "SubmissionDownloaded"]
    assert world.audit()[-7:] == [*download, "AnswersRead", *download * 2]


def test_read_halfway(world: World, jan: Actor, dossier: DossierId, completed: AssignmentId) -> None:
    """SI-5: a request of the office for the PDF is recorded, also if it stops before the last block."""
    world.deliver()
    blocks = world.portal.office.questionnaires.pdf(world.handler, completed).blocks
    assert world.audit()[-1] == "AnswersRead"
    assert next(blocks)
    assert world.audit()[-3:] == ["AnswersRead", "DownloadBegan", "SubmissionDownloaded"]


def test_what_it_says(world: World, jan: Actor, dossier: DossierId) -> None:
    """QU-4, property 10: the PDF has all visible questions and answers in order, in the language of completion."""
    id = world.ask(jan, dossier)
    world.complete(attrs.evolve(jan, language=Language.ENGLISH), id)
    completed_at = world.clock.now()
    world.later(days=1)
    world.deliver()
    answers = world.portal.office.questionnaires.answers(world.handler, id)
    pdf = whole(world.portal.office.questionnaires.pdf(world.handler, id)).decode()
    assert (
        pdf
        == f"""%PDF-1.7
Notariskantoor Van der Meer
Your details
2026-001 Levering woning
Jan Jansen
Jan Jansen {completed_at.isoformat()}
Your name: "J. Jansen"
Born on: "1980-02-29"
Are you married?: true
Your partner: "Zoë"
Your marriage certificate: null
Savings: 1999
Horses: null
Children: [{{"kind": "Sem"}}, {{"kind": "Fleur"}}]
Evidence: null
Copy: null
Anything else?: "Nee.\\nDank u."
{answers}"""
    )
    asked = "naam geboren gehuwd partner akte geld paarden kinderen bewijs kopie verder"
    assert " ".join(json.loads(answers)["answers"]) == asked


@pytest.mark.parametrize("language", Language)
def test_in_either_language(world: World, jan: Actor, dossier: DossierId, language: Language) -> None:
    """QU-4: in the language of completion the PDF is the stored one; in the other one it is written anew, always alike.

    The names stay as they were. The attached answers are the same.
    """
    id = world.ask(jan, dossier)
    world.complete(attrs.evolve(jan, language=language), id)
    world.deliver()
    office, client = world.portal.office, world.portal.client.questionnaires
    office.clients.correct(world.handler, jan.account_id, name="Jan de Vries", email="jan@example.nl")
    (row,) = filed(world, jan, dossier)
    stored = whole(world.portal.client.dossiers.download_submission(jan, dossier, row.id))
    calls: list[Callable[[Language | None], Download]] = [
        lambda asked: client.pdf(jan, id, language=asked),
        lambda asked: office.questionnaires.pdf(world.handler, id, language=asked),
    ]
    (other,) = set(Language) - {language}
    written = set()
    for call in calls:
        assert whole(call(None)) == whole(call(language)) == stored
        made = call(other)
        content = whole(made)
        written.add(content)
        assert (made.file.size, made.file.sha256) == (len(content), hashlib.sha256(content).digest())
        assert made.file.name == f"{TITLES[other]} 2026-001.pdf"
    assert len(written) == 1
    said = {language: stored.decode(), other: written.pop().decode()}
    answers = office.questionnaires.answers(world.handler, id)
    for each, text in said.items():
        assert f"\n{TITLES[each]}\n" in text
        assert f'\n{LABELS[each]}: "J. Jansen"\n' in text
        assert "\nJan Jansen\nJan Jansen " in text
        assert text.endswith(answers)
    assert filed(world, jan, dossier) == [row]
    assert len(world.files.contents) == 1


@pytest.mark.parametrize("language", [None, *Language])
def test_either_counts_alike(
    world: World, jan: Actor, dossier: DossierId, completed: AssignmentId, language: Language | None
) -> None:
    """SI-5, QU-4: a download is recorded as one of the filed PDF, in either language."""
    world.deliver()
    before = len(world.audit())
    whole(world.portal.client.questionnaires.pdf(jan, completed, language=language))
    whole(world.portal.office.questionnaires.pdf(world.handler, completed, language=language))
    download = ["DownloadBegan", "SubmissionDownloaded"]
    assert world.audit()[before:] == [*download, "AnswersRead", *download]
    (row,) = filed(world, jan, dossier)
    with world.storage.begin() as uow:
        ends = [each for each in uow.audit.entries(world.handler) if each.what == "SubmissionDownloaded"]
    assert {json.loads(each.which)["submission_id"] for each in ends} == {str(row.id)}


@pytest.mark.parametrize("language", Language)
def test_part(world: World, jan: Actor, completed: AssignmentId, language: Language) -> None:
    """DC-2: a part of the PDF in either language is recorded as a part."""
    world.deliver()
    calls = world.portal.client.questionnaires
    content = whole(calls.pdf(jan, completed, language=language))
    before = len(world.audit())
    assert whole(calls.pdf(jan, completed, language=language).part(5, 30)) == content[5:31]
    assert world.audit()[before:] == ["DownloadBegan", "PartDownloaded"]


@pytest.mark.parametrize("language", Language)
def test_foreign(world: World, piet: Actor, completed: AssignmentId, language: Language) -> None:
    """XA-2, OF-2: for another client and another office, the PDF is absent in either language."""
    world.deliver()
    other, trail = world.other_office(), world.audit()
    with pytest.raises(Absent):
        world.portal.client.questionnaires.pdf(piet, completed, language=language)
    with pytest.raises(Absent):
        world.portal.office.questionnaires.pdf(other, completed, language=language)
    assert world.audit() == trail


@pytest.mark.parametrize("language", [None, *Language])
def test_not_there_yet_for_its_client(world: World, jan: Actor, dossier: DossierId, language: Language | None) -> None:
    """QU-4: before completion the client has no PDF, and until it is filed it has none in either language."""
    calls = world.portal.client.questionnaires
    id = world.ask(jan, dossier)
    with pytest.raises(Refused):
        calls.pdf(jan, id, language=language)
    world.complete(jan, id)
    with pytest.raises(Unavailable):
        calls.pdf(jan, id, language=language)


def test_its_name(world: World, jan: Actor) -> None:
    """AT-4: the PDF is named after subject and dossier, without path separators."""
    dossier = world.dossier(jan, number="2026/7\\1")
    office = world.portal.office.questionnaires
    world.ask(jan, dossier)
    id = office.assign(world.handler, dossier, jan.client_id, "intake", subject="Koop a/b")
    world.complete(jan, id)
    world.deliver()
    assert [row.name for row in filed(world, jan, dossier)] == ["Koop a-b 2026-7-1.pdf"]


def test_not_there_yet(world: World, jan: Actor, dossier: DossierId) -> None:
    """QU-4: the PDF is refused before completion, and is unavailable until it is made."""
    id = world.ask(jan, dossier)
    pdf = world.portal.office.questionnaires.pdf
    with pytest.raises(Refused):
        pdf(world.handler, id)
    world.complete(jan, id)
    with pytest.raises(Unavailable):
        pdf(world.handler, id)
    world.deliver()
    assert pdf(world.handler, id).file.media_type == "application/pdf"


# ------------------------------------------------------------------ repeated and failed attempts
def test_filed_once(world: World, jan: Actor, dossier: DossierId, completed: AssignmentId) -> None:
    """QU-4, property 9: if the task is done again, the first PDF stays the only one."""
    (task,) = tasks(world)
    rendering = world.portal.background.dispatcher._dispatching._answer_pdfs
    rendering.file(task)
    first = filed(world, jan, dossier)
    world.later(minutes=1)
    rendering.file(task)
    world.later(days=10)
    world.deliver()
    assert filed(world, world.sign_in(), dossier) == first
    assert (len(first), len(world.files.contents), world.audit().count("ResultFiled")) == (1, 1, 1)


def test_crash_between_file_and_row(
    world: World, jan: Actor, dossier: DossierId, completed: AssignmentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2, AL-3: after a crash between file and row, the task is done again, and the lost file is swept."""
    with world.storage.begin() as uow:
        submissions = type(uow.submissions)

    def crashing(self: object, added: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(submissions, "add", crashing)
        world.deliver()
    (lost,) = world.files.contents
    assert filed(world, jan, dossier) == []
    world.later(seconds=15)
    world.deliver()
    (row,) = filed(world, jan, dossier)
    world.later(hours=25)
    assert world.portal.background.sweeper.run_once() == 1
    assert lost not in world.files.contents
    assert len(whole(world.portal.office.questionnaires.pdf(world.handler, completed))) == row.size
    assert world.audit().count("ResultFiled") == 1


def test_two_at_once(
    world: World, jan: Actor, dossier: DossierId, completed: AssignmentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QU-4, property 9: if two dispatchers make the PDF at once, one files it, and the file of the other is swept."""
    (task,) = tasks(world)
    rendering = world.portal.background.dispatcher._dispatching._answer_pdfs

    def overtaken(self: PlainPdf, report: Report) -> bytes:
        monkeypatch.setattr(PlainPdf, "write", WRITTEN)
        rendering.file(task)
        return WRITTEN(self, report)

    monkeypatch.setattr(PlainPdf, "write", overtaken)
    rendering.file(task)
    assert (len(filed(world, jan, dossier)), world.audit().count("ResultFiled")) == (1, 1)
    world.later(hours=25)
    assert world.portal.background.sweeper.run_once() == 1
    assert whole(world.portal.office.questionnaires.pdf(world.handler, completed)).startswith(b"%PDF")


def test_failure(
    world: World,
    jan: Actor,
    dossier: DossierId,
    completed: AssignmentId,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """AL-2: a failed PDF is retried at growing intervals, does not delay mail, and no answers are logged."""
    tried = []

    def failing(self: PlainPdf, report: Report) -> bytes:
        tried.append(world.clock.now())
        raise RuntimeError("no such font")

    monkeypatch.setattr(PlainPdf, "write", failing)
    world.invite("piet@example.nl")
    completed_at = world.clock.now()
    assert [mail.to for mail in world.deliver()] == ["piet@example.nl"]
    for _ in range(180):
        world.later(seconds=1)
        world.deliver()
    waited = [int((each - completed_at).total_seconds()) for each in tried]
    assert waited == [0, 15, 45, 105]
    assert "no such font" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]
    monkeypatch.setattr(PlainPdf, "write", WRITTEN)
    world.later(hours=1)
    world.deliver()
    (row,) = filed(world, jan, dossier)
    assert row.delivered_at == completed_at


def test_full_disk(world: World, jan: Actor, dossier: DossierId, completed: AssignmentId) -> None:
    """AL-2, AL-3: on a full disk nothing is filed; the PDF is filed when there is room again."""
    world.files.room = 10
    (task,) = tasks(world)
    with pytest.raises(StorageFull):
        world.portal.background.dispatcher._dispatching._answer_pdfs.file(task)
    assert (filed(world, jan, dossier), world.files.contents) == ([], {})
    world.files.room = None
    world.later(days=10)
    world.deliver()
    assert len(filed(world, world.sign_in(), dossier)) == 1


def test_the_office_removes_the_party(world: World, jan: Actor, piet: Actor) -> None:
    """QU-4, DO-1: the PDF is filed for the office, also if the client is not a party any more."""
    dossier = world.dossier(jan, piet)
    id = world.ask(jan, dossier)
    world.complete(jan, id)
    world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
    world.deliver()
    assert whole(world.portal.office.questionnaires.pdf(world.handler, id)).startswith(b"%PDF")
    assert list(world.portal.client.dossiers.submissions(piet, dossier)) == []


def test_the_client_is_answered_before(
    world: World, jan: Actor, dossier: DossierId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QU-4: completion does not make the PDF, but stores a task in the outbox in the same transaction."""

    def never(self: PlainPdf, report: Report) -> bytes:
        raise AssertionError("made while the client waits")

    monkeypatch.setattr(PlainPdf, "write", never)
    id = world.ask(jan, dossier)
    world.complete(jan, id)
    (task,) = tasks(world)
    assert (task.payload, task.account_id, task.made_at) == ({"assignment": str(id)}, None, world.clock.now())
