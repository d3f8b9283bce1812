"""The repository of the audit trail, and its reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.auditing import Entry
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sealing import NONE_YET, Line, Seal
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import EntryId, OfficeId
from klantportaal.ports.reading import TrailQuery


@attrs.frozen
class Audit:
    """The audit trail."""

    _tables: Tables

    def append(self, entries: Sequence[Entry]) -> None:
        """Insert entries."""
        self._tables.entries.update({entry.id: entry for entry in entries})

    def entries(self, actor: OfficeActor, *, limit: int = 1000) -> Sequence[Entry]:
        """Return the office's newest entries, the oldest of them first."""
        return [line.entry for line in _lines(self._tables, actor.office_id)][-limit:]

    def head(self, office_id: OfficeId) -> Seal:
        """Return the end of the office's chain. Units of work run one at a time, so it needs no lock."""
        return self._tables.heads.get(office_id, NONE_YET)

    def sealed(self, office_id: OfficeId, *, after: int, limit: int) -> Sequence[Line]:
        """Return sealed entries, lowest number first."""
        return [line for line in _sealed(self._tables, office_id) if _number(line) > after][:limit]

    def unsealed(self, office_id: OfficeId, *, after: EntryId | None, limit: int) -> Sequence[Entry]:
        """Return entries without a seal, lowest id first."""
        waiting = [line.entry for line in _lines(self._tables, office_id) if line.seal is None]
        return [entry for entry in waiting if after is None or entry.id > after][:limit]

    def seal(self, office_id: OfficeId, seals: Mapping[EntryId, Seal], *, after: Seal) -> None:
        """Store the seals of some entries of an office."""
        waiting = {entry.id for entry in self.unsealed(office_id, after=None, limit=len(self._tables.entries))}
        taken = {_number(line) for line in _sealed(self._tables, office_id)}
        given = {seal.number for seal in seals.values()}
        if self.head(office_id) != after or not seals.keys() <= waiting or given & taken:
            raise Conflict
        self._tables.seals.update(seals)
        self._tables.heads[office_id] = max(seals.values(), key=lambda seal: seal.number)


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class TrailReading:
    """Reads the audit trail."""

    _committed: Callable[[], Tables]

    def office_trail(self, actor: OfficeActor, query: TrailQuery) -> Sequence[Line]:
        """Return entries in the order of their times, each with its seal."""
        lines = sorted(_lines(self._committed(), actor.office_id), key=_moment, reverse=not query.oldest_first)
        if query.after is not None:
            places = [place for place, line in enumerate(lines, start=1) if line.entry.id == query.after]
            lines = lines[places[0] :] if places else []
        return [line for line in lines if _fits(line.entry, query)][: query.size]

    def office_sealed(self, actor: OfficeActor, *, after: int, size: int) -> Sequence[Line]:
        """Return the sealed entries in the order of their numbers."""
        return [line for line in _sealed(self._committed(), actor.office_id) if _number(line) > after][:size]

    def office_unsealed(self, actor: OfficeActor, *, after: EntryId | None, size: int) -> Sequence[Line]:
        """Return the entries without a seal, lowest id first."""
        waiting = [line for line in _lines(self._committed(), actor.office_id) if line.seal is None]
        return [line for line in waiting if after is None or line.entry.id > after][:size]

    def office_head(self, actor: OfficeActor) -> Seal:
        """Return the end of the office's chain."""
        return self._committed().heads.get(actor.office_id, NONE_YET)

    def unsealed(self) -> Sequence[OfficeId]:
        """Return the offices with entries without a seal."""
        tables = self._committed()
        return sorted({entry.office_id for id, entry in tables.entries.items() if id not in tables.seals})


def _lines(tables: Tables, office_id: OfficeId) -> list[Line]:
    """Return all entries of an office, lowest id first."""
    ours: Iterable[Entry] = (entry for entry in tables.entries.values() if entry.office_id == office_id)
    return [Line(entry=each, seal=tables.seals.get(each.id)) for each in sorted(ours, key=lambda each: each.id)]


def _sealed(tables: Tables, office_id: OfficeId) -> list[Line]:
    return sorted((line for line in _lines(tables, office_id) if line.seal is not None), key=_number)


def _moment(line: Line) -> tuple[datetime, EntryId]:
    return line.entry.at, line.entry.id


def _number(line: Line) -> int:
    return line.seal.number if line.seal else 0


def _fits(entry: Entry, query: TrailQuery) -> bool:
    return (
        query.what in (None, entry.what)
        and (query.account is None or query.account == entry.account_id or str(query.account) in entry.which)
        and (query.person is None or query.person == entry.person_id or str(query.person) in entry.which)
        and (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
    )
