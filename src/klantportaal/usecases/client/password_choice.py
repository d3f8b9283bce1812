"""Checking a new password against the policy, for every use case that sets one (PW-1, PW-3)."""

import attrs

from klantportaal.domain import passwords
from klantportaal.domain.passwords import Guesses, PasswordPolicy
from klantportaal.domain.values import OfficeId, PersonId
from klantportaal.ports.secrets import Blocklist
from klantportaal.ports.storage import Storage


@attrs.frozen(kw_only=True)
class PasswordChoice:
    """Checks new passwords against the policy."""

    _storage: Storage
    _blocklist: Blocklist
    _policy: PasswordPolicy

    def check(self, office_id: OfficeId, person_id: PersonId, password: str, repeated: str) -> None:
        """Check a new password for a person.

        Raises:
            Refused: one fault for each rule that the password breaks.
            Absent: there is no such person.
        """
        with self._storage.begin() as uow:
            office = uow.offices.get(office_id)
            person = uow.persons.get(office_id, person_id)
            holdings = uow.accounts.of_person(office_id, person_id)
        names = {name for account, client in holdings for name in (client.name, account.name)}
        about = (office.profile.name, *sorted(names), person.email)
        guesses = Guesses(is_common=self._blocklist.holds, about=about)
        policy = self._policy.where(two_step_required=office.two_step_required)
        passwords.check(password, repeated, policy, guesses)
