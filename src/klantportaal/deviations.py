"""Finds the settings that deviate from ASVS 5.0 (levels 1 and 2) and NIST SP 800-63B-4.

The defaults of the manual deviate too. Every portal logs its deviations when it is assembled, so that the vendor knows.
"""

from collections.abc import Iterator
from datetime import timedelta

from klantportaal.domain.deviations import Deviation
from klantportaal.settings import Settings

_NIST_PASSWORDS = "NIST SP 800-63B-4 3.1.1.2"
_NIST_SESSIONS = "NIST SP 800-63B-4 2.2.3"


def deviations(settings: Settings, *, scans_uploads: bool) -> Iterator[Deviation]:
    """Give each deviation of the settings, by subject."""
    yield from _of_passwords(settings)
    yield from _of_sessions(settings)
    # Throttling delays attempts and never locks an account (SI-2). No value of its settings removes this deviation.
    yield Deviation(
        setting="throttling",
        clauses=("NIST SP 800-63B-4 3.2.2",),
        sentence="a password no longer signs in after 100 failures in a row; here each of them has to wait longer",
    )
    yield from _of_scanning(settings, scans_uploads=scans_uploads)


def _of_passwords(settings: Settings) -> Iterator[Deviation]:
    policy = settings.passwords
    if policy.minimum < 15:
        yield Deviation(
            setting="passwords.minimum",
            clauses=(*(("ASVS 5.0 6.2.1",) if policy.minimum < 8 else ()), _NIST_PASSWORDS),
            sentence="a password that signs in without a second step has 15 characters or more",
        )
    if policy.minimum_with_two_step < 8:
        yield Deviation(
            setting="passwords.minimum_with_two_step",
            clauses=("ASVS 5.0 6.2.1", _NIST_PASSWORDS),
            sentence="a password has 8 characters or more, also where a second step follows",
        )
    for name, asked in (("capitals", policy.capitals), ("digits", policy.digits)):
        if asked > 0:
            yield Deviation(
                setting=f"passwords.{name}",
                clauses=("ASVS 5.0 6.2.5", _NIST_PASSWORDS),
                sentence="no kind of character is asked for: length makes a password strong, not a mixture",
            )
    if not policy.blocklist:
        yield Deviation(
            setting="passwords.blocklist",
            clauses=("ASVS 5.0 6.2.4", "ASVS 5.0 6.2.11", "ASVS 5.0 6.2.12", _NIST_PASSWORDS),
            sentence="common and leaked passwords, and those made of names that belong to the account, are refused",
        )


def _of_sessions(settings: Settings) -> Iterator[Deviation]:
    times = settings.sessions
    if times.idle > timedelta(hours=1):
        yield Deviation(
            setting="sessions.idle",
            clauses=(_NIST_SESSIONS,),
            sentence="a session without requests ends within an hour",
            required=False,
        )
    if times.absolute > timedelta(hours=24):
        yield Deviation(
            setting="sessions.absolute",
            clauses=(_NIST_SESSIONS,),
            sentence="a session ends within 24 hours, in use or not",
            required=False,
        )


def _of_scanning(settings: Settings, *, scans_uploads: bool) -> Iterator[Deviation]:
    taken = {"take_encrypted": settings.scanning.take_encrypted, "take_too_large": settings.scanning.take_too_large}
    names = [f"scanning.{name}" for name, is_taken in taken.items() if is_taken] if scans_uploads else ["scanner"]
    for name in names:
        yield Deviation(
            setting=name,
            clauses=("ASVS 5.0 5.4.3",),
            sentence="files from clients are looked at by a virus scanner",
        )
