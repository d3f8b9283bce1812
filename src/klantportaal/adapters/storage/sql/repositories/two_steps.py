"""Two-step verification of persons, and verifications: the occasions to give a code."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import TWO_STEPS, VERIFICATIONS, Record
from klantportaal.adapters.storage.sql.statements import adding, adding_once, forgetting, its, matching
from klantportaal.domain.two_step import CodePurpose, Holder, TwoStep, Verification
from klantportaal.domain.values import Digest, OfficeId, PersonId, VerificationId

_two_steps = schema.two_steps
_OF = select(*TWO_STEPS.columns).where(matching(_two_steps, "office_id", "person_id"))
_PUT = adding(_two_steps)
_REMOVE = delete(_two_steps).where(matching(_two_steps, "office_id", "person_id"))
_SAME = its(_two_steps, "office_id", "person_id", "id")
_ACCEPT = (
    update(_two_steps).where(_SAME, _two_steps.c.last_step < bindparam("step")).values(last_step=bindparam("step"))
)
_RENEW = update(_two_steps).where(_SAME, its(_two_steps, "recovery")).values(recovery=bindparam("fresh"))
_RENEW_SECRET = update(_two_steps).where(_SAME, its(_two_steps, "secret")).values(secret=bindparam("fresh"))

_verifications = schema.verifications
_OPEN = adding_once(_verifications)
_SELECT = select(*VERIFICATIONS.columns)
_GET = _SELECT.where(matching(_verifications, "office_id", "id"))
_OF_SESSION = _SELECT.where(matching(_verifications, "office_id", "session_id", "purpose"))
_OF_BROWSER = _SELECT.where(matching(_verifications, "office_id", "fingerprint", "purpose"))
_CLOSE = delete(_verifications).where(matching(_verifications, "office_id", "id"))
_UNUSED = its(_verifications, "office_id", "id") & _verifications.c.used_at.is_(None)
_ATTEMPT = (
    update(_verifications)
    .where(_UNUSED, _verifications.c.attempts < bindparam("limit"))
    .values(attempts=_verifications.c.attempts + 1)
    .returning(_verifications.c.attempts)
)
_SEND = update(_verifications).where(_UNUSED).values(code=bindparam("fresh"), code_made_at=bindparam("at"))
_USE = update(_verifications).where(_UNUSED).values(used_at=bindparam("at"))
_USE_CODE = _USE.where(its(_verifications, "code"))
_FORGET = forgetting(
    _verifications, _verifications.c.expires_at < bindparam("before"), first=_verifications.c.expires_at
)


class SqlTwoSteps(Repository):
    """Two-step verification of persons."""

    def of(self, office_id: OfficeId, person_id: PersonId) -> TwoStep | None:
        """Find the two-step verification of a person."""
        row = self._first(_OF, {"office_id": office_id, "person_id": person_id})
        return None if row is None else TWO_STEPS.value(row)

    def put(self, two_step: TwoStep) -> None:
        """Save the two-step verification of a person, in place of an earlier one."""
        self.remove(two_step.office_id, two_step.person_id)
        self._run(_PUT, TWO_STEPS.record(two_step))

    def remove(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Delete the two-step verification of a person, if it has one."""
        self._run(_REMOVE, {"office_id": office_id, "person_id": person_id})

    def accept(self, two_step: TwoStep, *, step: int) -> bool:
        """Store the time step of an accepted code. Of several callers at once exactly one gets True."""
        return self._count(_ACCEPT, {**_same(two_step), "step": step}) == 1

    def renew_recovery(self, two_step: TwoStep, *, fresh: Digest) -> bool:
        """Replace the recovery code that was used. Of several callers at once exactly one gets True."""
        used = {"its_recovery": two_step.recovery, "fresh": fresh}
        return self._count(_RENEW, {**_same(two_step), **used}) == 1

    def renew_secret(self, two_step: TwoStep, *, fresh: bytes) -> bool:
        """Replace the key of an app by the same key, encrypted anew. Of several at once, exactly one returns True."""
        used = {"its_secret": two_step.secret, "fresh": fresh}
        return self._count(_RENEW_SECRET, {**_same(two_step), **used}) == 1


class SqlVerifications(Repository):
    """Verifications."""

    def open(self, verification: Verification) -> bool:
        """Insert a verification, unless its session has one for the purpose."""
        return self._count(_OPEN, VERIFICATIONS.record(verification)) == 1

    def get(self, office_id: OfficeId, verification_id: VerificationId) -> Verification:
        """Return a verification by its id.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return VERIFICATIONS.value(self._one(_GET, {"office_id": office_id, "id": verification_id}, "verification"))

    def find(self, office_id: OfficeId, purpose: CodePurpose, holder: Holder) -> Verification | None:
        """Find the verification of a session, or of a half signed-in browser's token, for a purpose."""
        wanted: Record = {"office_id": office_id, "purpose": purpose}
        if isinstance(holder, bytes):
            row = self._first(_OF_BROWSER, {**wanted, "fingerprint": holder})
        else:
            row = self._first(_OF_SESSION, {**wanted, "session_id": holder})
        return None if row is None else VERIFICATIONS.value(row)

    def close(self, office_id: OfficeId, verification_id: VerificationId) -> None:
        """Delete a verification, if it is there."""
        self._run(_CLOSE, {"office_id": office_id, "id": verification_id})

    def attempt(self, office_id: OfficeId, verification_id: VerificationId, *, limit: int) -> int | None:
        """Count one more attempt. Of several callers at once as many get a number as there were attempts left."""
        row = self._first(_ATTEMPT, {"its_office_id": office_id, "its_id": verification_id, "limit": limit})
        return None if row is None else row[0]

    def send(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest, at: datetime) -> bool:
        """Store the code that is sent now, in place of an older one."""
        sent = {"its_office_id": office_id, "its_id": verification_id, "fresh": code, "at": at}
        return self._count(_SEND, sent) == 1

    def use(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest | None, at: datetime) -> bool:
        """Mark a verification as used. Of several callers at once exactly one gets True."""
        used: Record = {"its_office_id": office_id, "its_id": verification_id, "at": at}
        if code is None:
            return self._count(_USE, used) == 1
        return self._count(_USE_CODE, {**used, "its_code": code}) == 1

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the verifications of all offices that expired before a moment."""
        return self._count(_FORGET, {"before": before, "limit": limit})


def _same(two_step: TwoStep) -> Record:
    return {
        "its_office_id": two_step.office_id,
        "its_person_id": two_step.person_id,
        "its_id": two_step.id,
    }
