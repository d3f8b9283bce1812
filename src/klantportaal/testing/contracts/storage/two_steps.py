"""Two-step verification of persons, and verifications."""

import contextlib

import attrs
import pytest

from klantportaal.domain.errors import Absent
from klantportaal.domain.sessions import Session
from klantportaal.domain.two_step import CodePurpose, TwoStepMethod, Verification
from klantportaal.domain.values import Digest, Fingerprint, SessionId, TwoStepId, VerificationId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    HOUR,
    MINUTE,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

FRESH = Digest(b"\0" * 40)
"""A digest of a code, with bytes that are not text."""
CODE = Digest(b"\xff" * 40)


class TwoStepsContract(StorageTests):
    """Tests of two-step verification."""

    def test_it_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """TS-1, TS-6: two-step verification by number or app comes back unchanged, within its office."""
        client, account = scene.person(scene.office())
        sibling, without = scene.account(client), scene.account(client)
        number = scene.two_step(account)
        app = scene.two_step(
            sibling, method=TwoStepMethod.TOTP, number=None, secret=b"\0\xff", last_step=58_000_000_000
        )
        elsewhere = scene.office()
        with storage.begin() as uow:
            assert uow.two_steps.of(account.office_id, account.person_id) == number
            assert uow.two_steps.of(account.office_id, sibling.person_id) == app
            assert uow.two_steps.of(account.office_id, without.person_id) is None
            assert uow.two_steps.of(elsewhere.id, account.person_id) is None
        assert is_utc_to_the_microsecond(number.since)

    def test_there_is_one_at_most(self, storage: Storage, scene: Scene) -> None:
        """TS-5: a person has at most one; a new one replaces it, and removing it affects no other person."""
        _client, account = scene.person(scene.office())
        _other, someone = scene.person(scene.office())
        scene.two_step(account)
        newer, others = scene.two_step(account), scene.two_step(someone)
        with committing(storage) as uow:
            assert uow.two_steps.of(account.office_id, account.person_id) == newer
            uow.two_steps.remove(someone.office_id, account.person_id)
            assert uow.two_steps.of(account.office_id, account.person_id) == newer
            uow.two_steps.remove(account.office_id, account.person_id)
            uow.two_steps.remove(account.office_id, account.person_id)
        with storage.begin() as uow:
            assert uow.two_steps.of(account.office_id, account.person_id) is None
            assert uow.two_steps.of(someone.office_id, someone.person_id) == others

    def test_a_time_step_strictly_grows(self, storage: Storage, scene: Scene) -> None:
        """TS-6: a time step is accepted only if it is greater than the last, and only for the current app."""
        _client, account = scene.person(scene.office())
        former, elsewhere = scene.two_step(account), scene.office()
        app = scene.two_step(account, last_step=10)
        with committing(storage) as uow:
            accepted = [uow.two_steps.accept(app, step=step) for step in (9, 10, 12, 12, 11, 13)]
            assert accepted == [False, False, True, False, False, True]
            assert not uow.two_steps.accept(former, step=99)
            assert not uow.two_steps.accept(attrs.evolve(app, office_id=elsewhere.id), step=99)
        with storage.begin() as uow:
            assert uow.two_steps.of(account.office_id, account.person_id) == attrs.evolve(app, last_step=13)

    def test_of_fifty_at_once_one_accepts_a_step(self, storage: Storage, scene: Scene) -> None:
        """TS-6: of concurrent uses of a time step, exactly one returns True."""
        _client, account = scene.person(scene.office())
        app = scene.two_step(account, last_step=10)

        def accept(_number: int) -> bool:
            with committing(storage) as uow:
                return uow.two_steps.accept(app, step=11)

        assert sum(all_at_once(accept, threads=50)) == 1

    def test_a_recovery_code_is_replaced_once(self, storage: Storage, scene: Scene) -> None:
        """TS-4: a recovery code is replaced once, and only that of its own person."""
        client, account = scene.person(scene.office())
        sibling = scene.account(client)
        former, standing, others = scene.two_step(account), scene.two_step(account), scene.two_step(sibling)
        with committing(storage) as uow:
            assert not uow.two_steps.renew_recovery(former, fresh=FRESH)
            assert not uow.two_steps.renew_recovery(attrs.evolve(standing, person_id=sibling.person_id), fresh=FRESH)
            assert uow.two_steps.renew_recovery(standing, fresh=FRESH)
            assert not uow.two_steps.renew_recovery(standing, fresh=CODE)
        with storage.begin() as uow:
            assert uow.two_steps.of(account.office_id, account.person_id) == attrs.evolve(standing, recovery=FRESH)
            assert uow.two_steps.of(account.office_id, sibling.person_id) == others

    def test_of_fifty_at_once_one_uses_the_recovery_code(self, storage: Storage, scene: Scene) -> None:
        """TS-4: of concurrent uses of a recovery code, exactly one returns True."""
        _client, account = scene.person(scene.office())
        standing = scene.two_step(account)

        def use(number: int) -> bool:
            with committing(storage) as uow:
                return uow.two_steps.renew_recovery(standing, fresh=Digest(bytes([number]) * 40))

        assert sum(all_at_once(use, threads=50)) == 1

    def test_an_app_s_key_is_replaced_once(self, storage: Storage, scene: Scene) -> None:
        """TS-6: the same key, encrypted anew, replaces the one that was read; a later replacement of that one fails."""
        client, account = scene.person(scene.office())
        sibling, elsewhere = scene.account(client), scene.office()
        former = scene.two_step(account, method=TwoStepMethod.TOTP, number=None, secret=b"\0")
        standing = scene.two_step(account, method=TwoStepMethod.TOTP, number=None, secret=b"\0\xff")
        others = scene.two_step(sibling, method=TwoStepMethod.TOTP, number=None, secret=b"\0\xff")
        by_sms = scene.two_step(scene.account(client))
        with committing(storage) as uow:
            assert not uow.two_steps.renew_secret(former, fresh=b"1")
            assert not uow.two_steps.renew_secret(attrs.evolve(standing, person_id=sibling.person_id), fresh=b"1")
            assert not uow.two_steps.renew_secret(attrs.evolve(standing, office_id=elsewhere.id), fresh=b"1")
            assert not uow.two_steps.renew_secret(attrs.evolve(by_sms, secret=b"\0"), fresh=b"1")
            assert uow.two_steps.renew_secret(standing, fresh=b"\xff\0")
            assert not uow.two_steps.renew_secret(standing, fresh=b"2")
        with storage.begin() as uow:
            assert uow.two_steps.of(account.office_id, account.person_id) == attrs.evolve(standing, secret=b"\xff\0")
            assert uow.two_steps.of(account.office_id, sibling.person_id) == others

    def test_a_session_shows_whether_it_is_on(self, storage: Storage, scene: Scene) -> None:
        """TS-1, PE-1: a session shows whether its own person has two-step verification, whichever account acts."""
        office = scene.office()
        client, account = scene.person(office)
        sibling, second = scene.account(client), scene.another(account, scene.client(office))
        sessions = [scene.session(account), scene.session(second)]
        scene.two_step(sibling)
        assert [_is_on(storage, each) for each in sessions] == [False, False]
        scene.two_step(second)
        assert [_is_on(storage, each) for each in sessions] == [True, True]

    def test_an_office_asks_for_it(self, storage: Storage, scene: Scene) -> None:
        """TS-1: the office keeps whether two-step verification is mandatory."""
        office = scene.office(two_step_required=True)
        assert storage.read.office(office.id) == office
        with committing(storage) as uow:
            uow.offices.save(attrs.evolve(office, two_step_required=False))
        assert not storage.read.office(office.id).two_step_required


class VerificationsContract(StorageTests):
    """Tests of verifications."""

    def test_one_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """TS-2: a verification is found by id, and by purpose with its session or token, within its office."""
        _client, account = scene.person(scene.office())
        now, elsewhere = scene.clock.now(), scene.office()
        session_id, token = SessionId(scene.ids.new()), Fingerprint(b"\0" * 32)
        change = scene.verification(
            account, session_id, CodePurpose.CHANGE, two_step_id=TwoStepId(scene.ids.new()), code=CODE, code_made_at=now
        )
        enrolment = scene.verification(
            account,
            session_id,
            CodePurpose.ENROLMENT,
            method=TwoStepMethod.TOTP,
            number=None,
            secret=b"\0",
            used_at=now,
        )
        sign_in = scene.verification(account, token, attempts=3)
        with storage.begin() as uow:
            find = uow.verifications.find
            for purpose, holder, kept in (
                (CodePurpose.CHANGE, session_id, change),
                (CodePurpose.ENROLMENT, session_id, enrolment),
                (CodePurpose.SIGN_IN, token, sign_in),
            ):
                assert find(account.office_id, purpose, holder) == kept
                assert uow.verifications.get(account.office_id, kept.id) == kept
                assert find(elsewhere.id, purpose, holder) is None
                with pytest.raises(Absent):
                    uow.verifications.get(elsewhere.id, kept.id)
            assert find(account.office_id, CodePurpose.CHANGE, token) is None
            assert find(account.office_id, CodePurpose.SIGN_IN, session_id) is None
            assert find(account.office_id, CodePurpose.CHANGE, SessionId(scene.ids.new())) is None
            with pytest.raises(Absent):
                uow.verifications.get(account.office_id, VerificationId(scene.ids.new()))
        assert is_utc_to_the_microsecond(change.expires_at)

    def test_a_session_has_one_for_a_purpose(self, storage: Storage, scene: Scene) -> None:
        """TS-2: a session has one verification per purpose; a new one can be opened after it is closed."""
        _client, account = scene.person(scene.office())
        session_id, elsewhere = SessionId(scene.ids.new()), scene.office()
        first = scene.verification(account, session_id, CodePurpose.CHANGE)
        second = attrs.evolve(first, id=VerificationId(scene.ids.new()))
        with committing(storage) as uow:
            assert not uow.verifications.open(second)
            uow.verifications.close(elsewhere.id, first.id)
            assert uow.verifications.find(account.office_id, CodePurpose.CHANGE, session_id) == first
            uow.verifications.close(account.office_id, first.id)
            uow.verifications.close(account.office_id, first.id)
            assert uow.verifications.open(second)
        with storage.begin() as uow:
            assert uow.verifications.find(account.office_id, CodePurpose.CHANGE, session_id) == second

    def test_of_many_at_once_one_is_opened(self, storage: Storage, scene: Scene) -> None:
        """TS-2: of concurrent verifications of a session, exactly one is opened."""
        _client, account = scene.person(scene.office())
        wanted = scene.verification(account, SessionId(scene.ids.new()), CodePurpose.CHANGE)
        ids = [VerificationId(scene.ids.new()) for _ in range(20)]
        with committing(storage) as uow:
            uow.verifications.close(account.office_id, wanted.id)

        def open_one(number: int) -> bool:
            with committing(storage) as uow:
                return uow.verifications.open(attrs.evolve(wanted, id=ids[number]))

        assert sum(all_at_once(open_one, threads=20)) == 1

    def test_attempts_are_counted_to_the_limit(self, storage: Storage, scene: Scene) -> None:
        """TS-2: attempts are numbered up to the limit, and none is allowed beyond it or after use."""
        _client, account = scene.person(scene.office())
        elsewhere = scene.office()
        one = scene.verification(account, Fingerprint(b"1" * 32))
        used = scene.verification(account, Fingerprint(b"2" * 32), used_at=scene.clock.now())
        with committing(storage) as uow:
            count = uow.verifications.attempt
            assert [count(one.office_id, one.id, limit=3) for _ in range(5)] == [1, 2, 3, None, None]
            assert count(used.office_id, used.id, limit=3) is None
            assert count(elsewhere.id, one.id, limit=9) is None
            assert count(one.office_id, VerificationId(scene.ids.new()), limit=9) is None
        assert _found(storage, one) == attrs.evolve(one, attempts=3)

    def test_of_fifty_attempts_at_once_five_are_let_through(self, storage: Storage, scene: Scene) -> None:
        """TS-2: of fifty concurrent attempts, five are allowed, each with its own number."""
        _client, account = scene.person(scene.office())
        one = scene.verification(account, Fingerprint(b"1" * 32))

        def attempt(_number: int) -> int | None:
            with committing(storage) as uow:
                return uow.verifications.attempt(one.office_id, one.id, limit=5)

        counted = [number for number in all_at_once(attempt, threads=50) if number is not None]
        assert sorted(counted) == [1, 2, 3, 4, 5]

    def test_a_newer_code_takes_the_older_one_s_place(self, storage: Storage, scene: Scene) -> None:
        """TS-2: only the newest code can be used, sending keeps the attempts, and nothing is sent after use."""
        _client, account = scene.person(scene.office())
        one = scene.verification(account, Fingerprint(b"1" * 32), attempts=2)
        now, elsewhere = scene.clock.advance(MINUTE), scene.office()
        with committing(storage) as uow:
            send, use = uow.verifications.send, uow.verifications.use
            assert not use(one.office_id, one.id, code=CODE, at=now)
            assert send(one.office_id, one.id, code=CODE, at=scene.clock.now())
            assert send(one.office_id, one.id, code=FRESH, at=now)
            assert not send(elsewhere.id, one.id, code=CODE, at=now)
            assert not use(one.office_id, one.id, code=CODE, at=now)
        assert _found(storage, one) == attrs.evolve(one, code=FRESH, code_made_at=now)
        with committing(storage) as uow:
            assert uow.verifications.use(one.office_id, one.id, code=FRESH, at=now)
            assert not uow.verifications.send(one.office_id, one.id, code=CODE, at=now)

    def test_one_is_used_once(self, storage: Storage, scene: Scene) -> None:
        """TS-2: only the first use succeeds, with or without a code, and not for another office."""
        _client, account = scene.person(scene.office())
        one = scene.verification(account, Fingerprint(b"1" * 32), code=CODE)
        now, elsewhere = scene.clock.advance(MINUTE), scene.office()
        with committing(storage) as uow:
            assert not uow.verifications.use(elsewhere.id, one.id, code=None, at=now)
            assert uow.verifications.use(one.office_id, one.id, code=None, at=now)
            assert not uow.verifications.use(one.office_id, one.id, code=None, at=now + HOUR)
            assert not uow.verifications.use(one.office_id, one.id, code=CODE, at=now + HOUR)
        assert _found(storage, one) == attrs.evolve(one, used_at=now)

    def test_of_fifty_at_once_one_is_used(self, storage: Storage, scene: Scene) -> None:
        """TS-2: of concurrent uses of a code, exactly one returns True."""
        _client, account = scene.person(scene.office())
        one = scene.verification(account, Fingerprint(b"1" * 32), code=CODE)

        def use(_number: int) -> bool:
            with committing(storage) as uow:
                return uow.verifications.use(one.office_id, one.id, code=CODE, at=scene.clock.now())

        assert sum(all_at_once(use, threads=50)) == 1

    def test_expired_ones_are_forgotten(self, storage: Storage, scene: Scene) -> None:
        """AL-3: verifications of all offices that expired before the given moment are deleted; others stay."""
        _client, account = scene.person(scene.office())
        _other, someone = scene.person(scene.office())
        now = scene.clock.now()
        old = [scene.verification(each, Fingerprint(b"1" * 32), expires_at=now - MINUTE) for each in (account, someone)]
        kept = scene.verification(account, Fingerprint(b"2" * 32), expires_at=now)
        with committing(storage) as uow:
            uow.verifications.forget(before=now, limit=99)
        assert [_found(storage, each) for each in [*old, kept]] == [None, None, kept]


def _is_on(storage: Storage, session: Session) -> bool:
    found = storage.read.session(session.office_id, session.fingerprint)
    assert found is not None
    return found.has_two_step


def _found(storage: Storage, verification: Verification) -> Verification | None:
    with storage.begin() as uow, contextlib.suppress(Absent):
        return uow.verifications.get(verification.office_id, verification.id)
    return None
