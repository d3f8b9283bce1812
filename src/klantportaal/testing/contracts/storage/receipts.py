"""Receipts of what clients delivered (RQ-4)."""

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.receipts import ReceiptFile
from klantportaal.domain.values import ReceiptId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, committing, is_utc_to_the_microsecond


class ReceiptsContract(StorageTests):
    """Tests of receipts."""

    def test_a_receipt_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """RQ-4: a receipt comes back unchanged, its files in order, within its office."""
        office, elsewhere = scene.office(), scene.office()
        client, account = scene.person(office)
        files = (
            ReceiptFile(name="één.pdf", size=0, sha256="ab" * 32),
            ReceiptFile(name='"twee" 😀.pdf', size=2**40, sha256="cd" * 32),
            ReceiptFile(name="één.pdf", size=0, sha256="ab" * 32),
        )
        receipt = scene.receipt(scene.dossier(office, client), account, files=files)
        found = storage.read.receipt(office.id, receipt.id)
        assert found == receipt
        assert is_utc_to_the_microsecond(found.delivered_at)
        with storage.begin() as uow:
            assert uow.receipts.get(office.id, receipt.id) == receipt
            with pytest.raises(Absent):
                uow.receipts.get(elsewhere.id, receipt.id)
        for office_id, id in ((elsewhere.id, receipt.id), (office.id, ReceiptId(scene.ids.new()))):
            with pytest.raises(Absent):
                storage.read.receipt(office_id, id)

    def test_a_delivery_has_one_receipt(self, storage: Storage, scene: Scene) -> None:
        """RQ-4: a second receipt of the same delivery is refused, and the first one stays as it is."""
        office = scene.office()
        client, account = scene.person(office)
        receipt = scene.receipt(scene.dossier(office, client), account)
        with pytest.raises(Conflict), committing(storage) as uow:
            uow.receipts.add(attrs.evolve(receipt, delivered_by="Iemand anders"))
        assert storage.read.receipt(receipt.office_id, receipt.id) == receipt

    def test_a_receipt_is_removed(self, storage: Storage, scene: Scene) -> None:
        """RQ-4: the receipt of a delivery that was taken back is gone, within its office, and no other one is."""
        office, elsewhere = scene.office(), scene.office()
        client, account = scene.person(office)
        dossier = scene.dossier(office, client)
        gone, kept = scene.receipt(dossier, account), scene.receipt(dossier, account)
        with committing(storage) as uow:
            uow.receipts.remove(elsewhere.id, kept.id)
            for _ in range(2):
                uow.receipts.remove(office.id, gone.id)
        with pytest.raises(Absent):
            storage.read.receipt(office.id, gone.id)
        assert storage.read.receipt(office.id, kept.id) == kept

    def test_a_submission_has_its_receipt(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-4: each delivered file has the receipt of its message or questionnaire, once there is one."""
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        assignment = scene.assignment(cast.dossier, cast.client)
        attached = scene.submission(cast.dossier, cast.account, message)
        answers = [scene.submission(cast.dossier, cast.account, None, assignment_id=assignment.id) for _ in range(2)]
        scene.submission(cast.dossier, cast.account, None)
        with storage.begin() as uow:
            assert list(uow.submissions.of_assignment(cast.office.id, assignment.id)) == answers
            assert list(uow.submissions.of_assignment(cast.foreign_desk.office_id, assignment.id)) == []
        assert {row.receipt_id for row in storage.read.submissions(cast.actor, cast.dossier.id)} == {None}
        for id in (message.id, assignment.id):
            scene.receipt(cast.dossier, cast.account, id=ReceiptId(id))
        found = {row.id: row.receipt_id for row in storage.read.submissions(cast.actor, cast.dossier.id)}
        expected = {attached.id: message.id, **dict.fromkeys([each.id for each in answers], assignment.id)}
        assert {id: receipt for id, receipt in found.items() if receipt} == expected
