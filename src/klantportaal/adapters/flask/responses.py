"""The blueprint's responses: pages, redirects, files and error pages."""

import attrs
import flask
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.portal_response import PortalResponse
from klantportaal.adapters.flask.visits import (
    Visit,
    here_path,
    kept_form,
    route_name,
    url,
    visit,
    wants_json,
    was_asked,
)
from klantportaal.adapters.web.http import cookies, headers, ranges
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import (
    CrossSite,
    LinkMeant,
    Malformed,
    NotCarriedOut,
    TooLarge,
    TooSlow,
    WebError,
    WrongMethod,
    answer_to,
)
from klantportaal.adapters.web.http.headers import Headers
from klantportaal.adapters.web.http.mounting_log import MountingLog
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
    return Response(html, status=status, mimetype="text/html")


def to(name: str, *, notice: str | None = None, **parts: object) -> Response:
    """Redirect to a page of the portal, with a 303.

    Args:
        name: the name of the route.
        notice: the name of the notice that the page shows.
        parts: the path parameters of the route.
    """
    return to_path(url()(name, query={"melding": notice} if notice else None, **parts))


def to_path(path: str) -> Response:
    """Redirect to a path within the portal, with a 303."""
    return Response(status=303, headers={"Location": path})


def file(download: Download) -> Response:
    """Send a file, or the part that the request asks for, block by block. The response to HEAD has only the headers."""
    asked = flask.request.headers
    if flask.request.method == "HEAD":
        return _with_headers(headers.download(download.file), status=200)
    try:
        part = ranges.asked(download.file, asked_range=asked.get("Range"), if_range=asked.get("If-Range"))
    except Unsatisfiable:
        return _with_headers(headers.unsatisfiable(download.file), status=416)
    if part is not None:
        download = download.part(part.first, part.last)
    download.begin()
    response = _with_headers(headers.download(download.file, part), status=200 if part is None else 206)
    response.response = download.blocks
    response.call_on_close(download.close)
    return response


def look(made: Look) -> Response:
    """Send a file for the page that shows it, block by block. The response to HEAD has only the headers (NW-3).

    Raises:
        Absent: it can only be downloaded.
    """
    if made.showing is None or made.download is None:
        raise Absent("file to look at")
    response = _with_headers(headers.look(made.download.file, made.showing), status=200)
    if flask.request.method != "HEAD":
        made.download.begin()
        response.response = made.download.blocks
        response.call_on_close(made.download.close)
    return response


def archive(made: Archive) -> Response:
    """Send the archive of a dossier, block by block. The response to HEAD has only the headers."""
    response = _with_headers(headers.archive(made.name), status=200)
    if flask.request.method != "HEAD":
        made.begin()
        response.response = made.blocks
        response.call_on_close(made.close)
    return response


def _with_headers(told: Headers, *, status: int) -> Response:
    """Make a response that no extension compresses: the last bytes would be sent after it is known whether they were.

    Compressed, a part would be another one, too.
    """
    response = Response(headers=dict(told), status=status, direct_passthrough=True)
    response.headers.update(headers.NOT_PACKED)
    return response


def set_cookie(response: Response, cookie: Cookie, value: str, *, max_age: int | None = None) -> Response:
    """Set one of the portal's cookies. *max_age* is in seconds."""
    here = visit()
    name = cookies.name(cookie, here.office_id, secure=here.secure)
    response.set_cookie(name, value, max_age=max_age, **cookies.attributes(secure=here.secure))
    return response


def clear_cookie(response: Response, cookie: Cookie) -> Response:
    """Clear one of the portal's cookies."""
    here = visit()
    name = cookies.name(cookie, here.office_id, secure=here.secure)
    response.delete_cookie(name, **cookies.attributes(secure=here.secure))
    return response


def tell(error: Exception) -> Response:
    """Make the response to an error: a page or JSON with its text and status, or a redirect.

    ``NotConfirmed`` redirects to the page that asks for the password, ``TwoStepDue`` to two-step verification, and
    ``LinkMeant`` to the address that was meant.
    """
    known = error if isinstance(error, (PortalError, WebError)) else _as_known(error)
    if isinstance(known, LinkMeant):
        return _to_meant(known)
    if isinstance(known, NotConfirmed) and not wants_json():
        return _to_confirming()
    if isinstance(known, TwoStepDue) and not wants_json():
        return to("two_step", notice="tweestaps-nodig")
    answer = answer_to(known)
    response = _telling(known, visit())
    response.status_code = answer.status
    if answer.retry_after is not None:
        response.headers["Retry-After"] = str(answer.retry_after)
    if isinstance(known, WrongMethod):
        response.headers["Allow"] = str(known)
    return response


def _to_meant(link: LinkMeant) -> Response:
    """Redirect to an address without what stood behind it."""
    query = flask.request.query_string.decode(errors="replace")
    response = to_path(meant(link.path, query, url()("start")))
    response.headers.update(headers.leaving_token())
    return response


def _as_known(error: Exception) -> WebError:
    """Convert an error of Werkzeug, raised while reading a body, to an error of the portal."""
    return TooLarge() if isinstance(error, RequestEntityTooLarge) else Malformed()


def _telling(error: PortalError | WebError, here: Visit | None) -> Response:
    try:
        if here is None:
            return _without_office(error, error)
        frame, request = here.frame(), flask.request
        here.site.refusal_log.note(
            error,
            method=request.method,
            route=route_name(),
            ids=_own_ids(),
            visitor=here.visitor,
            actor=frame.actor,
        )
        if isinstance(error, CrossSite):
            frame = attrs.evolve(frame, actor=None)  # The other site must not read who is signed in.
            here.session_language = None
        if wants_json():
            return flask.jsonify(sentence=entrance_pages.problem_in_words(frame, error))
        return page(_page_of(here, frame, error))
    except PortalError as cause:
        return _without_office(error, cause)


def _page_of(here: Visit, frame: Frame, error: PortalError | WebError) -> str:
    """Make the page of an error: the sign-in page, the form that could not be carried out, or the error alone."""
    if isinstance(error, NotCarriedOut):
        return not_carried_out.page(frame, error, route_name())
    if isinstance(error, NotSignedIn):
        lost = flask.request.method == "POST"
        kept = kept_form() if lost else ""
        return entrance_pages.sign_in(frame, onward=_next(), error=error, lost=lost, kept=kept)
    if isinstance(error, TooSlow):
        here.read_begun()
    if isinstance(error, shown_again.FAILURES) and here.seen.texts:
        sent = PageForm(route=route_name(), ids=_own_ids())
        return shown_again.after_failing(frame, sent, here.seen.texts, error) or entrance_pages.problem(frame, error)
    return entrance_pages.problem(frame, error, onward=_next())


def _own_ids() -> dict[str, str]:
    parts = own_parts(route_name(), flask.request.view_args or {})
    return {name: str(value) for name, value in parts.items()}


def _to_confirming() -> Response:
    """Redirect to the page that asks for the password, which then leads back.

    The fields of a form are not kept, and the page says so.
    """
    link, sent = url(), flask.request.method == "POST"
    before = page_before(flask.request.headers.get("Referer", ""), link("start")) if sent else ""
    return to_path(link("confirm", query=confirming(before or _next(), lost=sent)))


def _without_office(error: PortalError | WebError, cause: PortalError | WebError) -> Response:
    """Make the response to an error for when the office is unknown or cannot be read, because of *cause*."""
    request = flask.request
    fallback.note(error, cause, method=request.method, route=route_name())
    spoken = fallback.language(request.args.get("taal"), request.headers.get("Accept-Language", ""))
    if wants_json():
        return flask.jsonify(sentence=fallback.in_words(error, spoken))
    path = here_path() if request.method in SAFE_METHODS else ""
    return page(fallback.page(error, spoken, url(), path=path))


def _next() -> str:
    """Give the path to go to after signing in: the requested page, or "" if its path does not support GET."""
    request = flask.request
    rule = request.url_rule
    if rule is None or rule.methods is None or "GET" not in rule.methods:
        return ""
    path = here_path()
    kept = request.query_string.decode(errors="replace") if request.method != "POST" else ""
    return f"{path}?{kept}" if kept and "taal=" not in kept else path


HANDLED: tuple[type[Exception], ...] = (PortalError, WebError, RequestEntityTooLarge, BadRequest)
"""The errors that ``tell`` handles. Other errors are defects, which the vendor's app handles."""


def finish(log: MountingLog, response: Response) -> Response:
    """Add what ``with_headers`` adds to every response of the blueprint.

    If the application answered before the portal received the request, that is logged, except for redirects to HTTPS.
    """
    with_headers(response)
    if not was_asked() and not _only_leads_to_https(response):
        request = flask.request
        log.answered_before(
            method=request.method,
            route=request.endpoint or "",
            status=response.status_code,
            blueprint=request.blueprint or "",
        )
    return response


def with_headers(response: Response) -> Response:
    """Add missing headers, and remember the language.

    Responses of the portal keep these headers afterwards (``PortalResponse.hold``).
    """
    here: Visit | None = visit()
    secure = flask.g.get("klantportaal_secure", False) if here is None else here.secure
    for name, value in headers.missing(list(response.headers.keys()), secure=secure):
        response.headers.add(name, value)
    if here is not None:
        if not headers.may_be_packed(flask.request.headers.get("Sec-Fetch-Site")):
            response.headers.update(headers.NOT_PACKED)
        kept = flask.request.cookies.get(cookies.name(Cookie.LANGUAGE, here.office_id, secure=here.secure))
        language = negotiation.to_remember(flask.request.args.get("taal"), here.session_language, kept=kept)
        if language is not None:
            set_cookie(response, Cookie.LANGUAGE, language, max_age=cookies.LANGUAGE_LIFE)
    if isinstance(response, PortalResponse):
        response.hold()
    return response


def _only_leads_to_https(response: Response) -> bool:
    """Tell whether a response only redirects to the same address over HTTPS, which does not keep clients out."""
    return response.location == flask.request.url.replace("http://", "https://", 1)
