"""Filling in questionnaires, from assignment to completion (QU-1 to QU-4)."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.accounts import ClientKind
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused, Unavailable
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.questionnaires.answering import Answering, resume
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, Language
from klantportaal.ports.reading import OpenAction
from klantportaal.testing.questionnaires import page, question, questionnaire
from klantportaal.usecases.client.questionnaires import Opened, Questionnaires
from tests.usecases.intake import ALL, ASSETS, MARRIAGE, PERSON, SECRETS, SINGLE, Submitted, document
from tests.usecases.world import World, answering

NOWHERE = AssignmentId(UUID(int=99))
Faults = list[tuple[FaultCode, str | None, Mapping[str, Any]]]
Act = Callable[[Questionnaires, Actor, AssignmentId], Opened]
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def where(opened: Opened) -> str | None:
    """Give the page on which the client continues, or None for the review page."""
    page = resume(opened.definition, answering(opened))
    return None if page is None else page.page.id


def raised(error: type[Exception], act: Callable[[], object]) -> Faults:
    """Expect an error, and return its faults."""
    with pytest.raises(error) as caught:
        act()
    return [(each.code, each.field, each.params) for each in getattr(caught.value, "faults", ())]


# ------------------------------------------------------------------ Acties
def test_what_is_due_first(world: World, jan: Actor) -> None:
    """QU-1: open questionnaires are sorted by due date, those without one last, and then by time of assignment."""
    dossier = world.dossier(jan)
    asked = []
    for due_on in (None, date(2026, 3, 1), date(2026, 2, 1), None, date(2026, 2, 1)):
        asked.append(world.ask(jan, dossier, due_on=due_on))
        world.later(minutes=1)
    for waiting in (
        world.portal.client.questionnaires.waiting(jan),
        world.portal.client.questionnaires.waiting(jan, dossier),
    ):
        assert [asked.index(action.id) for action in waiting] == [2, 4, 1, 0, 3]


def test_waits_until_completed(world: World, jan: Actor) -> None:
    """QU-1: a questionnaire is listed under Acties and in its dossier, with its progress, until it is completed."""
    other = world.dossier(jan, number="2026-002")
    dossier = world.dossier(jan)
    id = world.ask(jan, dossier, due_on=date(2026, 2, 1))
    assigned_at = world.clock.now()
    action = OpenAction(
        id=id,
        dossier_id=dossier,
        dossier_number="2026-001",
        dossier_description="Levering woning",
        subject={Language.DUTCH: "Uw gegevens", Language.ENGLISH: "Your details"},
        assigned_at=assigned_at,
        due_on=date(2026, 2, 1),
        started_at=None,
        saved_at=None,
        progress=0,
    )
    waiting = world.portal.client.questionnaires.waiting
    assert [list(waiting(jan)), list(waiting(jan, dossier)), list(waiting(jan, other))] == [[action], [action], []]
    world.later(minutes=1)
    world.portal.client.questionnaires.start(jan, id)
    world.later(minutes=1)
    world.fill_in(jan, id, {"persoon": PERSON})
    started_at, saved_at = (assigned_at + timedelta(minutes=each) for each in (1, 2))
    begun = attrs.evolve(action, started_at=started_at, saved_at=saved_at, progress=33)
    assert list(waiting(jan)) == [begun]
    assert world.portal.client.home.counts(jan).open_actions == 1
    world.complete(jan, id, {"huwelijk": MARRIAGE, "bezit": ASSETS})
    assert list(waiting(jan)) == list(waiting(jan, dossier)) == []
    assert world.portal.client.home.counts(jan).open_actions == 0


# ------------------------------------------------------------------ Invullen
def test_starting_once(world: World, jan: Actor) -> None:
    """QU-2: starting prefills known answers and fixes the date of today, once; starting again continues the answers."""
    id = world.ask(jan)
    world.clock.advance(datetime(2026, 1, 31, 23, 30, tzinfo=UTC) - world.clock.now())
    assert world.portal.client.questionnaires.today() == date(2026, 2, 1)
    begun = answering(world.portal.client.questionnaires.start(jan, id))
    assert begun == Answering(as_of=date(2026, 2, 1), raw={"naam": "Jan Jansen"})
    corrected = world.fill_in(jan, id, {"persoon": PERSON})
    world.later(days=40)
    again = world.portal.client.questionnaires.start(world.sign_in(), id)
    assert again == corrected
    assert (where(again), answering(again).raw["naam"]) == ("huwelijk", "J. Jansen")
    assert world.audit().count("QuestionnaireStarted") == 1


@pytest.mark.parametrize("kind", ClientKind)
def test_facts(world: World, jan: Actor, kind: ClientKind) -> None:
    """QU-2: a questionnaire can start with the number and the description of the dossier, and the client's kind."""
    kim = world.second_account(name="Kim", kind=kind)
    options = {"label": "Soort", "options": dict.fromkeys(ClientKind, "x")}
    facts = questionnaire(
        "feiten",
        page(
            "een",
            question("soort", "choice", profile="client_kind", texts={"nl": options, "en": options}),
            question("nummer", "prefilled", profile="dossier_number"),
            question("zaak", "prefilled", profile="dossier_description"),
        ),
    )
    world.publish_questionnaire(json.dumps(facts))
    assign = world.portal.office.questionnaires.assign
    id = assign(world.handler, world.dossier(kim, jan, number="2026-007"), kim.client_id, "feiten")
    begun = answering(world.portal.client.questionnaires.start(kim, id))
    assert begun.raw == {"soort": kind, "nummer": "2026-007", "zaak": "Levering woning"}


def test_opening_starts_nothing(world: World, jan: Actor) -> None:
    """QU-2: opening a questionnaire does not start it; it can still be opened after completion."""
    id = world.ask(jan)
    opened = world.portal.client.questionnaires.open(jan, id)
    assert (opened.assignment.answering, opened.assignment.started_at) == (None, None)
    assert (opened.definition.id, opened.dossier.number) == ("intake", "2026-001")
    completed = world.complete(jan, id)
    assert world.portal.client.questionnaires.open(jan, id) == completed


def test_volgende_saves_the_page(world: World, jan: Actor) -> None:
    """QU-2: saving stores the page's answers with progress and time, and leads to the next page."""
    id = world.ask(jan)
    opened = world.fill_in(jan, id, {"persoon": PERSON})
    assert answering(opened) == Answering(
        as_of=date(2026, 1, 5), raw=PERSON, saved=frozenset({"persoon"}), last_saved="persoon", version=1
    )
    assert (opened.assignment.progress, opened.assignment.saved_at) == (33, world.clock.now())
    assert where(opened) == "huwelijk"
    assert world.portal.client.questionnaires.open(jan, id) == opened


def test_stop_and_resume(world: World, jan: Actor) -> None:
    """QU-2: after signing out and in again, the client continues with all saved pages."""
    id = world.ask(jan)
    saved = world.fill_in(jan, id, {"persoon": PERSON, "huwelijk": MARRIAGE})
    world.portal.client.sign_in.sign_out(jan)
    world.later(days=3)
    back = world.portal.client.questionnaires.start(world.sign_in(), id)
    assert back == saved
    assert where(back) == "bezit"


def test_an_earlier_change(world: World, jan: Actor) -> None:
    """QU-3, properties 4 and 5: answers that a change hides do not count, and return if the change is undone."""
    id = world.ask(jan)
    world.fill_in(jan, id, ALL)
    hidden = world.fill_in(jan, id, {"persoon": SINGLE})
    assert (where(hidden), hidden.assignment.progress) == (None, 100)
    shown = world.fill_in(jan, id, {"persoon": PERSON})
    assert (where(shown), answering(shown).raw["partner"]) == (None, "Zoë")
    world.fill_in(jan, id, {"persoon": SINGLE})
    completed = world.complete(jan, id, {})
    assert answering(completed).raw == {**SINGLE, **ASSETS}


BAD_ANSWERS: list[tuple[str, dict[str, object], Faults]] = [
    (
        "persoon",
        {"naam": " \n", "geboren": "31-12-1980", "gehuwd": "ja", "leeftijd": 3},
        [
            (FaultCode.UNKNOWN_QUESTION, "leeftijd", {}),
            (FaultCode.MISSING, "naam", {}),
            (FaultCode.NOT_A_DATE, "geboren", {}),
            (FaultCode.NOT_YES_OR_NO, "gehuwd", {}),
        ],
    ),
    ("bezit", {"geld": "1"}, [(FaultCode.NOT_AN_AMOUNT, "geld", {})]),
    ("bezit", {"geld": float("nan")}, [(FaultCode.NOT_AN_AMOUNT, "geld", {})]),
    ("bezit", {"geld": -1}, [(FaultCode.TOO_SMALL, "geld", {"limit": 0})]),
    ("bezit", {"paarden": 10**400}, [(FaultCode.TOO_LARGE, "paarden", {"limit": 10**15 - 1})]),
    ("bezit", {"paarden": "٣"}, [(FaultCode.NOT_A_NUMBER, "paarden", {})]),
    ("bezit", {"paarden": True}, [(FaultCode.NOT_A_NUMBER, "paarden", {})]),
    ("bezit", {"verder": "x" * 100_000}, [(FaultCode.TOO_LONG, "verder", {"limit": 10_000, "length": 100_000})]),
    ("bezit", {"verder": ["x"]}, [(FaultCode.NOT_TEXT, "verder", {})]),
    (
        "bezit",
        {"kinderen": [{"kind": "Sem", "leeftijd": 3}, {"kind": 3}]},
        [(FaultCode.UNKNOWN_QUESTION, "kinderen.0.leeftijd", {}), (FaultCode.NOT_TEXT, "kinderen.1.kind", {})],
    ),
    ("bezit", {"kinderen": [{"kind": "Sem"}] * 101}, [(FaultCode.TOO_MANY, "kinderen", {"limit": 100})]),
    ("bezit", {"bewijs": "pas.pdf"}, [(FaultCode.NOT_A_LIST, "bewijs", {})]),
    ("huwelijk", {"partner": "x" * 21}, [(FaultCode.TOO_LONG, "partner", {"limit": 20, "length": 21})]),
    ("huwelijk", {"partner": "\0\ud800"}, [(FaultCode.MISSING, "partner", {})]),
]


@pytest.mark.parametrize("page, submitted, faults", BAD_ANSWERS)
def test_bad_answers(
    world: World,
    jan: Actor,
    page: str,
    submitted: dict[str, object],
    faults: Faults,
) -> None:
    """AL-1, property 1: every invalid answer is reported with its rule, and nothing changes."""
    id = world.ask(jan)
    before, trail = world.fill_in(jan, id, {"persoon": PERSON}), world.audit()
    save = world.portal.client.questionnaires.save
    assert raised(Refused, lambda: save(jan, id, page, submitted, version=1)) == faults
    assert world.portal.client.questionnaires.open(jan, id) == before
    assert world.audit() == trail


def test_typed_with_carelessness(world: World, jan: Actor) -> None:
    """AL-1: newlines at the end, decomposed accents and invalid characters are corrected, not refused."""
    id = world.ask(jan)
    world.fill_in(jan, id, {"persoon": PERSON})
    opened = world.fill_in(
        jan, id, {"huwelijk": {"partner": " Zoe\u0308\0 \ud800\n"}, "bezit": {"verder": " a\r\nb\n"}}
    )
    assert answering(opened).raw == {**PERSON, "partner": "Zoë", "verder": "a\nb"}


def test_pages_that_are_not_to_be_saved(world: World, jan: Actor) -> None:
    """QU-3, AL-1: a hidden page is refused, an unknown page is absent, and nothing changes."""
    id = world.ask(jan)
    before = world.fill_in(jan, id, {"persoon": SINGLE})
    save = world.portal.client.questionnaires.save
    hidden: Faults = [(FaultCode.PAGE_HIDDEN, "huwelijk", {})]
    assert raised(Refused, lambda: save(jan, id, "huwelijk", MARRIAGE, version=1)) == hidden
    assert raised(Absent, lambda: save(jan, id, "nergens", {}, version=1)) == []
    assert world.portal.client.questionnaires.open(jan, id) == before


@pytest.mark.parametrize("state", ["new", "completed", "withdrawn"])
def test_states_in_which_nothing_is_filled_in(world: World, jan: Actor, state: str) -> None:
    """QU-1, AL-1: a new, completed or withdrawn questionnaire accepts no answers, and the fault names the state."""
    id = world.ask(jan)
    if state == "completed":
        world.complete(jan, id)
    elif state == "withdrawn":
        world.fill_in(jan, id, {"persoon": PERSON})
        world.portal.office.questionnaires.withdraw(world.handler, id)
    before, trail = world.portal.client.questionnaires.open(jan, id), world.audit()
    portal = world.portal.client.questionnaires
    refusal = [(FaultCode.WRONG_STATE, "questionnaire", {"state": state})]
    assert raised(Refused, lambda: portal.save(jan, id, "bezit", ASSETS, version=3)) == refusal
    assert raised(Refused, lambda: portal.save(jan, id, "bezit", {"bewijs": ["weg"]}, version=0)) == refusal
    if state != "completed":
        assert raised(Refused, lambda: portal.complete(jan, id, version=0)) == refusal
    if state != "new":
        assert raised(Refused, lambda: portal.start(jan, id)) == refusal
    assert portal.open(jan, id) == before
    assert world.audit() == trail


# ------------------------------------------------------------------ two tabs, two accounts, two clicks
def test_two_tabs(world: World, jan: Actor) -> None:
    """QU-3, property 8: a save of an outdated version is a conflict, and the saved answers stay."""
    id = world.ask(jan)
    first = world.fill_in(jan, id, {"persoon": PERSON})
    save = world.portal.client.questionnaires.save
    raised(Conflict, lambda: save(jan, id, "persoon", SINGLE, version=0))
    raised(Conflict, lambda: save(jan, id, "bezit", ASSETS, version=0))
    raised(Conflict, lambda: save(jan, id, "bezit", ASSETS, version=7))
    raised(Conflict, lambda: world.portal.client.questionnaires.complete(jan, id, version=0))
    assert world.portal.client.questionnaires.open(jan, id) == first


def test_a_double_click_on_volgende(world: World, jan: Actor) -> None:
    """QU-3, property 8: the same save again changes nothing."""
    id = world.ask(jan)
    first = world.fill_in(jan, id, {"persoon": PERSON})
    world.later(seconds=1)
    again = world.portal.client.questionnaires.save(jan, id, "persoon", {**PERSON, "naam": " J.  Jansen\n"}, version=0)
    assert again.assignment == first.assignment
    assert world.audit().count("QuestionnairePageSaved") == 1


def test_a_save_returns_what_it_stored(world: World, jan: Actor) -> None:
    """QU-3: what a save returns is what opening the questionnaire gives, without the dossier."""
    id = world.ask(jan)
    world.portal.client.questionnaires.start(jan, id)
    for version, (page_id, submitted) in enumerate(ALL.items()):
        saved = world.portal.client.questionnaires.save(jan, id, page_id, submitted, version=version)
        opened = world.portal.client.questionnaires.open(jan, id)
        assert (saved.assignment, saved.definition) == (opened.assignment, opened.definition)


def test_completing_twice(world: World, jan: Actor) -> None:
    """QU-4, property 9: completing again gives the same result, with any version, and is not recorded again."""
    id = world.ask(jan)
    first = world.complete(jan, id)
    world.later(seconds=1)
    again = [world.portal.client.questionnaires.complete(jan, id, version=version) for version in (2, 3, 4)]
    assert again == [first] * 3
    assert world.audit().count("QuestionnaireCompleted") == 1


def test_two_accounts_of_one_company(world: World, jan: Actor) -> None:
    """QU-1, QU-2: all accounts of a client share one copy, and see each other's saved answers."""
    extra = world.extra_account(jan, "extra@example.nl")
    id = world.ask(jan)
    saved = world.fill_in(jan, id, {"persoon": PERSON})
    assert world.portal.client.questionnaires.start(extra, id) == saved
    completed = world.complete(extra, id, {"huwelijk": MARRIAGE, "bezit": ASSETS})
    assert completed.assignment.completed_by == extra.account_id
    assert world.portal.client.questionnaires.complete(jan, id, version=3) == completed


@pytest.mark.parametrize(
    "given, act, name",
    [
        (None, lambda portal, jan, id: portal.start(jan, id), "QuestionnaireStarted"),
        ({}, lambda portal, jan, id: portal.save(jan, id, "persoon", PERSON, version=0), "QuestionnairePageSaved"),
        (ALL, lambda portal, jan, id: portal.complete(jan, id, version=3), "QuestionnaireCompleted"),
    ],
    ids=["start", "save", "complete"],
)
def test_somebody_else_was_first(
    world: World,
    jan: Actor,
    monkeypatch: pytest.MonkeyPatch,
    given: Submitted | None,
    act: Act,
    name: str,
) -> None:
    """QU-3, AL-2: two equal requests at the same time get the same response, and the act is done once."""
    id = world.ask(jan)
    if given is not None:
        world.fill_in(jan, id, given)
    earlier = [world.portal.client.questionnaires.open(jan, id).assignment]
    first = act(world.portal.client.questionnaires, jan, id)
    count = world.audit().count(name)
    with world.storage.begin() as uow:
        assignments = type(uow.assignments)
    visible_to = assignments.visible_to
    monkeypatch.setattr(
        assignments,
        "visible_to",
        lambda self, actor, id: earlier.pop() if earlier else visible_to(self, actor, id),
    )
    assert act(world.portal.client.questionnaires, jan, id) == first
    assert earlier == []
    assert world.audit().count(name) == count


# ------------------------------------------------------------------ completion
def test_what_is_not_finished(world: World, jan: Actor) -> None:
    """QU-3, property 6: completion is refused with the names of all visible pages that are not saved or not valid."""
    id = world.ask(jan)
    before = world.fill_in(jan, id, {"persoon": PERSON})
    left: Faults = [(FaultCode.PAGE_UNFINISHED, page, {}) for page in ("huwelijk", "bezit")]
    assert raised(Refused, lambda: world.portal.client.questionnaires.complete(jan, id, version=1)) == left
    assert world.portal.client.questionnaires.open(jan, id) == before


def test_completion(world: World, jan: Actor) -> None:
    """QU-4, property 6: completion keeps only visible answers, and stores the account, the time and the language."""
    id = world.ask(jan)
    world.fill_in(jan, id, {**ALL, "persoon": PERSON})
    world.fill_in(jan, id, {"persoon": SINGLE})
    english = attrs.evolve(jan, language=Language.ENGLISH)
    world.later(hours=1)
    completed = world.complete(english, id, {}).assignment
    assert completed.answering == Answering(
        as_of=date(2026, 1, 5),
        raw={**SINGLE, **ASSETS},
        saved=frozenset({"persoon", "bezit"}),
        last_saved="persoon",
        version=4,
    )
    assert (completed.state, completed.progress, completed.ended_at) == (
        AssignmentState.COMPLETED,
        100,
        world.clock.now(),
    )
    assert (completed.completed_by, completed.completed_in) == (jan.account_id, Language.ENGLISH)


def test_archived_and_overdue(world: World, jan: Actor) -> None:
    """QU-1: a questionnaire can be completed after its due date, and in an archived dossier."""
    dossier = world.dossier(jan)
    id = world.ask(jan, dossier, due_on=date(2026, 1, 5))
    world.portal.office.dossiers.change(world.handler, dossier, status="archived")
    world.later(days=60)
    assert world.complete(world.sign_in(), id).assignment.state is AssignmentState.COMPLETED


# ------------------------------------------------------------------ access
Call = Callable[[World, Actor, AssignmentId], object]
CALLS: dict[str, Call] = {
    "open": lambda world, actor, id: world.portal.client.questionnaires.open(actor, id),
    "start": lambda world, actor, id: world.portal.client.questionnaires.start(actor, id),
    "save": lambda world, actor, id: world.portal.client.questionnaires.save(actor, id, "persoon", SINGLE, version=1),
    "complete": lambda world, actor, id: world.portal.client.questionnaires.complete(actor, id, version=1),
    "stage": lambda world, actor, id: world.portal.client.answer_files.stage(
        actor, id, "akte", name="a.pdf", blocks=[]
    ),
    "staged": lambda world, actor, id: world.portal.client.answer_files.staged(actor, id, "akte"),
    "unstage": lambda world, actor, id: world.portal.client.answer_files.unstage(actor, id, UUID(int=1)),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("who", ["other client", "other party", "former party", "other office", "nothing there"])
def test_foreign_is_absent(world: World, jan: Actor, piet: Actor, call: Call, who: str) -> None:
    """DO-1, OF-2: for everybody without access a questionnaire is absent in every call, and nothing changes."""
    dossier = world.dossier(jan, piet) if who in ("other party", "former party") else world.dossier(jan)
    id = world.ask(jan, dossier)
    before = world.fill_in(jan, id, {"persoon": PERSON})
    if who == "former party":
        world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
    actors = {
        "former party": jan,
        "nothing there": jan,
        "other office": attrs.evolve(jan, office_id=world.other_office().office_id),
    }
    trail = world.audit()
    with pytest.raises(Absent):
        call(world, actors.get(who, piet), NOWHERE if who == "nothing there" else id)
    if who != "nothing there":
        assert list(world.portal.client.questionnaires.waiting(actors.get(who, piet))) == []
        assert list(world.portal.client.questionnaires.waiting(actors.get(who, piet), dossier)) == []
    assert world.audit() == trail
    if who == "former party":
        world.portal.office.dossiers.add_party(world.handler, dossier, jan.client_id)
    assert attrs.evolve(world.portal.client.questionnaires.open(jan, id), dossier=before.dossier) == before


# ------------------------------------------------------------------ the audit trail and transactions
def test_trail(world: World, jan: Actor) -> None:
    """SI-5: every act is recorded with its actor and ids, without answers and without names of pages."""
    id = world.ask(jan)
    world.complete(jan, id)
    world.deliver()
    world.portal.office.questionnaires.answers(world.handler, id)
    with world.storage.begin() as uow:
        entries = [each for each in uow.audit.entries(world.handler) if "uestionnaire" in each.what]
    assert [(each.what, each.handler, each.account_id) for each in entries] == [
        ("QuestionnairePublished", "mr. A. de Wit", None),
        ("QuestionnaireAssigned", "mr. A. de Wit", None),
        ("QuestionnaireStarted", None, jan.account_id),
        *[("QuestionnairePageSaved", None, jan.account_id)] * 3,
        ("QuestionnaireCompleted", None, jan.account_id),
    ]
    account = str(jan.account_id)
    assert json.loads(entries[3].which) == {"assignment_id": str(id), "saves": 1, "account_id": account}
    assert world.audit()[-2:] == ["ResultFiled", "AnswersRead"]
    with world.storage.begin() as uow:
        trail = " ".join(each.which for each in uow.audit.entries(world.handler))
        waiting = " ".join(
            str(task.payload) for lane in Lane for task in uow.outbox.lease(lane, at=LATER, until=LATER, limit=99)
        )
    pages = [each["id"] for each in json.loads(document())["pages"]]
    assert not [secret for secret in [*SECRETS, *pages] if secret in trail + waiting]


@pytest.mark.parametrize(
    "act",
    [
        lambda portal, jan, id: portal.save(jan, id, "persoon", SINGLE, version=3),
        lambda portal, jan, id: portal.complete(jan, id, version=3),
    ],
    ids=["save", "complete"],
)
def test_whole_or_not_at_all(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch, act: Act) -> None:
    """AL-2: if the commit fails, no answers, audit entries or outbox tasks are stored."""
    id = world.ask(jan)
    before = world.fill_in(jan, id)
    world.deliver()
    trail = world.audit()
    with world.storage.begin() as uow:
        unit_of_work = type(uow)

    def broken(self: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(unit_of_work, "commit", broken)
        with pytest.raises(Unavailable):
            act(world.portal.client.questionnaires, jan, id)
    assert world.portal.client.questionnaires.open(jan, id) == before
    assert world.audit() == trail
    assert world.portal.background.dispatcher.run_once() == 0


def test_faults_are_shown_without_answers(world: World, jan: Actor) -> None:
    """SI-5: the text of a refusal names fields and rules, and contains no answers."""
    id = world.ask(jan)
    world.fill_in(jan, id, {"persoon": PERSON})
    with pytest.raises(Refused) as refusal:
        world.portal.client.questionnaires.save(jan, id, "huwelijk", {"partner": "geheim" * 9}, version=1)
    assert refusal.value.faults == (
        Fault(code=FaultCode.TOO_LONG, field="partner", params={"limit": 20, "length": 54}),
    )
    assert "geheim" not in f"{refusal.value} {refusal.value!r}"
