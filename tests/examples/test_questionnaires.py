"""The example questionnaires can be published, and filled in from the first page to the last."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Answers, Definition, Question, QuestionType, plain
from klantportaal.domain.questionnaires.publishing import read
from klantportaal.domain.questionnaires.rows import bare
from klantportaal.domain.values import Language
from tests.examples.filled_in import FILLED_IN, KNOWN

FOLDER = Path(__file__).parents[2] / "examples/questionnaires"
TODAY = date(2026, 1, 31)
Tree = Mapping[str, Any]


def document(name: str) -> str:
    """Read the document of a questionnaire."""
    return (FOLDER / f"{name}.json").read_text("utf-8")


def definition(name: str) -> Definition:
    """Read a questionnaire as publishing does."""
    return read(document(name))[0]


def walked(asked: Definition, pages: Mapping[str, Answers]) -> Answering:
    """Fill in a questionnaire from its start, and check that each given page is the next one."""
    state = answering.start(asked, KNOWN, as_of=TODAY)
    for id, answers in pages.items():
        shown = answering.resume(asked, state)
        assert shown is not None
        assert shown.page.id == id
        state = saved(asked, state, id, answers)
    return state


def saved(asked: Definition, state: Answering, page: str, answers: Answers) -> Answering:
    """Save a page in its current version."""
    return answering.save(asked, state, page, answers, version=state.version)


def test_all() -> None:
    """QU-1: There are five different ones, named after their files, with every type of question."""
    published = {path.stem: definition(path.stem) for path in FOLDER.glob("*.json")}
    assert {name: each.id for name, each in published.items()} == {name: name for name in FILLED_IN}
    assert len({each.digest for each in published.values()}) == len(published)
    questions = [question for each in published.values() for _page, question in each.questions()]
    columns = chain.from_iterable(question.columns for question in questions)
    assert {question.type for question in [*questions, *columns]} == set(QuestionType)


@pytest.mark.parametrize("name", FILLED_IN)
def test_size(name: str) -> None:
    """QU-2: Each has five to eight pages and 20 to 45 questions, which a client can manage."""
    asked = definition(name)
    assert 5 <= len(asked.pages) <= 8
    assert 20 <= sum(question.asks for _page, question in asked.questions()) <= 45


@pytest.mark.parametrize("name", FILLED_IN)
def test_languages(name: str) -> None:
    """PR-1: The English texts are as complete as the Dutch, with explanations and options."""
    asked = definition(name)
    for page, question in asked.questions():
        for each in (question, *question.columns):
            dutch, english = each.texts[Language.DUTCH], each.texts[Language.ENGLISH]
            assert (bool(dutch.help), list(dutch.options)) == (bool(english.help), list(english.options)), each.id
        for heading in (asked.texts, page.texts):
            assert bool(heading[Language.DUTCH].intro) == bool(heading[Language.ENGLISH].intro), page.id


# ------------------------------------------------------------------ conditions
def leaves(thing: Any) -> Iterator[Tree]:
    """Yield every leaf of every condition in a document."""
    if isinstance(thing, dict):
        if "question" in thing:
            yield thing
        thing = list(thing.values())
    for each in thing if isinstance(thing, list) else ():
        yield from leaves(each)


def compared(schema: Tree, question: str) -> Iterator[tuple[str, object]]:
    """Yield each value in a condition, with the question or the column that it is compared with."""
    yield from ((question, value) for value in schema.get("enum", ()))
    if "const" in schema:
        yield question, schema["const"]
    if "contains" in schema:
        yield from compared(schema["contains"], question)
    for column, inner in schema.get("properties", {}).items():
        yield from compared(inner, column)


@pytest.mark.parametrize("name", FILLED_IN)
def test_conditions(name: str) -> None:
    """QU-3: A condition compares an answer only with possible answers: options of its question, or yes and no."""
    asked = [question for _page, question in definition(name).questions()]
    possible: dict[str, tuple[object, ...]] = {
        each.id: (True, False) if each.type is QuestionType.BOOLEAN else each.options
        for question in asked
        for each in (question, *question.columns)
    }
    conditions = leaves(json.loads(document(name)))
    named = [pair for leaf in conditions for pair in compared(leaf.get("is", {}), leaf["question"])]
    assert named
    assert [(question, value) for question, value in named if value not in possible[question]] == []


# ------------------------------------------------------------------ filling in
@pytest.mark.parametrize("name", FILLED_IN)
def test_filled_in(name: str) -> None:
    """QU-2: A client fills in every page, and the result holds the answers in order."""
    asked, pages = definition(name), FILLED_IN[name]
    state = walked(asked, pages)
    assert list(dict.fromkeys(map(plain, pages))) == [page.id for page in asked.pages]
    assert (answering.resume(asked, state), answering.progress(asked, state)) == (None, 100)
    completed = answering.complete(asked, state, version=state.version)
    expected = [pair for answers in pages.values() for pair in answers.items()]
    answered = {id: bare(answer) for id, answer in completed.raw.items() if asked.by_id[plain(id)].asks}
    assert list(answered.items()) == expected


CHANGES: Mapping[str, tuple[str, Answers, frozenset[str]]] = {
    "persoonsgegevens": ("relatie", {"burgerlijke_staat": "alleenstaand"}, frozenset({"partner"})),
    "testament": ("gezin", {"heeft_kinderen": False}, frozenset({"uw-kinderen", "voogdij"})),
    "samenlevingscontract": ("wonen", {"woning": "huur_samen"}, frozenset({"koopwoning"})),
    "koop-woning": ("belasting", {"hypotheek": False}, frozenset({"hypotheek-gegevens"})),
    "wwft-vennootschap": (
        "belanghebbenden",
        {"heeft_ubo": False, "bestuurder": "Willemijn de Groot"},
        frozenset({"belanghebbende", "bewijs"}),
    ),
}
"""For each questionnaire: an early answer to change, and the pages that the change hides."""


@pytest.mark.parametrize("name", CHANGES)
def test_changed(name: str) -> None:
    """QU-3: Changing an early answer hides later pages and their answers. Changing it back restores them."""
    asked, pages = definition(name), FILLED_IN[name]
    page, change, hidden = CHANGES[name]
    state = walked(asked, pages)
    changed = saved(asked, state, page, {**pages[page], **change})
    shown = answering.view(asked, changed)
    assert {each.id for each in asked.pages} - {each.page.id for each in shown.pages} == hidden
    assert shown.answers.keys().isdisjoint(
        chain.from_iterable(answers for id, answers in pages.items() if plain(id) in hidden)
    )
    assert (answering.resume(asked, changed), answering.progress(asked, changed)) == (None, 100)
    back = saved(asked, changed, page, {id: state.raw[id] for id in pages[page]})
    assert answering.view(asked, back) == answering.view(asked, state)


LEAST: Mapping[str, Mapping[str, Answers]] = {
    "persoonsgegevens": {
        "uw-naam": {"naam": "Bo Li", "voornamen": "Bo", "achternaam": "Li", "aanspreekvorm": "naam"},
        "geboorte": {
            "geboortedatum": "2001-01-01",
            "geboorteplaats": "Delft",
            "geboren_in_nederland": True,
            "nationaliteit": ["nederlandse"],
        },
        "adres": {
            "woont_in_nederland": False,
            "adres_buitenland": "1 High Street\nLeeds LS1 1AA\nUnited Kingdom",
            "telefoon": "+441132345678",
            "email": "bo@example.nl",
        },
        "relatie": {"burgerlijke_staat": "gescheiden"},
        "identiteitsbewijs": {"document_soort": "geen"},
        "wet": {"politieke_functie": "nee", "voor_uzelf": True, "belasting_land": "nederland"},
        "contact": {"bereikbaar": ["email"], "taal": "nederlands"},
    },
    "testament": {
        "gezin": {"naam": "Bo Li", "geboren": "2010-01-31", "relatie": "alleenstaand", "heeft_kinderen": False},
        "wie-erft": {"verdeling": "wet"},
        "bedragen-en-voorwerpen": {"heeft_legaten": False},
        "bescherming": {"uitsluiting": "bespreken", "bewind": False},
        "uitvoering": {"executeur": "nee"},
        "eerder": {"eerder_testament": False, "buitenland": False},
    },
    "samenlevingscontract": {
        "partners": {
            "naam": "Bo Li",
            "geboren": "2001-01-01",
            "partner_naam": "Sam Smit",
            "partner_geboren": "2008-01-31",
            "partner_email": "sam@example.nl",
            "nog_getrouwd": False,
            "familie": False,
        },
        "wonen": {
            "woont_samen": False,
            "adres": "Kade 1",
            "postcode": "1234 AB",
            "woonplaats": "Delft",
            "woning": "anders",
        },
        "huishouden": {"kosten": "bespreken", "betaald_van": "eigen", "gezamenlijke_rekening": False},
        "bezit": {"inboedel": "samen", "heeft_kinderen": False},
        "overlijden": {"verblijving": "bespreken", "zorgplicht": True, "testamenten": "nee"},
        "einde": {"alimentatie": "bespreken", "geschil": "bespreken"},
    },
    "koop-woning": {
        "koper": {
            "koper_naam": "Bo Li",
            "koper_geboren": "1991-01-31",
            "koper_telefoon": "+31612345678",
            "burgerlijke_staat": "alleenstaand",
            "koopt": "alleen",
        },
        "woning": {"adres": "Bouwnummer 8", "plaats": "Haarlem", "soort": "appartement", "koopsom": 1},
        "belasting": {"zelf_wonen": True, "hypotheek": False, "eigen_geld": True},
        "eigen-geld-gegevens": {"eigen_bedrag": 1, "herkomst": ["erfenis"], "rekening": "NL91ABNA0417164300"},
        "zekerheid": {"waarborg": "onbekend", "koop_inschrijven": False},
        "tekenen": {"tekent": "onbekend", "taal": "engels"},
    },
    "wwft-vennootschap": {
        "vennootschap": {"kvk": "12345678", "naam": "Li B.V.", "rechtsvorm": "bv", "opgericht": "2026-01-31"},
        "bereikbaar": {
            "adres": {"postcode": "1234 AB", "number": "1", "street": "Kade", "place": "Delft", "country": "NL"},
            "telefoon": "+31612345678",
            "invuller": "Bo Li",
            "functie": "bestuurder",
        },
        "activiteiten": {"activiteiten": "Wij bakken brood.", "contant": 0, "buitenland": False},
        "belanghebbenden": {"heeft_ubo": False, "bestuurder": "Bo Li"},
        "geld": {"doel": ["lening"], "herkomst": ["omzet"], "rekening": "NL91ABNA0417164300"},
        "verklaring": {"herkomst_meest": "omzet", "naar_waarheid": True, "handtekening": {"name": "Wei Li"}},
    },
}
"""The fewest possible answers, on the first day they are allowed: at 16, at 18, and at 35 without the exemption."""


@pytest.mark.parametrize("name", LEAST)
def test_least(name: str) -> None:
    """QU-3: A client with few answers sees fewer pages and can finish. Only hidden pages are left out."""
    asked, pages = definition(name), LEAST[name]
    state = walked(asked, pages)
    completed = answering.complete(asked, state, version=state.version)
    assert completed.saved == frozenset(pages) < {page.id for page in asked.pages}
    assert completed.raw == dict(chain.from_iterable(answers.items() for answers in pages.values()))


BROKEN: Mapping[str, Mapping[tuple[str, int], Answers]] = {
    "persoonsgegevens": {
        ("geboorte", 0): {"geboortedatum": "2026-02-01"},
        ("relatie", 0): {"burgerlijke_staat": "gescheiden", "ontbonden_op": "2026-02-01"},
        ("partner", 0): {"partner_geboortedatum": "2026-02-01"},
        ("partner", 1): {"getrouwd_op": "2026-02-01"},
        ("identiteitsbewijs", 0): {"document_geldig_tot": "2026-01-30"},
    },
    "testament": {
        ("gezin", 0): {"geboren": "2010-02-01"},
        ("wie-erft", 0): {"verdeling": "wet"},
    },
    "samenlevingscontract": {
        ("partners", 0): {"partner_geboren": "2008-02-01"},
        ("wonen", 0): {"samen_sinds": "2026-02-01"},
        ("wonen", 1): {"woont_samen": False, "samen_vanaf": "2026-01-30"},
        ("huishouden", 0): {"gezamenlijke_rekening": False},
    },
    "koop-woning": {
        ("koper", 0): {"koper_geboren": "2008-02-01"},
        ("woning", 0): {"getekend_op": "2026-02-01"},
        ("woning", 1): {"levering_op": "2026-01-30"},
        ("belasting", 0): {"hypotheek": False, "eigen_geld": False},
    },
    "wwft-vennootschap": {
        ("activiteiten", 0): {"landen": [{"land": "Noorwegen", "land_omzet": 9999}, {"land": "Peru", "land_omzet": 2}]},
        ("belanghebbende~4-2", 0): {"ubo_aandeel~4-2": 2500, "ubo_zeggenschap~4-2": False},
        ("bewijs", 0): {"ubo_aandeel~4-1": 6667},
        ("bewijs", 1): {"ubo_document~4-1": "NX1A2B3C4"},
    },
}
"""For each requirement of a page, by its index there: answers that break it, on this page or an earlier one."""


def ids_on(asked: Definition, page_id: str) -> set[str]:
    """Give the ids of the questions on a page."""
    page = asked.page(page_id)
    assert page is not None
    return {question.id for question in page.questions}


@pytest.mark.parametrize("name", BROKEN)
def test_must_hold(name: str) -> None:
    """AL-1: Each broken requirement is reported on its own, and nothing is saved."""
    asked, pages = definition(name), FILLED_IN[name]
    rules = [(page.id, number) for page in asked.pages for number in range(len(page.must_hold))]
    assert [(plain(page), number) for page, number in BROKEN[name]] == rules
    for (page, number), answers in BROKEN[name].items():
        state = walked(asked, pages)
        changed = {id: {key: answers[key] for key in answers if key in ids_on(asked, id)} for id in pages}
        told = {id: {**own, **changed[id]} for id, own in pages.items()}
        for id in [each for each in pages if each != page and told[each] != pages[each]]:
            state = saved(asked, state, id, told[id])
        with pytest.raises(Refused) as refused:
            saved(asked, state, page, told[page])
        assert refused.value.faults == (Fault(code=FaultCode.MUST_HOLD, field=page, params={"number": number}),)


# ------------------------------------------------------------------ patterns
WRITTEN: Mapping[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("koop-woning", "postcode"): (("1234 AB", "1234ab"), ("123 AB", "1234")),
    ("persoonsgegevens", "document_nummer"): (
        ("NX1A2B3C4", "NX1 A2B 3C4", "nx-1a2b-3c4"),
        ("NX1A", "-NX1A2B", "A" * 21),
    ),
    ("persoonsgegevens", "postcode"): (("1234 AB", "1234ab"), ("123 AB", "1234")),
    ("samenlevingscontract", "postcode"): (("1234 AB", "1234ab"), ("123 AB", "1234")),
    ("testament", "erfgenaam_deel"): (
        ("1/3", "1 / 3", "½", "25%", "25 %", "33,3%", "12.5%", "100%", "0,5%"),
        ("1/0", "0/3", "999%", "100,5%", "1/", "3", "12,5", "de helft"),
    ),
}
"""For each question with a pattern: accepted and refused ways to write an answer."""


def test_patterns() -> None:
    """AL-1: A pattern accepts usual ways of writing. The help gives an example, in both languages."""
    asked = {(name, each.id): each for name in FILLED_IN for each in with_columns(definition(name))}
    patterned = {key: each for key, each in asked.items() if "pattern" in each.schema.document}
    assert patterned.keys() == WRITTEN.keys()
    for key, question in patterned.items():
        taken, refused = WRITTEN[key]
        assert [each for each in (*taken, *refused) if question.schema.accepts(each)] == list(taken), key
        assert "bijvoorbeeld " in question.texts[Language.DUTCH].help, key
        assert "for example " in question.texts[Language.ENGLISH].help, key


def with_columns(asked: Definition) -> Iterator[Question]:
    """List every question, including columns."""
    return chain.from_iterable((question, *question.columns) for _page, question in asked.questions())
