"""Repositories of two-step verification and of verifications."""

from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, change, drop, owned
from klantportaal.domain.two_step import CodePurpose, Holder, TwoStep, Verification
from klantportaal.domain.values import Digest, OfficeId, PersonId, VerificationId


@attrs.frozen
class TwoSteps:
    """The two-step verification of persons."""

    _tables: Tables

    def of(self, office_id: OfficeId, person_id: PersonId) -> TwoStep | None:
        """Find the two-step verification of a person."""
        standing = self._tables.two_steps.get(person_id)
        return standing if standing is not None and standing.office_id == office_id else None

    def put(self, two_step: TwoStep) -> None:
        """Save the two-step verification of a person, in place of an earlier one."""
        self._tables.two_steps[two_step.person_id] = two_step

    def remove(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Delete the two-step verification of a person, if there is one."""
        if self.of(office_id, person_id) is not None:
            del self._tables.two_steps[person_id]

    def accept(self, two_step: TwoStep, *, step: int) -> bool:
        """Store the time step of an accepted code, if it is greater than the stored one."""
        standing = self.of(two_step.office_id, two_step.person_id)
        if standing is None or standing.id != two_step.id or step <= standing.last_step:
            return False
        change(self._tables.two_steps, standing.person_id, last_step=step)
        return True

    def renew_recovery(self, two_step: TwoStep, *, fresh: Digest) -> bool:
        """Replace the recovery code that was used, if it is still the stored one."""
        standing = self.of(two_step.office_id, two_step.person_id)
        if standing is None or (standing.id, standing.recovery) != (two_step.id, two_step.recovery):
            return False
        change(self._tables.two_steps, standing.person_id, recovery=fresh)
        return True

    def renew_secret(self, two_step: TwoStep, *, fresh: bytes) -> bool:
        """Put the key of an app, encrypted anew, in the place of the older one, if that still stands."""
        standing = self.of(two_step.office_id, two_step.person_id)
        if standing is None or (standing.id, standing.secret) != (two_step.id, two_step.secret):
            return False
        change(self._tables.two_steps, standing.person_id, secret=fresh)
        return True


@attrs.frozen
class Verifications:
    """The verifications: each allows a limited number of attempts to enter a code."""

    _tables: Tables

    def open(self, verification: Verification) -> bool:
        """Insert a verification, unless its session has one for the purpose."""
        session_id = verification.session_id
        if session_id is not None and self.find(verification.office_id, verification.purpose, session_id) is not None:
            return False
        self._tables.verifications[verification.id] = verification
        return True

    def get(self, office_id: OfficeId, verification_id: VerificationId) -> Verification:
        """Return a verification."""
        return owned(self._tables.verifications, office_id, verification_id, "verification")

    def find(self, office_id: OfficeId, purpose: CodePurpose, holder: Holder) -> Verification | None:
        """Find the verification of a session, or of a half signed-in browser's token, for a purpose."""
        for each in self._tables.verifications.values():
            if (each.office_id, each.purpose) == (office_id, purpose) and holder in (each.session_id, each.fingerprint):
                return each
        return None

    def close(self, office_id: OfficeId, verification_id: VerificationId) -> None:
        """Delete a verification, if there is one."""
        found = self._tables.verifications.get(verification_id)
        if found is not None and found.office_id == office_id:
            del self._tables.verifications[verification_id]

    def attempt(self, office_id: OfficeId, verification_id: VerificationId, *, limit: int) -> int | None:
        """Count one more attempt, if the verification is unused and has fewer than *limit*. Return its number."""
        found = self._unused(office_id, verification_id)
        if found is None or found.attempts >= limit:
            return None
        change(self._tables.verifications, found.id, attempts=found.attempts + 1)
        return found.attempts + 1

    def send(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest, at: datetime) -> bool:
        """Store the code that is sent now, in place of an older one."""
        found = self._unused(office_id, verification_id)
        if found is not None:
            change(self._tables.verifications, found.id, code=code, code_made_at=at)
        return found is not None

    def use(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest | None, at: datetime) -> bool:
        """Mark a verification as used, if it is unused. If a code is given, it must be the newest one."""
        found = self._unused(office_id, verification_id)
        if found is None or (code is not None and found.code != code):
            return False
        change(self._tables.verifications, found.id, used_at=at)
        return True

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the verifications of all offices that expired before a moment."""
        return drop(self._tables.verifications, limit, lambda _id, verification: verification.expires_at < before)

    def _unused(self, office_id: OfficeId, verification_id: VerificationId) -> Verification | None:
        found = self._tables.verifications.get(verification_id)
        ours = found is not None and found.office_id == office_id and found.used_at is None
        return found if ours else None
