"""The form of each place of a document: which fields it has, and the document after it was sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor import compute_fields, default_fields, option_fields
from klantportaal.adapters.web.editor.condition_form import NUMERIC, decimals_of
from klantportaal.adapters.web.editor.fields import NONE, Field, Flag, Number, Option, Pair, Unreadable, with_own
from klantportaal.adapters.web.editor.moments import moment_in, moment_text
from klantportaal.adapters.web.editor.references import Referable, referable
from klantportaal.adapters.web.language.question_types import TYPES
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.questionnaires.editing import CHOOSING, Document, Place, at, put, renamed, retyped
from klantportaal.domain.values import Language

COLUMN_TYPES = [kind for kind in TYPES if kind not in ("rows", "prefilled", "computed")]
PROFILE: Mapping[str, Sentence] = {
    "name": sentence("Name of who signed in"),
    "email": sentence("E-mail address of who signed in"),
    "client_name": sentence("Name of the client"),
    "dossier_number": sentence("Number of the dossier"),
    "dossier_description": sentence("Description of the dossier"),
}
FILLED_IN = sentence("What is filled in")
BY_KIND = sentence("Whether the client is a person or a company")
BY_KIND_HINT = sentence("For a question with the codes person and company as its options.")
USE: Mapping[str, Sentence] = {"use": sentence("Fragment"), "as": sentence("Name before the ids of its questions")}
"""The fields of questions that are taken from a fragment."""
NAME = sentence("Name")
CHOOSE = sentence("Choose")
ALWAYS = sentence("Once")
ID = sentence("Id (for programs)")
ID_HINT = sentence("Lower-case letters, digits and hyphens. It begins with a letter.")
ID_OF_TITLE = sentence("Leave it empty, and it is made of the title.")
BESIDE = sentence("Asked beside the option")
BESIDE_HINT = sentence("For “Other, namely”: the client is asked this only with that option of a question just before.")
LENGTHS = frozenset({"text", "long_text", "prefilled"})
_BOUNDS: Mapping[str, Sentence] = {
    "minimum": sentence("At least"),
    "maximum": sentence("At most"),
    "minLength": sentence("Characters, at least"),
    "maxLength": sentence("Characters, at most"),
}
_COUNTS: Mapping[str, Mapping[str, Sentence]] = {
    "rows": {"minItems": sentence("Rows, at least"), "maxItems": sentence("Rows, at most")},
    "choices": {"minItems": sentence("Chosen options, at least"), "maxItems": sentence("Chosen options, at most")},
    "file": {"minItems": sentence("Files, at least"), "maxItems": sentence("Files, at most")},
}
"""The bounds of how many there are, by the type of the question."""


@attrs.frozen(kw_only=True)
class Moment(Field):
    """A day, in words."""

    spoken: Language

    def shown(self, thing: Any) -> str | None:
        """Write the day."""
        found = super().shown(thing)
        return moment_text(found, self.spoken) if found else found

    def read(self, text: str) -> Any:
        """Read the day. Raises: Unreadable."""
        return moment_in(text)


@attrs.frozen(kw_only=True)
class Sent:
    """What a form made of a document: the document, or the fields that could not be read."""

    document: Document
    faults: Mapping[str, Sentence] = attrs.field(factory=dict)


# ------------------------------------------------------------------ which fields
def fields_of(
    document: Document,
    place: Place,
    wording: Wording,
    known: Sequence[Referable] | None = None,
    *,
    is_block: bool = False,
) -> Sequence[Field]:
    """Give the fields of the form of a place: the document itself, a page, a rule, a question or a column.

    Args:
        document: the document.
        place: the place.
        wording: the language.
        known: the questions of the document, where they are known already.
        is_block: whether the document is that of a building block, which has a name and no more.
    """
    if not place and is_block:
        return list(_texts("title", NAME, needed=True))
    if not place:
        return [*_headings(), _id() if document.get("id") else attrs.evolve(_id(), hint=ID_OF_TITLE)]
    asked = referable(document, wording.language) if known is None else known
    if len(place) == 2:
        return [*_headings(), _for_each(document, place, asked, wording), _id()]
    if at(document, (*place, "use")) is not None:
        return [Field(at=(key,), label=label, is_kept_empty=True) for key, label in USE.items()]
    if place[2] == "must_hold":
        return list(_texts("", sentence("What the client reads if it does not hold"), needed=True))
    return list(_question_fields(document, place, asked, wording))


def _id() -> Field:
    return Field(at=("id",), label=ID, hint=ID_HINT, is_kept_empty=True)


def _headings() -> Sequence[Field]:
    explanation = _texts("intro", sentence("Explanation under the title"), kind="textarea", rows=4)
    return [*_texts("title", sentence("Title"), needed=True), *explanation]


def _texts(key: str, label: Sentence, *, needed: bool = False, kind: str = "text", rows: int = 2) -> Iterator[Field]:
    """Give the fields of a text, in each language."""
    for language in Language:
        place: Place = ("texts", language.value, key) if key else ("texts", language.value)
        kept = kind if key else "textarea"
        yield Field(at=place, label=label, language=language, kind=kept, rows=rows, is_kept_empty=needed)


def _for_each(document: Document, place: Place, known: Sequence[Referable], wording: Wording) -> Field:
    earlier = [each for each in known if each.type == "rows" and each.place[:2] < place]
    rows = [(each.id, wording.gettext("for each of: %s") % each.label) for each in earlier if each.rows is None]
    options = with_own([("", wording.say(ALWAYS)), *rows], at(document, (*place, "for_each")))
    return Field(at=("for_each",), label=sentence("How often the page is there"), kind="select", options=options)


def _question_fields(document: Document, place: Place, known: Sequence[Referable], wording: Wording) -> Iterator[Field]:
    question, spoken = at(document, place), wording.language
    kind = _type_of(question)
    is_column = len(place) == 6
    yield _type_field(kind, is_column=is_column, wording=wording)
    yield from _texts("label", sentence("Question"), needed=True, kind="textarea")
    yield from _texts("help", sentence("Explanation"), kind="textarea", rows=3)
    asks = kind not in ("note", "computed")
    if asks:
        yield Flag(at=("required",), label=sentence("An answer is required"))
    if asks and kind not in ("file", "signature") and not is_column:
        yield Flag(at=("fixed",), label=sentence("The client cannot change what the office filled in"))
    if kind == "rows":
        yield from _texts("row", sentence("Noun for one row, such as Child"))
    if kind == "computed":
        yield from compute_fields.fields(document, place, known, wording)
    if kind == "prefilled":
        options = [(code, wording.say(label)) for code, label in PROFILE.items()]
        own = with_own(options, at(question, ("profile",)))
        yield Field(at=("profile",), label=FILLED_IN, kind="select", options=own)
    if kind == "choice" and not is_column:
        kinds = [("", wording.say(NONE)), ("client_kind", wording.say(BY_KIND))]
        own = with_own(kinds, at(question, ("profile",)))
        yield Field(at=("profile",), label=FILLED_IN, hint=BY_KIND_HINT, kind="select", options=own)
    yield from _bound_fields(question, kind, spoken)
    if default_fields.has_default(question, place):
        yield from default_fields.fields(document, place, known, wording)
    yield from _reference_fields(question, place, known, wording)
    if asks and kind != "signature":
        yield from _texts("fault", sentence("What the client reads if the answer is not as asked"), kind="textarea")
    yield _id()


def _type_field(kind: str, *, is_column: bool, wording: Wording) -> Field:
    options = [(each, wording.say(TYPES[each])) for each in (COLUMN_TYPES if is_column else TYPES)]
    hint = sentence(
        "Save after you choose: then the fields of this kind are here. "
        "Options, questions of a row and bounds that do not fit the kind are lost."
    )
    return Field(
        at=("type",), label=sentence("Kind of answer"), hint=hint, kind="select", options=with_own(options, kind)
    )


def _bound_fields(question: Any, kind: str, spoken: Language) -> Iterator[Field]:
    subject = question if isinstance(question, Mapping) else {}
    digits = decimals_of(Referable(id="", type=kind, label="", place=(), question=subject))
    if kind == "decimal":
        yield Number(at=("decimals",), label=sentence("Digits after the point"))
    if kind == "date":
        hint = sentence("A day, such as 31-1-2026, today, 18 years ago or in 2 weeks.")
        yield Moment(at=("earliest",), label=sentence("First day"), hint=hint, spoken=spoken)
        yield Moment(at=("latest",), label=sentence("Last day"), hint=hint, spoken=spoken)
    for keywords, types in ((("minimum", "maximum"), NUMERIC), (("minLength", "maxLength"), LENGTHS)):
        if kind in types:
            written = kind if types is NUMERIC else "integer"
            yield from (_bound(keyword, written, digits, spoken) for keyword in keywords)
    for keyword, label in _COUNTS.get(kind, {}).items():
        yield Number(at=("schema", keyword), label=label, spoken=spoken)
    if kind in LENGTHS:
        hint = sentence("A regular expression that the answer has to match. Most questions need none.")
        yield Field(at=("schema", "pattern"), label=sentence("Pattern (for programmers)"), hint=hint)


def _bound(keyword: str, kind: str, decimals: int, spoken: Language) -> Number:
    return Number(at=("schema", keyword), label=_BOUNDS[keyword], type=kind, decimals=decimals, spoken=spoken)


def _reference_fields(question: Any, place: Place, known: Sequence[Referable], wording: Wording) -> Iterator[Field]:
    kind, spoken = _type_of(question), wording.language
    if kind == "text" and at(question, ("visible_when",)) is None:
        choices = [each for each in known if each.type in CHOOSING and _is_just_before(each.place, place)]
        beside = [
            (f"{each.id}.{code}", f"{each.label}: {label}")
            for each in choices
            for code, label in each.options(spoken).items()
        ]
        pair = Pair(at=("beside",), keys=("question", "option"), label=BESIDE, hint=BESIDE_HINT)
        yield _with_options(pair, beside, question, wording)
    if kind in CHOOSING and len(place) == 4:
        earlier = [each for each in known if each.place[:2] < place[:2]]
        rows = [(each.value, each.name) for each in earlier if each.rows is not None and each.type == "text"]
        chosen = [(each.id, each.label) for each in earlier if each.rows is None and each.type == "choices"]
        label = sentence("Options that are earlier answers")
        pair = Pair(at=("options_from",), keys=("question", "column"), label=label)
        yield _with_options(pair, [*rows, *chosen], question, wording)


def _is_just_before(earlier: Place, place: Place) -> bool:
    """Tell whether a question stands before another one on its page, or in its row."""
    return earlier[:-1] == place[:-1] and earlier < place


def _with_options(pair: Pair, options: Sequence[Option], question: Any, wording: Wording) -> Pair:
    return attrs.evolve(pair, options=with_own([("", wording.say(NONE)), *options], pair.shown(question)))


def has_options(document: Document, place: Place) -> bool:
    """Tell whether the form of a place has rows of options."""
    return len(place) >= 4 and place[2] == "questions" and _type_of(at(document, place)) in CHOOSING


def _type_of(question: Any) -> str:
    kind = at(question, ("type",))
    return kind if isinstance(kind, str) else ""


# ------------------------------------------------------------------ what was sent
def sent(
    document: Document, place: Place, typed: Mapping[str, str], wording: Wording, *, is_block: bool = False
) -> Sent:
    """Make the document that a form asks for. What is as it was shown stays as it is."""
    before = thing = at(document, place)
    faults: dict[str, Sentence] = {}
    for field in fields_of(document, place, wording, is_block=is_block):
        text = typed.get(field.name, "" if isinstance(field, Flag) else None)
        if text is None or field.at == ("type",):
            continue
        try:
            thing = field.changed(thing, text)
        except Unreadable as unreadable:
            faults[field.name] = unreadable.args[0]
    if has_options(document, place) and "option.0.code" in typed:
        thing = option_fields.changed(thing, option_fields.typed(typed))
    if default_fields.has_default(thing, place):
        thing, unread = default_fields.changed(thing, typed, wording)
        faults |= unread
    if _type_of(thing) == "computed":
        thing = compute_fields.changed(thing, typed)
    if (kind := typed.get("type")) in TYPES and isinstance(thing, Mapping) and len(place) >= 4:
        thing = retyped(thing, str(kind))
    if at(thing, ("schema",)) == {} and at(before, ("schema",)) != {}:
        thing = {key: each for key, each in thing.items() if key != "schema"}
    changed = put(document, place, thing)
    old, new = at(before, ("id",)), at(thing, ("id",))
    if len(place) >= 4 and isinstance(old, str) and isinstance(new, str) and old and new and old != new:
        changed = renamed(changed, old, new)
    return Sent(document=changed, faults=faults)


def shown(document: Document, place: Place, wording: Wording) -> Mapping[str, str]:
    """Give what a form has in its fields, as a browser sends it."""
    thing = at(document, place)
    values = {field.name: field.shown(thing) for field in fields_of(document, place, wording)}
    texts = {name: text for name, text in values.items() if text is not None}
    if has_options(document, place) and (rows := option_fields.shown(thing)) is not None:
        empty = [option_fields.OptionRow("", "", "")] * option_fields.NEW_ROWS
        for number, row in enumerate([*rows, *empty]):
            texts |= {f"option.{number}.{part}": getattr(row, part) for part in option_fields.PARTS}
    return texts
