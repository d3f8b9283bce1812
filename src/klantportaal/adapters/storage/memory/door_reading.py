"""Reads before somebody is signed in, and for background work."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.access import Links
from klantportaal.adapters.storage.memory.tables import Tables, owned
from klantportaal.domain.accounts import Holding, is_open
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import LinkPurpose, is_live
from klantportaal.domain.sessions import Actor
from klantportaal.domain.throttling import Counter, ThrottleSubject
from klantportaal.domain.values import AccountId, FileKey, Fingerprint, OfficeId
from klantportaal.ports.reading import PAGE, LinkView, SignedInView


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class DoorReading:
    """Reads offices, sessions, links and files without a row."""

    _committed: Callable[[], Tables]

    def offices(self) -> Sequence[Office]:
        """Return all offices."""
        return list(self._committed().offices.values())

    def office(self, office_id: OfficeId) -> Office:
        """Return an office."""
        tables = self._committed()
        if office_id not in tables.offices:
            raise Absent("office")
        return tables.offices[office_id]

    def session(self, office_id: OfficeId, fingerprint: Fingerprint) -> SignedInView | None:
        """Find a session by its token's fingerprint, in any state."""
        tables = self._committed()
        for session in tables.sessions.values():
            if (session.office_id, session.fingerprint) == (office_id, fingerprint):
                account = tables.accounts[session.account_id]
                if account.person_id != session.person_id:
                    return None
                client = tables.clients[account.client_id]
                others = tables.others(office_id, session.person_id, account.id)
                return SignedInView(
                    session=session,
                    epoch=tables.persons[session.person_id].epoch,
                    account_state=account.state,
                    has_others=bool(others),
                    client_id=client.id,
                    client_name=client.name,
                    client_closed=client.closed_at is not None,
                    kind=client.kind,
                    role=account.role,
                    name=account.name,
                    has_two_step=session.person_id in tables.two_steps,
                    office=tables.offices[office_id],
                )
        return None

    def api_key(self, office_id: OfficeId, fingerprint: Fingerprint) -> ApiKey | None:
        """Find an API key by its secret's fingerprint, in any state."""
        wanted, keys = (office_id, fingerprint), self._committed().api_keys.values()
        return next((each for each in keys if (each.office_id, each.fingerprint) == wanted), None)

    def counter(self, office_id: OfficeId, subject: ThrottleSubject) -> Counter | None:
        """Return the counter of a subject."""
        return self._committed().throttles.get((office_id, subject))

    def account(self, actor: Actor, account_id: AccountId) -> Holding:
        """Return an account of the actor's person, with its client."""
        tables = self._committed()
        account = owned(tables.accounts, actor.office_id, account_id, "account")
        if account.person_id != actor.person_id:
            raise Absent("account")
        return account, tables.clients[account.client_id]

    def link(
        self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose, *, at: datetime
    ) -> LinkView | None:
        """Return the person of a link, if the link is live. The link stays usable (ON-4)."""
        tables = self._committed()
        link = Links(tables).find(office_id, fingerprint, purpose)
        if link is None:
            return None
        person, holdings = tables.persons[link.person_id], tables.holdings(office_id, link.person_id)
        if not is_live(link, person, holdings, tables.offices[office_id].vendor_sign_in, at=at):
            return None
        name = next(account.name for account, client in holdings if is_open(account, client))
        return LinkView(person_id=person.id, name=name, email=person.email, language=person.language)

    def unnamed(self, keys: Collection[FileKey]) -> frozenset[FileKey]:
        """Return those of *keys* that no row of any office names (AL-3)."""
        return frozenset(keys) - {file.key for file in _kept(self._committed())}

    def named_files(self, *, after: FileKey | None = None, size: int = PAGE) -> Sequence[StoredFile]:
        """List the files that rows of any office refer to, by key."""
        files = sorted(_kept(self._committed()), key=lambda file: file.key)
        return [file for file in files if after is None or file.key > after][:size]


def _kept(tables: Tables) -> Iterator[StoredFile]:
    """Yield the files that rows name, without those that were rejected."""
    rejected = {key for (_office_id, key), held in tables.quarantine.items() if held.ended_at is not None}
    yield from (file for file in tables.files() if file.key not in rejected)
