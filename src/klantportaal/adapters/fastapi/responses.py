"""The router's responses: pages, redirects, files and error pages."""

import attrs
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from klantportaal.adapters.fastapi import visits
from klantportaal.adapters.fastapi.downloads import FileStream
from klantportaal.adapters.fastapi.visits import Visit, found
from klantportaal.adapters.web.http import cookies, headers, ranges
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import CrossSite, NotCarriedOut, TooSlow, WebError, answer_to
from klantportaal.adapters.web.http.headers import Headers
from klantportaal.adapters.web.http.origin import SAFE_METHODS
from klantportaal.adapters.web.http.paths import own_parts
from klantportaal.adapters.web.http.ranges import Unsatisfiable
from klantportaal.adapters.web.http.redirects import confirming, page_before
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.pages import entrance as entrance_pages
from klantportaal.adapters.web.pages import fallback, not_carried_out, shown_again
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import NotConfirmed, NotSignedIn, PortalError, TwoStepDue
from klantportaal.domain.forms import PageForm
from klantportaal.usecases.shared.downloading import Download


def page(html: str, status: int = 200) -> Response:
    """Make a response with an HTML page."""
    return HTMLResponse(html, status_code=status)


def to(here: Visit, name: str, *, notice: str | None = None, **parts: object) -> Response:
    """Redirect to a page of the portal, with a 303.

    Args:
        here: the visit.
        name: the name of the route.
        notice: the name of the notice that the page shows.
        parts: the path parameters of the route.
    """
    return to_path(here.url(name, query={"melding": notice} if notice else None, **parts))


def to_path(path: str) -> Response:
    """Redirect to a path within the portal, with a 303."""
    return PlainTextResponse(status_code=303, headers={"Location": path})


def file(here: Visit, download: Download, told: Headers | None = None) -> Response:
    """Send a file, or the part that the request asks for, block by block. The response to HEAD has only the headers.

    Args:
        here: the visit.
        download: the file.
        told: the headers of a file that is always sent whole.
    """
    asked = here.request.headers
    if here.request.method == "HEAD":
        return Response(headers=told or headers.download(download.file))
    if told is not None:
        return FileStream(download, size=download.file.size, headers=told)
    try:
        part = ranges.asked(download.file, asked_range=asked.get("Range"), if_range=asked.get("If-Range"))
    except Unsatisfiable:
        return Response(status_code=416, headers=headers.unsatisfiable(download.file))
    # Compressed, the parts of the file would be others, and the tag of the whole file would be wrong.
    told = {**headers.download(download.file, part), "Content-Encoding": "identity"}
    if part is None:
        download.begin()
        return FileStream(download, size=download.file.size, headers=told)
    download = download.part(part.first, part.last)
    download.begin()
    return FileStream(download, size=part.last - part.first + 1, headers=told, status=206)


def set_cookie(here: Visit, response: Response, cookie: Cookie, value: str, *, max_age: int | None = None) -> Response:
    """Set one of the portal's cookies. *max_age* is in seconds."""
    name = cookies.name(cookie, here.office_id, secure=here.secure)
    response.set_cookie(name, value, max_age=max_age, **cookies.attributes(secure=here.secure))
    return response


def clear_cookie(here: Visit, response: Response, cookie: Cookie) -> Response:
    """Clear one of the portal's cookies."""
    name = cookies.name(cookie, here.office_id, secure=here.secure)
    response.delete_cookie(name, **cookies.attributes(secure=here.secure))
    return response


def tell(request: Request, error: PortalError | WebError) -> Response:
    """Make the response to an error: a page or JSON with its text and status, or a redirect.

    ``NotConfirmed`` redirects to the page that asks for the password, and ``TwoStepDue`` to two-step verification.
    """
    here = found(request)
    if isinstance(error, NotConfirmed) and here is not None and not here.wants_json:
        return _to_confirming(here)
    if isinstance(error, TwoStepDue) and here is not None and not here.wants_json:
        return to(here, "two_step", notice="tweestaps-nodig")
    answer = answer_to(error)
    response = _telling(request, error)
    response.status_code = answer.status
    if answer.retry_after is not None:
        response.headers["Retry-After"] = str(answer.retry_after)
    if isinstance(error, TooSlow) and request.scope.get("http_version", "").startswith("1"):
        response.headers["Connection"] = "close"  # The rest of the body is not read.
    return response


def _telling(request: Request, error: PortalError | WebError) -> Response:
    try:
        here = found(request)
        if here is None:
            return _without_office(request, error, error)
        frame = here.frame()
        here.site.refusal_log.note(
            error,
            method=request.method,
            route=here.route_name,
            ids=own_parts(here.route_name, request.path_params),
            visitor=here.visitor,
            actor=frame.actor,
        )
        if isinstance(error, CrossSite):
            frame = attrs.evolve(frame, actor=None)  # The other site must not read who is signed in.
            here.session_language = None
        if here.wants_json:
            return JSONResponse({"message": entrance_pages.problem_in_words(frame, error)})
        return page(_page_of(here, frame, error))
    except PortalError as cause:
        return _without_office(request, error, cause)


def _page_of(here: Visit, frame: Frame, error: PortalError | WebError) -> str:
    """Make the page of an error: the sign-in page, the form that could not be carried out, or the error alone."""
    if isinstance(error, NotCarriedOut):
        return not_carried_out.page(frame, error, here.route_name)
    if isinstance(error, NotSignedIn):
        lost = here.request.method == "POST"
        return entrance_pages.sign_in(frame, onward=_next(here), error=error, lost=lost, kept=here.kept)
    if isinstance(error, shown_again.FAILURES) and here.seen.texts:
        ids = own_parts(here.route_name, here.request.path_params)
        sent = PageForm(route=here.route_name, ids={name: str(value) for name, value in ids.items()})
        return shown_again.after_failing(frame, sent, here.seen.texts, error) or entrance_pages.problem(frame, error)
    return entrance_pages.problem(frame, error)


def _to_confirming(here: Visit) -> Response:
    """Redirect to the page that asks for the password, which then leads back.

    The fields of a form are not kept, and the page says so.
    """
    sent = here.request.method == "POST"
    before = page_before(here.request.headers.get("referer", ""), here.url("start")) if sent else ""
    return to_path(here.url("confirm", query=confirming(before or _next(here), lost=sent)))


def _without_office(request: Request, error: PortalError | WebError, cause: PortalError | WebError) -> Response:
    """Make the response to an error for when the office is unknown or cannot be read, because of *cause*."""
    fallback.note(error, cause, method=request.method, route=visits.route_name(request))
    spoken = fallback.language(visits.asked(request, "taal"), request.headers.get("accept-language", ""))
    if visits.wants_json(request):
        return JSONResponse({"message": fallback.in_words(error, spoken)})
    path = visits.here_path(request) if request.method in SAFE_METHODS else ""
    here = found(request)
    return page(fallback.page(error, spoken, visits.url(request) if here is None else here.url, path=path))


def _next(here: Visit) -> str:
    """Give the path to go to after signing in: the requested page, or "" if its path does not support GET."""
    request = here.request
    if "GET" not in request.scope["route"].methods_of_path:
        return ""
    kept = request.url.query if request.method != "POST" else ""
    return f"{here.path}?{kept}" if kept and "taal=" not in kept else here.path


def finish(request: Request, response: Response) -> None:
    """Add missing headers to every response, and remember the language."""
    here = found(request)
    secure = getattr(request.state, "klantportaal_secure", False) if here is None else here.secure
    for name, value in headers.missing(response.headers.keys(), secure=secure):
        response.headers.append(name, value)
    if here is not None:
        kept = request.cookies.get(cookies.name(Cookie.LANGUAGE, here.office_id, secure=here.secure))
        language = negotiation.to_remember(here.asked("taal"), here.session_language, kept=kept)
        if language is not None:
            set_cookie(here, response, Cookie.LANGUAGE, language, max_age=cookies.LANGUAGE_LIFE)
