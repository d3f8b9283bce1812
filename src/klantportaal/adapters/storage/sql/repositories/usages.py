"""What clients sent in a day, for the quotas."""

from datetime import date

from sqlalchemy import bindparam, text, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.statements import forgetting, its
from klantportaal.domain.quotas import DayUsage, Usage
from klantportaal.domain.sessions import Actor

_usages = schema.usages
_COUNTS = ("messages", "files", "bytes", "refused")
# Text, as in `entrance`: the update on conflict changes nothing, but locks a row that is there. Everybody locks the row
# of the office first, so no two wait for each other.
_HOLD = (
    text(
        "INSERT INTO usages (office_id, day, whose, messages, files, bytes, refused) "
        "VALUES (:office_id, :day, :office_id, 0, 0, 0, 0), (:office_id, :day, :client_id, 0, 0, 0, 0) "
        "ON CONFLICT (office_id, day, whose) DO UPDATE SET whose = excluded.whose "
        f"RETURNING whose, {', '.join(_COUNTS)}"
    )
    .bindparams(
        bindparam("office_id", type_=_usages.c.office_id.type),
        bindparam("client_id", type_=_usages.c.whose.type),
        bindparam("day", type_=_usages.c.day.type),
    )
    .columns(_usages.c.whose, *(_usages.c[name] for name in _COUNTS))
)
_SAVE = (
    update(_usages).where(its(_usages, "office_id", "day", "whose")).values({name: bindparam(name) for name in _COUNTS})
)
_FORGET = forgetting(_usages, _usages.c.day < bindparam("before"), first=_usages.c.day)


class SqlUsages(Repository):
    """What clients sent in a day."""

    def hold(self, actor: Actor, day: date) -> DayUsage:
        """Return what the actor's client and its office sent in a day, and lock both."""
        rows = self._all(_HOLD, {"office_id": actor.office_id, "client_id": actor.client_id, "day": day})
        usages = {whose: Usage(**dict(zip(_COUNTS, counts, strict=True))) for whose, *counts in rows}
        client, office = usages[actor.client_id], usages[actor.office_id]
        return DayUsage(day=day, client_id=actor.client_id, client=client, office=office)

    def save(self, actor: Actor, usage: DayUsage) -> None:
        """Save a usage."""
        whose = {"its_office_id": actor.office_id, "its_day": usage.day}
        self._count_each(
            _SAVE,
            [
                {**whose, "its_whose": id, **{name: getattr(sent, name) for name in _COUNTS}}
                for id, sent in ((actor.office_id, usage.office), (actor.client_id, usage.client))
            ],
        )

    def forget(self, *, before: date, limit: int) -> int:
        """Delete the usage of all offices on the days before a day."""
        return self._count(_FORGET, {"before": before, "limit": limit})
