"""The router's responses: pages, redirects, files and error pages."""

import attrs
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from klantportaal.adapters.fastapi import visits
from klantportaal.adapters.fastapi.downloads import FileStream
from klantportaal.adapters.fastapi.visits import Visit, found
from klantportaal.adapters.web.http import cookies, headers, ranges
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import (
    CrossSite,
    LinkMeant,
    NotCarriedOut,
    TooSlow,
    WebError,
    WrongMethod,
    answer_to,
)
from klantportaal.adapters.web.http.headers import Headers
from klantportaal.adapters.web.http.origin import SAFE_METHODS
from klantportaal.adapters.web.http.paths import own_parts
from klantportaal.adapters.web.http.ranges import Unsatisfiable
from klantportaal.adapters.web.http.redirects import confirming, meant, page_before
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.pages import entrance as entrance_pages
from klantportaal.adapters.web.pages import fallback, not_carried_out, shown_again
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import Absent, NotConfirmed, NotSignedIn, PortalError, TwoStepDue
from klantportaal.domain.forms import PageForm
from klantportaal.usecases.shared.archiving import Archive
from klantportaal.usecases.shared.downloading import Download
from klantportaal.usecases.shared.looking import Look


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
    # A compressed file would have other parts, and its entity tag would be wrong.
    told = {**headers.download(download.file, part), **headers.NOT_PACKED}
    if part is None:
        download.begin()
        return FileStream(download, size=download.file.size, headers=told)
    download = download.part(part.first, part.last)
    download.begin()
    return FileStream(download, size=part.last - part.first + 1, headers=told, status=206)


def look(here: Visit, made: Look) -> Response:
    """Send a file for the page that shows it, block by block. The response to HEAD has only the headers (NW-3).

    Raises:
        Absent: it can only be downloaded.
    """
    if made.showing is None or made.download is None:
        raise Absent("file to look at")
    told = {**headers.look(made.download.file, made.showing), **headers.NOT_PACKED}
    if here.request.method != "HEAD":
        made.download.begin()
    return file(here, made.download, told)


def archive(here: Visit, made: Archive) -> Response:
    """Send the archive of a dossier, block by block. The response to HEAD has only the headers."""
    told = {**headers.archive(made.name), **headers.NOT_PACKED}
    if here.request.method == "HEAD":
        return Response(headers=told)
    made.begin()
    return FileStream(made, size=None, headers=told)


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

    ``NotConfirmed`` redirects to the page that asks for the password, ``TwoStepDue`` to two-step verification, and
    ``LinkMeant`` to the address that was meant.
    """
    here = found(request)
    if isinstance(error, LinkMeant):
        return _to_meant(request, error)
    if isinstance(error, NotConfirmed) and here is not None and not here.wants_json:
        return _to_confirming(here)
    if isinstance(error, TwoStepDue) and here is not None and not here.wants_json:
        return to(here, "two_step", notice="tweestaps-nodig")
    answer = answer_to(error)
    response = _telling(request, error)
    response.status_code = answer.status
    if answer.retry_after is not None:
        response.headers["Retry-After"] = str(answer.retry_after)
    if isinstance(error, WrongMethod):
        response.headers["Allow"] = str(error)
    if isinstance(error, TooSlow) and request.scope.get("http_version", "").startswith("1"):
        response.headers["Connection"] = "close"  # The rest of the body is not read.
    return response


def _to_meant(request: Request, link: LinkMeant) -> Response:
    """Redirect to an address without what stood behind it."""
    response = to_path(meant(link.path, request.url.query, visits.url(request)("start")))
    response.headers.update(headers.leaving_token())
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
            return JSONResponse({"sentence": entrance_pages.problem_in_words(frame, error)})
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
    return entrance_pages.problem(frame, error, onward=_next(here))


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
        return JSONResponse({"sentence": fallback.in_words(error, spoken)})
    path = visits.here_path(request) if request.method in SAFE_METHODS else ""
    here = found(request)
    return page(fallback.page(error, spoken, visits.url(request) if here is None else here.url, path=path))


def _next(here: Visit) -> str:
    """Give the path to go to after signing in: the requested page.

    It is "" if its path does not support GET, or is a page of the application itself.
    """
    request = here.request
    if "GET" not in getattr(request.scope["route"], "methods_of_path", ()):
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
        if not headers.may_be_packed(request.headers.get("sec-fetch-site")):
            response.headers.update(headers.NOT_PACKED)
        kept = request.cookies.get(cookies.name(Cookie.LANGUAGE, here.office_id, secure=here.secure))
        language = negotiation.to_remember(here.asked("taal"), here.session_language, kept=kept)
        if language is not None:
            set_cookie(here, response, Cookie.LANGUAGE, language, max_age=cookies.LANGUAGE_LIFE)
