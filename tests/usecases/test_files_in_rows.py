"""Files in rows: each owner with a passport of their own (QU-2, QU-4)."""

import pytest

from klantportaal.domain.errors import Absent, FaultCode, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, Language
from tests.usecases.intake import document, question
from tests.usecases.test_answer_files import as_answer, kept, stage, staged
from tests.usecases.test_archives import files
from tests.usecases.test_questionnaires import raised
from tests.usecases.world import World, answering

PLACE = "eigenaren.paspoort"
COLUMNS = [question("wie", "text", "Wie", "Who"), question("paspoort", "file", "Paspoort", "Passport", required=True)]
OWNERS = question("eigenaren", "rows", "Eigenaren", "Owners", columns=COLUMNS)
OTHER = question("akte", "file", "Akte", "Deed")
PAGE = {"id": "bezit", "texts": {"nl": {"title": "Bezit"}, "en": {"title": "Owned"}}, "questions": [OWNERS, OTHER]}


@pytest.fixture
def id(world: World, jan: Actor) -> AssignmentId:
    """A questionnaire that asks for the owners, each with a passport."""
    world.publish_questionnaire(document(pages=[PAGE]))
    id = world.portal.office.questionnaires.assign(world.handler, world.dossier(jan), jan.client_id, "intake")
    world.portal.client.questionnaires.start(jan, id)
    return id


def test_kept_and_delivered(world: World, jan: Actor, id: AssignmentId) -> None:
    """QU-4: each row has its own files. They are kept with the page, dropped with their row, and delivered."""
    eva, bo, ann = (stage(world, jan, id, PLACE, name) for name in ("eva.pdf", "bo.pdf", "ann.pdf"))
    assert (staged(world, jan, id, PLACE), staged(world, jan, id)) == ([eva, bo, ann], [])
    rows = [{"wie": each.name, "paspoort": [str(each.id)]} for each in (eva, bo, ann)]
    saved = world.fill_in(jan, id, {"bezit": {"eigenaren": [rows[0], {}, rows[1], rows[2]]}})
    kept_rows = [{"wie": each.name, "paspoort": as_answer(each)} for each in (eva, bo, ann)]
    assert answering(saved).raw == {"eigenaren": kept_rows}
    assert (staged(world, jan, id, PLACE), kept(world, id)) == ([], {eva.id, bo.id, ann.id})
    fewer = world.fill_in(jan, id, {"bezit": {"eigenaren": rows[1:]}})
    assert answering(fewer).raw == {"eigenaren": kept_rows[1:]}
    assert (kept(world, id), len(world.files.contents)) == ({bo.id, ann.id}, 2)
    world.complete(jan, id, {})
    dossier = world.portal.client.questionnaires.open(jan, id).dossier.id
    delivered = world.portal.client.dossiers.submissions(jan, dossier)
    bo_named, ann_named = (dict.fromkeys(Language, row) for row in ("1: bo.pdf", "2: ann.pdf"))
    label = {Language.DUTCH: "Paspoort", Language.ENGLISH: "Passport"}
    told = {row.id: (row.question_label, row.row_name) for row in delivered}
    assert told == {bo.id: (label, bo_named), ann.id: (label, ann_named)}
    calls = world.portal.office.dossiers
    office = calls.get(world.handler, dossier).submissions
    assert {row.id: (row.question_label, row.row_name) for row in office} == told
    for archive in (world.portal.client.dossiers.archive(jan, dossier), calls.archive(world.handler, dossier)):
        found = files(archive)
        names = [name.rpartition("/")[2] for name in found]
        assert {"bo (1 bo.pdf).pdf", "ann (2 ann.pdf).pdf"} <= set(names)
        assert "Vraag: Paspoort (1: bo.pdf)" in found["Inhoud.html"].decode()
        assert "Question: Passport (2: ann.pdf)" in found["Contents.html"].decode()


def test_of_another_question(world: World, jan: Actor, id: AssignmentId) -> None:
    """AL-1: a file that was staged elsewhere, or is gone, is said at its row; rows without answers do not count."""
    own, elsewhere = stage(world, jan, id, PLACE), stage(world, jan, id)
    save = world.portal.client.questionnaires.save
    rows = [{}, {"paspoort": [str(own.id)]}, {"paspoort": [str(elsewhere.id)]}, {"wie": "x"}]
    assert raised(Refused, lambda: save(jan, id, "bezit", {"eigenaren": rows}, version=0)) == [
        (FaultCode.UPLOAD_GONE, "eigenaren.1.paspoort", {}),
        (FaultCode.MISSING, "eigenaren.2.paspoort", {}),
    ]
    forged = [{"paspoort": "x"}, 7]
    found = raised(Refused, lambda: save(jan, id, "bezit", {"eigenaren": forged[:1]}, version=0))
    assert found == [(FaultCode.NOT_A_LIST, "eigenaren.0.paspoort", {})]
    assert raised(Refused, lambda: save(jan, id, "bezit", {"eigenaren": forged}, version=0)) == [
        (FaultCode.NOT_A_LIST, "eigenaren", {})
    ]


def test_in_one_row(world: World, jan: Actor, id: AssignmentId) -> None:
    """AT-2: A file belongs to one row, staged or saved. Naming it twice in one answer is naming it once."""
    eva, bo = (stage(world, jan, id, PLACE, name) for name in ("eva.pdf", "bo.pdf"))
    save = world.portal.client.questionnaires.save
    twice = {"eigenaren": [{"paspoort": [str(eva.id)]}, {"paspoort": [str(bo.id), str(eva.id), str(eva.id)]}]}
    refused = [(FaultCode.FILE_ELSEWHERE, "eigenaren.1.paspoort", {"name": "eva.pdf"})]
    assert raised(Refused, lambda: save(jan, id, "bezit", twice, version=0)) == refused
    assert (staged(world, jan, id, PLACE), kept(world, id)) == ([eva, bo], set())
    once = {"eigenaren": [{"paspoort": [str(eva.id)]}, {"paspoort": [str(bo.id), str(bo.id)]}]}
    saved = save(jan, id, "bezit", once, version=0)
    assert answering(saved).raw == {"eigenaren": [{"paspoort": as_answer(each)} for each in (eva, bo)]}
    assert raised(Refused, lambda: save(jan, id, "bezit", twice, version=1)) == refused
    swapped = {"eigenaren": [{"paspoort": [str(each.id)]} for each in (bo, eva)]}
    assert answering(save(jan, id, "bezit", swapped, version=1)).raw == {
        "eigenaren": [{"paspoort": as_answer(each)} for each in (bo, eva)]
    }


@pytest.mark.parametrize("place", ["paspoort", "eigenaren", "eigenaren.wie", "eigenaren.0.paspoort", "bezit", ""])
def test_no_place_for_files(world: World, jan: Actor, id: AssignmentId, place: str) -> None:
    """AL-1: a file is staged for a question or column that asks for files only."""
    with pytest.raises(Absent):
        stage(world, jan, id, place)
