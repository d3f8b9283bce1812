"""Operations of the client API whose answer is not just what a call gives: secrets that are shown once, and pages."""

from collections.abc import Mapping
from typing import Any

import attrs

from klantportaal.adapters.web.api.here import Here
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import StatusCode
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.definition import Answer
from klantportaal.domain.questionnaires.given import fixed_answers
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.values import AssignmentId, DossierId, ReceiptId
from klantportaal.ports.reading import PAGE, DossierKey, DossierList, DossierQuery, PageSize
from klantportaal.usecases.client.two_step import Enrolling, TwoStepView

_SHOWN = DossierQuery().statuses


@attrs.frozen(kw_only=True)
class AppKey:
    """The key of an authenticator app. It is shown until its code is entered."""

    secret: str
    """32 characters of base 32, in groups of four, for typing."""
    uri: str
    """``otpauth://totp/…``, for a QR code."""


@attrs.frozen(kw_only=True)
class RecoveryCode:
    """The next recovery code, if one was made. It is shown this once (TS-3)."""

    recovery_code: str | None


@attrs.frozen(kw_only=True)
class TwoStepStanding:
    """The two-step verification of a person, and the key of an app that is being added."""

    view: TwoStepView
    app_key: AppKey | None


@attrs.frozen(kw_only=True)
class ConfirmedAddress:
    """The e-mail address that counts from now on."""

    email: str


@attrs.frozen(kw_only=True)
class ReceiptShown:
    """A receipt of the client, with the address at which anybody who has it can check a file."""

    receipt: Receipt
    url: str


@attrs.frozen(kw_only=True)
class QuestionnairePage:
    """One visible page of a questionnaire, as a form."""

    page_id: str
    schema: Schema
    """The JSON Schema of its answers, with the texts in the language of the session."""
    answers: Mapping[str, Any]
    """The saved answers to its visible questions."""
    visible: tuple[str, ...]
    """The questions that are visible now, notes included. Answers of the page itself may change that."""
    given: tuple[str, ...]
    """The visible questions that the office answered, and whose answer the client left as it was."""
    fixed: tuple[str, ...]
    """Those of *given* that the client cannot change. They need no answer when the page is saved."""
    dropped: tuple[str, ...]
    """The visible questions whose earlier answer another revision dropped, until the page is saved."""
    previous: str | None
    following: str | None
    """The next visible page. None means the review."""
    version: int
    """Goes into ``If-Match`` when the page is saved."""


def begin_totp(here: Here) -> AppKey:
    """Start the enrolment of an authenticator app, and give its new key."""
    key = here.calls.two_step.begin_totp(here.actor)
    return AppKey(secret=key.secret, uri=key.uri)


def two_step(here: Here) -> TwoStepStanding:
    """Give what is on, and what is pending, with the key of an app that is being added."""
    view = here.calls.two_step.view(here.actor)
    pending: Enrolling | None = view.enrolling
    key = None if pending is None or pending.key is None else AppKey(secret=pending.key.secret, uri=pending.key.uri)
    return TwoStepStanding(view=view, app_key=key)


def enrol(here: Here, *, code: str) -> RecoveryCode:
    """Enter the code of the new number or app, and turn it on. All other sessions of the person end."""
    return RecoveryCode(recovery_code=here.calls.two_step.enrol(here.actor, code))


def prove(here: Here, *, code: str) -> RecoveryCode:
    """Enter the code that was asked for, or the recovery code. Changing and turning off is open then."""
    return RecoveryCode(recovery_code=here.calls.two_step.prove(here.actor, code))


def confirm_address(here: Here, *, token: str) -> ConfirmedAddress:
    """Confirm a new address with the token of the link to it."""
    return ConfirmedAddress(email=here.calls.address_changes.confirm(here.visitor(), token))


def receipt(here: Here, *, dossier_id: DossierId, receipt_id: ReceiptId) -> ReceiptShown:
    """Give a receipt of the client, with the address for who is to check a file."""
    view = here.calls.receipts.get(here.actor, dossier_id, receipt_id)
    return ReceiptShown(receipt=view.receipt, url=view.url)


def dossiers(
    here: Here,
    *,
    search: str = "",
    statuses: frozenset[StatusCode] = _SHOWN,
    after: DossierKey | None = None,
    size: PageSize = PAGE,
) -> DossierList:
    """List the client's dossiers (DO-2, DO-3)."""
    query = DossierQuery(search=search, statuses=statuses, after=after, size=size)
    return here.calls.dossiers.list(here.actor, query)


def questionnaire_page(here: Here, *, assignment_id: AssignmentId, page_id: str) -> QuestionnairePage:
    """Give one visible page of a started questionnaire as a form: its JSON Schema and the saved answers."""
    opened = here.calls.questionnaires.open(here.actor, assignment_id)
    filled_in = opened.assignment.answering
    if filled_in is None:
        raise Absent("page")
    projection = answering.view(opened.definition, filled_in)
    shown = projection.page(page_id)
    if shown is None:
        raise Absent("page")
    before, behind = answering.previous(projection, page_id), answering.following(projection, page_id)
    fixed = fixed_answers(shown.page, filled_in.raw, filled_in.given)
    saved: dict[str, Answer] = {each.id: projection.answers.get(each.id) for each in shown.questions if each.asks}
    return QuestionnairePage(
        page_id=page_id,
        schema=Schema(page_schema(shown.page, here.actor.language)),
        answers={id: answer for id, answer in saved.items() if answer is not None},
        visible=tuple(each.id for each in shown.questions),
        given=tuple(each.id for each in shown.questions if each.id in filled_in.given),
        fixed=tuple(each.id for each in shown.questions if each.id in fixed),
        dropped=tuple(answering.dropped(shown, filled_in)),
        previous=None if before is None else before.page.id,
        following=None if behind is None else behind.page.id,
        version=filled_in.version,
    )
