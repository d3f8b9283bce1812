"""The text of a request for documents in an archive, with what was delivered for each item (NW-4, RQ-1 to RQ-3)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from textwrap import indent

import attrs

from klantportaal.adapters.figures import long_day
from klantportaal.domain.requests import Delivery, DocumentRequest, ItemState, RequestedItem, RequestState
from klantportaal.domain.values import Language, SubmissionId

Moment = Callable[[datetime], str]
Paths = Mapping[SubmissionId, str]


@attrs.frozen(kw_only=True)
class RequestWords:
    """The words of one language."""

    asked: str
    state: str
    optional: str
    due: str
    delivered: str
    declared: str
    note: str
    returned: str
    accepted: str
    withdrawn: str
    items: Mapping[ItemState, str]


STATES: Mapping[Language, Mapping[RequestState, str]] = {
    Language.DUTCH: {
        RequestState.WAITING: "wacht op u",
        RequestState.DELIVERED: "wacht op het kantoor",
        RequestState.DONE: "afgerond",
        RequestState.WITHDRAWN: "niet meer nodig",
    },
    Language.ENGLISH: {
        RequestState.WAITING: "waiting for you",
        RequestState.DELIVERED: "waiting for the office",
        RequestState.DONE: "completed",
        RequestState.WITHDRAWN: "no longer needed",
    },
}
WORDS: Mapping[Language, RequestWords] = {
    Language.DUTCH: RequestWords(
        asked="Gevraagd door {name} op {moment}",
        state="Status: {state}",
        optional="niet verplicht",
        due="Uiterlijk {day}",
        delivered="Aangeleverd door {name} op {moment}:",
        declared="Niet van toepassing, volgens {name} op {moment}:",
        note="Toelichting:",
        returned="Teruggestuurd door {name} op {moment}:",
        accepted="Goedgekeurd door {name} op {moment}",
        withdrawn="Ingetrokken door {name} op {moment}:",
        items={
            ItemState.OPEN: "open",
            ItemState.RETURNED: "teruggestuurd",
            ItemState.DELIVERED: "aangeleverd",
            ItemState.NOT_APPLICABLE: "niet van toepassing",
            ItemState.ACCEPTED: "goedgekeurd",
            ItemState.WITHDRAWN: "niet meer nodig",
        },
    ),
    Language.ENGLISH: RequestWords(
        asked="Requested by {name} on {moment}",
        state="Status: {state}",
        optional="optional",
        due="By {day}",
        delivered="Submitted by {name} on {moment}:",
        declared="Marked as not applicable by {name} on {moment}:",
        note="Note:",
        returned="Sent back by {name} on {moment}:",
        accepted="Accepted by {name} on {moment}",
        withdrawn="Withdrawn by {name} on {moment}:",
        items={
            ItemState.OPEN: "open",
            ItemState.RETURNED: "sent back",
            ItemState.DELIVERED: "submitted",
            ItemState.NOT_APPLICABLE: "not applicable",
            ItemState.ACCEPTED: "accepted",
            ItemState.WITHDRAWN: "no longer needed",
        },
    ),
}


def request_text(request: DocumentRequest, paths: Paths, language: Language, *, moment: Moment) -> str:
    """Write a request: what it is, and each item in the order of the office."""
    words = WORDS[language]
    head = [
        request.subject[language],
        words.asked.format(name=request.made_by, moment=moment(request.made_at)),
        words.state.format(state=STATES[language][request.state]),
    ]
    items = [f"{number}. {_item(item, paths, language, moment)}" for number, item in enumerate(request.items, start=1)]
    return "\n".join(["\n".join(head), *(f"\n{item}" for item in items), ""])


def _item(item: RequestedItem, paths: Paths, language: Language, moment: Moment) -> str:
    words = WORDS[language]
    state = words.items[item.state]
    said = state if item.required else f"{words.optional}, {state}"
    lines = [f"{item.title[language]} ({said})", *_more(item, paths, language, moment)]
    return lines[0] + "".join(f"\n{indent(line, '   ')}" for line in lines[1:])


def _more(item: RequestedItem, paths: Paths, language: Language, moment: Moment) -> Iterator[str]:
    """Write what is known of an item: its explanation, its date, its deliveries, and what the office decided."""
    words = WORDS[language]
    if item.explanation[language]:
        yield item.explanation[language]
    if item.due_on is not None:
        yield words.due.format(day=long_day(item.due_on, language))
    for delivery in item.deliveries:
        yield from _delivery(delivery, paths, words, moment)
    if item.accepted is not None:
        yield words.accepted.format(name=item.accepted.by, moment=moment(item.accepted.at))
    if item.withdrawn is not None:
        yield words.withdrawn.format(name=item.withdrawn.by, moment=moment(item.withdrawn.at))
        yield _quoted(item.withdrawn.reason)


def _delivery(delivery: Delivery, paths: Paths, words: RequestWords, moment: Moment) -> Iterator[str]:
    said = words.delivered if delivery.files else words.declared
    yield said.format(name=delivery.delivered_by, moment=moment(delivery.delivered_at))
    for file in delivery.files:
        yield f"- {paths.get(file.id, file.name)}"
    if delivery.note:
        if delivery.files:
            yield words.note
        yield _quoted(delivery.note)
    if delivery.returned is not None:
        yield words.returned.format(name=delivery.returned.by, moment=moment(delivery.returned.at))
        yield _quoted(delivery.returned.reason)


def _quoted(text: str) -> str:
    return indent(text, "> ", lambda _line: True)
