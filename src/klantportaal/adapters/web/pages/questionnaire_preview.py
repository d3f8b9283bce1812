"""A preview of a questionnaire for the office: the pages as the client sees them, without assigning it.

It reads no client and keeps nothing: the answers so far are in the form. A host of pages for the office mounts ``show``
for GET and ``submit`` for POST at one address. The form is sent to the address of its page.
"""

from collections.abc import Sequence

import attrs

from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire import preview as form
from klantportaal.adapters.web.forms.questionnaire.fields import Fields
from klantportaal.adapters.web.forms.questionnaire.preview import Preview, PreviewPage, PreviewReview
from klantportaal.adapters.web.http.paths import Url
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.question_fields import Questions
from klantportaal.adapters.web.pages.questionnaires import AnsweredQuestion, answers_by_page
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.values import Language, OfficeId


@attrs.frozen(kw_only=True)
class ShownPreview:
    """A page of a preview, to send."""

    html: str
    status: int


@attrs.frozen(kw_only=True)
class PreviewedPage:
    """A page with its answers, in the review."""

    id: str
    title: str
    questions: Sequence[AnsweredQuestion]
    finished: bool


def frame_of(site: Site, office_id: OfficeId, language: Language) -> Frame:
    """Make the frame of a preview: the look of the office's portal, where nobody is signed in.

    Raises:
        Absent: there is no such office.
    """
    office = site.portal.offices.get(office_id)
    return Frame(site=site, office=office, language=language, url=Url(site.mount(office_id)), path="")


def show(frame: Frame, definition: Definition) -> ShownPreview:
    """Show the first page of a questionnaire. It need not be published."""
    today = frame.site.portal.client.questionnaires.today()
    return _shown(frame, form.show(definition, frame.language, today=today))


def submit(frame: Frame, definition: Definition, fields: Fields) -> ShownPreview:
    """Go on from a page of a preview, by its fields: each with its values in the order of the form.

    Raises:
        Malformed: no preview made this form.
    """
    return _shown(frame, form.submit(definition, frame.language, fields))


def _shown(frame: Frame, preview: Preview) -> ShownPreview:
    html = _page(frame, preview) if isinstance(preview, PreviewPage) else _review(frame, preview)
    return ShownPreview(html=html, status=preview.status)


def _page(frame: Frame, preview: PreviewPage) -> str:
    questions = Questions.of(frame, preview)
    pages = [each.page.id for each in questions.projection.pages]
    left = list(answering.unfinished(questions.projection, preview.answering))
    earlier = answering.previous(questions.projection, preview.page.id)
    heading = questions.page.page.texts[frame.language]
    return frame.html(
        "questionnaire_preview.html",
        **_about(frame, preview),
        reviewing=False,
        title=heading.title,
        intro=heading.intro,
        opening=preview.definition.texts[frame.language].intro if pages[0] == preview.page.id else "",
        number=pages.index(preview.page.id) + 1,
        total=answering.page_total(preview.definition, questions.projection, preview.answering),
        done=len(pages) - len(left),
        previous=form.TO_REVIEW if preview.to_review else earlier and earlier.page.id,
        page_id=preview.page.id,
        to_review=preview.to_review,
        questions=questions.views(),
        added=questions.added(),
        unasked=questions.unasked(),
        kept=questions.kept(),
        faults=[each.summary for each in questions.faults],
        limits=frame.site.portal.settings.uploads,
    )


def _review(frame: Frame, preview: PreviewReview) -> str:
    projection = answering.view(preview.definition, preview.answering)
    left = [each.page.id for each in answering.unfinished(projection, preview.answering)]
    last = answering.previous(projection, None)
    answers = answers_by_page(frame, projection)
    return frame.html(
        "questionnaire_preview.html",
        **_about(frame, preview),
        reviewing=True,
        pages=[
            PreviewedPage(
                id=each.page.id,
                title=each.page.texts[frame.language].title,
                questions=answers.get(each.page.id, ()),
                finished=each.page.id not in left,
            )
            for each in projection.pages
        ],
        total=answering.page_total(preview.definition, projection, preview.answering),
        done=len(projection.pages) - len(left),
        previous=last and last.page.id,
        page_id="",
        faults=(),
    )


def _about(frame: Frame, preview: Preview) -> dict[str, object]:
    """Give the values that both pages show."""
    subject = preview.definition.texts[frame.language].title
    return {"subject": subject, "state": preview.state, "form": form, "named": page_form}
