"""Answers that the office gives: checked when it assigns, filled in for the client, to be corrected or fixed."""

import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import Conflict, FaultCode, Refused
from klantportaal.domain.questionnaires import answering, assignments, publishing, results, revision_change
from klantportaal.domain.questionnaires.answering import ANSWERS_LIMIT, Answering, Given
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import Answers, Definition, ProfileValue
from klantportaal.domain.questionnaires.rows import KEY
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import KNOWN, TODAY, all_answers, documents, published, submissions
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import ACCOUNT_ID, AT, CLIENT_ID, DOSSIER_ID, HANDLER, OFFICE_ID, fault, refusal
from tests.domain.questionnaires.given import ASSIGNMENT_ID, FILE, definition, publishing_faults

Q = "$.pages[0].questions"
COLUMNS = [question("kind", required=True), question("geboren", "date", latest="today")]
DEFINITION = definition(
    question("naam", "prefilled", profile="name"),
    question("kvk", "kvk", fixed=True, required=True),
    question("kinderen", "rows", columns=COLUMNS),
    question("uitleg", "note"),
    question("akte", "file"),
)
KVK = "12345678"


def assigned(submitted: dict[str, Any], of: Definition = DEFINITION) -> Assignment:
    """Assign a questionnaire with answers of the office."""
    about: dict[str, Any] = {"id": ASSIGNMENT_ID, "office_id": OFFICE_ID, "client_id": CLIENT_ID, "handler": HANDLER}
    about |= {"dossier_id": DOSSIER_ID, "is_party": True, "subject": "", "due_on": None, "today": TODAY, "at": AT}
    return assignments.assign(of, **about, submitted=submitted)[0]


def started(submitted: dict[str, Any], of: Definition = DEFINITION, *, days: int = 0) -> Answering:
    """Assign a questionnaire, and start it some days later."""
    today = TODAY + timedelta(days=days)
    begun, _fact = assignments.start(assigned(submitted, of), of, KNOWN, account_id=ACCOUNT_ID, today=today, at=AT)
    assert begun.given is None
    assert begun.answering is not None
    return begun.answering


def test_given() -> None:
    """QU-1: what the office gives is tidied and kept until the client starts, and goes before what the portal knows."""
    submitted = {"naam": " De heer  Jansen", "kvk": "12.34.56.78", "kinderen": [{"geboren": "2020-01-01"}]}
    tidy: Answers = {"naam": "De heer Jansen", "kvk": KVK, "kinderen": [{"geboren": "2020-01-01"}]}
    assert assigned(submitted).given == Given(tidy)
    assert started(submitted) == Answering(as_of=TODAY, raw=tidy, given=frozenset(tidy))
    assert assigned({"naam": " "}).given is None
    assert started({}) == Answering(as_of=TODAY, raw={"naam": "J. Jansen"})


def test_refused() -> None:
    """AL-1: what the definition does not take is named, and nothing is assigned."""
    rows = [{"kind": "Bo", "geboren": "2024-03-01", "leeftijd": 4}]
    wrong = {"naam": 1, "kvk": "12", "kinderen": rows, "uitleg": "x", "akte": [FILE], "weg": 1}
    assert refusal(lambda: assigned(wrong)) == [
        fault(FaultCode.UNKNOWN_QUESTION, "given.weg"),
        fault(FaultCode.UNKNOWN_QUESTION, "given.uitleg"),
        fault(FaultCode.UNKNOWN_QUESTION, "given.kinderen.0.leeftijd"),
        fault(FaultCode.NOT_TEXT, "given.naam"),
        fault(FaultCode.NOT_A_KVK_NUMBER, "given.kvk"),
        fault(FaultCode.TOO_LATE, "given.kinderen.0.geboren", limit="2024-02-29"),
        fault(FaultCode.NOT_ACCEPTED, "given.akte"),
    ]
    texts = [question(f"tekst-{number}", "long_text") for number in range(26)]
    much = {each["id"]: "x" * 10_000 for each in texts}
    assert refusal(lambda: assigned(much, definition(*texts))) == [
        fault(FaultCode.ANSWERS_TOO_LARGE, "given", limit=ANSWERS_LIMIT)
    ]


def test_rows_that_are_fixed() -> None:
    """AL-1: rows may lack what the client can add; of rows that are fixed, nothing may be missing."""
    fixed = definition(question("kinderen", "rows", columns=COLUMNS, fixed=True))
    assert refusal(lambda: assigned({"kinderen": [{"geboren": "2020-01-01"}]}, fixed)) == [
        fault(FaultCode.MISSING, "given.kinderen.0.kind")
    ]


def test_rows_with_pages() -> None:
    """QU-1: rows that the office gives get their keys when the client starts; a page of a row has no answers before."""
    children = question("kinderen", "rows", columns=COLUMNS, fixed=True)
    each = published(
        questionnaire("vragen", page("gezin", children), page("kind", question("school"), for_each="kinderen"))
    )
    state = started({"kinderen": [{"kind": "Bo"}]}, each)
    assert state.raw == {"kinderen": [{KEY: "0-0", "kind": "Bo"}]}
    saved = answering.save(each, state, "gezin", {"kinderen": [{"kind": "Bo"}]}, version=0)
    saved = answering.save(each, saved, "kind~0-0", {"school~0-0": "De Regenboog"}, version=1)
    assert saved.raw == {**state.raw, "school~0-0": "De Regenboog"}
    assert saved.given == {"kinderen"}
    assert refusal(lambda: answering.save(each, state, "gezin", {"kinderen": [{"kind": "Cas"}]}, version=0)) == [
        fault(FaultCode.FIXED, "kinderen")
    ]
    assert refusal(lambda: assigned({"school": "x", "kinderen": [{KEY: "1-0", "kind": "Bo"}]}, each)) == [
        fault(FaultCode.UNKNOWN_QUESTION, "given.school"),
        fault(FaultCode.UNKNOWN_QUESTION, "given.kinderen.0.#"),
    ]


def test_corrected() -> None:
    """QU-3: the client may correct what is not fixed; what it corrected is no longer the office's."""
    state = started({"naam": "Jansen", "kvk": KVK, "kinderen": [{"kind": "Bo"}]})
    assert answering.resume(DEFINITION, state) is not None
    saved = answering.save(DEFINITION, state, "pagina", {"naam": "Janssen", "kinderen": [{"kind": "Bo"}]}, version=0)
    assert saved.raw["naam"] == "Janssen"
    assert saved.given == {"kvk", "kinderen"}


def test_fixed() -> None:
    """QU-3: what is fixed stays, sent or not; another answer is refused, and changes nothing."""
    state = started({"kvk": KVK})
    for sent in ({}, {"kvk": KVK}, {"kvk": "1234 5678"}, {"kvk": ""}, {"kvk": None}):
        assert answering.save(DEFINITION, state, "pagina", sent, version=0).raw == {"kvk": KVK}
    assert refusal(lambda: answering.save(DEFINITION, state, "pagina", {"kvk": "00000001"}, version=0)) == [
        fault(FaultCode.FIXED, "kvk")
    ]
    own = answering.save(DEFINITION, started({}), "pagina", {"kvk": "00000001"}, version=0)
    assert own.raw == {"kvk": "00000001"}
    assert own.given == frozenset()


def test_no_longer_valid() -> None:
    """QU-2: what is no longer valid on the day of the start is left out, and the client answers it."""
    old = definition(question("paspoort", "date", earliest="today", fixed=True, required=True))
    assert started({"paspoort": "2024-03-01"}, old).raw == {"paspoort": "2024-03-01"}
    assert started({"paspoort": "2024-03-01"}, old, days=2) == Answering(as_of=TODAY + timedelta(days=2))


def test_rebased() -> None:
    """QU-3, property 7: another revision keeps what it accepts as the office's, and forgets the rest."""
    state = started({"naam": "Jansen", "kvk": KVK})
    new = definition(
        question("naam", "prefilled", profile="name", fixed=True), question("kvk", "kvk", schema={"const": "00000001"})
    )
    after = revision_change.rebase(DEFINITION, new, state)
    assert after.raw == {"naam": "Jansen"}
    assert after.given == {"naam"}
    assert answering.save(new, after, "pagina", {}, version=1).raw == {"naam": "Jansen"}


def test_withdrawn() -> None:
    """OF-1: withdrawing erases what the office gave too."""
    assert assignments.withdraw(assigned({"kvk": KVK}), at=AT)[0].given is None


def test_result() -> None:
    """QU-4: the JSON names what the office answered and the client left as it was, in order, if it is visible."""
    hidden = question("weg", visible_when={"question": "kvk", "is": {"const": "00000001"}})
    asked = definition(question("kvk", "kvk"), question("naam"), hidden)
    begun, _fact = assignments.start(
        assigned({"weg": "x", "naam": "Bo", "kvk": KVK}, asked), asked, KNOWN, account_id=ACCOUNT_ID, today=TODAY, at=AT
    )
    saved, _ = assignments.save(
        begun, asked, "pagina", {"naam": "Bo", "kvk": KVK}, version=0, account_id=ACCOUNT_ID, at=AT
    )
    done, _ = assignments.complete(saved, asked, version=1, account_id=ACCOUNT_ID, language=Language.DUTCH, at=AT)
    assert done.answering is not None
    assert done.answering.given == {"kvk", "naam"}
    assert json.loads(results.as_json(done, asked))["given"] == ["kvk", "naam"]


@settings(max_examples=60)
@given(data=st.data(), document=documents())
def test_never_changed(data: st.DataObject, document: Content) -> None:
    """QU-3: whatever is submitted, saved or refused, a fixed answer of the office stays as it is."""
    pages = [{**each, "questions": [_fixed(data, asked) for asked in each["questions"]]} for each in document["pages"]]
    of = publishing.restored(json.dumps({**document, "pages": pages}))
    state = answering.start(of, KNOWN, as_of=TODAY, given=Given(data.draw(all_answers(of))))
    fixed = {
        asked.id: state.raw[asked.id] for _page, asked in of.questions() if asked.fixed and asked.id in state.given
    }
    for _turn in range(4):
        page_id, submitted, version = data.draw(submissions(of, state))
        with contextlib.suppress(Refused, Conflict):
            state = answering.save(of, state, page_id, submitted, version=version)
        assert {id: state.raw[id] for id in fixed} == fixed
        assert fixed.keys() <= state.given <= state.raw.keys()


def _fixed(data: st.DataObject, asked: Content) -> Content:
    takes = asked["type"] not in ("signature", "file", "note")
    return {**asked, "fixed": True} if takes and data.draw(st.booleans()) else asked


@pytest.mark.parametrize("kind", ["signature", "file", "note"])
def test_not_fixed(kind: str) -> None:
    """QU-1: signatures, files, notes and columns cannot be fixed: the office cannot give them by themselves."""
    document = questionnaire("v", page("p", question("a", kind, fixed=True)))
    assert publishing_faults(document) == [("not_as_format", f"{Q}[0].fixed")]
    rows = question("r", "rows", columns=[question("k", fixed=True)])
    assert publishing_faults(questionnaire("v", page("p", rows))) == [("not_as_format", f"{Q}[0].columns[0].fixed")]


# ------------------------------------------------------------------ what the portal knows
KINDS = {"label": "U bent", "options": {"person": "Persoon", "company": "Onderneming"}}
BY_KIND = question("soort", "choice", profile="client_kind", fixed=True, texts=dict.fromkeys(Language, KINDS))
COMPANY = {"question": "soort", "is": {"const": "company"}}
FACTS = [
    BY_KIND,
    question("nummer", "prefilled", profile="dossier_number"),
    question("zaak", "prefilled", profile="dossier_description", fixed=True),
    question("naam", "prefilled", profile="name", fixed=True, schema={"maxLength": 3}),
]
ABOUT_CLIENT = published(
    questionnaire(
        "facts",
        page("een", *FACTS),
        page("twee", question("rsin", "rsin"), visible_when=COMPANY),
        page("drie", question("bsn", "bsn"), visible_when={"not": COMPANY}),
    )
)


@pytest.mark.parametrize("kind,second", [("company", "twee"), ("person", "drie")])
def test_facts(kind: str, second: str) -> None:
    """QU-3: conditions know the kind of the client; what is fixed stays, unless it is no answer to its question."""
    known = {**KNOWN, ProfileValue.CLIENT_KIND: kind}
    facts: Answers = {"soort": kind, "nummer": "2026-001", "zaak": "Levering woning", "naam": "J. Jansen"}
    begun = answering.start(ABOUT_CLIENT, known, as_of=TODAY)
    assert begun == Answering(as_of=TODAY, raw=facts, given=frozenset({"soort", "zaak"}))
    assert [each.page.id for each in answering.view(ABOUT_CLIENT, begun).pages] == ["een", second]
    other = {"soort": "person" if kind == "company" else "company", "naam": "Jan"}
    found = refusal(lambda: answering.save(ABOUT_CLIENT, begun, "een", other, version=0))
    assert found == [fault(FaultCode.FIXED, "soort")]
    saved = answering.save(ABOUT_CLIENT, begun, "een", {"nummer": "7", "naam": "Jan"}, version=0)
    assert saved.raw == {**facts, "nummer": "7", "naam": "Jan"}
    mine = answering.start(ABOUT_CLIENT, known, as_of=TODAY, given=Given({"soort": "person", "zaak": "Anders"}))
    assert (mine.raw["soort"], mine.raw["zaak"]) == ("person", "Anders")


@pytest.mark.parametrize(
    "asked,code,path",
    [
        ({**BY_KIND, "profile": "name"}, "not_as_format", ".profile"),
        (question("soort", "choice", options=("person", "firm"), profile="client_kind"), "keyword_misfit", ".profile"),
        (question("soort", "prefilled", profile="client_kind"), "not_as_format", ".profile"),
        (question("soort", "text", profile="client_kind"), "not_as_format", ".profile"),
        (question("rijen", "rows", columns=[BY_KIND]), "keyword_misfit", ".columns[0].profile"),
    ],
)
def test_wrong_facts(asked: Content, code: str, path: str) -> None:
    """QU-3: the kind of the client is for a choice of both kinds, outside of rows."""
    found = publishing_faults(questionnaire("facts", page("een", asked)))
    assert (code, f"{Q}[0]{path}") in found
