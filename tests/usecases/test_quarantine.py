"""Files that wait in quarantine while the virus scanner is down (AT-3)."""

import json
import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from itertools import product
from uuid import UUID
from zipfile import ZipFile

import pytest

from klantportaal.domain.documents import DocumentKind, DocumentState, Publication
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Conflict, FaultCode, FileWithheld, Refused, Unavailable
from klantportaal.domain.events import FileRejected
from klantportaal.domain.health import Finding, QuarantineHealth
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import OfficeNotices
from klantportaal.domain.outgoing import Lane, TaskKind
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.scanning import CLEAN, ScanOutcome, ScanPolicy, ScanVerdict, Unscanned
from klantportaal.domain.values import DocumentId, DraftId, FileKey, ItemId, MessageId, RequestId
from klantportaal.ports.pictures import Pictures
from klantportaal.ports.reading import UploadRow
from klantportaal.settings import Settings
from klantportaal.usecases.shared.archiving import Archive
from klantportaal.usecases.shared.downloading import Download
from tests.usecases import test_answer_files as answer_files
from tests.usecases.intake import ASSETS, PERSON
from tests.usecases.test_deadlocks import commits
from tests.usecases.test_scanning import Saying, alerting
from tests.usecases.world import PDF, World, answering, in_blocks

WAITING = ScanPolicy(unscanned=Unscanned.QUARANTINE)
TEXT = MessageText(subject="Paspoort", body="Zie de bijlage.")
LATER = timedelta(minutes=16)
EVERY_WAY = ["client", "office", "client's archive", "office's archive", "look"]
"""The ways to read what a client sent."""


class Scanner(Saying):
    """A scanner of which a test can replace the scan."""

    instead: Callable[[Iterable[bytes]], Generator[bytes, None, ScanVerdict]] | None = None

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Scan, or do what the test says."""
        return (yield from (self.instead or super().scan)(blocks))


class Scene:
    """A client with a dossier, and a scanner that is down."""

    def __init__(self, policy: ScanPolicy = WAITING, *, pictures: Pictures | None = None) -> None:
        self.scanner = Scanner(reachable=False)
        self.world = World(scanner=self.scanner, pictures=pictures, settings=Settings(scanning=policy))
        self.client, self.office = self.world.portal.client, self.world.portal.office
        self.jan = self.world.onboard()
        self.dossier = self.world.dossier(self.jan)
        self.draft = self.client.messages.new_draft()

    def stage(self, content: bytes = PDF, *, draft: DraftId | None = None) -> UploadRow:
        """Stage a file."""
        blocks = in_blocks(content)
        return self.client.attachments.stage(self.jan, self.dossier, draft or self.draft, name="pas.pdf", blocks=blocks)

    def staged(self) -> list[QuarantineState | None]:
        """Give the states of the staged files."""
        return [each.quarantine for each in self.client.messages.uploads(self.jan, self.dossier, self.draft)]

    def send(self) -> MessageId:
        """Send the message."""
        return self.client.messages.send(self.jan, self.dossier, self.draft, TEXT)

    def publish(self, name: str = "akte.pdf") -> DocumentId:
        """Publish a document."""
        publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({self.jan.client_id}))
        return self.office.documents.publish(
            self.world.handler, self.dossier, publication, name=name, blocks=in_blocks(PDF)
        )

    def replace(self, document: DocumentId) -> DocumentId:
        """Replace a document."""
        return self.office.documents.replace(self.world.handler, document, name="akte 2.pdf", blocks=in_blocks(PDF))

    def shown(self) -> list[tuple[str, DocumentState]]:
        """List the documents that the client sees, newest first."""
        rows = self.client.dossiers.documents(self.jan, self.dossier, DocumentKind.DOCUMENT)
        return [(row.file_name, row.state) for row in rows]

    def work(self, verdict: ScanVerdict | None = CLEAN) -> list[str]:
        """Let the scanner say this from now on, do the background work, and give the kinds of the mails."""
        self.scanner.reachable = verdict is not None
        self.scanner.verdict = verdict or CLEAN
        self.world.clock.advance(LATER)
        return [mail.subject for mail in self.world.deliver()]

    def trail(self) -> list[str]:
        """List the kinds of entries about files, oldest first."""
        kinds = ("FileQuarantined", "FileReleased", "FileRejected", "ScannerAlerted", "DocumentPublished")
        with self.world.storage.begin() as uow:
            return [each.what for each in uow.audit.entries(self.world.handler) if each.what in kinds]

    def downloads(self) -> list[str]:
        """Try each way to read what was sent, and give those that work."""
        (row,) = self.client.dossiers.submissions(self.jan, self.dossier)
        ways: dict[str, Callable[[], Download]] = {
            "client": lambda: self.client.dossiers.download_submission(self.jan, self.dossier, row.id),
            "office": lambda: self.office.messages.fetch(self.world.handler, row.id),
        }
        given = []
        for name, download in ways.items():
            with suppress(FileWithheld):
                assert b"".join(download().blocks) == PDF
                given.append(name)
        given += [name for name, archive in self._archives().items() if PDF in _unpacked(archive)]
        with suppress(FileWithheld):
            look = self.client.dossiers.look_at_submission(self.jan, self.dossier, row.id)
            given += ["look"] if look.download is not None else []
        return given

    def _archives(self) -> dict[str, Archive]:
        """Ask for the archives of the dossier."""
        return {
            "client's archive": self.client.dossiers.archive(self.jan, self.dossier),
            "office's archive": self.office.dossiers.archive(self.world.handler, self.dossier),
        }


def _unpacked(archive: Archive) -> list[bytes]:
    """Give the contents of the files of an archive."""
    with ZipFile(BytesIO(b"".join(archive.blocks))) as files:
        return [files.read(name) for name in files.namelist()]


@pytest.fixture
def scene() -> Scene:
    """A client with a dossier, and a scanner that is down."""
    return Scene()


REJECTED = {
    ScanOutcome.INFECTED: (QuarantineState.INFECTED, FaultCode.FILE_SUSPECT),
    ScanOutcome.ENCRYPTED: (QuarantineState.ENCRYPTED, FaultCode.FILE_ENCRYPTED),
    ScanOutcome.TOO_LARGE: (QuarantineState.TOO_LARGE, FaultCode.FILE_TOO_LARGE_TO_SCAN),
}


def test_a_file_waits_and_is_released(scene: Scene) -> None:
    """AT-3: a file that cannot be scanned is stored, sent, and given to nobody until it was scanned."""
    row = scene.stage()
    assert (row.quarantine, scene.staged()) == (QuarantineState.WAITING, [QuarantineState.WAITING])
    assert list(scene.world.files.contents.values()) == [PDF]
    message = scene.send()
    assert scene.downloads() == []
    (attached,) = scene.client.messages.read(scene.jan, scene.dossier, message).attachments
    assert attached.quarantine is QuarantineState.WAITING
    scene.work(None)
    assert scene.downloads() == []
    scene.work()
    assert scene.downloads() == EVERY_WAY
    assert scene.scanner.files == [PDF]
    assert scene.trail() == ["FileQuarantined", "FileReleased"]


@pytest.mark.parametrize("outcome", REJECTED)
@pytest.mark.parametrize("is_sent", [True, False])
def test_a_rejected_file(scene: Scene, outcome: ScanOutcome, is_sent: bool, caplog: pytest.LogCaptureFixture) -> None:
    """AT-3, AL-6: a rejected file is removed. Its row and the log tell why, and the client gets one mail."""
    scene.stage()
    if is_sent:
        scene.send()
    caplog.clear()
    assert scene.work(alerting(outcome).verdict) == [
        "Een bestand van u is niet aangenomen door Notariskantoor Van der Meer"
    ]
    assert f"/dossiers/{scene.dossier}\n" in scene.world.mail.sent[-1].text  # NW-2
    state, _code = REJECTED[outcome]
    assert scene.world.files.contents == {}
    if is_sent:
        assert [each.quarantine for each in scene.client.dossiers.submissions(scene.jan, scene.dossier)] == [state]
        assert scene.downloads() == []
    else:
        assert scene.staged() == [state]
    assert scene.trail() == ["FileQuarantined", "ScannerAlerted", "FileRejected"]
    told = [(each.levelno, each.event) for each in caplog.records if "rejected" in each.getMessage()]  # type: ignore[attr-defined]
    assert told == [(logging.WARNING, "file_rejected")]
    assert scene.work() == []
    assert scene.trail() == ["FileQuarantined", "ScannerAlerted", "FileRejected"]


@pytest.mark.parametrize("outcome", REJECTED)
def test_a_message_does_not_go_with_a_rejected_file(scene: Scene, outcome: ScanOutcome) -> None:
    """AT-3: a message with a staged file that was rejected is refused, by the file's name, until it is removed."""
    row = scene.stage()
    scene.work(alerting(outcome).verdict)
    with pytest.raises(Refused) as refusal:
        scene.send()
    _state, code = REJECTED[outcome]
    assert [(each.code, each.params["name"]) for each in refusal.value.faults] == [(code, "pas.pdf")]
    scene.client.attachments.unstage(scene.jan, scene.dossier, row.id)
    scene.send()


def test_a_file_is_added_again_after_it_was_rejected(scene: Scene) -> None:
    """AT-3, AT-5: while a file waits, the same one is staged once. After it was rejected, it is judged anew."""
    first = scene.stage()
    assert scene.stage() == first
    scene.work(alerting(ScanOutcome.ENCRYPTED).verdict)
    scene.scanner.verdict = CLEAN
    again = scene.stage()
    assert (again.id != first.id, again.quarantine) == (True, None)
    assert scene.staged() == [QuarantineState.ENCRYPTED, None]


def test_the_policy_holds_for_files_that_waited() -> None:
    """AT-3: a file with a password is released if the policy takes such files, and the trail says so."""
    scene = Scene(ScanPolicy(unscanned=Unscanned.QUARANTINE, take_encrypted=True))
    scene.stage()
    scene.send()
    scene.work(alerting(ScanOutcome.ENCRYPTED).verdict)
    assert scene.downloads() == EVERY_WAY
    assert scene.trail() == ["FileQuarantined", "ScannerAlerted", "FileReleased"]


@pytest.mark.parametrize("is_sent", [True, False])
def test_sent_while_it_is_scanned(scene: Scene, is_sent: bool) -> None:
    """AT-2, AT-3: a file that is sent or removed while it is scanned is released, or forgotten. Nothing fails."""
    row = scene.stage()

    def meanwhile(blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        scene.scanner.instead = None
        if is_sent:
            scene.send()
        else:
            scene.client.attachments.unstage(scene.jan, scene.dossier, row.id)
        return (yield from scene.scanner.scan(blocks))

    scene.scanner.reachable, scene.scanner.instead = True, meanwhile
    scene.world.deliver()
    scene.work()
    assert scene.world.storage.read.waiting_files() == (0, None)
    assert scene.trail() == (["FileQuarantined", "FileReleased"] if is_sent else ["FileQuarantined"])
    if is_sent:
        assert scene.downloads() == EVERY_WAY


def test_removed_before_it_is_scanned(scene: Scene) -> None:
    """AT-3: a staged file that was removed is not scanned, and waits no more."""
    row = scene.stage()
    scene.client.attachments.unstage(scene.jan, scene.dossier, row.id)
    scene.work()
    assert (scene.scanner.files, scene.trail()) == ([], ["FileQuarantined"])
    assert scene.world.storage.read.waiting_files() == (0, None)


def test_a_damaged_file_is_not_released(scene: Scene) -> None:
    """AT-3, DC-4: what is released is what was stored. A damaged file goes on waiting, and is reported."""
    scene.stage()
    (key,) = scene.world.files.contents
    scene.world.files.contents[key] = PDF[:-1] + b"?"
    scene.work()
    assert scene.staged() == [QuarantineState.WAITING]
    (failing,) = scene.world.portal.health().outbox.failing
    assert (failing.kind, failing.problem) == (TaskKind.SCAN, "FileDamaged")


def test_the_file_that_came_in_is_whole() -> None:
    """AT-3: wherever the scanner breaks off, and however it cuts the blocks, what waits is the whole file."""
    for after, size in product(range(6), (2500, 7000)):

        def breaking(blocks: Iterable[bytes], after: int = after) -> Generator[bytes, None, ScanVerdict]:
            for number, block in enumerate(blocks):
                if number == after:
                    raise Unavailable("it went away")
                yield block[:3]
                yield block[3:]
            raise Unavailable("it went away")

        scene = Scene()
        scene.scanner.instead = breaking
        blocks = [PDF[start : start + size] for start in range(0, len(PDF), size)]
        scene.client.attachments.stage(scene.jan, scene.dossier, scene.draft, name="pas.pdf", blocks=blocks)
        assert list(scene.world.files.contents.values()) == [PDF]


def test_a_connection_that_breaks_off_is_no_waiting_file(scene: Scene) -> None:
    """AT-3: if the blocks of a file break off, nothing of it is kept, also while the scanner is down meanwhile."""
    scene.scanner.reachable = True

    def broken() -> Iterator[bytes]:
        yield PDF * 20  # More than what is looked at before the file is scanned.
        raise Unavailable("the client went away")

    with pytest.raises(Unavailable, match="the client went away"):
        scene.client.attachments.stage(scene.jan, scene.dossier, scene.draft, name="pas.pdf", blocks=broken())
    assert (scene.world.files.contents, scene.staged()) == ({}, [])


def test_a_deadlock_while_a_file_waits(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2, AT-3: a conflict while a file is staged, or released, leaves one row, one task and one entry of each."""
    assert commits(scene.stage, monkeypatch, failing=1) == 2
    scene.scanner.reachable = True
    scene.send()
    leases = 4  # Of SMSs, mails, PDFs, and of the file.
    assert commits(scene.world.deliver, monkeypatch, failing=leases + 1) > leases + 1
    scene.work()
    assert scene.trail() == ["FileQuarantined", "FileReleased"]


def test_a_crash_before_the_file_is_removed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-3, AT-3: if the file of a rejected one stays behind, nobody can read it, and the sweeper removes it."""
    scene.stage()
    scene.send()
    with monkeypatch.context() as patched:
        patched.setattr("klantportaal.usecases.background.quarantine.file_removal.remove", lambda *_arguments: None)
        scene.work(alerting(ScanOutcome.INFECTED).verdict)
    assert len(scene.world.files.contents) == 1
    assert scene.downloads() == []
    scene.world.clock.advance(timedelta(days=2))
    scene.world.portal.background.sweeper.run_once()
    assert scene.world.files.contents == {}
    assert scene.world.portal.background.verify().faults == ()


def test_a_file_that_was_judged_already(scene: Scene) -> None:
    """AT-3: a task that is done again after its file was released scans nothing, and records nothing."""
    scene.stage()
    (key,) = scene.world.files.contents
    with scene.world.storage.begin() as uow:
        uow.quarantine.release(scene.jan.office_id, FileKey(key))
        uow.commit()
    scene.work(alerting(ScanOutcome.INFECTED).verdict)
    assert scene.trail() == ["FileQuarantined"]
    assert list(scene.world.files.contents) == [key]


def test_two_workers_at_once(scene: Scene) -> None:
    """AT-3: of two workers that scan one file at once, one releases it. The other one records nothing."""
    scene.stage()
    scanned: list[int] = []

    def twice(blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        scene.scanner.instead = None if scanned else twice
        scanned.append(1)
        if len(scanned) == 1:
            scene.world.clock.advance(timedelta(minutes=3))  # The lease ends, and another worker takes the task.
            scene.world.portal.background.dispatcher.run_once()
        scene.scanner.instead = None
        return (yield from scene.scanner.scan(blocks))

    scene.scanner.reachable, scene.scanner.instead = True, twice
    with suppress(Conflict):
        scene.world.portal.background.dispatcher.run_once()
    assert (len(scanned), scene.trail()) == (2, ["FileQuarantined", "FileReleased"])


# ------------------------------------------------------------------ the log, and the health report
def test_the_log_while_files_wait(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: the log says at growing intervals that files wait, and when they are scanned again."""
    for number in range(3):
        scene.stage(PDF + bytes([number]))
    scene.work(None)
    scene.work()
    said = [(each.levelno, each.event) for each in caplog.records if "klantportaal.usecases" in each.name]  # type: ignore[attr-defined]
    warned = ["files_quarantined"] * 2 + ["quarantine_waits"] * 2 + ["quarantine_goes_on"]
    assert said == [(logging.WARNING, event) for event in warned]


def test_the_health_of_the_quarantine(scene: Scene) -> None:
    """AL-6: the health report counts the files that wait, and tells one that waits for too long."""
    assert scene.world.portal.health().quarantine == QuarantineHealth(waiting=0)
    scene.stage()
    scene.world.clock.advance(timedelta(minutes=15))
    asked = scene.world.portal.health()
    assert asked.quarantine == QuarantineHealth(waiting=1, age=timedelta(minutes=15))
    assert Finding.QUARANTINE_LATE not in asked.findings
    scene.world.clock.advance(timedelta(seconds=1))
    assert Finding.QUARANTINE_LATE in scene.world.portal.health().findings
    scene.work()
    assert scene.world.portal.health().quarantine == QuarantineHealth(waiting=0)


def test_the_intervals_grow(scene: Scene) -> None:
    """AT-3: while the scanner is down, a file is tried again after 15 seconds, then twice as long, up to 5 minutes."""
    scene.stage()
    waits = []
    for _time in range(7):
        scene.world.deliver()
        (failing,) = scene.world.portal.health().outbox.failing
        waits.append((failing.next_attempt_at - scene.world.clock.now()).total_seconds())
        scene.world.clock.advance(failing.next_attempt_at - scene.world.clock.now())
    assert waits == [15, 30, 60, 120, 240, 300, 300]


def test_without_a_scanner_the_lane_is_not_polled() -> None:
    """AT-3: a portal without a scanner does not look for files to scan."""
    lanes = [World(scanner=each).portal.background.dispatcher._dispatching.lanes for each in (None, Saying())]
    assert [Lane.SCAN in each for each in lanes] == [False, True]


# ------------------------------------------------------------------ what the office sees and publishes
def test_what_the_office_sees(scene: Scene) -> None:
    """AT-2, AT-3: the office sees which files wait or were rejected, with their dossier, and none that was not sent."""
    scene.stage()
    see = scene.office.dossiers.quarantine
    assert see(scene.world.handler) == []
    scene.send()
    (row,) = see(scene.world.handler)
    assert (row.held.file.name, row.held.state, row.held.account_id) == (
        "pas.pdf",
        QuarantineState.WAITING,
        scene.jan.account_id,
    )
    scene.work(alerting(ScanOutcome.INFECTED).verdict)
    (row,) = see(scene.world.handler)
    assert (row.held.state, row.held.found) == (QuarantineState.INFECTED, "Win.Test.EICAR_HDB-1")
    assert see(scene.world.other_office()) == []


def test_a_publication_waits(scene: Scene) -> None:
    """AT-3, PR-2: a document that waits is shown to no client and notifies nobody, until it is released."""
    document = scene.publish()
    assert scene.shown() == []
    assert scene.client.dossiers.open(scene.jan, scene.dossier).tabs[Tab.DOCUMENTS].total == 0
    with pytest.raises(FileWithheld):
        scene.office.documents.download(scene.world.handler, document)
    assert scene.work(None) == []
    assert scene.work() == []
    assert scene.shown() == [("akte.pdf", DocumentState.AVAILABLE)]
    (row,) = scene.client.dossiers.documents(scene.jan, scene.dossier, DocumentKind.DOCUMENT)
    assert row.published_at == scene.world.clock.now()
    assert len(scene.work()) == 1  # The notification, after the time in which several merge.
    assert scene.trail() == ["FileQuarantined", "FileReleased", "DocumentPublished"]


def test_a_rejected_publication(scene: Scene) -> None:
    """AT-3: a document that was rejected is never shown, notifies nobody, and stays in the office's dossier."""
    scene.publish()
    assert scene.work(alerting(ScanOutcome.INFECTED).verdict) == scene.work() == []
    assert (scene.shown(), scene.world.files.contents) == ([], {})
    (row,) = scene.office.dossiers.get(scene.world.handler, scene.dossier).documents
    assert row.document.state is DocumentState.CANCELLED
    assert scene.trail() == ["FileQuarantined", "ScannerAlerted", "FileRejected"]


@pytest.mark.parametrize("verdict", [CLEAN, alerting(ScanOutcome.INFECTED).verdict])
def test_a_replacement_waits(scene: Scene, verdict: ScanVerdict) -> None:
    """AT-3, DC-3: a document stays available until its new version is released, and cannot be replaced meanwhile."""
    scene.scanner.reachable = True
    document = scene.publish()
    scene.scanner.reachable = False
    scene.replace(document)
    assert scene.shown() == [("akte.pdf", DocumentState.AVAILABLE)]
    with pytest.raises(Refused, match="wrong_state"):
        scene.replace(document)
    scene.work(verdict)
    if verdict is CLEAN:
        assert scene.shown() == [("akte 2.pdf", DocumentState.AVAILABLE), ("akte.pdf", DocumentState.REPLACED)]
    else:
        assert scene.shown() == [("akte.pdf", DocumentState.AVAILABLE)]
        scene.scanner.verdict = CLEAN
        scene.replace(document)


@pytest.mark.parametrize("verdict", [CLEAN, alerting(ScanOutcome.INFECTED).verdict])
def test_withdrawn_while_it_waits(scene: Scene, verdict: ScanVerdict) -> None:
    """AT-3, DC-3: a document that the office withdraws while it waits is never shown, whatever the scanner says."""
    document = scene.publish()
    scene.office.documents.withdraw(scene.world.handler, document, "verkeerd dossier")
    scene.work(verdict)
    assert (scene.shown(), scene.work()) == ([], [])
    assert "DocumentPublished" not in scene.trail()


# ------------------------------------------------------------------ files as answers
def test_a_file_as_an_answer(scene: Scene) -> None:
    """AT-3, QU-4: an answer may wait, also when the questionnaire is completed. It is released afterwards."""
    world, jan = scene.world, scene.jan
    id = world.ask(jan, scene.dossier)
    world.fill_in(jan, id, {"persoon": PERSON})
    row = answer_files.stage(world, jan, id)
    saved = world.fill_in(jan, id, {"huwelijk": answer_files.marriage(row), "bezit": ASSETS})
    held = scene.client.questionnaires.open(jan, id).quarantine
    assert {UUID(str(id)): state for id, state in held.items()} == {row.id: QuarantineState.WAITING}
    scene.client.questionnaires.complete(jan, id, version=answering(saved).version)
    (delivered,) = scene.client.dossiers.submissions(jan, scene.dossier)
    assert (delivered.name, delivered.quarantine) == ("akte.pdf", QuarantineState.WAITING)
    assert scene.downloads() == []
    scene.work()
    states = {each.quarantine for each in scene.client.dossiers.submissions(jan, scene.dossier)}
    assert (states, scene.client.questionnaires.open(jan, id).quarantine) == ({None}, {})


def test_a_rejected_answer(scene: Scene) -> None:
    """AT-3, QU-4: a questionnaire is not completed with a rejected file, nor is a page saved with one."""
    world, jan, virus = scene.world, scene.jan, alerting(ScanOutcome.INFECTED).verdict
    id = world.ask(jan, scene.dossier)
    world.fill_in(jan, id, {"persoon": PERSON})
    first = answer_files.stage(world, jan, id)
    scene.work(virus)
    assert [each.quarantine for each in answer_files.staged(world, jan, id)] == [QuarantineState.INFECTED]
    with pytest.raises(Refused, match="upload_gone"):
        world.fill_in(jan, id, {"huwelijk": answer_files.marriage(first)})
    scene.scanner.reachable = False
    row = answer_files.stage(world, jan, id)
    saved = world.fill_in(jan, id, {"huwelijk": answer_files.marriage(row), "bezit": ASSETS})
    scene.work(virus)
    held = scene.client.questionnaires.open(jan, id).quarantine
    assert {UUID(str(id)): state for id, state in held.items()} == {row.id: QuarantineState.INFECTED}
    with pytest.raises(Refused, match="file_suspect"):
        scene.client.questionnaires.complete(jan, id, version=answering(saved).version)
    saved = world.fill_in(jan, id, {"huwelijk": answer_files.marriage()})
    scene.client.questionnaires.complete(jan, id, version=answering(saved).version)


def test_a_file_for_a_request(scene: Scene) -> None:
    """AT-3, RQ-2: a file that waits may be delivered for an item of a request, and one that was rejected may not."""
    requests, item = scene.client.requests, NewItem(title="Loonstrook")
    new = NewRequest(subject="Stukken", items=[item])
    id = scene.office.requests.make(scene.world.handler, scene.dossier, scene.jan.client_id, new)
    (asked,) = requests.get(scene.jan, id).request.items

    def stage_and_deliver(verdict: ScanVerdict | None) -> None:
        scene.scanner.reachable = False
        requests.stage(scene.jan, id, asked.id, name="strook.pdf", blocks=in_blocks(PDF))
        if verdict is not None:
            scene.work(verdict)
        requests.deliver(scene.jan, id, asked.id, requests.new_delivery())

    with pytest.raises(Refused, match="file_suspect"):
        stage_and_deliver(alerting(ScanOutcome.INFECTED).verdict)
    (rejected,) = requests.staged(scene.jan, id, asked.id)
    requests.unstage(scene.jan, id, rejected.id)
    stage_and_deliver(None)
    assert scene.downloads() == []
    [delivery] = requests.get(scene.jan, id).request.items[0].deliveries
    with pytest.raises(FileWithheld):
        scene.office.requests.fetch(scene.world.handler, id, delivery.files[0].id)
    assert requests.get(scene.jan, id).request.items[0].deliveries == (delivery,)
    scene.work()
    assert scene.downloads() == EVERY_WAY


# ------------------------------------------------------------------ the mail
def test_who_gets_no_mail(scene: Scene) -> None:
    """AT-3, DO-1: whoever cannot see the dossier any more is not told of a file in it."""
    scene.stage()
    scene.send()
    other = scene.world.onboard("piet@example.nl", name="Piet")
    scene.office.dossiers.add_party(scene.world.handler, scene.dossier, other.client_id)
    scene.office.dossiers.remove_party(scene.world.handler, scene.dossier, scene.jan.client_id)
    assert scene.work(alerting(ScanOutcome.INFECTED).verdict) == []


def test_an_entry_without_secrets(scene: Scene) -> None:
    """SI-5, AT-3: an entry has the key of the file and the upload, and no name."""
    row = scene.stage()
    scene.work(alerting(ScanOutcome.INFECTED).verdict)
    with scene.world.storage.begin() as uow:
        (entry,) = (each for each in uow.audit.entries(scene.world.handler) if each.what == FileRejected.__name__)
    which = json.loads(entry.which)
    assert which["upload_id"] == str(row.id)
    assert "pas.pdf" not in entry.which


@pytest.mark.parametrize("verdict", [CLEAN, ScanVerdict(outcome=ScanOutcome.INFECTED, found="Eicar")])
def test_no_item_is_accepted_unread(scene: Scene, verdict: ScanVerdict) -> None:
    """AT-3, RQ-3: an item is accepted once each of its files was scanned and taken; the refusal names the others."""
    requests, office, handler = scene.client.requests, scene.office.requests, scene.world.handler
    new = NewRequest(subject="Stukken", items=[NewItem(title="Loonstrook")])
    id = office.make(handler, scene.dossier, scene.jan.client_id, new)
    (asked,) = requests.get(scene.jan, id).request.items
    requests.stage(scene.jan, id, asked.id, name="strook.pdf", blocks=in_blocks(PDF))
    requests.deliver(scene.jan, id, asked.id, requests.new_delivery())
    (file,) = requests.get(scene.jan, id).request.items[0].current_files
    expected = {file.id: QuarantineState.WAITING}
    assert (requests.get(scene.jan, id).quarantine, office.get(handler, id).quarantine) == (expected, expected)
    assert _refused_accepting(scene, id, asked.id) == [(FaultCode.FILE_NOT_SCANNED, "strook.pdf")]
    scene.work(verdict)
    if verdict is not CLEAN:
        assert office.get(handler, id).quarantine == {file.id: QuarantineState.INFECTED}
        assert _refused_accepting(scene, id, asked.id) == [(FaultCode.FILE_SUSPECT, "strook.pdf")]
        office.return_item(handler, id, asked.id, "Graag opnieuw.")
        return
    office.accept_item(handler, id, asked.id)
    assert office.get(handler, id).quarantine == {}


def _refused_accepting(scene: Scene, id: RequestId, item_id: ItemId) -> list[tuple[FaultCode, object]]:
    """Try to accept an item, and give the faults with the names of the files."""
    before = scene.office.requests.get(scene.world.handler, id)
    with pytest.raises(Refused) as refused:
        scene.office.requests.accept_item(scene.world.handler, id, item_id)
    assert scene.office.requests.get(scene.world.handler, id) == before
    return [(each.code, each.params["name"]) for each in refused.value.faults]


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_the_office_is_told_of_its_rejected_document(scene: Scene, is_withdrawn: bool) -> None:
    """OF-4, AT-3: the office gets a mail about a document of its own that was rejected, unless it withdrew it."""
    notices = OfficeNotices(page="https://example.nl/post", addresses=("post@example.nl",))
    scene.office.profile.set_notices(scene.world.handler, notices)
    document = scene.publish()
    if is_withdrawn:
        scene.office.documents.withdraw(scene.world.handler, document, "Vergissing.")
    mails = scene.work(ScanVerdict(outcome=ScanOutcome.INFECTED, found="Eicar"))
    scene.world.later(minutes=5)
    told = [mail for mail in scene.world.deliver() if mail.to == "post@example.nl"]
    assert (mails, len(told)) == ([], 0 if is_withdrawn else 1)
    for mail in told:
        assert "Jan Jansen: 1 document dat de virusscanner heeft geweigerd" in mail.text
        assert "akte" not in mail.text
