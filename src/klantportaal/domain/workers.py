"""Workers: processes that do the background work, each under its own name."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked

TERM = timedelta(seconds=30)
"""How long a process holds its name without renewing it. After a crash, the name is free after this."""
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9@._:-]{0,98}[A-Za-z0-9])?", re.ASCII)


def _is_name(_worker: "Worker", _attribute: object, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError("a worker has a name of at most 100 letters and digits, with @ . _ : - between them")


@attrs.frozen(kw_only=True, field_transformer=checked)
class Worker:
    """A process that works under a name. No other process works under that name meanwhile."""

    name: str = attrs.field(validator=_is_name)
    """Letters and digits, with ``@ . _ : -`` between them; at most 100 characters."""
    process: UUID
    """A new id for each start."""
    until: datetime
    """It holds its name until then, unless it renews it."""
