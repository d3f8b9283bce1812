"""The blueprint: the table of routes and views, and the functions that run before and after each view."""

import functools
import re
from collections.abc import Callable, Collection

import flask
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response

from klantportaal.adapters.flask import (
    accounts,
    address,
    csrf,
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
    unread_bodies,
)
from klantportaal.adapters.flask.download_turns import DownloadTurns
from klantportaal.adapters.flask.portal_response import own
from klantportaal.adapters.flask.slow_bodies import SlowBodies
from klantportaal.adapters.flask.vendor_sign_in import PortalBlueprint
from klantportaal.adapters.flask.visits import KEY, Visit, files_are_gone, for_clients, for_everyone, route_name
from klantportaal.adapters.web.http.addresses import Addresses
from klantportaal.adapters.web.http.download_limits import DOWNLOADS
from klantportaal.adapters.web.http.errors import CrossSite
from klantportaal.adapters.web.http.form_parts import PLAIN_FORM
from klantportaal.adapters.web.http.mounting_log import MountingLog
from klantportaal.adapters.web.http.origin import SAFE_METHODS, Sender
from klantportaal.adapters.web.http.paths import PARTS, PATHS, REST, UNKNOWN, own_parts
from klantportaal.adapters.web.pages.site import Site, office_finder
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal

View = Callable[..., Response]

FOR_EVERYONE: dict[str, dict[str, View]] = {
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
"""The views that need no session, by route name and HTTP method."""

FOR_CLIENTS: dict[str, dict[str, View]] = {
    "confirm": {"GET": sessions.confirm, "POST": sessions.submit_confirm},
    "keep_session": {"POST": sessions.keep_session},
    "home": {"GET": dossiers.home},
    "acting_for": {"GET": accounts.acting_for},
    "switch_account": {"POST": accounts.switch},
    "request": {"GET": requests.request},
    "request_item": {"GET": requests.request_item, "POST": requests.submit_request_item},
    "request_upload": {"POST": requests.request_upload},
    "remove_request_upload": {"POST": requests.remove_request_upload},
    "take_back_delivery": {"POST": requests.take_back},
    "receipt": {"GET": receipts.receipt},
    "receipt_pdf": {"GET": receipts.receipt_pdf},
    "mail_receipt": {"POST": receipts.mail_receipt},
    "actions": {"GET": dossiers.actions},
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
"""The views that need a session, by route name and HTTP method. The first parameter of each is the actor."""
ADDRESSES = Addresses({**FOR_EVERYONE, **FOR_CLIENTS})


class AnyPath(BaseConverter):
    """Matches whatever is below the mount, after all other rules: also nothing, several slashes, and line breaks."""

    regex = "(?s:.*?)"
    part_isolating = False
    weight = 1000


@checked_call
def blueprint(
    portal: Portal,
    office: OfficeId | Callable[[flask.Request], OfficeId] | None = None,
    *,
    proxies: Collection[str] = (),
) -> PortalBlueprint:
    """Make a blueprint with the portal's pages, to register under any ``url_prefix``, which may contain variables.

    Args:
        portal: the portal.
        office: the id of the office, or a function that finds it from the request. None if there is only one office.
        proxies: the networks of your own proxies, such as ``["10.0.0.0/8"]``, or ``unix``. Only their
            ``X-Forwarded-For`` is trusted. Without your proxies in this list, all clients have the address of the
            proxy, so failed sign-ins of one client slow down all others (SI-2).

    Raises:
        ValueError: a name in *proxies* is no network; or, when it is registered, a variable of the ``url_prefix`` has
            the name of one in the portal's own addresses.
    """
    site, log, find_office = Site.assemble(portal, proxies), MountingLog(), office_finder(portal, office)
    made = PortalBlueprint(site, find_office)
    made.record(_check_prefix)
    # Flask calls this first for a request of this blueprint, before any before_request of the application.
    made.url_value_preprocessor(lambda _endpoint, _parts: csrf.exempt(made))
    made.before_request(functools.partial(_arrive, site, log, find_office, SlowBodies(portal.settings.requests)))
    made.after_request(functools.partial(responses.finish, log))
    made.teardown_app_request(unread_bodies.leave)
    for handled in responses.HANDLED:
        made.register_error_handler(handled, lambda error: own(responses.tell(error)))
    for name, views in FOR_EVERYONE.items():
        _declare(made, name, {method: for_everyone(view) for method, view in views.items()})
    in_turn = DownloadTurns().in_turn
    for name, views in FOR_CLIENTS.items():
        own_views = {method: in_turn(view) if name in DOWNLOADS else view for method, view in views.items()}
        _declare(made, name, {method: for_clients(view) for method, view in own_views.items()})
    made.record(_declare_unknown)
    return made


def _check_prefix(state: BlueprintSetupState) -> None:
    """Check the prefix under which an application registers the blueprint.

    Raises:
        ValueError: a variable in the prefix has the same name as a path parameter of the portal.
    """
    for name in re.findall(r"<(?:[^<>]*:)?(\w+)>", state.url_prefix or ""):
        if any(name in parts for parts in PARTS.values()):
            raise ValueError(f"url_prefix has a variable named {name!r}, as have addresses of the portal: rename it")


def _declare(made: flask.Blueprint, name: str, views: dict[str, View]) -> None:
    """Declare one route. Flask adds HEAD to GET. The OPTIONS that Flask would add is turned off: the portal needs none.

    The views do not get the variables of a ``url_prefix``. Those are only for the function that finds the office.
    """
    rule = "/" + PATHS[name].replace("{", "<").replace("}", ">")

    def answer(**parts: object) -> Response:
        view = views["GET" if flask.request.method == "HEAD" else flask.request.method]
        return own(view(**own_parts(name, parts)))

    made.add_url_rule(rule, endpoint=name, view_func=answer, methods=list(views), provide_automatic_options=False)


def _declare_unknown(state: BlueprintSetupState) -> None:
    """Declare the route of all other addresses below the mount, with every HTTP method.

    Pages of the application below the mount come first.
    """
    state.app.url_map.converters.setdefault(REST, AnyPath)
    state.add_url_rule(f"/<{REST}:{REST}>", UNKNOWN, _tell_unknown, provide_automatic_options=False)
    endpoint = f"{state.name_prefix}.{state.name}.{UNKNOWN}".lstrip(".")
    for rule in state.app.url_map.iter_rules(endpoint):
        rule.methods = None


def _tell_unknown(**parts: str) -> Response:
    """Answer a request that no other route has. Raises: LinkMeant, WrongMethod, NoSuchPage, LinkDead."""
    raise ADDRESSES.problem(parts[REST], flask.request.method)


def _arrive(
    site: Site, log: MountingLog, find_office: Callable[[flask.Request], OfficeId], slow_bodies: SlowBodies
) -> None:
    """Find the office of a request, store the visit, and refuse requests from other sites. An asset needs none of this.

    Raises:
        CrossSite: a page of another site sent the request.
        LinkMeant: something stands behind the address.
    """
    request = flask.request
    flask.g.klantportaal_asked = True
    if route_name() == "static":
        flask.g.klantportaal_secure = site.has_secure
        return
    if files_are_gone():
        log.body_read_before(method=request.method, route=request.endpoint or "")
    office_id = find_office(request)
    here = Visit(site=site, office_id=office_id, secure=site.is_secure(office_id))
    setattr(flask.g, KEY, here)
    if request.method not in SAFE_METHODS and "stream" not in vars(request):
        here.body = slow_bodies.wrap(request.environ, owner=here.visitor.network_address or "")
    site.check_mount(office_id, here.url.mount)
    request.max_content_length = PLAIN_FORM.total
    sent = request.headers
    sender = Sender(
        method=request.method,
        fetch_site=sent.get("Sec-Fetch-Site"),
        fetch_mode=sent.get("Sec-Fetch-Mode"),
        origin=sent.get("Origin"),
    )
    if not site.lets_in(office_id, sender):
        raise CrossSite
    ADDRESSES.check(route_name(), own_parts(route_name(), request.view_args or {}), request.method)
