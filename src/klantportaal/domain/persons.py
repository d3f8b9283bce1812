"""Persons: who signs in at an office, with one e-mail address, and the accounts that each has (PE-1 to PE-5)."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from klantportaal.domain.accounts import Account, AccountState, Client, Holding, is_open
from klantportaal.domain.admission import Subject, VendorSignIn, takes_passwords
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import PasswordSet
from klantportaal.domain.values import AccountId, Language, OfficeId, PersonId, address, folded


@attrs.frozen(kw_only=True, field_transformer=checked)
class Person:
    """Somebody who signs in at one office: one e-mail address, one password, one second step, one set of sessions."""

    id: PersonId
    office_id: OfficeId
    email: str
    """As entered; mail is sent to it. ``folded(email)`` is unique within the office, except among freed persons."""
    language: Language
    made_at: datetime
    password_hash: str | None = attrs.field(default=None, repr=False)
    vendor_subject: Subject | None = attrs.field(default=None, repr=False)
    """The vendor's name for the person (PE-6). It is unique within the office, except among freed persons."""
    epoch: int = 1
    """Goes up by one to end all sessions, links and codes of the person."""
    first_signed_in_at: datetime | None = None
    last_account_id: AccountId | None = None
    """The account that was used last. Signing in starts there (PE-3)."""
    freed_at: datetime | None = None
    """When the person had no open account left, so that its address became free (PE-5). None if it has one."""
    version: int = 1


def make(email: str, *, id: PersonId, office_id: OfficeId, language: Language, at: datetime) -> Person:
    """Make a person with an address.

    Raises:
        Refused: *email* is not exactly one address.
    """
    return Person(id=id, office_id=office_id, email=_parsed(email), language=language, made_at=at)


def may_use_password(person: Person, holdings: Sequence[Holding], sign_in: VendorSignIn | None) -> bool:
    """Tell whether a person may sign in with its password: it has one, and an open account (PE-5).

    Args:
        person: who signs in.
        holdings: all accounts of the person.
        sign_in: the vendor's sign-in at the office, if it uses one. It may take the place of passwords.
    """
    return person.password_hash is not None and may_set_password(holdings, sign_in)


def may_set_password(holdings: Sequence[Holding], sign_in: VendorSignIn | None) -> bool:
    """Tell whether the person of these accounts may set a password: one of them is open, and the office takes it."""
    return has_open(holdings) and takes_passwords(sign_in)


def has_open(holdings: Sequence[Holding]) -> bool:
    """Tell whether one of the accounts of a person is open."""
    return any(is_open(*each) for each in holdings)


def has_way_in(person: Person, sign_in: VendorSignIn | None) -> bool:
    """Tell whether a person can sign in at an office by what it has: a password, or the vendor's sign-in (PE-6).

    A person without a way in is onboarded by the link of an invitation.

    Args:
        person: the person.
        sign_in: the vendor's sign-in at the office, if it uses one.
    """
    by_password = person.password_hash is not None and takes_passwords(sign_in)
    return by_password or (person.vendor_subject is not None and sign_in is not None)


def starting_account(person: Person, holdings: Sequence[Holding]) -> Holding | None:
    """Choose the account that a sign-in starts with: the one used last, or else the oldest that is open (PE-3).

    Returns None if no account is open.
    """
    open_ones = sorted((each for each in holdings if is_open(*each)), key=lambda each: each[0].id)
    used_last = (each for each in open_ones if each[0].id == person.last_account_id)
    return next(used_last, open_ones[0] if open_ones else None)


def enter(person: Person, holdings: Sequence[Holding], *, at: datetime) -> tuple[Person, Account, Sequence[Account]]:
    """Let a person that signed in act for one of its accounts. Its invited accounts become active (PE-2, PE-3).

    Args:
        person: who signed in.
        holdings: all accounts of the person; at least one is open.
        at: the time of signing in.

    Returns the person, the account that it acts for, and the other accounts that became active.
    """
    start = starting_account(person, holdings)
    if start is None:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="account")])
    seen, account = act_for(person, *start, at=at)
    waiting = (each for each, client in holdings if each.state is AccountState.INVITED and client.closed_at is None)
    return seen, account, [_active(each) for each in waiting if each.id != account.id]


def act_for(person: Person, account: Account, client: Client, *, at: datetime) -> tuple[Person, Account]:
    """Let a person act for one of its accounts from now on (PE-3).

    Raises:
        Absent: the account is not the person's, or not open.
    """
    if account.person_id != person.id or not is_open(account, client):
        raise Absent("account")
    seen = attrs.evolve(person, last_account_id=account.id, first_signed_in_at=person.first_signed_in_at or at)
    return seen, attrs.evolve(_active(account), first_used_at=account.first_used_at or at)


def _active(account: Account) -> Account:
    return attrs.evolve(account, state=AccountState.ACTIVE)


def with_password(
    person: Person, holdings: Sequence[Holding], password_hash: str, *, at: datetime
) -> tuple[Person, PasswordSet]:
    """Set a new password. The person's sessions, links and codes end (ON-5, PW-4).

    Raises:
        Refused: no account of the person is open.
    """
    if not has_open(holdings):
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="account")])
    return attrs.evolve(cut_off(person), password_hash=password_hash), PasswordSet(person_id=person.id, at=at)


def bound(person: Person, subject: Subject) -> Person:
    """Bind the vendor's name for somebody to a person. The person's sessions, links and codes end (PE-6)."""
    return attrs.evolve(cut_off(person), vendor_subject=subject)


def released(person: Person) -> Person:
    """Release the subject of a person. The person's sessions, links and codes end (PE-6).

    Raises:
        Refused: the person has none.
    """
    if person.vendor_subject is None:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="subject")])
    return attrs.evolve(cut_off(person), vendor_subject=None)


def cut_off(person: Person) -> Person:
    """End all sessions, links and codes of a person (SI-3)."""
    return attrs.evolve(person, epoch=person.epoch + 1)


def is_other_mailbox(person: Person, email: str) -> bool:
    """Tell whether an address may be another mailbox than the person's: they differ in more than case."""
    return folded(email) != folded(person.email)


def readdressed(person: Person, email: str) -> Person:
    """Change the address of a person. For another mailbox, all sessions and links end: they went to the old one.

    Raises:
        Refused: *email* is not exactly one address.
    """
    changed = attrs.evolve(person, email=_parsed(email))
    return cut_off(changed) if is_other_mailbox(person, changed.email) else changed


def settled(person: Person, holdings: Sequence[Holding], *, at: datetime) -> Person:
    """Free the address of a person that has no open account left, or claim it again if it has one (PE-5).

    A person without an account that could be opened again loses its password and its subject.

    Args:
        person: whose accounts changed.
        holdings: all accounts of the person, as they are now.
        at: the time of the change.
    """
    if has_open(holdings):
        return attrs.evolve(person, freed_at=None)
    for_good = all(account.state is AccountState.DELETED for account, _client in holdings)
    freed = attrs.evolve(cut_off(person), freed_at=at) if person.freed_at is None else person
    return attrs.evolve(freed, password_hash=None, vendor_subject=None) if for_good else freed


def _parsed(email: str) -> str:
    parsed = address(email)
    if parsed is None:
        raise Refused([Fault(code=FaultCode.NOT_AN_ADDRESS, field="email")])
    return parsed
