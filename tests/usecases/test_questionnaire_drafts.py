"""The office writes questionnaires as drafts, and publishes them (OF-1, OF-2, QU-3)."""

import json

import pytest

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.drafts import DRAFTS_LIMIT, QuestionnaireDraft
from klantportaal.domain.values import Language
from klantportaal.ports.reading import QuestionnaireDraftRow
from tests.usecases.intake import document
from tests.usecases.world import World


def row_of(draft: QuestionnaireDraft) -> QuestionnaireDraftRow:
    """Make the row that lists have of a draft."""
    return QuestionnaireDraftRow(
        id=draft.id,
        questionnaire=draft.questionnaire,
        titles=draft.titles,
        fragments=draft.fragments,
        saved_at=draft.saved_at,
        saved_by=draft.saved_by,
        version=draft.version,
    )


def test_a_draft_from_nothing(world: World) -> None:
    """OF-1: a draft can begin empty. It has faults, so it cannot be published."""
    office = world.portal.office.questionnaires
    draft = office.start_draft(world.handler)
    assert draft == QuestionnaireDraft(
        office_id=world.office,
        id=draft.id,
        questionnaire="",
        titles={Language.DUTCH: "", Language.ENGLISH: ""},
        document='{"id":"","revision":1,"texts":{"nl":{"title":""},"en":{"title":""}},"pages":[]}',
        saved_at=world.clock.now(),
        saved_by="mr. A. de Wit",
        version=1,
    )
    assert office.draft(world.handler, draft.id) == draft
    assert list(office.drafts(world.handler)) == [row_of(draft)]
    with pytest.raises(Refused) as refused:
        office.publish_draft(world.handler, draft.id, version=1)
    assert {fault.field for fault in refused.value.faults} == {
        "$.id",
        "$.texts.nl.title",
        "$.texts.en.title",
        "$.pages",
    }
    assert world.audit()[-1] == "QuestionnaireDraftStarted"


def test_save_and_publish(world: World) -> None:
    """QU-3: a draft is saved, published as the next revision, and gone; the trail has each act."""
    first = world.publish_questionnaire(document(revision=7))
    office = world.portal.office.questionnaires
    draft = office.start_draft(world.handler, office.document(world.handler, first.digest))
    changed = json.loads(draft.document)
    changed["texts"]["nl"]["title"] = "Anders"
    world.later(hours=1)
    saved = office.save_draft(world.handler, draft.id, json.dumps(changed), version=1)
    assert (saved.version, saved.titles[Language.DUTCH], saved.saved_at) == (2, "Anders", world.clock.now())
    assert office.draft(world.handler, draft.id) == saved
    published = office.publish_draft(world.handler, draft.id, version=2)
    assert (published.revision, published.titles) == (8, saved.titles)
    assert json.loads(office.document(world.handler, published.digest)) == {**changed, "revision": 8}
    assert list(office.drafts(world.handler)) == []
    assert world.audit()[-4:] == [
        "QuestionnaireDraftStarted",
        "QuestionnaireDraftSaved",
        "QuestionnairePublished",
        "QuestionnaireDraftDiscarded",
    ]


def test_the_first_revision(world: World) -> None:
    """QU-3: a questionnaire that was never published gets revision 1, whatever the draft says."""
    office = world.portal.office.questionnaires
    draft = office.start_draft(world.handler, document(revision=12))
    assert office.publish_draft(world.handler, draft.id, version=1).revision == 1


def test_a_draft_without_a_change(world: World) -> None:
    """QU-3: publishing a draft that has no change since the newest revision gives that revision."""
    first = world.publish_questionnaire(document())
    office = world.portal.office.questionnaires
    draft = office.start_draft(world.handler, document(revision=99))
    assert office.publish_draft(world.handler, draft.id, version=1) == first
    assert world.audit().count("QuestionnairePublished") == 1
    assert list(office.drafts(world.handler)) == []


def test_two_windows(world: World) -> None:
    """Property 8: a stale version conflicts and changes nothing; the same save again does not."""
    office = world.portal.office.questionnaires
    draft = office.start_draft(world.handler)
    saved = office.save_draft(world.handler, draft.id, '{"id": "een"}', version=1)
    assert office.save_draft(world.handler, draft.id, '{"id":"een"}', version=1) == saved
    for stale in (
        lambda: office.save_draft(world.handler, draft.id, '{"id": "twee"}', version=1),
        lambda: office.discard_draft(world.handler, draft.id, version=1),
        lambda: office.publish_draft(world.handler, draft.id, version=1),
    ):
        with pytest.raises(Conflict):
            stale()
    assert office.draft(world.handler, draft.id) == saved
    assert world.audit().count("QuestionnaireDraftSaved") == 1
    office.discard_draft(world.handler, draft.id, version=2)
    with pytest.raises(Absent):
        office.draft(world.handler, draft.id)
    assert world.audit()[-1] == "QuestionnaireDraftDiscarded"


@pytest.mark.parametrize(
    "text, code", [("[]", FaultCode.NOT_AS_FORMAT), ("{", FaultCode.NOT_JSON), ('{"a": NaN}', FaultCode.NOT_JSON)]
)
def test_what_is_no_document(world: World, text: str, code: FaultCode) -> None:
    """QU-3: a draft is a JSON object; nothing else is kept."""
    office = world.portal.office.questionnaires
    draft = office.start_draft(world.handler)
    with pytest.raises(Refused) as started:
        office.start_draft(world.handler, text)
    with pytest.raises(Refused) as saved:
        office.save_draft(world.handler, draft.id, text, version=1)
    assert [[fault.code for fault in each.value.faults] for each in (started, saved)] == [[code], [code]]
    assert list(office.drafts(world.handler)) == [row_of(draft)]


def test_texts_of_another_shape(world: World) -> None:
    """QU-3: a draft may have anything in any place."""
    for text in ('{"texts": 1, "id": 2}', '{"texts": {"nl": [], "en": {"title": {}}}}', '{"texts": {}}'):
        draft = world.portal.office.questionnaires.start_draft(world.handler, text)
        assert (draft.questionnaire, set(draft.titles.values())) == ("", {""})


def test_there_is_a_most(world: World) -> None:
    """OF-1: an office has at most 100 drafts."""
    office = world.portal.office.questionnaires
    for _each in range(DRAFTS_LIMIT):
        office.start_draft(world.handler)
    with pytest.raises(Refused) as refused:
        office.start_draft(world.handler)
    assert refused.value.faults == (Fault(code=FaultCode.TOO_MANY, field="draft", params={"limit": DRAFTS_LIMIT}),)
