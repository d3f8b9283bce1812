"""A vendor's own sign-in: what storage keeps of it, and the subject that belongs to one person (PE-6)."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.admission import Admission, Assurance, Subject, VendorSignIn
from klantportaal.domain.errors import Conflict
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.persons import Person
from klantportaal.domain.two_step import CodePurpose
from klantportaal.domain.values import Fingerprint
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import StorageTests, all_at_once, committing

AT_ONCE = 12
SUBJECT = Subject(issuer="https://login.example.nl", name="Zoë+4711'")
SIGN_IN = VendorSignIn(
    name="Één sleutel",
    sign_in="/sso?wie=a&b",
    confirm="https://login.example.nl/opnieuw",
    sign_out="/sso/uit",
    least=Assurance.HIGH,
    with_password=False,
)


class AdmissionContract(StorageTests):
    """Tests of a vendor's own sign-in."""

    def test_an_office_keeps_its_sign_in(self, storage: Storage, scene: Scene) -> None:
        """PE-6: the office's setting comes back whole, changes, and ends."""
        office, other = scene.office(vendor_sign_in=SIGN_IN), scene.office()
        assert [storage.read.office(each.id) for each in (office, other)] == [office, other]
        changed = attrs.evolve(SIGN_IN, sign_out=None, least=Assurance.LOW, with_password=True)
        for sign_in in (changed, None):
            with committing(storage) as uow:
                uow.offices.save(attrs.evolve(uow.offices.get(office.id), vendor_sign_in=sign_in))
            assert storage.read.office(office.id).vendor_sign_in == sign_in

    def test_a_person_is_found_by_its_subject(self, storage: Storage, scene: Scene) -> None:
        """PE-6: a subject is found exactly as it is, within its office, and not if its person is freed."""
        office, elsewhere = scene.office(), scene.office()
        person = scene.somebody(office, vendor_subject=SUBJECT)
        scene.somebody(office)
        freed = attrs.evolve(SUBJECT, name="vrij")
        scene.somebody(office, vendor_subject=freed, freed_at=scene.clock.now())
        others = [
            freed,
            attrs.evolve(SUBJECT, name=SUBJECT.name.lower()),
            attrs.evolve(SUBJECT, issuer="https://login.example.nl/"),
            Subject(issuer=SUBJECT.name, name=SUBJECT.issuer),
        ]
        with storage.begin() as uow:
            assert uow.persons.by_subject(office.id, SUBJECT) == person
            assert uow.persons.get(office.id, person.id) == person
            assert uow.persons.by_subject(elsewhere.id, SUBJECT) is None
            assert [uow.persons.by_subject(office.id, each) for each in others] == [None] * len(others)

    def test_a_subject_belongs_to_one_person(self, storage: Storage, scene: Scene) -> None:
        """PE-6: a subject is bound once within an office. A freed person does not hold it, nor take it back."""
        office, elsewhere = scene.office(), scene.office()
        holder, other = scene.somebody(office, vendor_subject=SUBJECT), scene.somebody(office)
        scene.somebody(elsewhere, vendor_subject=SUBJECT)
        with pytest.raises(Conflict), committing(storage) as uow:
            uow.persons.save(attrs.evolve(other, vendor_subject=SUBJECT))
        with pytest.raises(Conflict):
            scene.somebody(office, vendor_subject=SUBJECT)
        with committing(storage) as uow:
            uow.persons.save(attrs.evolve(holder, freed_at=scene.clock.now()))
            uow.persons.save(attrs.evolve(other, vendor_subject=SUBJECT))
        with pytest.raises(Conflict), committing(storage) as uow:
            uow.persons.save(attrs.evolve(holder, version=2))
        with storage.begin() as uow:
            found = uow.persons.by_subject(office.id, SUBJECT)
            assert found is not None
            assert found.id == other.id

    def test_of_many_at_once_one_is_bound(self, storage: Storage, scene: Scene) -> None:
        """PE-6: of several persons that a subject is bound to at once, one gets it."""
        office = scene.office()
        persons = [scene.somebody(office) for _each in range(AT_ONCE)]

        def bind(number: int) -> Person | None:
            try:
                with committing(storage) as uow:
                    uow.persons.save(attrs.evolve(persons[number], vendor_subject=SUBJECT))
            except Conflict:
                return None
            return persons[number]

        bound = [each for each in all_at_once(bind, threads=AT_ONCE) if each is not None]
        with storage.begin() as uow:
            found = uow.persons.by_subject(office.id, SUBJECT)
        assert [each.id for each in bound] == [found and found.id]

    def test_how_somebody_came_in(self, storage: Storage, scene: Scene) -> None:
        """PE-6: a session and a second step keep how the vendor authenticated the person."""
        _client, account = scene.person(scene.office())
        at = scene.clock.now() - timedelta(microseconds=1)
        admission = Admission(method="digid", assurance=Assurance.SUBSTANTIAL, at=at)
        session = scene.session(account, admission=admission)
        found = storage.read.session(account.office_id, session.fingerprint)
        assert found is not None
        assert found.session == session
        token = Fingerprint(b"\1" * 32)
        verification, actor = scene.verification(account, token, admission=admission), scene.actor(account)
        with storage.begin() as uow:
            assert uow.verifications.find(account.office_id, CodePurpose.SIGN_IN, token) == verification
            assert uow.sessions.own(actor, session.id) == session

    def test_what_a_link_is_good_for(self, storage: Storage, scene: Scene) -> None:
        """PE-6: a link shows its person only if that person lacks what the link gives, by the office's sign-in.

        The link to a new address is good for everybody (PR-4).
        """
        now, with_password = scene.clock.now(), attrs.evolve(SIGN_IN, with_password=True)
        found = []
        for sign_in in (None, with_password, SIGN_IN):
            office = scene.office(vendor_sign_in=sign_in)
            for fields in ({"password_hash": None}, {}, {"password_hash": None, "vendor_subject": SUBJECT}):
                _client, account = scene.person(office, **fields)
                links = [scene.link(account, purpose) for purpose in LinkPurpose]
                found.append(
                    [storage.read.link(office.id, each.fingerprint, each.purpose, at=now) is not None for each in links]
                )
        invitation, password = [True, True, True], [False, True, True]
        assert found == [
            *(invitation, password, invitation),
            *(invitation, password, password),
            *([True, False, True], [True, False, True], [False, False, True]),
        ]

    def test_the_office_sees_whose_sign_in_is_bound(self, storage: Storage, scene: Scene) -> None:
        """PE-6: the office sees of every account whether the vendor's sign-in belongs to its person."""
        office = scene.office()
        client, account = scene.person(office, vendor_subject=SUBJECT)
        other, _account = scene.person(office)
        desk = scene.office_actor(office)
        cards = [storage.read.office_client(desk, each.id).accounts[0] for each in (client, other)]
        assert [each.has_vendor_sign_in for each in cards] == [True, False]
        assert {type(each.has_vendor_sign_in) for each in cards} == {bool}
        assert account.id == cards[0].id

    def test_a_profile_says_whether_there_is_a_password(self, storage: Storage, scene: Scene) -> None:
        """PE-6: ``Mijn gegevens`` knows whether there is a password to change."""
        office = scene.office()
        accounts = [scene.person(office)[1], scene.person(office, password_hash=None)[1]]
        views = [storage.read.profile(scene.actor(each)) for each in accounts]
        assert [each.has_password for each in views] == [True, False]
        assert {type(each.has_password) for each in views} == {bool}
