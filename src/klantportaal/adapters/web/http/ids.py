"""Ids in addresses: what is not exactly an id of ours leads nowhere, as a foreign one does (DO-1)."""

import re
from uuid import UUID

from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.errors import Absent
from klantportaal.domain.values import DraftId

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def identity(text: str) -> UUID:
    """Read an id as the portal itself writes it.

    Raises:
        Absent: it is anything else.
    """
    if not _UUID.fullmatch(text):
        raise Absent("page")
    return UUID(text)


def after(text: str | None) -> UUID | None:
    """Read where a list goes on; None, its beginning, for anything that is no id."""
    return UUID(text) if text is not None and _UUID.fullmatch(text) else None


def draft_id(text: str | None) -> DraftId:
    """Read the id that a form gives its message.

    Raises:
        Malformed: there is none.
    """
    if text is None or not _UUID.fullmatch(text):
        raise Malformed("the form names no draft")
    return DraftId(UUID(text))
