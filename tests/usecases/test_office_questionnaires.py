"""The office assigns, withdraws, rebases and reads questionnaires (OF-1, OF-2, QU-1, QU-4)."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict, FaultCode, Refused
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.questionnaires.answering import Answering, Given
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.definition import Answers
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import AssignmentId, ClientId, DossierId, Language
from klantportaal.ports.mail import Mail
from klantportaal.ports.reading import AssignmentRow
from tests.usecases.intake import ALL, ASSETS, MARRIAGE, PERSON, SINGLE, Submitted, document, revised
from tests.usecases.test_answer_files import as_answer, kept, marriage, stage
from tests.usecases.test_questionnaires import Faults, raised, where
from tests.usecases.world import World, answering

TITLES = {Language.DUTCH: "Uw gegevens", Language.ENGLISH: "Your details"}


# ------------------------------------------------------------------ assigning
def test_assign(world: World, jan: Actor) -> None:
    """OF-1, QU-1: an assignment uses the newest revision and its title, and shows the office the client's progress."""
    world.publish_questionnaire(document())
    newest = world.publish_questionnaire(json.dumps(revised()))
    dossier = world.dossier(jan)
    office = world.portal.office.questionnaires
    id = office.assign(world.handler, dossier, jan.client_id, "intake", due_on=date(2026, 1, 5))
    row = AssignmentRow(
        id=id,
        client_id=jan.client_id,
        client_name="Jan Jansen",
        dossier_id=dossier,
        dossier_number="2026-001",
        questionnaire="intake",
        revision=2,
        digest=newest.digest,
        subject=TITLES,
        state=AssignmentState.OPEN,
        assigned_at=world.clock.now(),
        assigned_by="mr. A. de Wit",
        due_on=date(2026, 1, 5),
        started_at=None,
        saved_at=None,
        progress=0,
        ended_at=None,
        submission_id=None,
    )
    assert office.get(world.handler, id) == row
    assert list(office.list(world.handler)) == [row]
    assert world.portal.office.dossiers.get(world.handler, dossier).assignments == (row,)
    at = world.clock.now()
    world.fill_in(jan, id, {"persoon": PERSON})
    assert office.get(world.handler, id) == attrs.evolve(row, started_at=at, saved_at=at, progress=33)


def test_assign_another_revision(world: World, jan: Actor) -> None:
    """OF-1: the office can choose an older revision, and a subject instead of the title."""
    world.publish_questionnaire(document())
    world.publish_questionnaire(json.dumps(revised()))
    office = world.portal.office.questionnaires
    id = office.assign(
        world.handler, world.dossier(jan), jan.client_id, "intake", revision=1, subject=" Uw \n huwelijk "
    )
    row = office.get(world.handler, id)
    assert (row.revision, row.subject) == (1, dict.fromkeys(Language, "Uw huwelijk"))


def test_assign_with_answers(world: World, jan: Actor) -> None:
    """QU-1: the client starts with what the office gave; what the definition does not take is refused."""
    world.publish_questionnaire(document())
    office, dossier = world.portal.office.questionnaires, world.dossier(jan)
    assign = partial(office.assign, world.handler, dossier, jan.client_id, "intake")
    assert raised(Refused, lambda: assign(given={"gehuwd": "ja", "weg": 1})) == [
        (FaultCode.UNKNOWN_QUESTION, "given.weg", {}),
        (FaultCode.NOT_YES_OR_NO, "given.gehuwd", {}),
    ]
    assert list(office.list(world.handler)) == []
    id = assign(given={"gehuwd": False, "naam": " Jan  Jansen "})
    known: Answers = {"naam": "Jan Jansen", "gehuwd": False}
    assert world.portal.client.questionnaires.open(jan, id).assignment.given == Given(known)
    started = world.portal.client.questionnaires.start(jan, id).assignment
    assert started.given is None
    assert started.answering is not None
    assert started.answering.raw == known
    assert started.answering.given == {"naam", "gehuwd"}


def test_what_is_not_assigned(world: World, jan: Actor, piet: Actor) -> None:
    """AL-1: a client that is not a party, a too long subject and a past due date are reported together."""
    world.publish_questionnaire(document())
    dossier = world.dossier(jan)
    assign = world.portal.office.questionnaires.assign
    trail = world.audit()
    faults: Faults = [
        (FaultCode.NOT_A_PARTY, "client_id", {}),
        (FaultCode.TOO_LONG, "subject", {"limit": 150}),
        (FaultCode.DATE_PASSED, "due_on", {}),
    ]
    refused = raised(
        Refused,
        lambda: assign(world.handler, dossier, piet.client_id, "intake", subject="x" * 151, due_on=date(2026, 1, 4)),
    )
    assert refused == faults
    nowhere = UUID(int=9)
    for dossier_id, client_id, questionnaire, revision in (
        (dossier, jan.client_id, "nergens", None),
        (dossier, jan.client_id, "intake", 2),
        (DossierId(nowhere), jan.client_id, "intake", None),
        (dossier, ClientId(nowhere), "intake", None),
    ):
        with pytest.raises(Absent):
            assign(world.handler, dossier_id, client_id, questionnaire, revision=revision)
    assert list(world.portal.office.questionnaires.list(world.handler)) == []
    assert world.audit() == trail


def test_a_closed_client(world: World, jan: Actor) -> None:
    """QU-1: a closed client gets no mail about a new questionnaire, and finds it after it is reopened."""
    world.portal.office.clients.close(world.handler, jan.client_id)
    id = world.ask(jan)
    assert news(world) == []
    world.portal.office.clients.reopen(world.handler, jan.client_id)
    assert [row.id for row in world.portal.client.questionnaires.waiting(world.sign_in())] == [id]


def test_list(world: World, jan: Actor, piet: Actor) -> None:
    """OF-1: assignments are listed newest first, can be filtered by dossier and by state, and are paged."""
    first, second = world.dossier(jan, piet), world.dossier(jan, number="2026-002")
    ids = [world.ask(actor, dossier) for actor, dossier in ((jan, first), (piet, first), (jan, second))]
    world.complete(piet, ids[1])
    office = world.portal.office.questionnaires
    office.withdraw(world.handler, ids[2])

    def listed(**of: object) -> list[AssignmentId]:
        return [row.id for row in office.list(world.handler, **of)]  # type: ignore[arg-type]

    assert listed() == ids[::-1]
    assert listed(dossier_id=first) == [ids[1], ids[0]]
    assert [listed(state=state) for state in AssignmentState] == [[ids[0]], [ids[1]], [ids[2]]]
    assert listed(size=1) == [ids[2]]
    assert listed(size=1, after=ids[2]) == [ids[1]]
    assert listed(dossier_id=second, state=AssignmentState.OPEN) == []


# ------------------------------------------------------------------ PR-2
def news(world: World) -> list[Mail]:
    """Let five minutes pass, and return the mails that were sent."""
    world.later(minutes=5)
    return world.deliver()


def test_notice(world: World, jan: Actor) -> None:
    """PR-2: every account of the client is notified of a questionnaire in a dossier, without its contents."""
    world.extra_account(jan, "extra@example.nl")
    world.ask(jan)
    mails = news(world)
    assert sorted(mail.to for mail in mails) == ["extra@example.nl", "jan@example.nl"]
    for mail in mails:
        assert "2026-001" in mail.text
        assert "vragenlijst" in mail.text
        assert "Uw gegevens" not in mail.subject + mail.text + mail.html
    assert news(world) == []


def switched_off(world: World, jan: Actor, id: AssignmentId) -> None:
    """Switch off the notifications about questionnaires."""
    off = attrs.evolve(Notifications(), questionnaires=False)
    world.portal.client.profile.save(jan, Profile(language=Language.DUTCH, notifications=off))


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda world, jan, id: world.portal.office.questionnaires.withdraw(world.handler, id),
        lambda world, jan, id: world.complete(jan, id),
        lambda world, jan, id: world.portal.office.dossiers.remove_party(
            world.handler, world.portal.client.questionnaires.open(jan, id).dossier.id, jan.client_id
        ),
        switched_off,
    ],
    ids=["withdrawn", "completed", "no longer a party", "switched off"],
)
def test_no_notice(
    world: World, jan: Actor, piet: Actor, meanwhile: Callable[[World, Actor, AssignmentId], object]
) -> None:
    """PR-2: no mail if the questionnaire is withdrawn, completed or not visible, or if its notifications are off."""
    id = world.ask(jan, world.dossier(jan, piet))
    meanwhile(world, jan, id)
    assert news(world) == []


# ------------------------------------------------------------------ withdrawing
def test_withdraw(world: World, jan: Actor) -> None:
    """QU-1: withdrawing erases the answers and files; the client sees the state and no open action."""
    id = world.ask(jan)
    world.fill_in(jan, id, {"persoon": PERSON})
    world.fill_in(jan, id, {"huwelijk": marriage(stage(world, jan, id))})
    world.later(minutes=1)
    office = world.portal.office.questionnaires
    office.withdraw(world.handler, id)
    opened = world.portal.client.questionnaires.open(jan, id).assignment
    assert (opened.state, opened.ended_at) == (AssignmentState.WITHDRAWN, world.clock.now())
    assert (opened.answering, opened.progress) == (None, 0)
    assert list(world.portal.client.questionnaires.waiting(jan)) == []
    assert (kept(world, id), world.files.contents) == (set(), {})
    assert world.audit().count("QuestionnaireWithdrawn") == 1
    again: Faults = [(FaultCode.WRONG_STATE, "questionnaire", {"state": "withdrawn"})]
    assert raised(Refused, lambda: office.withdraw(world.handler, id)) == again
    assert raised(Refused, lambda: office.rebase(world.handler, id, 1)) == again


def test_completed_is_not_taken_back(world: World, jan: Actor) -> None:
    """QU-4, property 7: a completed questionnaire can be neither withdrawn nor rebased."""
    id = world.ask(jan)
    completed = world.complete(jan, id)
    world.publish_questionnaire(json.dumps(revised()))
    office = world.portal.office.questionnaires
    refusal: Faults = [(FaultCode.WRONG_STATE, "questionnaire", {"state": "completed"})]
    assert raised(Refused, lambda: office.withdraw(world.handler, id)) == refusal
    assert raised(Refused, lambda: office.rebase(world.handler, id, 2)) == refusal
    assert world.portal.client.questionnaires.open(jan, id) == completed


@pytest.mark.parametrize("act", ["withdraw", "rebase"])
def test_a_page_was_saved_meanwhile(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """AL-2: if a client saves a page during an act of the office, the act is repeated with the new answers."""
    id = world.ask(jan)
    world.publish_questionnaire(json.dumps(revised()))
    world.fill_in(jan, id, {"persoon": PERSON})
    with world.storage.begin() as uow:
        earlier = [uow.assignments.get(world.office, id)]
        assignments = type(uow.assignments)
    world.fill_in(jan, id, {"huwelijk": MARRIAGE})
    get = assignments.get
    with monkeypatch.context() as patched:
        patched.setattr(assignments, "get", lambda *args: earlier.pop() if earlier else get(*args))
        if act == "withdraw":
            world.portal.office.questionnaires.withdraw(world.handler, id)
        else:
            world.portal.office.questionnaires.rebase(world.handler, id, 2)
    assert earlier == []
    opened = world.portal.client.questionnaires.open(jan, id).assignment
    raw = None if opened.answering is None else opened.answering.raw
    assert (opened.state, raw) == {
        "withdraw": (AssignmentState.WITHDRAWN, None),
        "rebase": (AssignmentState.OPEN, {**PERSON, **MARRIAGE}),
    }[act]


# ------------------------------------------------------------------ another revision
def test_a_new_revision_changes_nothing(world: World, jan: Actor) -> None:
    """QU-3, property 7: an assigned questionnaire keeps its revision when a new one is published."""
    id = world.ask(jan)
    before = world.fill_in(jan, id, {"persoon": PERSON})
    world.publish_questionnaire(json.dumps(revised()))
    assert world.portal.client.questionnaires.open(jan, id) == before
    assert world.complete(jan, id, {"huwelijk": MARRIAGE, "bezit": ASSETS}).definition.revision == 1


def test_rebase(world: World, jan: Actor) -> None:
    """QU-3, property 7: a rebase keeps the answers and files that fit the new revision, and drops the others."""
    id = world.ask(jan)
    world.fill_in(jan, id, {"persoon": PERSON})
    certificate, evidence = stage(world, jan, id), stage(world, jan, id, "bewijs")
    pages: Submitted = {"huwelijk": marriage(certificate), "bezit": {**ASSETS, "bewijs": [str(evidence.id)]}}
    world.fill_in(jan, id, pages)
    world.publish_questionnaire(json.dumps(revised()))
    office = world.portal.office.questionnaires
    office.rebase(world.handler, id, 2)
    opened = world.portal.client.questionnaires.open(jan, id)
    assert answering(opened) == Answering(
        as_of=date(2026, 1, 5),
        raw={**PERSON, **MARRIAGE, "akte": as_answer(certificate), **ASSETS},
        saved=frozenset({"persoon", "huwelijk"}),
        unasked=frozenset({"huis"}),
        last_saved=None,
        version=4,
    )
    assert (opened.definition.revision, opened.assignment.progress, where(opened)) == (2, 100, "bezit")
    assert kept(world, id) == {certificate.id}
    assert office.get(world.handler, id).revision == 2
    assert world.audit()[-1] == "QuestionnaireRebased"
    with pytest.raises(Conflict):
        world.portal.client.questionnaires.save(jan, id, "bezit", ASSETS, version=3)
    completed = world.complete(jan, id, {"bezit": {**ASSETS, "huis": False}})
    assert (completed.assignment.state, answering(completed).raw["huis"]) == (AssignmentState.COMPLETED, False)


def test_rebase_to_the_same(world: World, jan: Actor) -> None:
    """QU-3, property 7: a rebase to the same revision changes nothing, and an unknown revision is absent."""
    id = world.ask(jan)
    before, trail = world.fill_in(jan, id, {"persoon": PERSON}), world.audit()
    office = world.portal.office.questionnaires
    office.rebase(world.handler, id, 1)
    with pytest.raises(Absent):
        office.rebase(world.handler, id, 3)
    assert world.portal.client.questionnaires.open(jan, id) == before
    assert world.audit() == trail


def test_rebase_before_the_start(world: World, jan: Actor) -> None:
    """QU-3, property 7: a questionnaire that is rebased before its start begins with the new revision."""
    id = world.ask(jan)
    world.publish_questionnaire(json.dumps(revised()))
    world.portal.office.questionnaires.rebase(world.handler, id, 2)
    opened = world.portal.client.questionnaires.open(jan, id)
    assert (opened.assignment.answering, opened.definition.revision) == (None, 2)
    assert where(world.fill_in(jan, id, {"persoon": SINGLE, "bezit": {"huis": True}})) is None


# ------------------------------------------------------------------ reading
def test_answers(world: World, jan: Actor) -> None:
    """QU-4: the office reads the ids of the definition, and each visible question with a code or typed value."""
    dossier = world.dossier(jan)
    id = world.ask(jan, dossier)
    world.fill_in(jan, id, ALL)
    world.later(hours=1)
    jan = world.sign_in()
    world.complete(jan, id, {"persoon": SINGLE})
    office = world.portal.office.questionnaires
    text = office.answers(world.handler, id)
    assert json.loads(text) == {
        "questionnaire": "intake",
        "revision": 1,
        "digest": next(iter(office.revisions(world.handler))).digest,
        "assignment": str(id),
        "dossier": str(dossier),
        "client": str(jan.client_id),
        "as_of": "2026-01-05",
        "completed_by": str(jan.account_id),
        "completed_at": world.clock.now().isoformat(),
        "given": [],
        "answers": {
            "naam": "J. Jansen",
            "geboren": "1980-02-29",
            "gehuwd": False,
            "geld": 1999,
            "paarden": None,
            "kinderen": [{"kind": "Sem"}, {"kind": "Fleur"}],
            "bewijs": None,
            "kopie": None,
            "verder": "Nee.\nDank u.",
        },
    }
    assert office.answers(world.handler, id) == text
    result = office.result(world.handler, id)
    assert {each.question.id: each.answer for each in result.asked} == json.loads(text)["answers"]
    assert result.definition.digest == json.loads(text)["digest"]
    assert world.audit()[-3:] == ["AnswersRead"] * 3


@pytest.mark.parametrize("state", ["open", "withdrawn"])
def test_answers_of_what_is_not_completed(world: World, jan: Actor, state: str) -> None:
    """QU-4: the office cannot read answers before completion, and the refusal is not recorded as a reading."""
    id = world.ask(jan)
    world.fill_in(jan, id)
    office = world.portal.office.questionnaires
    if state == "withdrawn":
        office.withdraw(world.handler, id)
    refusal: Faults = [(FaultCode.WRONG_STATE, "questionnaire", {"state": state})]
    assert raised(Refused, lambda: office.answers(world.handler, id)) == refusal
    assert raised(Refused, lambda: office.result(world.handler, id)) == refusal
    assert raised(Refused, lambda: office.pdf(world.handler, id)) == refusal
    assert "AnswersRead" not in world.audit()


Call = Callable[[World, OfficeActor, AssignmentId], object]
CALLS: dict[str, Call] = {
    "withdraw": lambda world, office, id: world.portal.office.questionnaires.withdraw(office, id),
    "rebase": lambda world, office, id: world.portal.office.questionnaires.rebase(office, id, 1),
    "get": lambda world, office, id: world.portal.office.questionnaires.get(office, id),
    "answers": lambda world, office, id: world.portal.office.questionnaires.answers(office, id),
    "result": lambda world, office, id: world.portal.office.questionnaires.result(office, id),
    "pdf": lambda world, office, id: world.portal.office.questionnaires.pdf(office, id),
    "document": lambda world, office, id: world.portal.office.questionnaires.document(
        office, world.portal.office.questionnaires.get(world.handler, id).digest
    ),
    "assign": lambda world, office, id: world.portal.office.questionnaires.assign(
        office,
        world.portal.office.questionnaires.get(world.handler, id).dossier_id,
        world.portal.office.questionnaires.get(world.handler, id).client_id,
        "intake",
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_other_office(world: World, jan: Actor, call: Call) -> None:
    """OF-2: questionnaires and assignments of another office are absent for every call."""
    id = world.ask(jan)
    world.complete(jan, id)
    world.deliver()
    other, trail = world.other_office(), world.audit()
    with pytest.raises(Absent):
        call(world, other, id)
    office = world.portal.office.questionnaires
    assert (list(office.list(other)), list(office.revisions(other))) == ([], [])
    assert world.audit() == trail
