"""What every page of the editor has: the office and its handler, the language, the links, and what a form sent."""

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from urllib.parse import parse_qs, parse_qsl
from uuid import UUID

import attrs

from klantportaal.adapters.web.api.carrying import BODY_LIMIT
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest, SetCookie
from klantportaal.adapters.web.http import cookies, headers
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import Malformed, NoSuchPage, TooLarge
from klantportaal.adapters.web.http.form_parts import FilePart, FormLimits
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.adapters.web.http.paths import Url
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.adapters.web.pages import office_style
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.offices import Office
from klantportaal.domain.questionnaires.editing import Place
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import Language, QuestionnaireDraftId
from klantportaal.ports.reading import RevisionRow
from klantportaal.usecases.office.questionnaires import OfficeQuestionnaires

FORM = FormLimits(parts=4_000, field=BODY_LIMIT, total=BODY_LIMIT)
"""The limits for a form of the editor: a document, one to import, or the options of a question."""
NEW = "nieuw"
"""The parameter of a page that has the form of something that was just added."""
NOTICES: Mapping[str, Sentence] = {
    "opgeslagen": sentence("Saved."),
    "weggehaald": sentence("Taken out."),
    "gepubliceerd": sentence("Published. From now on it can be assigned to clients."),
    "weggegooid": sentence("The draft was discarded."),
    "verwijderd": sentence("The building block was deleted."),
}


@attrs.frozen(kw_only=True)
class EditorFrame:
    """The frame of the page of one request."""

    site: Site
    request: ApiRequest
    actor: OfficeActor
    back: str = ""
    """The address of the vendor's back office."""

    @property
    def calls(self) -> OfficeQuestionnaires:
        """The calls of the office about questionnaires."""
        return self.site.portal.office.questionnaires

    @functools.cached_property
    def newest_revisions(self) -> Sequence[RevisionRow]:
        """The newest revision of each questionnaire."""
        newest = {row.questionnaire: row for row in reversed(self.calls.revisions(self.actor))}
        return sorted(newest.values(), key=lambda row: row.questionnaire)

    @functools.cached_property
    def office(self) -> Office:
        """The office."""
        return self.site.portal.offices.get(self.actor.office_id)

    @property
    def wording(self) -> Wording:
        """The translations of the language of the page."""
        return self.site.wordings[self.language]

    @functools.cached_property
    def language(self) -> Language:
        """The language: that in the address, or that which was chosen before, or that of the browser."""
        kept = negotiation.chosen(self.request.cookies.get(self._cookie))
        accepted = negotiation.preferred(self.request.headers.get("accept-language", ""))
        return self._asked or kept or accepted

    @property
    def _asked(self) -> Language | None:
        return negotiation.chosen(self.query.get("taal"))

    @property
    def _cookie(self) -> str:
        return cookies.name(Cookie.LANGUAGE, self.actor.office_id, secure=self.is_secure)

    @property
    def is_secure(self) -> bool:
        """Whether the office's pages have HTTPS."""
        return self.site.is_secure(self.actor.office_id)

    @functools.cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters in the address."""
        return {name: values[-1] for name, values in parse_qs(self.request.query).items()}

    def to(self, path: str = "") -> str:
        """Make a link to a page of the editor."""
        return f"{self.request.root}/{path}"

    # ------------------------------------------------------------------ answers
    def page(self, template: str, *, status: int = 200, **values: object) -> ApiAnswer:
        """Make an answer with a page."""
        said = NOTICES.get(self.query.get("melding", ""))
        html = self.site.rendering.html(
            f"editor/{template}",
            self.language,
            Url(self.to()),
            office=self.office,
            handler=self.actor.handler,
            style=f"{self.to('huisstijl.css')}?v={office_style.version(self.office.profile)}",
            to=self.to,
            back=self.back,
            path=self.to(self.request.path.strip("/")) if self.request.method in ("GET", "HEAD") else "",
            version=version("klantportaal"),
            said=None if said is None else self.wording.say(said),
            **values,
        )
        return html_answer(html, status=status, secure=self.is_secure)

    @property
    def is_new(self) -> bool:
        """Whether the page has the form of something that was just added: what that lacks is no fault yet."""
        return NEW in self.query

    def redirect(self, path: str, *, notice: str = "", anchor: str = "", is_new: bool = False) -> ApiAnswer:
        """Redirect to a page of the editor, with a 303."""
        query = f"?{NEW}=ja" if is_new else f"?melding={notice}" if notice else ""
        where = f"{self.to(path)}{query}{f'#{anchor}' if anchor else ''}"
        told = {**headers.always(secure=self.is_secure), **headers.page(), "Location": where}
        return ApiAnswer(status=303, headers=told)

    def finished(self, answer: ApiAnswer) -> ApiAnswer:
        """Keep the language that was chosen by a link."""
        if self._asked is None:
            return answer
        attributes = cookies.attributes(secure=self.is_secure)
        return attrs.evolve(answer, cookies=[SetCookie(name=self._cookie, value=self._asked, attributes=attributes)])

    # ------------------------------------------------------------------ what was sent
    @functools.cached_property
    def form(self) -> Mapping[str, str]:
        """The fields of the form that was sent; of a file, its text. Raises: Malformed, TooLarge."""
        return {name: values[-1] for name, values in self.fields.items()}

    @functools.cached_property
    def fields(self) -> Mapping[str, Sequence[str]]:
        """The fields of the form that was sent, each with its values.

        Raises:
            Malformed, TooLarge: the body is no form, or is too large.
        """
        fields: dict[str, list[str]] = {}
        for name, value in self._sent():
            fields.setdefault(name, []).append(value)
        return fields

    def _sent(self) -> Iterator[tuple[str, str]]:
        kind = self.request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            yield from self._plain()
            return
        for part in FormReader(kind, self.request.body, FORM):
            if isinstance(part, FilePart):
                yield part.name, _text(b"".join(part.blocks))
            else:
                yield part.name, part.value

    def _plain(self) -> Sequence[tuple[str, str]]:
        """Read the fields of a form without files. Raises: TooLarge."""
        try:
            return parse_qsl(self._whole(), keep_blank_values=True, max_num_fields=FORM.parts)
        except ValueError:
            raise TooLarge("the form has too many fields") from None

    def _whole(self) -> str:
        whole = bytearray()
        for block in self.request.body:
            whole += block
            if len(whole) > FORM.total:
                raise TooLarge
        return whole.decode(errors="replace")

    @property
    def version(self) -> int:
        """The version of the draft that the form was made of. Raises: Malformed."""
        text = self.form.get("version", "")
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Malformed
        return int(text)


def _text(file: bytes) -> str:
    """Read a file of JSON, also one that an editor of Windows marked. Raises: Malformed, for what is no text."""
    try:
        return file.decode(json.detect_encoding(file))
    except UnicodeDecodeError:
        raise Malformed("the file is no text of Unicode") from None


def draft_id(text: str) -> QuestionnaireDraftId:
    """Read the id of a draft in an address. Raises: NoSuchPage."""
    try:
        return QuestionnaireDraftId(UUID(text))
    except ValueError:
        raise NoSuchPage from None


def place_in(text: str) -> Place:
    """Read a place in an address: ``pages.0.questions.2``."""
    if text == "document":
        return ()
    return tuple(int(step) if step.isdigit() else step for step in text.split("."))


def place_text(place: Place) -> str:
    """Write a place in an address."""
    return ".".join(map(str, place)) or "document"


def html_answer(html: str, *, status: int, secure: bool) -> ApiAnswer:
    """Make an answer with HTML."""
    told = {**headers.always(secure=secure), **headers.page(), "Content-Type": "text/html; charset=utf-8"}
    return ApiAnswer(status=status, headers=told, content=html.encode())


def office_sheet(frame: EditorFrame) -> ApiAnswer:
    """Give the style sheet of the office."""
    profile = frame.office.profile
    kept = headers.kept(for_good=frame.query.get("v") == office_style.version(profile))
    told = {**headers.always(secure=frame.is_secure), **kept, "Content-Type": "text/css; charset=utf-8"}
    return ApiAnswer(status=200, headers=told, content=office_style.stylesheet(profile).encode())
