"""Adding clients; inviting, correcting, closing and reopening their accounts (OF-1, ON-1, ON-2)."""

from collections.abc import Sequence
from datetime import date

import attrs

from klantportaal.domain import accounts, persons
from klantportaal.domain.accounts import LIVING, AccountRole, NewClient
from klantportaal.domain.bounces import read_report
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import Event, SubjectReleased, TwoStepReset
from klantportaal.domain.external_ids import ExternalKind
from klantportaal.domain.extra_accounts import ExtraAccountLimits, NewExtraAccount
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AccountId, ClientId, PersonId, TaskId, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import ClientCard, MailProblem, OfficeUsage
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.office import correction, undelivered
from klantportaal.usecases.shared import account_deletion, file_removal, people
from klantportaal.usecases.shared.external_ids import find, made_before, named
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeClients:
    """The clients of an office and their accounts."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _limits: ExtraAccountLimits

    @once_more
    def invite(self, actor: OfficeActor, new: NewClient) -> tuple[ClientId, AccountId]:
        """Add a client with its main account, and send the person the invitation mail (ON-1).

        A person that has the address already gets the account with its others (PE-2). A client that was added with
        the same external id and contents before is given again (EX-2).

        Raises:
            Refused: one fault for each field that breaks a rule; ``EXTERNAL_ID_TAKEN`` if a client has the external id
                and was added with other contents.
            Conflict: another use of the address came at the same time, twice.
            Absent: there is no such office.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            uow.offices.get(actor.office_id)
            id = ClientId(self._ids.new())
            if made := made_before(
                uow, new.external_id, new, kind=ExternalKind.CLIENT, office_id=actor.office_id, id=id
            ):
                return _with_main_account(uow, actor, ClientId(made))
            known = people.known(uow, actor.office_id, new.email)
            client, account, facts = accounts.take_on(
                new,
                person_id=known.id if known else PersonId(self._ids.new()),
                office_id=actor.office_id,
                client_id=id,
                account_id=AccountId(self._ids.new()),
                at=now,
            )
            if known is None:
                person_id, office_id = account.person_id, actor.office_id
                person = persons.make(new.email, id=person_id, office_id=office_id, language=new.language, at=now)
                uow.persons.add(person)
            uow.clients.add(client)
            uow.accounts.add(account)
            self._recorder.record(uow, actor, *facts)
            uow.commit()
        return client.id, account.id

    @once_more
    def add_extra_account(self, actor: OfficeActor, client_id: ClientId, new: NewExtraAccount) -> AccountId:
        """Add an extra account to a company, and send its person the invitation mail (XA-2, PE-2).

        A company can also add the account itself, in the portal.

        Raises:
            Absent: the office has no such client.
            Refused: one fault for each broken rule; ``ADDRESS_TAKEN`` if the client has an account with the address.
            Conflict: another use of the address came at the same time, twice.
        """
        with self._storage.begin() as uow:
            known = people.known(uow, actor.office_id, new.email)
            client = uow.clients.hold(actor.office_id, client_id)
            account, facts = people.add_extra_account(
                uow, known, client, new, ids=self._ids, limits=self._limits, at=self._clock.now()
            )
            self._recorder.record(uow, actor, *facts)
            uow.commit()
        return account.id

    @once_more
    def invite_again(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Send the invitation mail again to an account that was not used yet. Older links expire (ON-2).

        An account whose person has no way to sign in any more can be invited again, too: the office took up the
        vendor's sign-in or gave it up, or released the person's subject (PE-6).

        Raises:
            Absent: the office has no such account.
            Refused: the account is closed, or its client is; or it was used, and its person can sign in.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, client = uow.accounts.get(actor.office_id, account_id)
            person = uow.persons.get(actor.office_id, account.person_id)
            has_way_in = persons.has_way_in(person, uow.offices.get(actor.office_id).vendor_sign_in)
            again, invited = accounts.invite_again(account, client, has_way_in=has_way_in, at=now)
            people.void_invitation(uow, account, at=now)
            uow.accounts.save(again)
            self._recorder.record(uow, actor, invited)
            uow.commit()

    @once_more
    def correct(self, actor: OfficeActor, account_id: AccountId, *, name: str, email: str) -> None:
        """Correct the name of an account, and the email address of its person (OF-1).

        If the person has no other account and the new address is free, the person gets the new address: its sessions
        and links end, its mail problems are cleared, and a password and the vendor's subject stay valid (PE-6).
        Otherwise this account alone goes to the person with the new address, or to a new person. So nobody gets access
        to another client by a correction. An account that was not used yet, or that goes to another person, is invited
        at the new address (ON-1).

        If a private client had the same name as its account, the client gets the new name too. Without changes,
        nothing happens.

        Raises:
            Absent: the office has no such account.
            Refused: one fault for each field that breaks a rule, ``account_name`` or ``email``; ``ADDRESS_TAKEN`` if
                the person with the address has an account of this client; or the account was deleted.
            Conflict: another use of the address came at the same time, twice.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            facts = correction.correct(
                uow, actor.office_id, account_id, name, email, new_id=PersonId(self._ids.new()), at=now
            )
            if facts:
                self._recorder.record(uow, actor, *facts)
                uow.commit()

    @once_more
    def close(self, actor: OfficeActor, client_id: ClientId) -> None:
        """Close a client. The sessions that act for it end at once (SI-3). Its persons keep their other accounts.

        Raises:
            Absent: the office has no such client.
            Refused: the client is closed already.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            closed, fact = accounts.close_client(uow.clients.get(actor.office_id, client_id), at=now)
            standing = [each for each in uow.accounts.of_clients(actor.office_id, [client_id]) if each.state in LIVING]
            for account in standing:
                uow.sessions.end_acting_for(actor.office_id, account.id, at=now)
            concerned = [
                uow.persons.take(actor.office_id, person_id)
                for person_id in sorted({each.person_id for each in standing})
            ]
            for account in standing:  # Once more: a session may have switched before the persons were locked.
                uow.sessions.end_acting_for(actor.office_id, account.id, at=now)
            uow.clients.save(closed)
            for person in concerned:
                people.settle(uow, person, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    @once_more
    def reopen(self, actor: OfficeActor, client_id: ClientId) -> None:
        """Reopen a closed client. Its persons get their addresses back.

        If another person has an address now, the account goes to that person, and is invited (PE-5). If that person
        has an account of the client already, the account is closed.

        Raises:
            Absent: the office has no such client.
            Refused: the client is not closed.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            client = uow.clients.get(actor.office_id, client_id)
            reopened, fact = accounts.reopen_client(client, at=now)
            uow.clients.save(reopened)
            facts: list[Event] = [fact]
            for account in uow.accounts.of_clients(actor.office_id, [client_id]):
                if accounts.is_open(account, reopened):
                    facts += people.claim_or_close(uow, account, at=now)
            self._recorder.record(uow, actor, *facts)
            uow.commit()

    @once_more
    def close_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Close one account. The sessions that act for it end at once. Its person keeps its other accounts (PE-5).

        Raises:
            Absent: the office has no such account.
            Refused: the account is closed already, or was deleted.
            Conflict: the account went to another person at the same time, twice.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            person, account = account_deletion.take(uow, actor.office_id, account_id, at=now)
            closed, fact = accounts.close_account(account, at=now)
            uow.accounts.save(closed)
            people.settle(uow, person, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    @once_more
    def reopen_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Reopen a closed account. Its person gets its address back.

        If another person has the address now, the account goes to that person, and is invited (PE-5).

        Raises:
            Absent: the office has no such account.
            Refused: the account is not closed, or ``ADDRESS_TAKEN``: another person has its address now, and an account
                of the client.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, client = uow.accounts.get(actor.office_id, account_id)
            reopened, fact = accounts.reopen_account(account, at=now)
            uow.accounts.save(reopened)
            open_now = accounts.is_open(reopened, client)
            claiming = uow.accounts.take(actor.office_id, account_id)
            claimed = people.claim(uow, claiming, at=now) if open_now else ()
            self._recorder.record(uow, actor, fact, *claimed)
            uow.commit()

    @once_more
    def reset_two_step(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Turn off the two-step verification of the person of an account, who lost both phone and recovery code.

        The person's sessions, links and codes end, and the person gets a mail. The office must verify the identity
        of the person who asks for this. It holds for all accounts of the person.

        Raises:
            Absent: the office has no such account.
            Refused: two-step verification is not on for the person (``WRONG_STATE``, field ``two_step``).
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, _client = uow.accounts.get(actor.office_id, account_id)
            person = uow.persons.get(actor.office_id, account.person_id)
            if uow.two_steps.of(actor.office_id, person.id) is None:
                raise Refused([Fault(code=FaultCode.WRONG_STATE, field="two_step")])
            uow.sessions.end_all(actor.office_id, person.id, at=now)
            uow.persons.save(persons.cut_off(person))
            uow.two_steps.remove(actor.office_id, person.id)
            self._recorder.record(uow, actor, TwoStepReset(person_id=person.id, at=now))
            uow.commit()

    @once_more
    def release_subject(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Undo that the vendor's sign-in belongs to the person of an account, such as after a mistaken identity (PE-6).

        The person's sessions, links and codes end. It can sign in that way only after it was invited again.

        Raises:
            Absent: the office has no such account.
            Refused: the person has no subject (``WRONG_STATE``, field ``subject``).
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, _client = uow.accounts.get(actor.office_id, account_id)
            person = uow.persons.take(actor.office_id, account.person_id)
            released = persons.released(person)
            uow.sessions.end_all(actor.office_id, person.id, at=now)
            uow.persons.save(released)
            self._recorder.record(uow, actor, SubjectReleased(person_id=person.id, at=now))
            uow.commit()

    def delete_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Delete an extra account permanently (XA-3).

        A company can also delete the account itself, in the portal.

        Raises:
            Absent: the office has no such account.
            Refused: the account is a main account, or deleted already.
        """
        dropped = self._delete(actor, account_id)
        file_removal.remove(self._files, dropped)

    @once_more
    def _delete(self, actor: OfficeActor, account_id: AccountId) -> Sequence[StoredFile]:
        now = self._clock.now()
        with self._storage.begin() as uow:
            person, account = account_deletion.take(uow, actor.office_id, account_id, at=now)
            fact, dropped = account_deletion.delete(uow, person, account, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return dropped

    def list(self, actor: OfficeActor, *, search: str = "", after: ClientId | None = None) -> Sequence[ClientCard]:
        """List one page of the office's clients, newest first."""
        rows = self._storage.read.office_clients(actor, search=search, after=after)
        return named(self._storage, actor, rows, lambda row: row.client.id)

    def get(self, actor: OfficeActor, client_id: ClientId) -> ClientCard:
        """Give one client with its accounts. Raises: Absent."""
        found = self._storage.read.office_client(actor, client_id)
        return named(self._storage, actor, [found], lambda row: row.client.id)[0]

    def find(self, actor: OfficeActor, external_id: str) -> ClientId:
        """Find a client by the external id that it was added with (EX-1). Raises: Absent."""
        return ClientId(find(self._storage, actor, ExternalKind.CLIENT, external_id))

    def usage(self, actor: OfficeActor, on: date | None = None) -> OfficeUsage:
        """Give what the clients sent in a day, and what was refused because a quota was used up (AT-3).

        Args:
            actor: the office.
            on: the day, at most 30 days ago. None: today.
        """
        return self._storage.read.office_usage(actor, on or day(self._clock.now()))

    def mail_problems(self, actor: OfficeActor, *, after: TaskId | None = None) -> Sequence[MailProblem]:
        """List one page of the mails that are not accepted yet, were refused, or bounced, newest first.

        A refused or bounced mail is listed until it is sent again, or its person gets another address. A refused one
        also ends when a later mail to the same person goes out.
        """
        return self._storage.read.office_mail_problems(actor, after=after)

    @once_more
    def send_mail_again(self, actor: OfficeActor, mail_id: TaskId) -> None:
        """Send a mail of ``mail_problems`` again: at once if it waits, as another mail if it was refused or bounced.

        Its link is the same. If the link was used or replaced meanwhile, nothing is sent.

        Raises:
            Absent: the office has no such mail.
            Refused: the mail has no problem (``WRONG_STATE``, field ``mail``).
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            fact = undelivered.send_again(uow, actor.office_id, mail_id, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    @once_more
    def bounced(self, actor: OfficeActor, report: bytes) -> bool:
        """Read a report that a mail was not delivered: a mail with a delivery status notification (RFC 3464).

        The mail that it names is listed in ``mail_problems`` from then on. Nothing else changes, because anybody can
        forge a report.

        Args:
            actor: the office.
            report: the whole mail, as it came. At most 256 KiB of it are read.

        Returns:
            Whether the report is about a mail of this office that counted as sent.
        """
        bounce = read_report(report)
        if bounce is None:
            return False
        now = self._clock.now()
        with self._storage.begin() as uow:
            facts = undelivered.flag(uow, actor.office_id, bounce, at=now)
            if facts:
                self._recorder.record(uow, actor, *facts)
                uow.commit()
        return bool(facts)


def _with_main_account(uow: UnitOfWork, actor: OfficeActor, client_id: ClientId) -> tuple[ClientId, AccountId]:
    accounts_ = uow.accounts.of_clients(actor.office_id, [client_id])
    return client_id, next(each.id for each in accounts_ if each.role is AccountRole.MAIN)
