"""Reservations of SMSs, whose budgets must hold with concurrent requests."""

from datetime import timedelta

import attrs

from klantportaal.domain.accounts import Account, AccountRole, AccountState
from klantportaal.domain.texting import DAY, E164, SmsCounts, SmsSend, SmsSettings, has_room
from klantportaal.domain.values import SmsId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import HOUR, MINUTE, Cast, StorageTests, all_at_once, committing

NUMBER = E164("+31612345678")
INSTANT = timedelta(microseconds=1)
SETTINGS = SmsSettings()
NONE = SmsCounts(number=0, person=0, office=0, client_day=0, person_day=0)
ONE = SmsCounts(number=1, person=1, office=1, client_day=1, person_day=1)


class SmsContract(StorageTests):
    """Tests of SMS reservations."""

    def test_each_budget_is_counted_by_itself(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2: budgets count per number and person in the window, and per person, client and office in a day."""
        now = scene.clock.now()
        _foreigner, foreign = scene.person(storage.read.office(cast.foreign_desk.office_id))
        other = E164("+31687654321")
        for account, number, at in (
            (cast.account, NUMBER, now),
            (cast.account, other, now - MINUTE),
            (cast.sibling, NUMBER, now - 2 * MINUTE),
            (cast.sibling, other, now - 3 * MINUTE),
            (cast.account, NUMBER, now - HOUR),
            (cast.account, NUMBER, now - DAY),
            (foreign, NUMBER, now),
        ):
            _let_through(storage, _send(scene, account, number=number, at=at))
        assert _counts(storage, _send(scene, cast.account)) == SmsCounts(
            number=2, person=2, office=5, client_day=5, person_day=3
        )
        assert _counts(storage, _send(scene, cast.other_account)) == SmsCounts(
            number=2, person=0, office=5, client_day=0, person_day=0
        )
        assert _counts(storage, _send(scene, foreign)) == ONE

    def test_a_person_has_one_budget_and_each_client_its_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2, PE-1: all accounts of a person count for its budgets; a client's counts what was sent for it."""
        _let_through(storage, _send(scene, cast.account))
        _let_through(storage, _send(scene, cast.sibling, at=scene.clock.now() - HOUR))
        assert _counts(storage, _send(scene, cast.second, number=E164("+31687654321"))) == SmsCounts(
            number=0, person=1, office=2, client_day=0, person_day=1
        )
        _let_through(storage, _send(scene, cast.second))
        assert _counts(storage, _send(scene, cast.account)) == SmsCounts(
            number=2, person=2, office=3, client_day=2, person_day=2
        )

    def test_a_window_ends(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2: an SMS as old as the window is not counted; one with a time in the future is."""
        now = scene.clock.now()
        for at in (now - SETTINGS.window, now - SETTINGS.window + INSTANT, now - DAY, now - DAY + INSTANT, now + HOUR):
            _let_through(storage, _send(scene, cast.account, at=at))
        assert _counts(storage, _send(scene, cast.account)) == SmsCounts(
            number=2, person=2, office=4, client_day=4, person_day=4
        )

    def test_an_sms_counts_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2: an SMS that is retried counts once, and not in its own counts."""
        send = _send(scene, cast.account)
        for _each in range(2):
            _let_through(storage, send)
        assert _counts(storage, send) == NONE
        assert _counts(storage, _send(scene, cast.account)) == ONE

    def test_what_is_rolled_back_counts_not(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: an SMS that is rolled back does not count."""
        with storage.begin() as uow:
            uow.texts.add(_send(scene, cast.account))
        assert _counts(storage, _send(scene, cast.account)) == NONE

    def test_of_fifty_at_once_three_are_let_through(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2: of fifty concurrent SMSs from three persons to one number, three are let through."""
        accounts = [cast.account, cast.sibling, cast.other_account]
        sends = [_send(scene, accounts[number % 3]) for number in range(50)]
        assert sum(all_at_once(lambda number: _reserve(storage, sends[number], SETTINGS), threads=50)) == 3

    def test_of_many_at_once_an_office_lets_its_day_s_through(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2: the office's daily cap holds for concurrent SMSs to different numbers and persons."""
        settings = attrs.evolve(SETTINGS, daily=5)
        sends = []
        for number in range(20):
            _client, account = scene.person(cast.office)
            sends.append(_send(scene, account, number=E164(f"+316123456{number:02}")))
        assert sum(all_at_once(lambda number: _reserve(storage, sends[number], settings), threads=20)) == 5

    def test_of_many_at_once_a_client_s_day_is_let_through(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2, XA-3: the client's daily cap holds over all its accounts, deleted ones too; each client has its own."""
        settings = attrs.evolve(SETTINGS, client_daily=5)
        accounts = [
            scene.account(cast.client, role=AccountRole.EXTRA, state=AccountState.DELETED) for _each in range(20)
        ]
        sends = [
            _send(scene, account, number=E164(f"+316123456{number:02}")) for number, account in enumerate(accounts)
        ]
        assert sum(all_at_once(lambda number: _reserve(storage, sends[number], settings), threads=20)) == 5
        assert _reserve(storage, _send(scene, cast.other_account), settings)

    def test_what_is_old_is_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2: SMSs of all offices before the given moment are deleted."""
        now = scene.clock.now()
        _foreigner, foreign = scene.person(storage.read.office(cast.foreign_desk.office_id))
        for account in (cast.account, foreign):
            for at in (now - INSTANT, now):
                _let_through(storage, _send(scene, account, at=at))
        with committing(storage) as uow:
            uow.texts.forget(before=now, limit=99)
        for account in (cast.account, foreign):
            assert _counts(storage, _send(scene, account)) == ONE


def _send(scene: Scene, account: Account, **fields: object) -> SmsSend:
    send = SmsSend(
        id=SmsId(scene.ids.new()),
        office_id=account.office_id,
        person_id=account.person_id,
        client_id=account.client_id,
        number=NUMBER,
        at=scene.clock.now(),
    )
    return attrs.evolve(send, **fields)  # type: ignore[arg-type]


def _let_through(storage: Storage, send: SmsSend) -> None:
    with committing(storage) as uow:
        uow.texts.add(send)


def _counts(storage: Storage, send: SmsSend) -> SmsCounts:
    with storage.begin() as uow:
        return uow.texts.count(send, since=send.at - SETTINGS.window, day=send.at - DAY)


def _reserve(storage: Storage, send: SmsSend, settings: SmsSettings) -> bool:
    """Add an SMS if the budgets have room for it."""
    with committing(storage) as uow:
        room = has_room(uow.texts.count(send, since=send.at - settings.window, day=send.at - DAY), settings)
        if room:
            uow.texts.add(send)
    return room
