"""``Mijn gegevens``: language, notifications, password (PR-1, PR-2, PW-4)."""

import attrs

from klantportaal.domain.accounts import may_act
from klantportaal.domain.admission import takes_passwords
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Conflict, NotSignedIn
from klantportaal.domain.events import ProfileChanged
from klantportaal.domain.persons import Person
from klantportaal.domain.profile import Profile
from klantportaal.domain.sessions import Actor
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import ProfileView
from klantportaal.ports.secrets import Passwords
from klantportaal.ports.storage import Storage
from klantportaal.usecases.client.password_check import PasswordCheck
from klantportaal.usecases.client.password_choice import PasswordChoice
from klantportaal.usecases.client.session_start import Entrance, SessionStart
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Attempt, Throttle


@checked_calls
@attrs.frozen(kw_only=True)
class ProfileSettings:
    """The settings that a person changes itself."""

    _storage: Storage
    _clock: Clock
    _passwords: Passwords
    _session_start: SessionStart
    _recorder: Recorder
    _password_choice: PasswordChoice
    _password_check: PasswordCheck
    _throttle: Throttle

    def view(self, actor: Actor) -> ProfileView:
        """Give the settings."""
        return self._storage.read.profile(actor)

    @once_more
    def save(self, actor: Actor, profile: Profile) -> None:
        """Change the language and the notifications. The language takes effect at the next sign-in (PR-1).

        Raises:
            NotSignedIn: the session ended at the same time.
            Conflict: the person or the account changed at the same time.
        """
        with self._storage.begin() as uow:
            person = uow.persons.get(actor.office_id, actor.person_id)
            account, client = uow.accounts.get(actor.office_id, actor.account_id)
            if person.epoch != actor.epoch or account.person_id != person.id or not may_act(account, client):
                raise NotSignedIn
            speaking = attrs.evolve(person, language=profile.language)
            notified = attrs.evolve(account, notifications=profile.notifications)
            if (speaking, notified) == (person, account):
                return
            if speaking != person:
                uow.persons.save(speaking)
            if notified != account:
                uow.accounts.save(notified)
            fact = ProfileChanged(
                person_id=person.id,
                account_id=account.id,
                language=profile.language,
                documents=profile.notifications.documents,
                questionnaires=profile.notifications.questionnaires,
                messages=profile.notifications.messages,
                at=self._clock.now(),
            )
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def change_password(
        self, actor: Actor, *, current: str, password: str, repeated: str, device: str = ""
    ) -> Entrance:
        """Change the password (PW-4). All sessions of the person end, and the caller gets a new session.

        Args:
            actor: whose password it is.
            current: the current password.
            password: the new password.
            repeated: the new password again.
            device: the description of the browser, for the list of sessions.

        Raises:
            Refused: the current password is wrong, or the new password breaks rules.
            NotSignedIn: the session ended at the same time.
            Conflict: the password changed, or the account was closed, at the same time.
            Absent: the office takes no passwords (PE-6).
        """
        if not takes_passwords(self._storage.read.office(actor.office_id).vendor_sign_in):
            raise Absent("password")
        known, attempt = self._password_check.prove(actor, current)
        self._note_success(attempt)
        self._password_choice.check(actor.office_id, actor.person_id, password, repeated)
        return self._change(actor, known, self._passwords.hash(password), device)

    @once_more
    def _note_success(self, attempt: Attempt) -> None:
        with self._storage.begin() as uow:
            self._throttle.succeeded(uow, attempt)
            uow.commit()

    @once_more
    def _change(self, actor: Actor, known: Person, hashed: str, device: str) -> Entrance:
        """Change the password, unless the person of the checked password was cut off meanwhile."""
        now = self._clock.now()
        with self._storage.begin() as uow:
            person = uow.persons.get(actor.office_id, actor.person_id)
            if person.epoch != known.epoch:
                raise Conflict
            self._session_start.require_alive(uow, actor, person, at=now)
            self._throttle.forget(uow, person)
            entrance, *facts = self._session_start.enter_with_new_password(
                uow, actor, person, hashed, device=device, at=now
            )
            self._recorder.record(uow, actor, *facts)
            uow.commit()
        return entrance
