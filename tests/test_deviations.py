"""The settings of a portal that deviate from the standards, and their log at the start."""

import logging
import re
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.deviations import deviations
from klantportaal.domain.passwords import STRICT, PasswordPolicy
from klantportaal.domain.scanning import ScanPolicy
from klantportaal.domain.sessions import SessionTimes
from klantportaal.settings import Settings
from tests.usecases.world import World

POLICIES = st.builds(
    PasswordPolicy,
    minimum=st.integers(1, 30),
    minimum_with_two_step=st.integers(1, 30),
    capitals=st.integers(0, 2),
    digits=st.integers(0, 2),
    blocklist=st.booleans(),
)
TIMES = st.builds(
    SessionTimes,
    idle=st.integers(2, 180).map(lambda minutes: timedelta(minutes=minutes)),
    absolute=st.integers(1, 48).map(lambda hours: timedelta(hours=hours)),
)

SCANNING = st.builds(ScanPolicy, publications=st.booleans(), take_encrypted=st.booleans(), take_too_large=st.booleans())


def settings_named(settings: Settings, *, scans_uploads: bool = True) -> list[str]:
    """List the settings that deviate."""
    return [each.setting for each in deviations(settings, scans_uploads=scans_uploads)]


@given(POLICIES, TIMES, SCANNING, st.booleans())
def test_each_deviation_exactly_when_it_is_one(
    policy: PasswordPolicy, times: SessionTimes, scanning: ScanPolicy, scans: bool
) -> None:
    """PW-3: a setting is reported exactly if it requires or allows what the standards do not."""
    expected = {
        "passwords.minimum": policy.minimum < 15,
        "passwords.minimum_with_two_step": policy.minimum_with_two_step < 8,
        "passwords.capitals": policy.capitals > 0,
        "passwords.digits": policy.digits > 0,
        "passwords.blocklist": not policy.blocklist,
        "sessions.idle": times.idle > timedelta(hours=1),
        "sessions.absolute": times.absolute > timedelta(hours=24),
        "throttling": True,
        "scanner": not scans,
        "scanning.take_encrypted": scans and scanning.take_encrypted,
        "scanning.take_too_large": scans and scanning.take_too_large,
    }
    named = settings_named(Settings(passwords=policy, sessions=times, scanning=scanning), scans_uploads=scans)
    assert named == [setting for setting, deviates in expected.items() if deviates]


def test_the_manual_deviates_and_strict_does_not() -> None:
    """PW-3: the default password policy deviates, STRICT does not; throttling always does (SI-2)."""
    of_the_manual = ["passwords.minimum", "passwords.capitals", "passwords.digits", "throttling"]
    assert settings_named(Settings()) == of_the_manual
    assert settings_named(Settings(passwords=STRICT)) == ["throttling"]


@given(POLICIES, TIMES)
def test_every_deviation_names_its_clauses(policy: PasswordPolicy, times: SessionTimes) -> None:
    """PW-3: every deviation has the standard and the number of its clauses."""
    for each in deviations(Settings(passwords=policy, sessions=times), scans_uploads=False):
        assert each.clauses
        assert all(re.fullmatch(r"ASVS 5\.0 \d+(\.\d+){2}|NIST SP 800-63B-4 \d+(\.\d+)+", it) for it in each.clauses)
        assert str(each).startswith(f"{each.setting} deviates from {each.clauses[0]}")


def test_a_password_below_eight_characters_is_at_odds_with_both() -> None:
    """PW-3: a minimum below 8 deviates from ASVS and NIST, one from 8 to 14 from NIST only."""
    eight, _other = deviations(Settings(passwords=attrs.evolve(STRICT, minimum=8)), scans_uploads=True)
    seven, _other = deviations(Settings(passwords=attrs.evolve(STRICT, minimum=7)), scans_uploads=True)
    assert eight.clauses == ("NIST SP 800-63B-4 3.1.1.2",)
    assert seven.clauses == ("ASVS 5.0 6.2.1", "NIST SP 800-63B-4 3.1.1.2")


def test_a_portal_tells_when_it_is_assembled(caplog: pytest.LogCaptureFixture) -> None:
    """PW-3: a portal logs each deviation once: a warning for a requirement, information for advice."""
    times = SessionTimes(absolute=timedelta(days=2))
    with caplog.at_level(logging.INFO, logger="klantportaal.deviations"):
        portal = World(settings=Settings(sessions=times)).portal
        with portal:
            pass
    levels = [logging.WARNING] * 3 + [logging.INFO, logging.WARNING, logging.WARNING]
    assert caplog.record_tuples == [
        ("klantportaal.deviations", level, str(each)) for level, each in zip(levels, portal.deviations, strict=True)
    ]
    assert [each.setting for each in portal.deviations][3:] == ["sessions.absolute", "throttling", "scanner"]
