"""Checking a new password against the policy, for every use case that sets one (PW-1, PW-3)."""

import attrs

from klantportaal.domain import passwords
from klantportaal.domain.passwords import Guesses, PasswordPolicy
from klantportaal.domain.values import AccountId, OfficeId
from klantportaal.ports.secrets import Blocklist
from klantportaal.ports.storage import Storage


@attrs.frozen(kw_only=True)
class PasswordChoice:
    """Checks new passwords against the policy."""

    _storage: Storage
    _blocklist: Blocklist
    _policy: PasswordPolicy

    def check(self, office_id: OfficeId, account_id: AccountId, password: str, repeated: str) -> None:
        """Check a new password for an account.

        Raises:
            Refused: one fault for each rule that the password breaks.
            Absent: there is no such account.
        """
        with self._storage.begin() as uow:
            office = uow.offices.get(office_id)
            account, client = uow.accounts.get(office_id, account_id)
        about = (office.profile.name, client.name, account.name, account.email)
        guesses = Guesses(is_common=self._blocklist.holds, about=about)
        policy = self._policy.where(two_step_required=office.two_step_required)
        passwords.check(password, repeated, policy, guesses)
