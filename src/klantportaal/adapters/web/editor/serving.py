"""Finds the page of a request to the editor, and answers it. Hosts make the request, and send the answer."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import attrs

from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest
from klantportaal.adapters.web.editor import acts, blocks, pages
from klantportaal.adapters.web.editor.frame import EditorFrame, office_sheet
from klantportaal.adapters.web.editor.opened import BLOCKS
from klantportaal.adapters.web.http import assets, headers
from klantportaal.adapters.web.http.errors import (
    CrossSite,
    NoHandler,
    NoSuchPage,
    WebError,
    WrongMethod,
    answer_to,
)
from klantportaal.adapters.web.http.origin import Sender
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.admission import is_page
from klantportaal.domain.errors import PortalError
from klantportaal.domain.sessions import Visitor
from klantportaal.portal import Portal

PATH = "/vragenlijsten"
"""Where the editor stands, under the prefix of its blueprint or router."""
_DRAFT = "(?P<draft>[0-9a-f-]{36})"
_BLOCK = f"(?P<draft>{BLOCKS}/[a-z][a-z0-9_-]{{0,63}})"
_EITHER = f"(?P<draft>[0-9a-f-]{{36}}|{BLOCKS}/[a-z][a-z0-9_-]{{0,63}})"
_PLACE = "(?P<place>document|pages[.a-z_0-9]{0,100})"
View = Callable[..., ApiAnswer]
ROUTES: Mapping[str, Mapping[str, View]] = {
    "": {"GET": pages.listed, "POST": acts.start},
    "hulp": {"GET": pages.help_page},
    BLOCKS: {"GET": blocks.listed, "POST": blocks.add},
    _BLOCK: {"GET": blocks.overview},
    f"{_BLOCK}/verwijderen": {"GET": blocks.deleting, "POST": blocks.delete},
    _DRAFT: {"GET": pages.overview},
    f"{_DRAFT}/publiceren": {"GET": pages.publication, "POST": acts.publish},
    f"{_DRAFT}/weggooien": {"GET": pages.discarding, "POST": acts.discard},
    f"{_EITHER}/json": {"GET": pages.raw, "POST": acts.save_raw},
    f"{_EITHER}/voorbeeld": {"GET": pages.preview, "POST": pages.preview},
    f"{_EITHER}/{_PLACE}": {"GET": pages.form, "POST": acts.save_form},
    f"{_EITHER}/{_PLACE}/toevoegen": {"POST": acts.add},
    f"{_EITHER}/{_PLACE}/verplaatsen": {"POST": acts.move},
    f"{_EITHER}/{_PLACE}/weghalen": {"GET": pages.removal, "POST": acts.take_out},
}
"""The pages and forms, by the path below the editor."""
_COMPILED = [(re.compile(path), views) for path, views in ROUTES.items()]


@attrs.frozen(kw_only=True)
class QuestionnaireEditor:
    """The editor of one portal, without a framework."""

    site: Site
    back: str = ""
    """The address of the vendor's back office, where each page has a link to. Empty: there is none."""

    def __attrs_post_init__(self) -> None:
        """Check the address. Raises: ValueError."""
        if self.back and not is_page(self.back):
            raise ValueError("back is a path, or an address that starts with https://")

    @property
    def portal(self) -> Portal:
        """The portal."""
        return self.site.portal

    @property
    def proxies(self) -> Proxies:
        """The vendor's proxies."""
        return self.site.proxies

    @property
    def path(self) -> str:
        """Where it stands."""
        return PATH

    def placed(self, whole: str) -> tuple[str, str]:
        """Divide the path of a request into where the editor stands, and the rest, with a slash at the beginning."""
        before, _, rest = whole.partition(f"{PATH}/")
        return f"{before}{PATH}", f"/{rest}"

    def may_have_body(self, request: ApiRequest) -> bool:
        """Tell whether the body of a request is worth reading."""
        return any(form.fullmatch(request.path.strip("/")) and "POST" in views for form, views in _COMPILED)

    def has_file(self, _request: ApiRequest) -> bool:
        """No file streams in: documents are read whole."""
        return False

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request. Call it in a thread: it reads the body and calls the portal."""
        try:
            return self._answered(request)
        except (PortalError, WebError) as error:
            return self.problem(request, error)

    def _answered(self, request: ApiRequest) -> ApiAnswer:
        path = request.path.strip("/")
        if path.startswith("static/"):
            return self._asset(request, path.removeprefix("static/"))
        frame = self._frame(request)
        self._require_own_origin(frame)
        if path == "huisstijl.css":
            return office_sheet(frame)
        view, parts = _found(path, request.method)
        return frame.finished(view(frame, **parts))

    def _asset(self, request: ApiRequest, file: str) -> ApiAnswer:
        content, told = assets.reply(file, request.headers.get("accept-encoding", ""))
        return ApiAnswer(status=200, headers={**headers.always(secure=self.site.has_secure), **told}, content=content)

    def _frame(self, request: ApiRequest) -> EditorFrame:
        """Make the frame of a page. Raises: NoHandler, if the vendor says that nobody of an office asks for it."""
        actor = request.find_actor() if request.find_actor is not None else None
        if actor is None:
            raise NoHandler
        return EditorFrame(site=self.site, request=request, actor=actor, back=self.back)

    def _require_own_origin(self, frame: EditorFrame) -> None:
        """Require that a page of the editor sent the request, as the portal's pages do. Raises: CrossSite."""
        sent = frame.request.headers
        sender = Sender(
            method=frame.request.method,
            fetch_site=sent.get("sec-fetch-site"),
            fetch_mode=sent.get("sec-fetch-mode"),
            origin=sent.get("origin"),
        )
        if not self.site.lets_in(frame.actor.office_id, sender):
            raise CrossSite

    def problem(self, request: ApiRequest, error: PortalError | WebError) -> ApiAnswer:
        """Make the page of an error, and log a refusal."""
        frame = None
        with suppress(PortalError, WebError):
            frame = self._frame(request)
        if frame is not None:
            self._note(frame, error)
        return pages.problem(self.site, request, frame, answer_to(error))

    def _note(self, frame: EditorFrame, error: PortalError | WebError) -> None:
        request = frame.request
        visitor = Visitor(
            office_id=frame.actor.office_id,
            network_address=request.network_address,
            device=request.headers.get("user-agent", ""),
        )
        self.site.refusal_log.note(
            error, method=request.method, route=PATH.strip("/"), ids={}, visitor=visitor, actor=None
        )


def _found(path: str, method: str) -> tuple[View, Mapping[str, Any]]:
    """Find the view of a path. Raises: NoSuchPage, WrongMethod."""
    for form, views in _COMPILED:
        if found := form.fullmatch(path):
            if (view := views.get("GET" if method == "HEAD" else method)) is None:
                raise WrongMethod(frozenset(views))
            return view, found.groupdict()
    raise NoSuchPage
