"""Tables of two-step verification, and of the occasions to give a code."""

from sqlalchemy import BigInteger, Integer, LargeBinary, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    BYTES_32,
    BYTES_40,
    FILLED,
    at_least,
    belongs,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, AsJson, Choice
from klantportaal.domain.admission import Admission
from klantportaal.domain.two_step import CodePurpose, TwoStepMethod

two_steps = Table(
    "two_steps",
    metadata,
    identifier("office_id"),
    identifier("person_id"),
    identifier(),
    must("method", Choice(TwoStepMethod)),
    may("number", Text(), FILLED),
    may("secret", LargeBinary()),
    must("last_step", BigInteger(), at_least(0)),
    must("recovery", LargeBinary(), BYTES_40),
    must("since", MOMENT),
    key("person_id"),
    belongs("persons", "person_id"),
)

verifications = Table(
    "verifications",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("person_id"),
    must("purpose", Choice(CodePurpose)),
    must("method", Choice(TwoStepMethod)),
    may("number", Text(), FILLED),
    may("secret", LargeBinary()),
    must("epoch", Integer(), at_least(1)),
    may("two_step_id", IDENTIFIER),
    may("session_id", IDENTIFIER),
    may("fingerprint", LargeBinary(), BYTES_32),
    must("made_at", MOMENT),
    must("expires_at", MOMENT),
    must("attempts", Integer(), at_least(0)),
    may("code", LargeBinary(), BYTES_40),
    may("code_made_at", MOMENT),
    may("used_at", MOMENT),
    may("admission", AsJson(Admission)),
    key("id"),
    belongs("persons", "person_id"),
    # Rows without a session, or without a fingerprint, do not conflict: a null equals nothing.
    index("verifications_session", "office_id", "session_id", "purpose", unique=True),
    index("verifications_fingerprint", "office_id", "fingerprint", unique=True),
    index("verifications_expiry", "expires_at"),
)
