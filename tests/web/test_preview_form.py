"""The form of a preview of a questionnaire: it goes on as filling in does, and holds its own answers (OF-1, QU-2)."""

import json
from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire.navigation import BACK, REVIEW
from klantportaal.adapters.web.forms.questionnaire.page import ACTION, ADD_ROW, CLEAR_DRAWING, REMOVE_ROW, SHOWN, UPDATE
from klantportaal.adapters.web.forms.questionnaire.preview import (
    GO_TO,
    PAGE,
    STATE,
    TO_REVIEW,
    PreviewPage,
    PreviewReview,
    show,
    submit,
    without_files,
)
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.revision_change import brought_back
from klantportaal.domain.values import Language
from klantportaal.serialisation.text import to_json
from klantportaal.testing.filling_in import RUBBISH, TODAY, begun, definitions, published, valid_answers
from klantportaal.testing.questionnaires import Content, page, question, questionnaire

NL = Language.DUTCH
YES: Content = {"question": "gehuwd", "is": {"const": True}}
ASKED = published(
    questionnaire(
        "vragen",
        page(
            "een",
            question("naam", "prefilled", profile="name", required=True),
            question("gehuwd", "boolean", required=True),
            question("pas", "file", required=True, schema={"minItems": 2}),
            must_hold=[{"when": {"question": "pas", "is": {}}, "texts": {"nl": "Pas?", "en": "Passport?"}}],
        ),
        page("twee", question("partner", required=True), visible_when=YES),
        page("drie", question("wie", "rows", columns=[question("kind"), question("akte", "file", required=True)])),
    )
)
FIRST = {"q.naam": ["Jan"], "q.gehuwd": ["ja"], SHOWN: ["naam", "gehuwd", "pas"]}


def on(shown: PreviewPage | PreviewReview) -> str:
    """Give the id of the page that is shown; "" for the review."""
    return shown.page.id if isinstance(shown, PreviewPage) else ""


def sent(shown: PreviewPage | PreviewReview, **fields: Sequence[str]) -> PreviewPage | PreviewReview:
    """Send the form of a page, filled in."""
    more = {BACK: [REVIEW]} if isinstance(shown, PreviewReview) or shown.to_review else {}
    return submit(ASKED, NL, {STATE: [shown.state], PAGE: [on(shown)], **more, **fields})


def pressed(shown: PreviewPage | PreviewReview, action: str, **fields: Sequence[str]) -> PreviewPage | PreviewReview:
    """Press a button of a page."""
    return sent(shown, **{ACTION: [action], **fields})


def test_goes_on() -> None:
    """QU-2: a preview goes from page to visible page to the review, and back; the answers come along."""
    first = show(ASKED, NL, today=TODAY)
    assert (on(first), first.status) == ("een", 200)
    second = sent(first, **FIRST)
    third = sent(second, **{"q.partner": ["Bo"], SHOWN: ["partner"]})
    review = sent(third, **{SHOWN: ["wie"]})
    assert [on(each) for each in (second, third, review)] == ["twee", "drie", ""]
    assert review.answering.raw == {"naam": "Jan", "gehuwd": True, "partner": "Bo"}
    assert review.answering.as_of == TODAY
    back = sent(review, **{GO_TO: ["een"]})
    assert isinstance(back, PreviewPage)
    assert (on(back), back.to_review, back.fields["q.naam"]) == ("een", True, ["Jan"])
    assert on(sent(back, **{GO_TO: [TO_REVIEW]})) == ""
    unmarried = sent(back, **{**FIRST, "q.gehuwd": ["nee"]})
    assert (on(unmarried), unmarried.answering.raw["gehuwd"]) == ("", False)


def test_faults() -> None:
    """AL-1: the faults are those that the client would see; a file is none of them."""
    first = sent(show(ASKED, NL, today=TODAY), **{SHOWN: ["naam", "gehuwd", "pas"]})
    assert isinstance(first, PreviewPage)
    assert (on(first), first.status) == ("een", 422)
    assert [(each.code, each.field) for each in first.faults] == [
        (FaultCode.MISSING, "naam"),
        (FaultCode.MISSING, "gehuwd"),
    ]


def test_rows() -> None:
    """QU-3: rows are added and taken out; a file of a row is not required."""
    third = sent(sent(show(ASKED, NL, today=TODAY), **FIRST), **{GO_TO: ["drie"]})
    added = pressed(third, f"{ADD_ROW}.wie", **{SHOWN: ["wie"]})
    assert isinstance(added, PreviewPage)
    assert added.fields["q.wie"] == ["0"]
    named = {"q.wie": ["0", "1"], "q.wie.0.kind": ["Bo"], "q.wie.1.kind": ["Eva"], SHOWN: ["wie"]}
    out = pressed(third, f"{REMOVE_ROW}.wie.0", **named)
    assert isinstance(out, PreviewPage)
    assert (out.fields["q.wie"], out.fields["q.wie.0.kind"]) == (["0"], ["Eva"])
    shown = ["wie", "wie.0.kind", "wie.0.akte", "wie.1.kind", "wie.1.akte"]
    review = sent(third, **{**named, SHOWN: shown})
    assert (on(review), review.answering.raw["wie"]) == ("", [{"kind": "Bo"}, {"kind": "Eva"}])


COPY = question("kopie", "file", required=True)
HAS_COPY: Content = {"question": "kopie", "is": {}}
SAID = {"nl": "Twee.", "en": "Two."}


@pytest.mark.parametrize(
    "rows, more",
    [
        (question("wie", "rows", required=True, columns=[COPY]), {}),
        (question("wie", "rows", required=True, schema={"minItems": 2}, columns=[COPY, question("x", "note")]), {}),
        (
            question(
                "wie", "rows", required=True, columns=[COPY, question("soort", required=True, visible_when=HAS_COPY)]
            ),
            {},
        ),
        (
            question("wie", "rows", columns=[COPY]),
            {"must_hold": [{"when": {"question": "wie", "count": {"minimum": 2}}, "texts": SAID}]},
        ),
    ],
)
def test_rows_of_files(rows: Content, more: Content) -> None:
    """OF-1: rows in which nothing but files is asked keep nobody from going on, nor does a rule about them."""
    asks = published(questionnaire("vragen", page("een", rows, **more), page("twee", question("verder"))))
    first = show(asks, NL, today=TODAY)
    second = submit(asks, NL, {STATE: [first.state], PAGE: ["een"], SHOWN: ["wie"]})
    assert (on(first), on(second), second.status) == ("een", "twee", 200)


def test_rows_with_files() -> None:
    """OF-1: rows that ask for more than files are required as for the client; what they must have of files is not."""
    has_copy = {"minItems": 1, "contains": {"required": ["kopie"]}}
    rows = question("wie", "rows", required=True, schema=has_copy, columns=[question("naam"), COPY])
    asks = published(questionnaire("vragen", page("een", rows), page("twee", question("verder"))))
    first = show(asks, NL, today=TODAY)
    empty = submit(asks, NL, {STATE: [first.state], PAGE: ["een"], SHOWN: ["wie"]})
    assert isinstance(empty, PreviewPage)
    assert [(each.code, each.field) for each in empty.faults] == [(FaultCode.MISSING, "wie")]
    named = {"q.wie": ["0"], "q.wie.0.naam": ["Bo"], SHOWN: ["wie", "wie.0.naam", "wie.0.kopie"]}
    assert on(submit(asks, NL, {STATE: [first.state], PAGE: ["een"], **named})) == "twee"


def test_signature() -> None:
    """QU-3: a preview signs nothing: no time is added. A drawing is taken out as on the client's page."""
    asked = published(questionnaire("vragen", page("een", question("hand", "signature"))))
    fields = {"q.hand.name": ["Jan"], "q.hand.drawing": ["M1 1L2 2"], SHOWN: ["hand"]}
    first = show(asked, NL, today=TODAY)
    state = {STATE: [first.state], PAGE: ["een"], **fields}
    saved = submit(asked, NL, state)
    assert saved.answering.raw == {"hand": {"name": "Jan", "drawing": "M1 1L2 2"}}
    cleared = submit(asked, NL, {**state, ACTION: [f"{CLEAR_DRAWING}.hand"]})
    assert isinstance(cleared, PreviewPage)
    assert (cleared.fields["q.hand.name"], cleared.fields["q.hand.drawing"]) == (["Jan"], [""])
    with pytest.raises(Malformed):
        submit(asked, NL, {**state, ACTION: [f"{CLEAR_DRAWING}.x"]})


def test_questions_that_come() -> None:
    """QU-2: a question that an answer on the same page makes visible is pointed out, and not saved over."""
    asked = published(
        questionnaire("vragen", page("een", question("gehuwd", "boolean"), question("met", visible_when=YES)))
    )
    first = show(asked, NL, today=TODAY)
    fields = {STATE: [first.state], PAGE: ["een"], SHOWN: ["gehuwd"], "q.gehuwd": ["ja"]}
    again = submit(asked, NL, fields)
    assert isinstance(again, PreviewPage)
    assert (again.adds, again.answering.saved) == (True, frozenset())
    looked = submit(asked, NL, {**fields, ACTION: [UPDATE]})
    assert isinstance(looked, PreviewPage)
    assert (looked.adds, [each.id for each in looked.look()[0].questions]) == (False, ["gehuwd", "met"])


def test_a_page_that_vanished() -> None:
    """QU-2: a form of a page that is hidden or unknown leads to where the client resumes."""
    first = show(ASKED, NL, today=TODAY)
    for gone in ("twee", "weg", "drie~1-0", ""):
        assert on(submit(ASKED, NL, {STATE: [first.state], PAGE: [gone]})) == "een"
    assert on(sent(first, **{GO_TO: ["twee"]})) == ""


def test_nothing_is_taken_for_valid() -> None:
    """AL-1: what the preview takes for valid without files is not valid for the client."""
    done = Answering(as_of=TODAY, raw={"naam": "Jan", "gehuwd": False}, saved=frozenset({"een", "drie"}))
    assert answering.progress(without_files(ASKED), done) == 100
    assert answering.progress(ASKED, done) == 50


@settings(max_examples=40)
@given(data=st.data(), definition=definitions())
def test_as_filling_in(data: st.DataObject, definition: Definition) -> None:
    """QU-2: for each questionnaire, a page that is sent is saved as the client's would be, and leads on alike."""
    plain = without_files(definition)
    state = brought_back(plain, data.draw(begun(plain)))
    without = attrs.evolve(state, raw={id: each for id, each in state.raw.items() if not _has_file(each)})
    pages = [each.page for each in answering.view(plain, without).pages]
    assume(pages)
    chosen = data.draw(st.sampled_from(pages))
    answers = {id: each for id, each in data.draw(valid_answers(plain, without, chosen)).items() if not _has_file(each)}
    shown, projection = answering.look(plain, without, chosen, answers)
    if answering.page_faults(shown, projection.answers, as_of=TODAY):
        return
    expected = answering.save(plain, without, chosen.id, answers, version=state.version)
    fields: dict[str, list[str]] = {}
    for each in chosen.questions:
        fields |= form_fields.written(each, answers.get(each.id), each.id, NL)
    typed = {**fields, STATE: [to_json(without)], PAGE: [chosen.id]}
    found = submit(definition, NL, {**typed, SHOWN: sorted(form_fields.keys(shown, projection, fields))})
    following = answering.following(answering.view(plain, expected), chosen.id)
    assert attrs.evolve(found.answering, last_saved=expected.last_saved, given=expected.given) == expected
    assert on(found) == ("" if following is None else following.page.id)


def _has_file(answer: Any) -> bool:
    text = json.dumps(answer)
    return '"size"' in text


@settings(max_examples=60)
@given(data=st.data(), definition=definitions())
def test_any_form(data: st.DataObject, definition: Definition) -> None:
    """AL-1: any form gives a page, or is refused as one that no preview made."""
    pages = [each.id for each in definition.pages]
    ids = [each.id for _page, each in definition.questions()]
    rubbish = [each for each in RUBBISH if _is_json(each)]
    raw = data.draw(
        st.dictionaries(st.sampled_from([*ids, "weg", f"{ids[0]}~1-0"]), st.sampled_from(rubbish), max_size=5)
    )
    state = {
        "as_of": data.draw(st.sampled_from(["2024-02-29", "0001-01-01", "x"])),
        "raw": raw,
        "saved": data.draw(st.lists(st.sampled_from([*pages, "weg"]), max_size=3)),
        "unasked": data.draw(st.lists(st.sampled_from(ids), max_size=3)),
        "version": data.draw(st.sampled_from([0, 5, -1])),
    }
    names = st.sampled_from([f"q.{id}" for id in ids] + [SHOWN, BACK, "q.weg", GO_TO])
    fields = data.draw(st.dictionaries(names, st.lists(st.sampled_from(["", "ja", "0", "een", "x"]), max_size=2)))
    actions = [UPDATE, f"{ADD_ROW}.{ids[0]}", f"{REMOVE_ROW}.{ids[0]}.0", "weg", ""]
    form = {STATE: [json.dumps(state)], PAGE: [data.draw(st.sampled_from([*pages, "weg"]))], **fields}
    try:
        found = submit(definition, NL, {**form, ACTION: [data.draw(st.sampled_from(actions))]})
    except Malformed:
        return
    assert found.status in (200, 422)
    if isinstance(found, PreviewPage):
        found.look()


def _is_json(value: Any) -> bool:
    try:
        return bool(json.dumps(value, allow_nan=False).isascii())
    except (TypeError, ValueError):
        return False


@pytest.mark.parametrize("state", ["", "x", "[]", "{}", '{"as_of": "2024-02-29", "raw": []}'])
def test_no_state(state: str) -> None:
    """AL-1: a form without the answers of a preview is refused."""
    with pytest.raises(Malformed):
        submit(ASKED, NL, {STATE: [state], PAGE: ["een"]})
    with pytest.raises(Malformed):
        submit(ASKED, NL, {})
