"""The router: the table of routes and endpoints, and the functions that run before and after each endpoint."""

import functools
import inspect
import sys
from collections.abc import Callable, Collection
from typing import Any

from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.exceptions import RequestValidationError
from starlette.convertors import Convertor, register_url_convertor

from klantportaal.adapters.fastapi import (
    accounts,
    address,
    dossiers,
    entrance,
    extra_accounts,
    guidance,
    messages,
    profile,
    questionnaires,
    receipts,
    requests,
    responses,
    second_step,
    sessions,
    shared_files,
    two_step,
    visits,
)
from klantportaal.adapters.fastapi.page_endpoints import in_one_thread
from klantportaal.adapters.fastapi.request_body import end_of_body
from klantportaal.adapters.fastapi.request_forms import (
    door_form,
    keep_form,
    open_streamed_form,
    own_plain_form,
    own_streamed_form,
)
from klantportaal.adapters.fastapi.route_class import route_class
from klantportaal.adapters.fastapi.vendor_sign_in import PortalRouter
from klantportaal.adapters.fastapi.visits import NAMESPACE, Here, Visit
from klantportaal.adapters.web.forms.sealed import UNSEALED
from klantportaal.adapters.web.http.addresses import Addresses
from klantportaal.adapters.web.http.errors import CrossSite
from klantportaal.adapters.web.http.form_parts import CHECKING, limits_of
from klantportaal.adapters.web.http.mounting_log import MountingLog
from klantportaal.adapters.web.http.origin import SAFE_METHODS, Sender
from klantportaal.adapters.web.http.paths import PATHS, REST, UNKNOWN, own_parts
from klantportaal.adapters.web.pages.site import Site, office_finder
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal

Endpoint = Callable[..., Any]
FindOffice = Callable[[Request], OfficeId]

FOR_EVERYONE: dict[str, dict[str, Endpoint]] = {
    "start": {"GET": entrance.start},
    "sign_in": {"GET": entrance.sign_in, "POST": entrance.submit_sign_in},
    "second_step": {"GET": second_step.second_step, "POST": second_step.submit_second_step},
    "second_step_recovery": {"GET": second_step.recover, "POST": second_step.submit_recover},
    "sign_out": {"POST": entrance.sign_out},
    "ask_link": {"GET": entrance.ask_link, "POST": entrance.submit_ask_link},
    "invitation": {"GET": entrance.invitation},
    "password_link": {"GET": entrance.password_link},
    "set_password": {"GET": entrance.set_password, "POST": entrance.submit_set_password},
    "address_link": {"GET": address.address_link},
    "confirm_address": {"GET": address.confirm_address, "POST": address.submit_confirm_address},
    "check_receipt": {"GET": receipts.check_receipt, "POST": receipts.submit_check_receipt},
    "help": {"GET": guidance.help_page},
    "accessibility": {"GET": guidance.accessibility},
    "style": {"GET": shared_files.style},
    "logo": {"GET": shared_files.logo},
    "dark_logo": {"GET": shared_files.dark_logo},
    "icon": {"GET": shared_files.icon},
    "manifest": {"GET": shared_files.manifest},
    "static": {"GET": shared_files.static},
}
"""The endpoints that need no session, by route name and HTTP method."""

FOR_CLIENTS: dict[str, dict[str, Endpoint]] = {
    "home": {"GET": dossiers.home},
    "dossiers": {"GET": dossiers.dossiers},
    "correspondence": {"GET": dossiers.correspondence},
    "documents": {"GET": dossiers.documents},
    "submissions": {"GET": dossiers.submissions},
    "progress": {"GET": dossiers.progress},
    "messages": {"GET": dossiers.messages},
    "download_document": {"GET": dossiers.download_document},
    "download_submission": {"GET": dossiers.download_submission},
    "download_dossier": {"GET": dossiers.download_dossier},
    "look_at_document": {"GET": dossiers.look_at_document},
    "look_at_submission": {"GET": dossiers.look_at_submission},
    "document_contents": {"GET": dossiers.document_contents},
    "submission_contents": {"GET": dossiers.submission_contents},
    "handler_picture": {"GET": dossiers.handler_picture},
    "new_message": {"GET": messages.new_message, "POST": messages.submit_new_message},
    "message": {"GET": messages.message},
    "answer": {"GET": messages.answer, "POST": messages.submit_answer},
    "take_back": {"GET": messages.take_back, "POST": messages.submit_take_back},
    "draft": {"GET": messages.draft},
    "delete_draft": {"GET": messages.delete_draft, "POST": messages.submit_delete_draft},
    "upload": {"POST": messages.upload},
    "remove_upload": {"POST": messages.remove_upload},
    "start_questionnaire": {"GET": questionnaires.questionnaire, "POST": questionnaires.start},
    "questionnaire_page": {"GET": questionnaires.question_page, "POST": questionnaires.submit_page},
    "questionnaire_review": {"GET": questionnaires.review, "POST": questionnaires.complete},
    "questionnaire_result": {"GET": questionnaires.result},
    "questionnaire_pdf": {"GET": dossiers.questionnaire_pdf},
    "questionnaire_upload": {"POST": questionnaires.upload},
    "request": {"GET": requests.request},
    "request_item": {"GET": requests.request_item, "POST": requests.submit_request_item},
    "request_upload": {"POST": requests.request_upload},
    "remove_request_upload": {"POST": requests.remove_request_upload},
    "take_back_delivery": {"POST": requests.take_back},
    "receipt": {"GET": receipts.receipt},
    "receipt_pdf": {"GET": receipts.receipt_pdf},
    "mail_receipt": {"POST": receipts.mail_receipt},
    "actions": {"GET": dossiers.actions},
    "acting_for": {"GET": accounts.acting_for},
    "switch_account": {"POST": accounts.switch},
    "confirm": {"GET": sessions.confirm, "POST": sessions.submit_confirm},
    "keep_session": {"POST": sessions.keep_session},
    "profile": {"GET": profile.profile, "POST": profile.submit_profile},
    "address": {"GET": address.address, "POST": address.submit_address},
    "change_password": {"GET": profile.change_password, "POST": profile.submit_change_password},
    "sessions": {"GET": sessions.sessions, "POST": sessions.end_others},
    "end_session": {"POST": sessions.end},
    "two_step": {"GET": two_step.two_step, "POST": two_step.submit_two_step},
    "recovery_file": {"POST": two_step.recovery_file},
    "extra_accounts": {"GET": extra_accounts.extra_accounts},
    "new_extra_account": {"GET": extra_accounts.new_extra_account, "POST": extra_accounts.submit_new_extra_account},
    "extra_account": {"GET": extra_accounts.extra_account},
    "invite_extra_account": {"POST": extra_accounts.invite_again},
    "delete_extra_account": {"GET": extra_accounts.delete_extra_account, "POST": extra_accounts.submit_delete},
}
"""The endpoints that need a session, by route name and HTTP method. FastAPI tries routes one by one, so those that are
used most come first."""
ADDRESSES = Addresses({**FOR_CLIENTS, **FOR_EVERYONE})


class AnyPath(Convertor[str]):
    """Matches whatever is below the mount: also nothing, and line breaks."""

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        """Give the path as it is."""
        return value

    def to_string(self, value: str) -> str:
        """Give the path as it is."""
        return value


register_url_convertor(REST, AnyPath())


@checked_call
def pages(
    portal: Portal, office: OfficeId | FindOffice | None = None, *, proxies: Collection[str] = ()
) -> PortalRouter:
    """Make a router with the portal's pages, to include under any ``prefix``, which may contain variables.

    Args:
        portal: the portal.
        office: the id of the office, or a function that finds it from the request and is called in a thread. None if
            there is only one office.
        proxies: the networks of your own proxies, such as ``["10.0.0.0/8"]``, or ``unix``. Only their
            ``X-Forwarded-For`` is trusted. Without your proxies in this list, all clients have the address of the
            proxy, so failed sign-ins of one client slow down all others (SI-2).

    Raises:
        ValueError: a name in *proxies* is no network.
    """
    site, find_office = Site.assemble(portal, proxies), office_finder(portal, office)
    arrive = functools.partial(_arrive, site, find_office)
    own_class = route_class(
        arrive=arrive,
        keep=keep_form,
        answer=responses.tell,
        finish=responses.finish,
        end=end_of_body,
        notice=functools.partial(_notice, MountingLog()),
    )
    router = PortalRouter(site, find_office, route_class=own_class, **_no_limit_of_the_vendor())
    for name, endpoints in {**FOR_CLIENTS, **FOR_EVERYONE}.items():
        for method, endpoint in endpoints.items():
            router.add_api_route(
                f"/{PATHS[name]}",
                in_one_thread(endpoint, arrive) if method == "GET" else endpoint,
                methods=["GET", "HEAD"] if method == "GET" else [method],
                dependencies=_checks_of(name, method, portal.settings.uploads),
                name=f"{NAMESPACE}.{name}",
                include_in_schema=False,
            )
    router.add_api_route(
        f"/{{{REST}:{REST}}}",
        in_one_thread(_tell_unknown, arrive),
        methods=[],  # None in particular: the route takes all.
        name=f"{NAMESPACE}.{UNKNOWN}",
        generate_unique_id_function=lambda route: route.name,
        include_in_schema=False,
    )
    return router


def _tell_unknown(here: Here, klantportaal_rest: str) -> Response:
    """Answer a request that no other route has. Raises: LinkMeant, WrongMethod, NoSuchPage, LinkDead."""
    raise ADDRESSES.problem(klantportaal_rest, here.request.method)


def _checks_of(name: str, method: str, limits: UploadLimits) -> list[params.Depends]:
    """Give what runs before an endpoint: a form must have been shown to who is signed in (PE-4)."""
    if method != "POST":
        return []
    if name == CHECKING:
        return [Depends(open_streamed_form)]
    if name in UNSEALED:
        return [Depends(door_form)]
    return [Depends(own_plain_form if limits_of(name, limits) is None else own_streamed_form)]


def _no_limit_of_the_vendor() -> dict[str, Any]:
    """Give the router options that turn off the application's ``max_body_size`` for the portal's forms.

    The portal's form readers check their own limits (AT-3). A limit of a router overrides that of the application.
    Older versions of FastAPI have no such limit.
    """
    return {"max_body_size": sys.maxsize} if "max_body_size" in inspect.signature(APIRouter).parameters else {}


def _arrive(site: Site, find_office: FindOffice, request: Request) -> None:
    """Find the office and the actor of a request, store the visit, and refuse requests that are not allowed.

    An asset needs none of this.

    Raises:
        CrossSite: a page of another site sent the request.
        LinkMeant: something stands behind the address.
        NotSignedIn: the route needs a session, and nobody is signed in.
        TwoStepDue: two-step verification must be turned on first (TS-1).
    """
    is_unknown = visits.route_name(request) == UNKNOWN
    if (
        is_unknown or request.method in SAFE_METHODS
    ):  # Otherwise, the dependencies of the application are still to come.
        visits.mark_asked(request)
    if visits.route_name(request) == "static":
        request.state.klantportaal_secure = site.has_secure
        return
    office_id = find_office(request)
    visit = Visit(site=site, request=request, office_id=office_id, secure=site.is_secure(office_id))
    visits.keep(visit)
    site.check_mount(office_id, visit.url.mount)
    sent = request.headers
    sender = Sender(
        method=request.method,
        fetch_site=sent.get("sec-fetch-site"),
        fetch_mode=sent.get("sec-fetch-mode"),
        origin=sent.get("origin"),
    )
    if not site.lets_in(office_id, sender):
        raise CrossSite
    ADDRESSES.check(visit.route_name, own_parts(visit.route_name, request.path_params), request.method)
    if not is_unknown and visit.route_name not in FOR_EVERYONE:
        _ = visit.actor


def _notice(log: MountingLog, request: Request, error: Exception) -> None:
    """Log that a dependency of the application refused a request. Those dependencies run before the portal's own.

    FastAPI reports a missing parameter only after all dependencies ran. The portal's endpoints require no parameters
    that can be missing, so a ``RequestValidationError`` always comes from a dependency of the application.
    """
    if not visits.was_asked(request) or isinstance(error, RequestValidationError):
        log.refused_before(method=request.method, route=request.scope["route"].name, error=error)
