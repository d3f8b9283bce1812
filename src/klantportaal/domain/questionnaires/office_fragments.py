"""Fragments of an office's own: questions that several of its questionnaires use, such as those about a person.

Publishing writes out what a fragment has at that time. So a change reaches what is published later, and nothing else.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.events import QuestionnaireFragmentDeleted, QuestionnaireFragmentSaved
from klantportaal.domain.questionnaires.drafts import titles_of
from klantportaal.domain.questionnaires.fragments import Tree, office_uses
from klantportaal.domain.questionnaires.json_documents import dumped, parsed_object
from klantportaal.domain.questionnaires.publishing import Office
from klantportaal.domain.values import Language, OfficeId, Texts

FRAGMENTS_LIMIT = 100
"""The most fragments of an office."""
FRAGMENT_SIZE_LIMIT = 256 * 1024
"""Bytes of a fragment. Its 200 questions in two languages take half of it."""
_ID = re.compile("[a-z][a-z0-9_-]{0,63}")


@attrs.frozen(kw_only=True, field_transformer=checked)
class QuestionnaireFragment:
    """A fragment of an office's own. Like a draft, it is a JSON object and may have any fault."""

    office_id: OfficeId
    id: str
    """A questionnaire uses it by this id: ``office:persoon``."""
    titles: Texts
    """Its names. Empty where it has none yet."""
    fragments: tuple[str, ...]
    """The ids of the other fragments that it uses."""
    document: str
    """Its ``texts`` and ``questions``, without insignificant white space."""
    saved_at: datetime
    saved_by: str
    """The case handler that saved it last."""
    version: int = 1


def save(
    standing: QuestionnaireFragment | None,
    document: str | bytes,
    *,
    id: str,
    version: int,
    office_id: OfficeId,
    kept: int,
    handler: str,
    at: datetime,
) -> tuple[QuestionnaireFragment, QuestionnaireFragmentSaved | None]:
    """Add a fragment, or replace its document. The same document again changes nothing.

    Args:
        standing: the stored fragment, if there is one.
        document: the new document.
        id: the id of the fragment.
        version: the version that was changed. 0 for a new fragment.
        office_id: the office.
        kept: the number of fragments that the office has.
        handler: the case handler that saves it.
        at: now.

    Raises:
        Absent: it was deleted since that version.
        Conflict: it was saved with another document since that version, or is not new.
        Refused: the document is no JSON object or is too large, the id is no id, or the office has the most fragments.
    """
    read = parsed_object(document, size=FRAGMENT_SIZE_LIMIT)
    text = dumped(read)
    if standing is not None and standing.document == text:
        return standing, None
    if standing is None:
        _require_room(id, version, kept)
    else:
        _require_version(standing, version)
    saved = QuestionnaireFragment(
        office_id=office_id,
        id=id,
        titles=titles_of(read),
        fragments=tuple(office_uses(read)),
        document=text,
        saved_at=at,
        saved_by=handler,
        version=1 if standing is None else standing.version,
    )
    return saved, QuestionnaireFragmentSaved(fragment_id=id, saves=version + 1, at=at)


def _require_room(id: str, version: int, kept: int) -> None:
    """Require that a fragment can be added. Raises: Absent, Refused."""
    if version != 0:
        raise Absent("questionnaire fragment")
    if not _ID.fullmatch(id):
        raise Refused([Fault(code=FaultCode.NOT_AN_ID, field="fragment_id")])
    if kept >= FRAGMENTS_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_MANY, field="fragment_id", params={"limit": FRAGMENTS_LIMIT})])


def _require_version(fragment: QuestionnaireFragment, version: int) -> None:
    """Require that a fragment has the version that was seen. Raises: Conflict."""
    if fragment.version != version:
        raise Conflict


def delete(
    fragment: QuestionnaireFragment, *, version: int, used_by: Sequence[str], at: datetime
) -> QuestionnaireFragmentDeleted:
    """Delete a fragment that nothing uses any more. What was published with it stays as it is.

    Args:
        fragment: the stored fragment.
        version: the version that was seen.
        used_by: the ids of the drafts and other fragments that use it.
        at: now.

    Raises:
        Conflict: it was saved since that version.
        Refused: one fault for each that uses it.
    """
    _require_version(fragment, version)
    if used_by:
        raise Refused([Fault(code=FaultCode.STILL_USED, field="fragment_id", params={"id": each}) for each in used_by])
    return QuestionnaireFragmentDeleted(fragment_id=fragment.id, at=at)


# ------------------------------------------------------------------ in a document
def used_in(document: Tree, fragments: Iterable[QuestionnaireFragment]) -> Office:
    """Give the fragments that a document uses, with those that they use themselves; by id."""
    known = {each.id: each for each in fragments}
    found: dict[str, Tree] = {}
    waiting = [*office_uses(document)]
    while waiting:
        if (each := known.get(waiting.pop())) is not None and each.id not in found:
            found[each.id] = json.loads(each.document)
            waiting += each.fragments
    return found


def as_questionnaire(id: str, fragment: Tree) -> dict[str, Any]:
    """Make a questionnaire of one page with the questions of a fragment, to check it and to look at it."""
    texts, questions = fragment.get("texts", {}), fragment.get("questions", [])
    headings = {language.value: {"title": id} for language in Language}
    return {
        "id": id,
        "revision": 1,
        "texts": texts,
        "pages": [{"id": "fragment", "texts": headings, "questions": questions}],
    }


def from_questionnaire(fragment: Tree, document: Tree) -> dict[str, Any]:
    """Give a fragment the name and the questions of the questionnaire that was made of it, and changed."""
    return {**fragment, "texts": document["texts"], "questions": document["pages"][0]["questions"]}
