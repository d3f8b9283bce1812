"""Ids and languages in addresses. A malformed one gives the same error as an id of another client (DO-1)."""

import re
from uuid import UUID

from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.errors import Absent
from klantportaal.domain.values import DraftId, Language

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

_CODE = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)


def identity(text: str) -> UUID:
    """Parse a UUID in the form in which the portal writes it: lower case, with hyphens.

    Raises:
        Absent: the text has another form.
    """
    if not _UUID.fullmatch(text):
        raise Absent("page")
    return UUID(text)


def code(text: str) -> str:
    """Check the shape of the code in the address of a receipt.

    Raises:
        Absent: the text has another shape.
    """
    if not _CODE.fullmatch(text):
        raise Absent("page")
    return text


def language(text: str) -> Language:
    """Parse the language in the address of a PDF.

    Raises:
        Absent: the portal does not have it.
    """
    if text not in set(Language):
        raise Absent("page")
    return Language(text)


def after(text: str | None) -> UUID | None:
    """Parse the id of the row after which a list continues. Return None, the start of the list, for other text."""
    return UUID(text) if text is not None and _UUID.fullmatch(text) else None


def draft_id(text: str | None) -> DraftId:
    """Parse the draft id in a message form.

    Raises:
        Malformed: the id is missing or not a UUID.
    """
    if text is None or not _UUID.fullmatch(text):
        raise Malformed("the form names no draft")
    return DraftId(UUID(text))
