"""Requests for documents."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.requests import Decision, DeliveredFile, Delivery, DocumentRequest, RequestedItem, RequestState
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import DeliveryId, ItemId, Language, RequestId, SubmissionId
from klantportaal.ports.reading import DossierRow, HomeCounts, RequestRow, RequestView
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    MINUTE,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

TODAY = date(2026, 1, 5)
TEXTS = dict(zip(Language, AWKWARD_TEXTS, strict=False))


class RequestsContract(StorageTests):
    """Tests of requests."""

    def test_a_mark_keeps_the_version(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-3: a request that is marked keeps its version; a change raises it, and then an older mark is refused."""
        request = scene.request(cast.dossier, cast.client)
        marked = attrs.evolve(request, reminded_at=scene.clock.now())
        with committing(storage) as uow:
            uow.requests.mark(marked)
            assert uow.requests.get(cast.office.id, request.id) == marked
        with committing(storage) as uow:
            uow.requests.save(marked)
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.requests.mark(marked)

    def test_a_request_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-1: a request comes back unchanged to client and office, with all that was delivered and decided."""
        names = [field.name for field in attrs.fields(DossierRow) if field.default is attrs.NOTHING]
        dossier = DossierRow(**{name: getattr(cast.dossier, name) for name in names})
        items = tuple(_items(scene, cast))
        request = scene.request(
            cast.dossier, cast.client, subject=TEXTS, items=items, reminded_at=scene.clock.now() + MINUTE
        )
        with storage.begin() as uow:
            found = uow.requests.get(cast.office.id, request.id)
            assert uow.requests.take(cast.office.id, request.id) == request
            assert uow.requests.visible_to(cast.sibling_actor, request.id) == request
        assert found == request
        assert is_utc_to_the_microsecond(found.made_at)
        assert is_utc_to_the_microsecond(found.items[0].deliveries[0].delivered_at)
        view = RequestView(request=request, dossier=dossier, client_name=cast.client.name)
        assert storage.read.request(cast.actor, request.id) == view
        assert storage.read.office_request(cast.desk, request.id) == view

    def test_a_change_of_a_request_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-2: every change of a request is stored, in its rows too, and its version rises by one."""
        request = scene.request(cast.dossier, cast.client)
        for items in ([each] for each in _items(scene, cast)):
            changed = attrs.evolve(request, items=(*request.items, *items), reminded_at=scene.clock.now())
            with committing(storage) as uow:
                uow.requests.save(changed)
                request = uow.requests.get(cast.office.id, request.id)
            assert request == attrs.evolve(changed, version=changed.version + 1)
            assert list(storage.read.requests(cast.actor, cast.dossier.id)) == [_row(request, cast)]

    def test_of_changes_of_a_request_at_once_one_is_kept(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-2: of concurrent saves of one version, exactly one succeeds and the others get Conflict."""
        request = scene.request(cast.dossier, cast.client)

        def save(number: int) -> int | None:
            try:
                with committing(storage) as uow:
                    uow.requests.save(attrs.evolve(request, items=(_numbered(request, number),)))
            except Conflict:
                return None
            return number

        [winner] = [each for each in all_at_once(save, threads=8) if each is not None]
        found = storage.read.office_request(cast.desk, request.id).request
        assert found == attrs.evolve(request, items=(_numbered(request, winner),), version=request.version + 1)

    def test_a_request_that_was_taken_stays_until_the_end(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-2: a unit of work that took a request makes others wait, so none of them conflicts."""
        request = scene.request(cast.dossier, cast.client)

        def further(number: int) -> None:
            with committing(storage) as uow:
                if number % 2:
                    standing = uow.requests.take(cast.office.id, request.id)
                else:
                    standing = uow.requests.visible_to(cast.actor, request.id)
                more = _numbered(standing, standing.items[0].files + 1)
                uow.requests.save(attrs.evolve(standing, items=(more,)))

        all_at_once(further, threads=12)
        assert storage.read.request(cast.actor, request.id).request.items[0].files == request.items[0].files + 12

    def test_a_request_of_somebody_else_is_absent(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1, ME-1: a request is absent for other parties, bystanders, other offices and former parties."""
        request = scene.request(cast.dossier, cast.client)
        unknown = RequestId(scene.ids.new())
        for actor in (cast.other_actor, *cast.outsiders):
            _assert_hidden(storage, actor, request)
        with pytest.raises(Absent):
            storage.read.request(cast.actor, unknown)
        for desk, id in ((cast.foreign_desk, request.id), (cast.desk, unknown)):
            with storage.begin() as uow, pytest.raises(Absent):
                uow.requests.get(desk.office_id, id)
            with storage.begin() as uow, pytest.raises(Absent):
                uow.requests.take(desk.office_id, id)
            with pytest.raises(Absent):
                storage.read.office_request(desk, id)
        for rows in (
            storage.read.office_requests(cast.foreign_desk),
            storage.read.office_requests(cast.foreign_desk, dossier_id=cast.dossier.id),
            storage.read.office_delivered_requests(cast.foreign_desk),
        ):
            assert list(rows) == []
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        _assert_hidden(storage, cast.actor, request)
        assert storage.read.home(cast.actor).open_actions == 0

    def test_what_waits_is_listed_and_counted(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-1, HO-2: requests that wait for the client are listed oldest first, and counted as open actions."""
        elsewhere = scene.dossier(cast.office, cast.client)
        now = scene.clock.now()
        done, *_others, delivered = _items(scene, cast)
        newer = scene.request(cast.dossier, cast.client, made_at=now + MINUTE)
        older = scene.request(elsewhere, cast.client, made_at=now)
        _done, answered = (scene.request(cast.dossier, cast.client, items=items) for items in ((done,), (delivered,)))
        scene.request(cast.dossier, cast.other_party, items=(delivered,))
        scene.assignment(cast.dossier, cast.client)
        read = storage.read
        assert [each.id for each in read.waiting_requests(cast.actor)] == [older.id, newer.id]
        assert list(read.waiting_requests(cast.actor, cast.dossier.id)) == [_row(newer, cast)]
        assert list(read.delivered_requests(cast.actor)) == [_row(answered, cast)]
        assert read.home(cast.actor) == HomeCounts(in_progress=2, other=0, open_actions=3)
        assert read.dossier(cast.actor, cast.dossier.id).open_actions == 2
        assert read.dossier(cast.other_actor, cast.dossier.id).open_actions == 0
        second = scene.another(cast.account, scene.client(cast.office))
        others = {each.account_id: each.open_actions for each in read.other_accounts(scene.actor(second))}
        assert others[cast.account.id] == 3

    def test_the_clients_requests_in_a_dossier(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-1: the requests in a dossier are listed newest first, in every state, and pages have no gaps."""
        done, *_others = _items(scene, cast)
        given = [scene.request(cast.dossier, cast.client, items=(done,)) for _each in range(2)]
        given += [scene.request(cast.dossier, cast.client) for _each in range(3)]
        scene.request(scene.dossier(cast.office, cast.client), cast.client)
        scene.request(cast.dossier, cast.other_party)
        found: list[RequestId] = []
        while page := storage.read.requests(cast.actor, cast.dossier.id, after=found[-1] if found else None, size=2):
            found += [each.id for each in page]
        assert found == [each.id for each in reversed(given)]

    def test_the_office_lists_requests_newest_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: the list can be filtered by dossier and state, newest first, and pages have no gaps or duplicates."""
        elsewhere = scene.dossier(cast.office, cast.other_party)
        dossiers = (cast.dossier, elsewhere)
        accepted, _returned, withdrawn, delivered = _items(scene, cast)
        states: list[dict[str, Any]] = [{}, *({"items": (each,)} for each in (accepted, withdrawn, delivered))]
        given = [
            scene.request(dossiers[number % 2], cast.other_party, **states[number // 2 % 4]) for number in range(16)
        ]
        assert {each.state for each in given} == set(RequestState)
        for dossier_id in (None, cast.dossier.id):
            for state in (None, *RequestState):
                asked: dict[str, Any] = {"dossier_id": dossier_id, "state": state}
                wanted = [
                    each.id
                    for each in reversed(given)
                    if dossier_id in (None, each.dossier_id) and state in (None, each.state)
                ]
                assert _listed(storage, cast.desk, **asked) == wanted
        waiting = [each.id for each in reversed(given) if each.delivered]
        delivered_rows = storage.read.office_delivered_requests(cast.desk, size=3)
        more = storage.read.office_delivered_requests(cast.desk, after=delivered_rows[-1].id)
        assert [each.id for each in (*delivered_rows, *more)] == waiting
        [first, *_rest] = storage.read.office_requests(cast.desk, dossier_id=cast.dossier.id)
        assert first == attrs.evolve(_row(given[14], cast), client_name=cast.other_party.name)

    def test_a_delivered_file_tells_what_it_answers(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-2: a delivered file is listed with its request and item, for client and office."""
        request = scene.request(cast.dossier, cast.client)
        told = {
            "request_id": request.id,
            "item_id": request.items[0].id,
            "request_subject": TEXTS,
            "item_title": request.items[0].title,
        }
        attached = scene.submission(cast.dossier, cast.account, None)
        receipt = scene.receipt(cast.dossier, cast.account)
        fields = {**told, "delivery_id": DeliveryId(receipt.id), "kind": SubmissionKind.REQUEST}
        file = scene.submission(cast.dossier, cast.account, None, **fields)
        for rows in (
            storage.read.submissions(cast.actor, cast.dossier.id),
            storage.read.office_dossier(cast.desk, cast.dossier.id).submissions,
        ):
            shown = {**told, "receipt_id": receipt.id}
            assert [{name: getattr(each, name) for name in shown} for each in rows] == [shown, dict.fromkeys(shown)]
        assert storage.read.office_submission_request(cast.desk, file.id) == request.id
        assert storage.read.office_submission_request(cast.desk, attached.id) is None
        for desk, id in ((cast.foreign_desk, file.id), (cast.desk, SubmissionId(scene.ids.new()))):
            with pytest.raises(Absent):
                storage.read.office_submission_request(desk, id)

    def test_files_are_taken_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-3: submissions that are taken back are deleted once, and only those of the office."""
        files = [scene.submission(cast.dossier, cast.account, None) for _each in range(3)]
        ids = [each.id for each in files[:2]]
        with committing(storage) as uow:
            assert list(uow.submissions.remove(cast.foreign_desk.office_id, ids)) == []
            assert list(uow.submissions.remove(cast.office.id, [])) == []
            gone = uow.submissions.remove(cast.office.id, [*ids, SubmissionId(scene.ids.new())])
        assert sorted(each.id for each in gone) == ids
        with committing(storage) as uow:
            assert list(uow.submissions.remove(cast.office.id, ids)) == []
        assert [each.id for each in storage.read.submissions(cast.actor, cast.dossier.id)] == [files[2].id]
        assert storage.read.unnamed([each.file.key for each in files]) == {each.file.key for each in files[:2]}


def _items(scene: Scene, cast: Cast) -> list[RequestedItem]:
    """Make an item that is accepted, one that was returned, one that is withdrawn, and one that was delivered twice."""
    now = scene.clock.now()
    file = DeliveredFile(id=SubmissionId(scene.ids.new()), name="Ré%.pdf", size=2**40, sha256=bytes(range(224, 256)))
    delivery = Delivery(
        id=DeliveryId(scene.ids.new()),
        account_id=cast.account.id,
        delivered_by=AWKWARD_TEXTS[0],
        delivered_at=now,
        files=(file,),
        note=AWKWARD_TEXTS[-1],
        opened_at=now + MINUTE,
    )
    decision = Decision(at=now + timedelta(microseconds=1), by=AWKWARD_TEXTS[0], reason=AWKWARD_TEXTS[-1])
    declaration = attrs.evolve(delivery, id=DeliveryId(scene.ids.new()), files=(), opened_at=None)
    item = RequestedItem(
        id=ItemId(scene.ids.new()), title=TEXTS, explanation=TEXTS, required=False, files=3, due_on=TODAY
    )
    return [
        attrs.evolve(each, id=ItemId(scene.ids.new()))
        for each in (
            attrs.evolve(item, deliveries=(delivery,), accepted=decision),
            attrs.evolve(item, deliveries=(attrs.evolve(delivery, returned=decision),)),
            attrs.evolve(item, withdrawn=decision),
            attrs.evolve(item, deliveries=(attrs.evolve(declaration, returned=decision), delivery)),
        )
    ]


def _numbered(request: DocumentRequest, number: int) -> RequestedItem:
    return attrs.evolve(request.items[0], files=number)


def _row(request: DocumentRequest, cast: Cast) -> RequestRow:
    dossier = cast.dossier
    fields: dict[str, Any] = {
        "client_name": cast.client.name,
        "dossier_number": dossier.number,
        "dossier_description": dossier.description,
    }
    own = [field.name for field in attrs.fields(RequestRow) if field.name not in fields]
    return RequestRow(**fields, **{name: getattr(request, name) for name in own})


def _listed(storage: Storage, desk: OfficeActor, **asked: Any) -> list[RequestId]:
    """List all pages."""
    found: list[RequestId] = []
    while page := storage.read.office_requests(desk, **asked, after=found[-1] if found else None, size=3):
        assert len(page) <= 3
        found += [each.id for each in page]
    return found


def _assert_hidden(storage: Storage, actor: Actor, request: DocumentRequest) -> None:
    with pytest.raises(Absent):
        storage.read.request(actor, request.id)
    with pytest.raises(Absent), storage.begin() as uow:
        uow.requests.visible_to(actor, request.id)
    assert list(storage.read.waiting_requests(actor)) == []
    assert list(storage.read.delivered_requests(actor)) == []
    assert list(storage.read.waiting_requests(actor, request.dossier_id)) == []
    assert list(storage.read.requests(actor, request.dossier_id)) == []
