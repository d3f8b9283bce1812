"""The office publishes questionnaires (OF-1, OF-2, QU-3)."""

import json

import pytest

from klantportaal.domain.errors import Absent, FaultCode, Refused
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.document_changes import changes_between
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Language, OfficeId
from klantportaal.ports.reading import RevisionRow
from klantportaal.usecases.shared import definitions
from klantportaal.usecases.shared.definitions import Definitions
from tests.usecases.intake import document, revised
from tests.usecases.test_questionnaires import Faults, raised
from tests.usecases.world import World

TITLES = {Language.DUTCH: "Uw gegevens", Language.ENGLISH: "Your details"}


def test_publish(world: World) -> None:
    """OF-1: a published revision is listed, and its document can be read by its digest."""
    row = world.publish_questionnaire(document())
    assert row == RevisionRow(
        questionnaire="intake",
        revision=1,
        digest=row.digest,
        titles=TITLES,
        fragments=(),
        published_at=world.clock.now(),
        published_by="mr. A. de Wit",
    )
    office = world.portal.office.questionnaires
    assert list(office.revisions(world.handler)) == [row]
    assert json.loads(office.document(world.handler, row.digest)) == json.loads(document())
    assert world.audit()[-1] == "QuestionnairePublished"


def test_revisions(world: World) -> None:
    """OF-1: revisions are listed newest first, for all questionnaires or for one."""
    first = world.publish_questionnaire(document())
    second = world.publish_questionnaire(json.dumps(revised()))
    other = world.publish_questionnaire(document(id="anders"))
    revisions = world.portal.office.questionnaires.revisions
    assert list(revisions(world.handler)) == [other, second, first]
    assert list(revisions(world.handler, "intake")) == [second, first]
    assert list(revisions(world.handler, "nergens")) == []


def test_publishing_twice(world: World) -> None:
    """OF-1: publishing the newest revision again, also in another layout, changes nothing and is not recorded."""
    first = world.publish_questionnaire(document())
    world.later(hours=1)
    assert world.publish_questionnaire(json.dumps(json.loads(document()), indent=4)) == first
    assert world.portal.office.questionnaires.publish(world.handler, document().encode()) == first
    assert world.audit().count("QuestionnairePublished") == 1


@pytest.mark.parametrize(
    "text", [document(revision=4), document(revision=5, pages=revised()["pages"]), document(revision=1)]
)
def test_a_revision_that_is_not_higher(world: World, text: str) -> None:
    """OF-1, AL-1: another document must have a higher revision than the newest one."""
    world.publish_questionnaire(document(revision=4))
    newest = world.publish_questionnaire(document(revision=5))
    taken: Faults = [(FaultCode.REVISION_TAKEN, "$.revision", {"newest": 5})]
    assert raised(Refused, lambda: world.publish_questionnaire(text)) == taken
    assert next(iter(world.portal.office.questionnaires.revisions(world.handler))) == newest


def test_every_fault_at_once(world: World) -> None:
    """AL-1: all faults of a document are reported together, each with its JSON path, and nothing is published."""
    wrong = json.loads(document())
    wrong["pages"][0]["questions"][1]["id"] = "naam"
    wrong["pages"][1]["visible_when"]["question"] = "verder"
    del wrong["pages"][2]["questions"][0]["texts"]["en"]
    wrong["kleur"] = "rood"
    assert sorted(raised(Refused, lambda: world.publish_questionnaire(json.dumps(wrong)))) == [
        (FaultCode.DUPLICATE_ID, "$.pages[0].questions[1].id", {"id": "naam"}),
        (FaultCode.FORWARD_REFERENCE, "$.pages[1].visible_when.question", {"id": "verder"}),
        (FaultCode.LANGUAGE_MISSING, "$.pages[2].questions[0].texts.en", {}),
        (FaultCode.NEVER_TRUE, "$.pages[1].visible_when.is.const", {}),
        (FaultCode.UNKNOWN_KEY, "$.kleur", {}),
    ]
    assert list(world.portal.office.questionnaires.revisions(world.handler)) == []
    assert "QuestionnairePublished" not in world.audit()


@pytest.mark.parametrize(
    "text, code",
    [
        ("{", FaultCode.NOT_JSON),
        (b"\xff\xfe{", FaultCode.NOT_JSON),
        (document() + " " * 5_000_000, FaultCode.DOCUMENT_TOO_LARGE),
    ],
    ids=["broken", "bytes", "5 MB"],
)
def test_what_is_no_document(world: World, text: str | bytes, code: FaultCode) -> None:
    """AL-1: a text that is not JSON, or is too large, is refused as a whole."""
    faults = raised(Refused, lambda: world.portal.office.questionnaires.publish(world.handler, text))
    assert [(each[0], each[1]) for each in faults] == [(code, "$")]


def test_2000_questions(world: World, jan: Actor) -> None:
    """QU-3: a questionnaire with 2,000 questions can be published, filled in and completed."""
    large = json.loads(document())
    asked = large["pages"][0]["questions"][0]
    large["pages"] = [{**large["pages"][0], "questions": [{**asked, "id": f"v{number}"} for number in range(2000)]}]
    world.publish_questionnaire(json.dumps(large))
    office = world.portal.office.questionnaires
    id = office.assign(world.handler, world.dossier(jan), jan.client_id, "intake")
    completed = world.complete(jan, id, {"persoon": {f"v{number}": "ja" for number in range(2000)}})
    assert completed.assignment.state is AssignmentState.COMPLETED


def test_two_hosts_publish_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: if several hosts publish the same document at once, it is published once, and none of them fails."""
    first = world.publish_questionnaire(document())
    with world.storage.begin() as uow:
        questionnaires = type(uow.questionnaires)
    newest = questionnaires.newest
    looks: list[None] = [None]
    monkeypatch.setattr(questionnaires, "newest", lambda *args: looks.pop() if looks else newest(*args))
    assert world.publish_questionnaire(document()) == first
    assert world.audit().count("QuestionnairePublished") == 1


# ------------------------------------------------------------------ the cache of definitions
def test_the_same_questionnaire_in_two_offices(world: World, jan: Actor) -> None:
    """OF-2: two offices publish the same document separately, also if it is already in the cache."""
    row = world.publish_questionnaire(document())
    other = world.other_office()
    office = world.portal.office.questionnaires
    id = office.assign(world.handler, world.dossier(jan), jan.client_id, "intake")
    world.portal.client.questionnaires.start(jan, id)
    with pytest.raises(Absent):
        office.document(other, row.digest)
    theirs = world.publish_questionnaire(document(), other)
    assert (theirs.digest, theirs.published_by) == (row.digest, "mr. B. Bakker")
    assert list(office.revisions(other)) == [theirs]
    assert list(office.revisions(world.handler)) == [row]


@pytest.fixture
def read(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record which documents are read from storage."""
    found: list[str] = []
    reading = type(world.storage.read)
    fetch = reading.document

    def counted(self: object, office_id: OfficeId, digest: str) -> str:
        found.append(digest)
        return fetch(self, office_id, digest)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "document", counted)
    return found


def test_kept_definitions(world: World, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """QU-3: a cached definition is not read again; the cache keeps offices apart and the last used definitions."""
    a, b, c = (world.publish_questionnaire(document(revision=revision)).digest for revision in (1, 2, 3))
    monkeypatch.setattr(definitions, "KEPT", 2)
    kept = Definitions()
    given = [kept.outside(world.storage, world.office, digest) for digest in (a, a, b)]
    assert ([each.digest for each in given], read) == ([a, a, b], [a, b])
    with world.storage.begin() as uow:
        assert kept.within(uow, world.office, a) is given[0]
    for digest in (c, a, b):
        kept.outside(world.storage, world.office, digest)
    assert read == [a, b, c, b]
    with pytest.raises(Absent):
        kept.outside(world.storage, world.other_office().office_id, a)


@pytest.mark.parametrize("room,again", [(2, "abc"), (1.5, "ababc"), (0.5, "aababc")])
def test_kept_characters(
    world: World, read: list[str], monkeypatch: pytest.MonkeyPatch, room: float, again: str
) -> None:
    """QU-3: the total length of cached definitions is limited, and a longer definition is not cached."""
    rows = [world.publish_questionnaire(document(revision=revision)) for revision in (1, 2, 3)]
    a, b, c = (row.digest for row in rows)
    length = len(world.portal.office.questionnaires.document(world.handler, a))
    read.clear()
    monkeypatch.setattr(definitions, "CHARACTERS", int(room * length))
    kept = Definitions()
    for digest in (a, a, b, a, b, c):
        assert kept.outside(world.storage, world.office, digest).digest == digest
    assert "".join({a: "a", b: "b", c: "c"}[digest] for digest in read) == again


def test_changes(world: World) -> None:
    """OF-1: the office can see what changed between two revisions; another office's are not there."""
    older, newer = (world.publish_questionnaire(each).digest for each in (document(), json.dumps(revised())))
    office = world.portal.office.questionnaires
    found = office.changes(world.handler, older=older, newer=newer)
    assert found == changes_between(json.loads(document()), revised())
    assert found[0].paths == ("$.revision",)
    assert office.changes(world.handler, older=newer, newer=newer) == []
    for digests in ((older, "0" * 64), ("0" * 64, newer)):
        with pytest.raises(Absent):
            office.changes(world.handler, older=digests[0], newer=digests[1])
