"""Scanning files while they are stored (AT-3)."""

import json
import logging
import threading
from collections.abc import Generator, Iterable
from functools import partial

import attrs
import pytest

from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.errors import FaultCode, Refused, StorageFull, Unavailable
from klantportaal.domain.health import Finding, ScannerHealth, Verdict
from klantportaal.domain.quotas import DailyQuotas
from klantportaal.domain.scanning import CLEAN, ScanOutcome, ScanPolicy, ScanVerdict
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.values import ClientId, DocumentId, DossierId
from klantportaal.settings import Settings
from klantportaal.usecases.background import health
from tests.usecases.test_deadlocks import commits
from tests.usecases.world import PDF, World, in_blocks

ALERTS = {
    ScanOutcome.INFECTED: ("Win.Test.EICAR_HDB-1", FaultCode.FILE_SUSPECT),
    ScanOutcome.ENCRYPTED: ("Heuristics.Encrypted.PDF", FaultCode.FILE_ENCRYPTED),
    ScanOutcome.TOO_LARGE: ("Heuristics.Limits.Exceeded.MaxScanSize", FaultCode.FILE_TOO_LARGE_TO_SCAN),
}
TAKING = ScanPolicy(take_encrypted=True, take_too_large=True)


@attrs.define
class Saying:
    """A scanner that says what it is told, and keeps what it read."""

    verdict: ScanVerdict = CLEAN
    reachable: bool = True
    files: list[bytes] = attrs.field(factory=list)
    closed: int = 0

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Read the file while it passes."""
        if not self.reachable:
            raise Unavailable("no scanner there")
        content = b""
        try:
            for block in blocks:
                content += block
                yield block
        finally:
            self.closed += 1
            self.files.append(content)
        return self.verdict


def alerting(outcome: ScanOutcome) -> Saying:
    """Make a scanner that says this of every file."""
    return Saying(ScanVerdict(outcome=outcome, found=ALERTS[outcome][0]))


def stage(world: World, actor: Actor, dossier: DossierId, name: str = "pas.pdf", content: bytes = PDF) -> None:
    """Stage a PDF for a new draft."""
    draft = world.portal.client.messages.new_draft()
    world.portal.client.attachments.stage(actor, dossier, draft, name=name, blocks=in_blocks(content))


def publish(world: World, dossier: DossierId, client: ClientId) -> DocumentId:
    """Let the office publish a PDF."""
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({client}))
    return world.portal.office.documents.publish(
        world.handler, dossier, publication, name="akte.pdf", blocks=in_blocks(PDF)
    )


def alerts(world: World) -> list[dict[str, object]]:
    """Give what the trail says about files, oldest first."""
    with world.storage.begin() as uow:
        entries = uow.audit.entries(world.handler)
    return [json.loads(each.which) for each in entries if each.what == "ScannerAlerted"]


def test_a_clean_file_is_staged() -> None:
    """AT-3: the scanner gets the unchanged file, once, and a clean file is staged without an entry of its own."""
    scanner = Saying()
    world = World(scanner=scanner)
    jan = world.onboard()
    stage(world, jan, world.dossier(jan))
    assert (scanner.files, list(world.files.contents.values()), alerts(world)) == ([PDF], [PDF], [])


@pytest.mark.parametrize("outcome", ALERTS)
def test_what_is_not_clean_is_refused(outcome: ScanOutcome) -> None:
    """AT-3: a file with a virus, one with a password and one over a limit are refused, each with its own fault.

    Nothing is kept. The trail has what was found, and no name of the file.
    """
    world = World(scanner=alerting(outcome))
    jan = world.onboard()
    dossier = world.dossier(jan)
    with pytest.raises(Refused) as refusal:
        stage(world, jan, dossier)
    found, code = ALERTS[outcome]
    assert [(each.code, each.field, each.params) for each in refusal.value.faults] == [
        (code, "files", {"name": "pas.pdf"})
    ]
    assert world.files.contents == {}
    assert alerts(world) == [{"dossier_id": str(dossier), "outcome": outcome, "found": found, "taken": False}]


@pytest.mark.parametrize("outcome", [ScanOutcome.ENCRYPTED, ScanOutcome.TOO_LARGE])
def test_what_the_policy_takes(outcome: ScanOutcome) -> None:
    """AT-3: by the policy, a file that the scanner could not look at is taken, and the trail says so."""
    world = World(scanner=alerting(outcome), settings=Settings(scanning=TAKING))
    jan = world.onboard()
    dossier = world.dossier(jan)
    stage(world, jan, dossier)
    assert list(world.files.contents.values()) == [PDF]
    found = ALERTS[outcome][0]
    assert alerts(world) == [{"dossier_id": str(dossier), "outcome": outcome, "found": found, "taken": True}]


def test_a_virus_is_never_taken() -> None:
    """AT-3: no policy takes a file in which a virus was found."""
    world = World(scanner=alerting(ScanOutcome.INFECTED), settings=Settings(scanning=TAKING))
    jan = world.onboard()
    with pytest.raises(Refused, match="file_suspect"):
        stage(world, jan, world.dossier(jan))
    assert world.files.contents == {}


def test_a_scanner_out_of_reach(caplog: pytest.LogCaptureFixture) -> None:
    """AT-3, AL-6: while the scanner is unavailable no file is kept, which is logged ever less often, and its end."""
    scanner = Saying(reachable=False)
    world = World(scanner=scanner)
    jan = world.onboard()
    dossier = world.dossier(jan)
    for _time in range(5):
        with pytest.raises(Unavailable):
            stage(world, jan, dossier)
    assert world.files.contents == {}
    scanner.reachable = True
    stage(world, jan, dossier)
    said = [(each.levelno, each.getMessage()) for each in caplog.records if "scan" in each.name]
    down = "no file is accepted, because none can be scanned (%d in a row): no scanner there"
    assert said == [
        *((logging.ERROR, down % times) for times in (1, 2, 4)),
        (logging.WARNING, "files are scanned again, after 5 that could not be"),
    ]


def test_a_scan_ends_with_its_file() -> None:
    """AT-3: a file that is refused while it streams ends its scan, and the scanner is not asked for a verdict."""
    scanner = alerting(ScanOutcome.INFECTED)
    world = World(scanner=scanner, settings=Settings(uploads=UploadLimits(file_size=len(PDF) - 1)))
    jan = world.onboard()
    with pytest.raises(Refused, match="file_too_large"):
        stage(world, jan, world.dossier(jan))
    assert (scanner.closed, alerts(world), world.files.contents) == (1, [], {})


def test_a_full_disk_ends_the_scan() -> None:
    """AT-3: a scan whose file cannot be stored is closed, so that the scanner waits for nothing."""
    scanner = Saying()
    world = World(scanner=scanner)
    jan = world.onboard()
    dossier = world.dossier(jan)
    world.files.room = 10
    with pytest.raises(StorageFull) as error:  # Its traceback keeps the scan, which so does not end by itself.
        stage(world, jan, dossier)
    assert scanner.closed == 1
    assert error.traceback


def test_refused_files_use_up_the_quota() -> None:
    """AT-3: a file that is refused counts as sent, so a client cannot fill the trail with viruses."""
    world = World(scanner=alerting(ScanOutcome.INFECTED), settings=Settings(quotas=DailyQuotas(client_files=2)))
    jan = world.onboard()
    dossier = world.dossier(jan)
    codes = []
    for _time in range(4):
        with pytest.raises(Refused) as refusal:
            stage(world, jan, dossier)
        codes += [each.code for each in refusal.value.faults]
    assert codes == [FaultCode.FILE_SUSPECT] * 2 + [FaultCode.FILES_USED_UP] * 2
    assert len(alerts(world)) == 2


def test_taken_files_use_up_the_quota() -> None:
    """AT-3, AT-5: what is taken unscanned is in the trail once a file that counts, however often it is sent."""
    settings = Settings(scanning=TAKING, quotas=DailyQuotas(client_files=1))
    world = World(scanner=alerting(ScanOutcome.ENCRYPTED), settings=settings)
    jan = world.onboard()
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    stage = partial(world.portal.client.attachments.stage, jan, dossier, draft)
    rows = {stage(name="pas.pdf", blocks=[PDF]).id for _time in range(3)}
    assert (len(rows), len(alerts(world))) == (1, 1)
    for name in ("pas.pdf", "p.pdf", "pas.jpg"):
        with pytest.raises(Refused, match="files_used_up"):
            stage(name=name, blocks=[PDF, b"more"])
    assert (len(alerts(world)), len(world.files.contents)) == (1, 1)


def test_a_deadlock_while_staging_what_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2, AT-3: a conflict while a file is staged that was taken unscanned leaves one entry of it."""
    world = World(scanner=alerting(ScanOutcome.TOO_LARGE), settings=Settings(scanning=TAKING))
    jan = world.onboard()
    dossier = world.dossier(jan)
    assert commits(lambda: stage(world, jan, dossier), monkeypatch, failing=1) == 2
    assert len(alerts(world)) == 1


@pytest.mark.parametrize("outcome", [ScanOutcome.ENCRYPTED, ScanOutcome.TOO_LARGE])
def test_publications_that_the_policy_takes(outcome: ScanOutcome) -> None:
    """AT-3: the trail tells of a document that is taken unscanned, and of none if it is not published."""
    world = World(scanner=alerting(outcome), settings=Settings(scanning=TAKING))
    jan = world.onboard()
    dossier = world.dossier(jan)
    document = publish(world, dossier, jan.client_id)
    world.portal.office.documents.replace(world.handler, document, name="akte.pdf", blocks=[PDF])
    told = {"dossier_id": str(dossier), "outcome": outcome, "found": ALERTS[outcome][0], "taken": True}
    assert alerts(world) == [told] * 2
    with pytest.raises(Refused):
        publish(world, dossier, ClientId(dossier))
    assert len(alerts(world)) == 2


def test_publications() -> None:
    """AT-3: a document that the office publishes is scanned too, and so is a new version of it."""
    scanner = Saying()
    world = World(scanner=scanner)
    jan = world.onboard()
    dossier = world.dossier(jan)
    document = publish(world, dossier, jan.client_id)
    scanner.verdict = alerting(ScanOutcome.INFECTED).verdict
    before = dict(world.files.contents)
    with pytest.raises(Refused, match="file_suspect"):
        publish(world, dossier, jan.client_id)
    with pytest.raises(Refused, match="file_suspect"):
        world.portal.office.documents.replace(world.handler, document, name="akte.pdf", blocks=[PDF])
    assert world.files.contents == before
    assert [(each["dossier_id"], each["found"]) for each in alerts(world)] == [
        (str(dossier), "Win.Test.EICAR_HDB-1")
    ] * 2
    assert scanner.files == [PDF] * 3


def test_publications_that_are_not_scanned() -> None:
    """AT-3: by the policy, only files of clients are scanned."""
    scanner = alerting(ScanOutcome.INFECTED)
    world = World(scanner=scanner, settings=Settings(scanning=ScanPolicy(publications=False)))
    jan = world.onboard()
    dossier = world.dossier(jan)
    publish(world, dossier, jan.client_id)
    assert scanner.files == []
    with pytest.raises(Refused, match="file_suspect"):
        stage(world, jan, dossier)


def test_a_rubbish_name_of_what_was_found() -> None:
    """AT-3, SI-5: what a scanner calls its find is made safe before it is an entry of the trail."""
    verdict = ScanVerdict(outcome=ScanOutcome.INFECTED, found="Eicar\n<b>\u202eX" + "y" * 500)
    world = World(scanner=Saying(verdict))
    jan = world.onboard()
    with pytest.raises(Refused):
        stage(world, jan, world.dossier(jan))
    (alert,) = alerts(world)
    assert alert["found"] == ("Eicar_b_X" + "y" * 500)[:100]


def test_a_deadlock_while_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2, AT-3: a conflict while the find is recorded is tried once more, and the file is refused all the same."""
    world = World(scanner=alerting(ScanOutcome.INFECTED))
    jan = world.onboard()
    dossier = world.dossier(jan)

    def refused() -> None:
        with pytest.raises(Refused, match="file_suspect"):
            stage(world, jan, dossier)

    assert commits(refused, monkeypatch, failing=1) == 2
    assert len(alerts(world)) == 1


def test_the_health_of_a_scanner() -> None:
    """AL-6: the health report scans a few bytes, and tells a scanner that fails, or that finds something in them."""
    scanner = Saying()
    world = World(scanner=scanner)
    assert (world.portal.health().scanner, scanner.files) == (ScannerHealth(), [b"klantportaal"])
    scanner.verdict = alerting(ScanOutcome.INFECTED).verdict
    assert world.portal.health().scanner == ScannerHealth(problem="infected")
    scanner.reachable = False
    asked = world.portal.health()
    assert (asked.scanner, asked.verdict) == (ScannerHealth(problem="Unavailable"), Verdict.DEGRADED)
    assert Finding.SCANNER_FAILS in asked.findings
    assert World().portal.health().scanner is None


def test_the_health_of_a_frozen_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: the health report waits a limited time for a scanner that says nothing."""
    going_on = threading.Event()

    class Frozen(Saying):
        """A scanner that says nothing for a while."""

        def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
            """Wait."""
            going_on.wait(60)
            return (yield from super().scan(blocks))

    monkeypatch.setattr(health, "SCANNER_PATIENCE", 0.01)
    asked = World(scanner=Frozen()).portal.health()
    going_on.set()
    assert asked.scanner == ScannerHealth(problem="TimeoutError")


def test_a_scanner_without_a_verdict() -> None:
    """AL-5, AT-3: a scanner that returns something else than a verdict is named, and its file is not kept."""
    world = World(scanner=Saying(None))  # type: ignore[arg-type]
    jan = world.onboard()
    with pytest.raises(TypeError, match=r"^Scanner\.scan: its verdict must be a ScanVerdict, not NoneType$"):
        stage(world, jan, world.dossier(jan))
    assert world.files.contents == {}
    assert world.portal.health().scanner == ScannerHealth(problem="TypeError")
