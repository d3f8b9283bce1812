"""The pages of a questionnaire: filling in, the review of all answers, and the result."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from klantportaal.adapters.answer_texts import AnswerText, in_words
from klantportaal.adapters.web.forms.questionnaire import faults as answer_faults
from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire import uploads as answer_uploads
from klantportaal.adapters.web.forms.questionnaire.faults import AnswerFault
from klantportaal.adapters.web.forms.questionnaire.navigation import BACK, REVIEW
from klantportaal.adapters.web.forms.questionnaire.page import Filling
from klantportaal.adapters.web.forms.questionnaire.uploads import KnownFile
from klantportaal.adapters.web.language.fault_texts import SaidFault
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.question_fields import Questions, file_item
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.questionnaires import answer_files, answering
from klantportaal.domain.questionnaires.answer_files import files_of_answer
from klantportaal.domain.questionnaires.assignments import Assignment, require_started, result_of
from klantportaal.domain.questionnaires.projection import Asked, Projection, asked
from klantportaal.domain.quotas import Room
from klantportaal.domain.sessions import Actor
from klantportaal.ports.reading import UploadRow
from klantportaal.usecases.client.questionnaires import Opened


@attrs.frozen(kw_only=True)
class AnsweredQuestion:
    """A question with its answer as text."""

    label: str
    answer: AnswerText


@attrs.frozen(kw_only=True)
class AnsweredPage:
    """A page with its answers, in the review or the result."""

    id: str
    title: str
    questions: tuple[AnsweredQuestion, ...]
    finished: bool
    href: str
    """The link to change it, which leads back to the review afterwards."""
    broken: tuple[SaidFault, ...] = ()
    """The rules that it breaks, each with a link to the question that it is about."""


@attrs.frozen(kw_only=True)
class RejectedFile:
    """A file among the answers that the virus scanner rejected. It has to be removed, on its page."""

    name: str
    quarantine: QuarantineState
    href: str


def page(frame: Frame, shown: Filling) -> str:
    """Show a page with its questions and the values of their fields."""
    questions = Questions.of(frame, shown)
    pages = [each.page.id for each in questions.projection.pages]
    language = frame.language
    unfinished = list(answering.unfinished(questions.projection, shown.answering))
    total = answering.page_total(shown.definition, questions.projection, shown.answering)
    return frame.html(
        "questionnaire_page.html",
        **_about(frame, shown.opened),
        title=questions.page.page.texts[language].title,
        intro=questions.page.page.texts[language].intro,
        opening=shown.opened.definition.texts[language].intro if pages[0] == shown.page.id else "",
        number=pages.index(shown.page.id) + 1,
        total=total,
        done=len(pages) - len(unfinished),
        previous=_previous(frame, shown, questions.projection),
        action=_page_url(frame, shown.opened.assignment, shown.page.id),
        page_id=shown.page.id,
        saved_version=shown.version,
        to_review=shown.to_review,
        unsaved=shown.sent is not None,
        leaving=shown.leaving,
        conflict=shown.conflict,
        focused=shown.focus is not None,
        questions=questions.views(),
        takes_files=any(answer_files.places(shown.page)),
        added=questions.added(),
        unasked=questions.unasked(),
        dropped=questions.dropped(),
        kept=questions.kept(),
        faults=[_linked(frame, shown.opened.assignment, each) for each in questions.faults],
        named=page_form,
        upload_limits=frame.site.portal.settings.uploads,
        room=_room(frame, shown),
    )


def _linked(frame: Frame, assignment: Assignment, fault: AnswerFault, *, to_review: bool = False) -> SaidFault:
    """Give the sentence of a fault, with a link to its question if that is on another page."""
    if fault.page_id is None or fault.key is None:
        return fault.summary
    page_url = _page_url(frame, assignment, fault.page_id, to_review=to_review)
    return attrs.evolve(fault.summary, href=f"{page_url}#{form_fields.name(fault.key)}")


def _room(frame: Frame, shown: Filling) -> Room | None:
    """Give what may still be sent today, if the page asks for files."""
    if frame.actor is None or not any(answer_files.places(shown.page)):
        return None
    return frame.site.portal.client.messages.room(frame.actor)


def _about(frame: Frame, opened: Opened) -> dict[str, object]:
    """Give the values that every page of a questionnaire shows."""
    return {
        "assignment": opened.assignment,
        "dossier": opened.dossier,
        "subject": opened.assignment.subject[frame.language],
    }


def _page_url(frame: Frame, assignment: Assignment, page_id: str, *, to_review: bool = False) -> str:
    query = {BACK: REVIEW} if to_review else None
    return frame.url("questionnaire_page", assignment_id=assignment.id, page_id=page_id, query=query)


def _previous(frame: Frame, shown: Filling, projection: Projection) -> str | None:
    """Give the link of ``Vorige``: the previous page, or the review if the page was opened from it (QU-3)."""
    assignment = shown.opened.assignment
    if shown.to_review:
        return frame.url("questionnaire_review", assignment_id=assignment.id)
    earlier = answering.previous(projection, shown.page.id)
    return None if earlier is None else _page_url(frame, assignment, earlier.page.id)


def review(frame: Frame, opened: Opened, *, conflict: bool = False) -> str:
    """Show all answers page by page, each with a link to change it, and the button that completes."""
    begun = require_started(opened.assignment)
    projection = answering.view(opened.definition, begun)
    left = [each.page.id for each in answering.unfinished(projection, begun)]
    last = answering.previous(projection, None)
    pages = [
        attrs.evolve(each, broken=tuple(_broken(frame, opened.assignment, each.id, projection)))
        if each.id in left and each.id in begun.saved
        else each
        for each in _answered(frame, opened, projection, left)
    ]
    return frame.html(
        "questionnaire_review.html",
        **_about(frame, opened),
        pages=pages,
        left=[each for each in pages if not each.finished],
        total=answering.page_total(opened.definition, projection, begun),
        done=len(projection.pages) - len(left),
        previous=None if last is None else _page_url(frame, opened.assignment, last.page.id),
        saved_version=begun.version,
        conflict=conflict,
        rejected=list(_rejected(frame, opened, projection)),
        action=frame.url("questionnaire_review", assignment_id=opened.assignment.id),
        named=page_form,
    )


def _broken(frame: Frame, assignment: Assignment, page_id: str, projection: Projection) -> Iterator[SaidFault]:
    """List the rules that a saved page breaks since another page was changed."""
    if (page := projection.page(page_id)) is None:
        return
    for fault in answering.page_faults(page, page.scope, as_of=projection.as_of):
        if fault.code is FaultCode.MUST_HOLD:
            said = answer_faults.broken(fault, page, projection, frame.wording)
            where = attrs.evolve(said, page_id=said.page_id or page_id)
            yield _linked(frame, assignment, where, to_review=True)


def _rejected(frame: Frame, opened: Opened, projection: Projection) -> Iterator[RejectedFile]:
    """List the files among the answers that the virus scanner rejected, with the page to remove each on (AT-3)."""
    states = {str(id): state for id, state in opened.quarantine.items() if state is not QuarantineState.WAITING}
    for each in asked(projection):
        for file in files_of_answer(each.question, each.answer):
            if (state := states.get(str(file["id"]))) is not None:
                href = _page_url(frame, opened.assignment, each.page.id, to_review=True)
                yield RejectedFile(name=str(file["name"]), quarantine=state, href=href)


def _answered(frame: Frame, opened: Opened, projection: Projection, left: Sequence[str]) -> Iterator[AnsweredPage]:
    """List the questions and answers in the order of every view (property 10)."""
    answers = answers_by_page(frame, projection)
    for shown in projection.pages:
        id = shown.page.id
        yield AnsweredPage(
            id=id,
            title=shown.page.texts[frame.language].title,
            questions=tuple(answers.get(id, ())),
            finished=id not in left,
            href=_page_url(frame, opened.assignment, id, to_review=True),
        )


def answers_by_page(frame: Frame, projection: Projection) -> Mapping[str, Sequence[AnsweredQuestion]]:
    """Give the questions and answers of each page, by its id. A page that only tells something has none."""
    answers: dict[str, list[AnsweredQuestion]] = {}
    for each in asked(projection):
        answers.setdefault(each.page.id, []).append(_in_words(frame, each))
    return answers


def _in_words(frame: Frame, each: Asked) -> AnsweredQuestion:
    label = each.question.texts[frame.language].label
    return AnsweredQuestion(label=label, answer=in_words(each.question, each.answer, frame.language))


def result(frame: Frame, actor: Actor, opened: Opened) -> str:
    """Show a completed questionnaire (QU-4)."""
    assignment = opened.assignment
    projection = answering.view(opened.definition, result_of(assignment))
    pdf = assignment.submission_id and frame.url(
        "download_submission", dossier_id=opened.dossier.id, submission_id=assignment.submission_id
    )
    return frame.html(
        "questionnaire_result.html",
        **_about(frame, opened),
        client=frame.site.portal.client.profile.view(actor).client_name,
        pages=list(_answered(frame, opened, projection, ())),
        file_url=lambda id: frame.url("download_submission", dossier_id=opened.dossier.id, submission_id=id),
        pdf=pdf,
        # The receipt comes with the PDF.
        receipt=pdf and frame.url("receipt", dossier_id=opened.dossier.id, receipt_id=assignment.id),
        again=frame.url("questionnaire_result", assignment_id=assignment.id),
    )


def file_html(frame: Frame, key: str, row: UploadRow) -> str:
    """Render the row of one staged file, which a script puts into the list of a question or of a column in a row."""
    file = KnownFile.of(row, answer_uploads.place_of(key))
    return frame.html("_answer_file.html", row=file_item(frame, file, key))
