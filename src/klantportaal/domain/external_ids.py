"""External ids: the ids that a vendor's own system gives to what its office makes in the portal (EX-1, EX-2)."""

import enum
import hashlib
import json
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.values import Fingerprint, OfficeId, is_blank, plain_line

EXTERNAL_ID_LIMIT = 150
"""The longest external id, in characters."""
FIELD = "external_id"


class ExternalKind(enum.StrEnum):
    """What has an external id. Each kind has ids of its own."""

    CLIENT = "client"
    DOSSIER = "dossier"
    DOCUMENT = "document"
    MESSAGE = "message"


@attrs.frozen(kw_only=True, field_transformer=checked)
class ExternalId:
    """One external id, of one thing."""

    office_id: OfficeId
    kind: ExternalKind
    name: str
    """The external id itself. It is compared exactly."""
    thing_id: UUID
    """The portal's id of the client, dossier, document or message."""
    contents: Fingerprint
    """The SHA-256 of what it was made with."""


def faults(external_id: str | None) -> Iterable[Fault]:
    """Require an external id to be a line of 1 to 150 visible characters, without white space at its ends."""
    if external_id is None:
        return
    if is_blank(external_id):
        yield Fault(code=FaultCode.MISSING, field=FIELD)
    elif len(external_id) > EXTERNAL_ID_LIMIT:
        yield Fault(code=FaultCode.TOO_LONG, field=FIELD, params={"limit": EXTERNAL_ID_LIMIT})
    elif plain_line(external_id) != external_id:
        yield Fault(code=FaultCode.NOT_AS_FORMAT, field=FIELD)


def contents_of(*parts: object) -> Fingerprint:
    """Give the SHA-256 of what something is made with: values of attrs classes, texts, ids and sets of ids."""
    written = json.dumps(parts, default=_plain, ensure_ascii=False)
    return Fingerprint(hashlib.sha256(written.encode(errors="surrogatepass")).digest())


def _plain(part: object) -> object:
    kind = type(part)
    if attrs.has(kind):
        return {field.name: getattr(part, field.name) for field in attrs.fields(kind)}
    if isinstance(part, AbstractSet):
        return sorted(map(str, part))
    return part.hex() if isinstance(part, bytes) else str(part)


def repeat(known: ExternalId, new: ExternalId) -> UUID:
    """Give what was made with an external id before, to whoever makes the same again (EX-2).

    Raises:
        Refused: it was made with other contents (``EXTERNAL_ID_TAKEN``).
    """
    if known.contents != new.contents:
        params = {"kind": known.kind.value, "external_id": known.name}
        raise Refused([Fault(code=FaultCode.EXTERNAL_ID_TAKEN, field=FIELD, params=params)])
    return known.thing_id
