"""Tables of API keys, and of requests with an ``Idempotency-Key``."""

from sqlalchemy import Integer, LargeBinary, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    BYTES_32,
    FILLED,
    at_least,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
    of_office,
)
from klantportaal.adapters.storage.sql.types import MOMENT, RepeatedJson
from klantportaal.domain.api_keys import Scopes

api_keys = Table(
    "api_keys",
    metadata,
    identifier("office_id"),
    identifier(),
    must("name", Text(), FILLED),
    must("fingerprint", LargeBinary(), BYTES_32),
    must("scopes", RepeatedJson(Scopes)),
    must("made_at", MOMENT),
    must("expires_at", MOMENT),
    may("revoked_at", MOMENT),
    may("used_at", MOMENT),
    may("minute_at", MOMENT),
    must("minute_requests", Integer(), at_least(0)),
    key("id"),
    of_office(),
    index("api_keys_fingerprint", "office_id", "fingerprint", unique=True),
)

idempotent_requests = Table(
    "idempotent_requests",
    metadata,
    identifier("office_id"),
    identifier("caller_id"),
    must("name", LargeBinary(), BYTES_32),
    must("body", LargeBinary(), BYTES_32),
    identifier("attempt"),
    must("begun_at", MOMENT),
    may("made_at", MOMENT),
    may("answer", Text()),
    key("caller_id", "name"),
    of_office(),
    index("idempotent_requests_begun", "begun_at"),
)
