"""Scanning a file while it is stored, and recording what was found (AT-3)."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing

import attrs

from klantportaal.domain import quarantine, scanning
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Refused, Unavailable
from klantportaal.domain.events import ScannerAlerted
from klantportaal.domain.scanning import ScanOutcome, ScanPolicy, ScanVerdict, Unscanned
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import DocumentId, DossierId, UploadId
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.repetitions import Failures
from klantportaal.usecases.shared.retries import once_more

_LOG = EventLog(__name__)
_SCANNER = "scanner"


def verdict_on(scanner: Scanner, blocks: Iterable[bytes]) -> ScanVerdict:
    """Let a scanner judge a file that is stored nowhere.

    Raises:
        Unavailable: it cannot be scanned now.
        TypeError: the scanner gives no verdict.
    """
    scan = scanner.scan(blocks)
    while True:
        try:
            next(scan)
        except StopIteration as end:
            return _checked(end.value)


def _checked(verdict: object) -> ScanVerdict:
    if not isinstance(verdict, ScanVerdict):
        raise TypeError(f"Scanner.scan: its verdict must be a ScanVerdict, not {type(verdict).__name__}")
    return verdict


@attrs.define(kw_only=True)
class Scanned:
    """What scanning a file that is taken told. `Scanning.passing` fills it in."""

    alerts: list[ScannerAlerted] = attrs.field(factory=list)
    """The entry of the trail, if the file was not scanned as a whole."""
    waits: bool = False
    """Whether the file could not be scanned now, so that it waits in quarantine."""


class _Given:
    """The blocks of a file that are given to a scanner. It keeps what the scanner has not passed on."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._kept = bytearray()
        self.is_broken = False
        """Whether the blocks ended with an error."""

    def blocks(self) -> Iterator[bytes]:
        """Yield the blocks to the scanner."""
        try:
            for block in self._blocks:
                self._kept += block
                yield block
        except GeneratorExit:
            raise
        except BaseException:
            self.is_broken = True
            raise

    def passed(self, block: bytes) -> bytes:
        """Note that the scanner passed a block on. Give the block."""
        del self._kept[: len(block)]
        return block

    def rest(self) -> Iterator[bytes]:
        """Yield what the scanner has not passed on."""
        if self._kept:
            yield bytes(self._kept)
        yield from self._blocks


@attrs.frozen(kw_only=True)
class Scanning:
    """Scans files, if the portal has a scanner."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _scanner: Scanner | None
    policy: ScanPolicy
    _failures: Failures = attrs.field(factory=Failures, init=False)

    def passing(
        self,
        actor: Actor | OfficeActor,
        dossier_id: DossierId,
        name: str,
        blocks: Iterable[bytes],
        *,
        scanned: Scanned,
        refusing: Callable[[UnitOfWork], None] = lambda _uow: None,
    ) -> Generator[bytes, None, None]:
        """Yield the blocks of a file while they are scanned. What the scanner found is an entry of the trail.

        The entry of a refusal is written here. The caller calls `settle` for a file which is taken, in the unit of work
        that names the file.

        If the file cannot be scanned now, and the policy lets it wait, the rest of it passes without being scanned.

        The caller closes the generator, so that the scanner does not wait for a file that breaks off.

        Args:
            actor: whose file it is.
            dossier_id: where it goes.
            name: its name, for the fault.
            blocks: its contents.
            scanned: gets what the caller gives to `settle`.
            refusing: called in the unit of work that records a refusal.

        Raises:
            Refused: after the last block, if the file is not taken.
            Unavailable: the file cannot be scanned now, and the policy does not let it wait.
            TypeError: the scanner gives no verdict.
        """
        if self._scanner is None:
            yield from blocks
            return
        given = _Given(blocks)
        try:
            verdict = yield from _passed(self._scanner, given)
        except Unavailable as error:
            if given.is_broken:
                raise
            self._tell(error)
            if self.policy.unscanned is Unscanned.REFUSE:
                raise
            scanned.waits = True
            yield from given.rest()
            return
        if times := self._failures.end(_SCANNER):
            text = "files are scanned again, after %(times)d that could not be"
            _LOG.log(logging.WARNING, "scanner_up", text, times=times)
        if verdict.outcome is ScanOutcome.CLEAN:
            return
        fault = scanning.fault_of(verdict, name, self.policy)
        alerted = ScannerAlerted(
            dossier_id=dossier_id,
            outcome=verdict.outcome,
            found=scanning.safe_name(verdict.found),
            taken=fault is None,
            at=self._clock.now(),
        )
        if fault is None:
            scanned.alerts.append(alerted)
            return
        self._record(actor, alerted, refusing)
        raise Refused([fault])

    def settle(
        self,
        uow: UnitOfWork,
        actor: Actor | OfficeActor,
        scanned: Scanned,
        file: StoredFile,
        dossier_id: DossierId,
        *,
        upload_id: UploadId | None = None,
        document_id: DocumentId | None = None,
    ) -> None:
        """Record what scanning a file told, in the unit of work that names it. If it waits, put it into quarantine."""
        if scanned.waits:
            held, fact = quarantine.quarantine(
                file,
                self.policy,
                office_id=actor.office_id,
                dossier_id=dossier_id,
                account_id=actor.account_id if isinstance(actor, Actor) else None,
                upload_id=upload_id,
                document_id=document_id,
                at=self._clock.now(),
            )
            uow.quarantine.add(held)
            self._recorder.record(uow, actor, fact)
        for alerted in scanned.alerts:
            self._recorder.record(uow, actor, alerted)

    def _tell(self, error: Unavailable) -> None:
        """Log that a file could not be scanned, at growing intervals (AL-6)."""
        if (times := self._failures.add(_SCANNER)) is None:
            return
        if self.policy.unscanned is Unscanned.REFUSE:
            text = "no file is accepted, because none can be scanned (%(times)d in a row): %(reason)s"
            _LOG.log(logging.ERROR, "scanner_down", text, times=times, reason=error)
        else:
            text = "files wait in quarantine, because none can be scanned (%(times)d in a row): %(reason)s"
            _LOG.log(logging.WARNING, "files_quarantined", text, times=times, reason=error)

    @once_more
    def _record(
        self, actor: Actor | OfficeActor, alerted: ScannerAlerted, refusing: Callable[[UnitOfWork], None]
    ) -> None:
        with self._storage.begin() as uow:
            refusing(uow)
            self._recorder.record(uow, actor, alerted)
            uow.commit()


def _passed(scanner: Scanner, given: _Given) -> Generator[bytes, None, ScanVerdict]:
    """Yield what the scanner passes on of the blocks that it is given, and return its verdict."""
    with closing(scanner.scan(given.blocks())) as scan:
        while True:
            try:
                block = next(scan)
            except StopIteration as end:
                return _checked(end.value)
            yield given.passed(block)
