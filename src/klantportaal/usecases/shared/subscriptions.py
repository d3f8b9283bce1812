"""Tells code in this process of public events, once they are committed (EV-1)."""

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import PortalError
from klantportaal.domain.health import DiskSpace
from klantportaal.domain.public_events import Announcement, EventType, PublicEvent
from klantportaal.domain.values import EventId, OfficeId
from klantportaal.log_events import EventLog
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import Storage, UnitOfWork

_LOG = EventLog(__name__)
Callback = Callable[[PublicEvent], object]


class _Noted(threading.local):
    """What the unit of work of each thread announced so far. None outside any."""

    events: list[Announcement] | None = None


@attrs.frozen
class Subscriptions:
    """The callbacks of this process."""

    _callbacks: dict[object, tuple[Callback, frozenset[EventType]]] = attrs.field(factory=dict, init=False)
    _noted: _Noted = attrs.field(factory=_Noted, init=False)

    def add(self, callback: Callback, types: frozenset[EventType]) -> Callable[[], None]:
        """Add a callback for some types. Return what removes it."""
        key = object()
        self._callbacks[key] = (callback, types)

        def end() -> None:
            self._callbacks.pop(key, None)

        return end

    def note(self, event: Announcement) -> None:
        """Note what the unit of work of this thread announces."""
        if self._noted.events is not None:
            self._noted.events.append(event)

    @contextmanager
    def telling(self, read: Callable[[], Reading]) -> Iterator[None]:
        """Tell the callbacks afterwards what was announced within, and was committed."""
        if not self._callbacks:
            yield
            return
        outer, noted = self._noted.events, list[Announcement]()
        self._noted.events = noted
        try:
            yield
        finally:
            self._noted.events = outer
            if noted:
                self._tell(read, noted)

    def _tell(self, read: Callable[[], Reading], noted: Sequence[Announcement]) -> None:
        """Tell what of the announced events is stored: a unit of work that was not committed stored none of them."""
        ids_of: dict[OfficeId, list[EventId]] = {}
        for each in noted:
            ids_of.setdefault(each.office_id, []).append(each.id)
        try:
            committed = [event for office_id, ids in ids_of.items() for event in read().public_events(office_id, ids)]
        except PortalError as error:
            text = "%(events)d public events could not be told to the callbacks of this process: %(reason)s"
            _LOG.log(logging.ERROR, "events_not_told", text, events=len(noted), reason=type(error).__name__)
            return
        for event in committed:
            for callback, types in list(self._callbacks.values()):
                if event.type in types:
                    _call(callback, event)


def _call(callback: Callback, event: PublicEvent) -> None:
    try:
        callback(event)
    except Exception as error:  # noqa: BLE001 - what happened stays so, whatever a callback does
        _LOG.log(
            logging.ERROR,
            "event_callback_fails",
            "a callback failed for event %(event_id)s (%(type)s) of office %(office_id)s",
            error=error,
            event_id=event.id,
            type=event.type,
            office_id=event.office_id,
        )


@checked_calls
@attrs.frozen(kw_only=True)
class Events:
    """The public events, for code in this process (EV-1)."""

    _subscriptions: Subscriptions

    def subscribe(
        self, callback: Callable[[PublicEvent], object], *, types: Collection[EventType] = tuple(EventType)
    ) -> Callable[[], None]:
        """Call a function for each public event of any office that this process commits.

        It is called after the commit, in the thread that made the change, in the order of the feed. Several threads may
        call it at once. If it raises an exception, that is logged, and nothing else changes. A process that stops
        between the commit and the call does not call it: what must not miss anything reads ``office.events.list``.

        Args:
            callback: takes the event. It should be quick, because a visitor may be waiting.
            types: the types of events.

        Returns:
            A function without arguments that ends the subscription.
        """
        return self._subscriptions.add(callback, frozenset(types))


@attrs.frozen
class TellingStorage:
    """A storage whose units of work tell the callbacks what they committed, once they have ended."""

    _storage: Storage
    _subscriptions: Subscriptions

    @property
    def read(self) -> Reading:
        """The reads of the storage."""
        return self._storage.read

    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[UnitOfWork]:
        """Begin a unit of work."""
        with self._subscriptions.telling(lambda: self._storage.read), self._storage.begin(flushed=flushed) as uow:
            yield uow

    def disk_space(self) -> DiskSpace | None:
        """Give the space of the disk that the storage is on."""
        return self._storage.disk_space()

    def copy(self, folder: Path) -> AbstractContextManager[Reading]:
        """Copy the storage."""
        return self._storage.copy(folder)
