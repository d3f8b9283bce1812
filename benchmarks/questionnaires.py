"""Measures questionnaires: saving, projecting, publishing, the editor, the PDF, and a page of questions over HTTP."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from itertools import count, cycle
from pathlib import Path
from statistics import median

import attrs
from jsonschema import Draft202012Validator

from benchmarks import asking
from benchmarks.database import connect_sqlite
from benchmarks.entrance import ADDRESS, PASSWORD, Desk, furnish
from benchmarks.measured import Figure, paired, timed
from benchmarks.replay import recorded
from benchmarks.server import running
from benchmarks.visiting import Visitor
from klantportaal import OfficeActor
from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.web.api.requests import ApiRequest
from klantportaal.adapters.web.editor.serving import QuestionnaireEditor
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain import sessions
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.projection import asked, project
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.questionnaires.validation import CHECKER
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, Language
from klantportaal.ports.pdf import Report

QUESTIONS = 60
MANY, FEW = 2_000, 20
PAGE = 5
"""The page that is saved, in the middle of the questionnaire."""
ROUNDS = 300
HOSTS = ("flask", "fastapi")
TODAY = date(2026, 1, 31)
WHERE = f"{QUESTIONS} questions, {QUESTIONS} conditions"
SELECT = "SELECT answering FROM assignments WHERE office_id = ? AND id = ?"
UPDATE = "UPDATE assignments SET answering = ?, saved_at = ?, version = version + 1 WHERE office_id = ? AND id = ?"
INSERT = "INSERT INTO entries (office_id, id, at, what, which, signature) VALUES (?, ?, ?, ?, ?, ?)"
FIRST_PDF = "from benchmarks.questionnaires import first_pdf; print(*first_pdf())"


@attrs.frozen(kw_only=True)
class Room:
    """A portal with a client that has answered all pages of a questionnaire, but not completed it."""

    desk: Desk
    office: OfficeActor
    actor: Actor
    assignment_id: AssignmentId
    bare_id: AssignmentId
    """A second assignment with the same answers, for the bare statements."""

    @property
    def version(self) -> int:
        """The current version of the answers."""
        answering = self.desk.portal.client.questionnaires.open(self.actor, self.assignment_id).assignment.answering
        return 0 if answering is None else answering.version


def measure(folder: Path) -> list[Figure]:
    """Measure everything about questionnaires."""
    room = _furnished(folder)
    definition, _text = publishing.read(asking.document(QUESTIONS))
    return [
        *_saved(room, folder, definition),
        _projected(definition),
        *_published(room),
        *_edited(room),
        *_printed(definition),
        *_over_http(room, folder),
    ]


def _furnished(folder: Path) -> Room:
    desk = furnish(folder, 4)
    portal, office = desk.portal, OfficeActor(office_id=desk.office_id, handler="mr. A. de Wit")
    dossier = portal.office.dossiers.open(office, number="1", description="Gemeten", parties=[desk.client_id])
    portal.office.questionnaires.publish(office, asking.document(QUESTIONS))
    token = portal.client.sign_in.sign_in(sessions.Visitor(office_id=desk.office_id), ADDRESS, PASSWORD).token
    actor = portal.client.sign_in.whoever(desk.office_id, token).actor
    both = [portal.office.questionnaires.assign(office, dossier, desk.client_id, "gemeten") for _ in range(2)]
    for each in both:
        portal.client.questionnaires.start(actor, each)
        for page in range(QUESTIONS // asking.A_PAGE):
            portal.client.questionnaires.save(
                actor, each, asking.page_id(page), asking.page_answers(page), version=page
            )
    return Room(desk=desk, office=office, actor=actor, assignment_id=both[0], bare_id=both[1])


# ------------------------------------------------------------------ saving a page
def _saved(room: Room, folder: Path, definition: Definition) -> Iterator[Figure]:
    """Compare saving a page with bare validation by jsonschema plus one UPDATE, and with code written by hand."""
    versions, texts = count(room.version), count()

    def save() -> None:
        given = asking.page_answers(PAGE, text=f"Antwoord {next(texts)}")
        page, version = asking.page_id(PAGE), next(versions)
        room.desk.portal.client.questionnaires.save(room.actor, room.assignment_id, page, given, version=version)

    with recorded() as statements:
        save()
    yield Figure(subject="save a page of 6: statements", where=WHERE, value=len(statements), unit="")
    connection = connect_sqlite(folder / "portal.sqlite3")
    ours, bare = paired(save, _bare(room, connection, definition), rounds=ROUNDS)
    basis = f"validation and UPDATE {bare:,.0f} µs, the use case {ours:,.0f} µs"
    yield Figure(subject="save a page of 6", where=WHERE, value=ours / bare, unit="× bare", basis=basis)
    ours, by_hand = paired(save, _by_hand(room, connection, definition), rounds=ROUNDS)
    basis = f"read, projected, checked, written and noted by hand {by_hand:,.0f} µs"
    yield Figure(
        subject="save a page of 6", where=WHERE, value=ours / by_hand, unit="× by hand", budget=2.5, basis=basis
    )
    connection.close()


def _bare(room: Room, connection: sqlite3.Connection, definition: Definition) -> Callable[[], None]:
    """Return the minimum of work: validate six answers with prepared schemas, and commit an UPDATE of equal size."""
    forms = zip(definition.pages[PAGE].questions, asking.FORMS, strict=True)
    validators = [
        (each.id, Draft202012Validator({**form, **each.schema.document}, format_checker=CHECKER))
        for each, form in forms
    ]
    given = asking.page_answers(PAGE)
    row = (room.desk.office_id.bytes, room.bare_id.bytes)
    (stands,) = connection.execute(SELECT, row).fetchone()
    texts = cycle([stands, stands.replace("Johanna", "Cornelia")])

    def bare() -> None:
        for id, validator in validators:
            if any(validator.iter_errors(given[id])):
                raise RuntimeError(f"{id} is refused")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(UPDATE, (next(texts), time.time_ns(), *row))
        connection.execute("COMMIT")

    return bare


def _by_hand(room: Room, connection: sqlite3.Connection, definition: Definition) -> Callable[[], None]:
    """Return a save that is written by hand: read, project, check, write and log.

    It has no access checks, no versions and no layers, and reads nothing after the commit.
    """
    questions, ids, texts = definition.pages[PAGE].questions, Uuid7Ids(), count()
    office_id, row = room.desk.office_id.bytes, (room.desk.office_id.bytes, room.bare_id.bytes)

    def by_hand() -> None:
        given = asking.page_answers(PAGE, text=f"Met de hand {next(texts)}")
        connection.execute("BEGIN IMMEDIATE")
        answering = json.loads(connection.execute(SELECT, row).fetchone()[0])
        answering["raw"].update({each.id: tidied(each, given[each.id]) for each in questions})
        projection = project(definition, answering["raw"], as_of=TODAY)
        for each in questions:
            if any(faults(each, projection.answers[each.id], projection.answers, as_of=TODAY)):
                raise RuntimeError(f"{each.id} is refused")
        connection.execute(UPDATE, (json.dumps(answering, separators=(",", ":")), time.time_ns(), *row))
        connection.execute(
            INSERT, (office_id, ids.new().bytes, time.time_ns(), "QuestionnairePageSaved", "{}", bytes(40))
        )
        connection.execute("COMMIT")

    return by_hand


# ------------------------------------------------------------------ the engine, and publishing
def _projected(definition: Definition) -> Figure:
    raw = asking.answers(QUESTIONS)
    times = [timed(lambda: project(definition, raw, as_of=TODAY)) for _ in range(ROUNDS)]
    return Figure(subject="project", where=WHERE, value=median(times) / 1000, unit="ms", budget=1)


def _published(room: Room) -> Iterator[Figure]:
    revisions = count(2)
    for questions, rounds in ((QUESTIONS, 9), (MANY, 3)):

        def publish(questions: int = questions) -> None:
            document = asking.document(questions, revision=next(revisions))
            room.desk.portal.office.questionnaires.publish(room.office, document)

        value = median(timed(publish) for _ in range(rounds)) / 1000
        yield Figure(subject="publish", where=f"{questions:,} questions, SQLite", value=value, unit="ms")


# ------------------------------------------------------------------ the editor
def _edited(room: Room) -> Iterator[Figure]:
    """Compare the form of one question of a draft with 2,000 questions with that of one with 20."""
    editor = QuestionnaireEditor(site=Site.assemble(room.desk.portal, ()))
    many, few = paired(_form(editor, room, MANY), _form(editor, room, FEW), rounds=15)
    subject, basis = (
        "form of a question",
        f"{MANY:,} questions {many / 1000:,.0f} ms, {FEW} questions {few / 1000:,.0f} ms",
    )
    yield Figure(subject=subject, where=f"{MANY:,} questions", value=many / 1000, unit="ms")
    yield Figure(
        subject=subject, where=f"{MANY:,} questions", value=many / few, unit=f"× of {FEW}", budget=30, basis=basis
    )


def _form(editor: QuestionnaireEditor, room: Room, questions: int) -> Callable[[], None]:
    """Return a function that opens the form of the last question of a draft, without a host."""
    document = asking.document(questions)
    draft = room.desk.portal.office.questionnaires.start_draft(room.office, document)
    last = len(json.loads(document)["pages"]) - 1
    request = ApiRequest(
        method="GET",
        root="/vragenlijsten",
        path=f"/{draft.id}/pages.{last}.questions.1",
        query="",
        headers={"sec-fetch-site": "same-origin"},
        body=(),
        network_address=None,
        find_actor=lambda: room.office,
    )

    def form() -> None:
        if (status := editor.answer(request).status) != 200:
            raise RuntimeError(f"the form was not shown: {status}")

    return form


# ------------------------------------------------------------------ the PDF
def _printed(definition: Definition) -> Iterator[Figure]:
    command = [sys.executable, "-c", FIRST_PDF]
    runs = [
        subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()  # noqa: S603 - fixed command
        for _ in range(5)
    ]
    imported, first = (median(float(each[part]) for each in runs) for part in (0, 1))
    writer, report = FpdfWriter(), _report(definition)
    writer.write(report)
    following = median(timed(lambda: writer.write(report)) for _ in range(15)) / 1000
    basis = f"after an import of {imported:,.0f} ms"
    for subject, value, more in (("first PDF of a process", first, basis), ("PDF", following, "")):
        yield Figure(subject=subject, where=f"{QUESTIONS} answers", value=value, unit="ms", budget=150, basis=more)


def first_pdf() -> tuple[float, float]:
    """Measure the import for the first PDF of a process, and the making of that PDF, both in ms."""
    definition, _text = publishing.read(asking.document(QUESTIONS))
    writer, report = FpdfWriter(), _report(definition)
    imported = timed(lambda: import_module("klantportaal.adapters.pdf.drawing"))
    return imported / 1000, timed(lambda: writer.write(report)) / 1000


def _report(definition: Definition) -> Report:
    raw = asking.answers(QUESTIONS)
    return Report(
        language=Language.DUTCH,
        title="Gemeten",
        office=OfficeProfile(name="Notariskantoor", contact_address="info@kantoor.test"),
        client_name="Jan Jansen",
        dossier_number="2026-001",
        dossier_description="Koop woning Dorpsstraat 1",
        completed_at=datetime(2026, 1, 31, 9, tzinfo=UTC),
        completed_by="Jan Jansen",
        asked=tuple(asked(project(definition, raw, as_of=TODAY))),
        attachment=repr(raw).encode(),
    )


# ------------------------------------------------------------------ over HTTP
def _over_http(room: Room, folder: Path) -> Iterator[Figure]:
    path = f"/vragenlijsten/{room.assignment_id}/pagina/{asking.page_id(PAGE)}"
    for host in HOSTS:
        with (
            running(host, str(folder / "portal.sqlite3"), folder) as server,
            Visitor(server.port, cookie=room.desk.cookie) as visitor,
        ):
            shown = _typical(partial(visitor.get, path))
            saved = _typical(_saving(visitor, path, room.version))
        for subject, value in (("6 questions", shown), ("6 answers saved", saved)):
            yield Figure(subject=f"page over HTTP: {subject}", where=f"{host}, SQLite", value=value, unit="ms")


def _typical(call: Callable[[], object]) -> float:
    for _ in range(20):
        call()
    return median(timed(call) for _ in range(ROUNDS)) / 1000


def _saving(visitor: Visitor, path: str, version: int) -> Callable[[], None]:
    """Return a function that submits the page with ``Volgende``, each time with another answer."""
    versions, seal = count(version), visitor.seal(path)

    def save() -> None:
        shown = next(versions)
        answer = visitor.post(
            path, shown_for=seal, versie=str(shown), **asking.page_fields(PAGE, text=f"Antwoord {shown}")
        )
        if answer.status != 303:
            raise RuntimeError(f"the page was not saved: {answer.status}")

    return save
