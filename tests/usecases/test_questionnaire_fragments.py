"""The office keeps fragments of its own, which several of its questionnaires use (OF-1, OF-2, QU-3)."""

import json
from typing import Any

import pytest

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.office_fragments import (
    FRAGMENT_SIZE_LIMIT,
    FRAGMENTS_LIMIT,
    QuestionnaireFragment,
)
from klantportaal.domain.values import Language
from klantportaal.testing.questionnaires import Content, heading, page, question, questionnaire
from tests.usecases.world import World

PERSON = [question("naam", required=True), question("geboren", "date")]
ASKING = questionnaire("verkoop", page("een", {"use": "office:persoon", "as": "koper"}))


def fragment(*questions: Content, **more: Any) -> str:
    """Make a fragment."""
    return json.dumps({"texts": heading("Persoon"), "questions": list(questions), **more})


def ids(world: World, digest: str) -> list[str]:
    """Give the ids of the questions of what was published."""
    document = json.loads(world.portal.office.questionnaires.document(world.handler, digest))
    return [each["id"] for page in document["pages"] for each in page["questions"]]


def test_add_change_and_delete(world: World) -> None:
    """OF-1: a fragment is added, changed and deleted; the trail has each act."""
    office = world.portal.office.questionnaires
    added = office.save_fragment(world.handler, "persoon", fragment(*PERSON))
    assert added == QuestionnaireFragment(
        office_id=world.office,
        id="persoon",
        titles={Language.DUTCH: "Persoon", Language.ENGLISH: "Persoon (en)"},
        fragments=(),
        document=json.dumps(json.loads(fragment(*PERSON)), separators=(",", ":")),
        saved_at=world.clock.now(),
        saved_by="mr. A. de Wit",
        version=1,
    )
    world.later(hours=1)
    text = fragment({"use": "office:adres", "as": "thuis"})
    saved = office.save_fragment(world.handler, "persoon", text, version=1)
    assert (saved.version, saved.fragments, saved.saved_at) == (2, ("adres",), world.clock.now())
    assert office.fragment(world.handler, "persoon") == saved
    other = office.save_fragment(world.handler, "adres", "{}")
    assert (other.titles, other.fragments) == ({Language.DUTCH: "", Language.ENGLISH: ""}, ())
    assert list(office.fragments(world.handler)) == [other, saved]
    office.delete_fragment(world.handler, "persoon", version=2)
    assert list(office.fragments(world.handler)) == [other]
    assert world.audit()[-4:] == [
        "QuestionnaireFragmentSaved",
        "QuestionnaireFragmentSaved",
        "QuestionnaireFragmentSaved",
        "QuestionnaireFragmentDeleted",
    ]


def test_two_windows(world: World) -> None:
    """Property 8: a stale version conflicts and changes nothing; the same save again does not."""
    office = world.portal.office.questionnaires
    added = office.save_fragment(world.handler, "persoon", "{}")
    assert office.save_fragment(world.handler, "persoon", " {} ") == added
    saved = office.save_fragment(world.handler, "persoon", '{"a": 1}', version=1)
    assert office.save_fragment(world.handler, "persoon", '{"a":1}', version=1) == saved
    for stale in (
        lambda: office.save_fragment(world.handler, "persoon", '{"a": 2}'),
        lambda: office.save_fragment(world.handler, "persoon", '{"a": 2}', version=1),
        lambda: office.delete_fragment(world.handler, "persoon", version=1),
    ):
        with pytest.raises(Conflict):
            stale()
    assert list(office.fragments(world.handler)) == [saved]
    office.delete_fragment(world.handler, "persoon", version=2)
    for absent in (
        lambda: office.save_fragment(world.handler, "persoon", "{}", version=2),
        lambda: office.delete_fragment(world.handler, "persoon", version=2),
        lambda: office.fragment(world.handler, "persoon"),
    ):
        with pytest.raises(Absent):
            absent()
    assert world.audit().count("QuestionnaireFragmentSaved") == 2


@pytest.mark.parametrize(
    "id,text,expected",
    [
        ("persoon", "[]", Fault(code=FaultCode.NOT_AS_FORMAT, field="$")),
        ("persoon", '{"a": NaN}', Fault(code=FaultCode.NOT_JSON, field="$")),
        (
            "persoon",
            json.dumps({"a": "x" * FRAGMENT_SIZE_LIMIT}),
            Fault(code=FaultCode.DOCUMENT_TOO_LARGE, field="$", params={"limit": FRAGMENT_SIZE_LIMIT}),
        ),
        *(
            (id, "{}", Fault(code=FaultCode.NOT_AN_ID, field="fragment_id"))
            for id in ("", "Persoon", "1", "a b", "a" * 65)
        ),
        *((id, "{}", Fault(code=FaultCode.NOT_AN_ID, field="fragment_id")) for id in ("persoon\n", "office:a", "a\0")),
    ],
    ids=lambda each: str(each)[:30],
)
def test_what_is_no_fragment(world: World, id: str, text: str, expected: Fault) -> None:
    """OF-1: a fragment is a JSON object of a limited size, with an id; anything else is refused and changes nothing."""
    office = world.portal.office.questionnaires
    with pytest.raises(Refused) as refused:
        office.save_fragment(world.handler, id, text)
    assert list(refused.value.faults) == [expected]
    assert list(office.fragments(world.handler)) == []


def test_there_is_a_most(world: World) -> None:
    """OF-1: an office has at most 100 fragments; those that it has can be changed still."""
    office = world.portal.office.questionnaires
    for number in range(FRAGMENTS_LIMIT):
        office.save_fragment(world.handler, f"f{number}", "{}")
    with pytest.raises(Refused) as refused:
        office.save_fragment(world.handler, "meer", "{}")
    params = {"limit": FRAGMENTS_LIMIT}
    assert refused.value.faults == (Fault(code=FaultCode.TOO_MANY, field="fragment_id", params=params),)
    assert office.save_fragment(world.handler, "f0", '{"a": 1}', version=1).version == 2


def test_publishing_with_a_fragment(world: World) -> None:
    """QU-3: a revision has what the fragment had at its publication; a later change reaches the next revision only."""
    office = world.portal.office.questionnaires
    kept = office.save_fragment(world.handler, "persoon", fragment(*PERSON))
    first = office.publish(world.handler, json.dumps(ASKING))
    assert (ids(world, first.digest), first.fragments) == (["koper_naam", "koper_geboren"], ("persoon",))
    document = office.document(world.handler, first.digest)
    changed = office.save_fragment(world.handler, "persoon", fragment(PERSON[0]), version=kept.version)
    assert office.document(world.handler, first.digest) == document
    assert json.loads(office.source(world.handler, first.digest)) == ASKING
    draft = office.start_draft(world.handler, office.source(world.handler, first.digest))
    assert draft.fragments == ("persoon",)
    second = office.publish_draft(world.handler, draft.id, version=1)
    assert (second.revision, ids(world, second.digest), second.fragments) == (2, ["koper_naam"], ("persoon",))
    assert json.loads(office.source(world.handler, second.digest)) == {**ASKING, "revision": 2}
    assert [each.fragments for each in office.revisions(world.handler)] == [("persoon",), ("persoon",)]
    office.delete_fragment(world.handler, "persoon", version=changed.version)
    assert ids(world, second.digest) == ["koper_naam"]
    with pytest.raises(Refused) as refused:
        office.publish(world.handler, json.dumps({**ASKING, "revision": 3}))
    field, params = "$.pages[0].questions[0].use", {"id": "office:persoon"}
    assert refused.value.faults == (Fault(code=FaultCode.UNKNOWN_REFERENCE, field=field, params=params),)


def test_a_draft_whose_fragment_did_not_change(world: World) -> None:
    """QU-3: a draft with a fragment that is as it was gives the newest revision; one that changed is a new revision."""
    office = world.portal.office.questionnaires
    office.save_fragment(world.handler, "persoon", fragment(*PERSON))
    first = office.publish(world.handler, json.dumps(ASKING))
    again = office.start_draft(world.handler, office.source(world.handler, first.digest))
    assert office.publish_draft(world.handler, again.id, version=1) == first
    assert world.audit().count("QuestionnairePublished") == 1


def test_a_document_without_fragments(world: World) -> None:
    """QU-3: what was written without fragments is its own source."""
    office = world.portal.office.questionnaires
    office.save_fragment(world.handler, "persoon", fragment(*PERSON))
    row = office.publish(world.handler, json.dumps(questionnaire("kaal"), indent=2))
    document = office.document(world.handler, row.digest)
    assert document == json.dumps(questionnaire("kaal"), separators=(",", ":"))
    assert (office.source(world.handler, row.digest), row.fragments) == (document, ())


def test_what_uses_it_keeps_it(world: World) -> None:
    """OF-1: a fragment that drafts or other fragments use cannot be deleted; the refusal names each of them."""
    office = world.portal.office.questionnaires
    office.save_fragment(world.handler, "persoon", fragment(*PERSON))
    office.save_fragment(world.handler, "stel", fragment({"use": "office:persoon", "as": "een"}))
    drafts = [
        office.start_draft(world.handler, json.dumps(each))
        for each in (ASKING, {**ASKING, "id": ""}, questionnaire("kaal"))
    ]
    with pytest.raises(Refused) as refused:
        office.delete_fragment(world.handler, "persoon", version=1)
    by = {"verkoop", str(drafts[1].id), "stel"}
    assert {str(fault.params["id"]) for fault in refused.value.faults} == by
    assert {(fault.code, fault.field) for fault in refused.value.faults} == {(FaultCode.STILL_USED, "fragment_id")}
    for draft in drafts:
        office.discard_draft(world.handler, draft.id, version=1)
    office.delete_fragment(world.handler, "stel", version=1)
    office.delete_fragment(world.handler, "persoon", version=1)


def test_of_another_office(world: World) -> None:
    """OF-2: a fragment of another office does not exist, and an id may be used in each office."""
    office = world.portal.office.questionnaires
    office.save_fragment(world.other_office(), "persoon", fragment(*PERSON))
    with pytest.raises(Absent):
        office.fragment(world.handler, "persoon")
    with pytest.raises(Refused):
        office.publish(world.handler, json.dumps(ASKING))
    mine = office.save_fragment(world.handler, "persoon", "{}")
    assert list(office.fragments(world.handler)) == [mine]
