"""Two-step verification, and the occasions to give a code."""

from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, change, owned
from klantportaal.domain.two_step import CodePurpose, Holder, TwoStep, Verification
from klantportaal.domain.values import AccountId, Digest, OfficeId, VerificationId


@attrs.frozen
class TwoSteps:
    """What accounts have turned on beside their password."""

    _tables: Tables

    def of(self, office_id: OfficeId, account_id: AccountId) -> TwoStep | None:
        """Find what an account has turned on."""
        standing = self._tables.two_steps.get(account_id)
        return standing if standing is not None and standing.office_id == office_id else None

    def put(self, two_step: TwoStep) -> None:
        """Keep what an account turned on, in the place of what it had."""
        self._tables.two_steps[two_step.account_id] = two_step

    def remove(self, office_id: OfficeId, account_id: AccountId) -> None:
        """Drop what an account has turned on, if anything."""
        if self.of(office_id, account_id) is not None:
            del self._tables.two_steps[account_id]

    def accept(self, two_step: TwoStep, *, step: int) -> bool:
        """Note the time step of an accepted code, if it is greater than what stands."""
        standing = self.of(two_step.office_id, two_step.account_id)
        if standing is None or standing.id != two_step.id or step <= standing.last_step:
            return False
        change(self._tables.two_steps, standing.account_id, last_step=step)
        return True

    def renew_recovery(self, two_step: TwoStep, *, fresh: Digest) -> bool:
        """Put another recovery code in the place of the one that was used, if that still stands."""
        standing = self.of(two_step.office_id, two_step.account_id)
        if standing is None or (standing.id, standing.recovery) != (two_step.id, two_step.recovery):
            return False
        change(self._tables.two_steps, standing.account_id, recovery=fresh)
        return True

    def renew_secret(self, two_step: TwoStep, *, fresh: bytes) -> bool:
        """Put the key of an app, encrypted anew, in the place of the older one, if that still stands."""
        standing = self.of(two_step.office_id, two_step.account_id)
        if standing is None or (standing.id, standing.secret) != (two_step.id, two_step.secret):
            return False
        change(self._tables.two_steps, standing.account_id, secret=fresh)
        return True


@attrs.frozen
class Verifications:
    """Occasions to give a code."""

    _tables: Tables

    def open(self, verification: Verification) -> bool:
        """Keep a new one, unless its session has one for the purpose."""
        session_id = verification.session_id
        if session_id is not None and self.find(verification.office_id, verification.purpose, session_id) is not None:
            return False
        self._tables.verifications[verification.id] = verification
        return True

    def get(self, office_id: OfficeId, verification_id: VerificationId) -> Verification:
        """Give one by its id."""
        return owned(self._tables.verifications, office_id, verification_id, "verification")

    def find(self, office_id: OfficeId, purpose: CodePurpose, holder: Holder) -> Verification | None:
        """Find the one that a session, or a half signed-in browser's token, has for a purpose."""
        for each in self._tables.verifications.values():
            if (each.office_id, each.purpose) == (office_id, purpose) and holder in (each.session_id, each.fingerprint):
                return each
        return None

    def close(self, office_id: OfficeId, verification_id: VerificationId) -> None:
        """Drop one, if it is there."""
        found = self._tables.verifications.get(verification_id)
        if found is not None and found.office_id == office_id:
            del self._tables.verifications[verification_id]

    def attempt(self, office_id: OfficeId, verification_id: VerificationId, *, limit: int) -> int | None:
        """Count one more attempt, if it is not used and had fewer than *limit*."""
        found = self._unused(office_id, verification_id)
        if found is None or found.attempts >= limit:
            return None
        change(self._tables.verifications, found.id, attempts=found.attempts + 1)
        return found.attempts + 1

    def send(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest, at: datetime) -> bool:
        """Note the code that goes out now, in the place of any older one."""
        found = self._unused(office_id, verification_id)
        if found is not None:
            change(self._tables.verifications, found.id, code=code, code_made_at=at)
        return found is not None

    def use(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest | None, at: datetime) -> bool:
        """Use one up if it is not used; given a code, only if that is still its newest."""
        found = self._unused(office_id, verification_id)
        if found is None or (code is not None and found.code != code):
            return False
        change(self._tables.verifications, found.id, used_at=at)
        return True

    def forget(self, *, before: datetime) -> None:
        """Drop those of all offices that expired before a moment."""
        for each in list(self._tables.verifications.values()):
            if each.expires_at < before:
                del self._tables.verifications[each.id]

    def _unused(self, office_id: OfficeId, verification_id: VerificationId) -> Verification | None:
        found = self._tables.verifications.get(verification_id)
        ours = found is not None and found.office_id == office_id and found.used_at is None
        return found if ours else None
