"""The blueprint: which view answers which address, and what happens before and after each."""

import functools
import re
from collections.abc import Callable, Collection

import flask
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from klantportaal.adapters.flask import (
    csrf,
    dossiers,
    entrance,
    extra_accounts,
    messages,
    profile,
    questionnaires,
    responses,
    second_step,
    sessions,
    shared_files,
    two_step,
)
from klantportaal.adapters.flask.portal_response import own
from klantportaal.adapters.flask.visits import KEY, Visit, files_are_gone, for_clients, url
from klantportaal.adapters.web.http.errors import CrossSite
from klantportaal.adapters.web.http.form_parts import PLAIN_FORM
from klantportaal.adapters.web.http.mounting_log import MountingLog
from klantportaal.adapters.web.http.origin import Sender
from klantportaal.adapters.web.http.paths import PARTS, PATHS, own_parts
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
    "style": {"GET": shared_files.style},
    "logo": {"GET": shared_files.logo},
    "static": {"GET": shared_files.static},
}
"""The views that need no session, by the name of their route and by method."""

FOR_CLIENTS: dict[str, dict[str, View]] = {
    "confirm": {"GET": sessions.confirm, "POST": sessions.submit_confirm},
    "home": {"GET": dossiers.home},
    "actions": {"GET": dossiers.actions},
    "dossiers": {"GET": dossiers.dossiers},
    "correspondence": {"GET": dossiers.correspondence},
    "documents": {"GET": dossiers.documents},
    "submissions": {"GET": dossiers.submissions},
    "messages": {"GET": dossiers.messages},
    "download_document": {"GET": dossiers.download_document},
    "download_submission": {"GET": dossiers.download_submission},
    "new_message": {"GET": messages.new_message, "POST": messages.submit_new_message},
    "message": {"GET": messages.message},
    "answer": {"GET": messages.answer, "POST": messages.submit_answer},
    "upload": {"POST": messages.upload},
    "remove_upload": {"POST": messages.remove_upload},
    "start_questionnaire": {"GET": questionnaires.questionnaire, "POST": questionnaires.start},
    "questionnaire_page": {"GET": questionnaires.question_page, "POST": questionnaires.submit_page},
    "questionnaire_review": {"GET": questionnaires.review, "POST": questionnaires.complete},
    "questionnaire_result": {"GET": questionnaires.result},
    "questionnaire_upload": {"POST": questionnaires.upload},
    "profile": {"GET": profile.profile, "POST": profile.submit_profile},
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
"""The views that only somebody who is signed in can use; each takes the actor first."""


@checked_call
def blueprint(
    portal: Portal,
    office: OfficeId | Callable[[flask.Request], OfficeId] | None = None,
    *,
    proxies: Collection[str] = (),
) -> flask.Blueprint:
    """Give the portal's pages as a blueprint, to register under any ``url_prefix``, variables in it included.

    Args:
        portal: whose pages they are.
        office: which office they are of; or how to find that from the request; or None, where there is only one.
        proxies: the networks of your own proxies, such as ``["10.0.0.0/8"]``, or ``unix``; what they write in
            ``X-Forwarded-For`` is believed, and nobody else's. Without them everybody seems to come from the proxy, and
            slows down everybody else (SI-2).
    """
    site, log = Site.assemble(portal, proxies), MountingLog()
    made = flask.Blueprint("klantportaal", __name__)
    made.record(_check_prefix)
    # The first that Flask calls for a request of this blueprint, before any before_request of the application.
    made.url_value_preprocessor(lambda _endpoint, _parts: csrf.exempt(made))
    made.before_request(functools.partial(_arrive, site, log, office_finder(portal, office)))
    made.after_request(functools.partial(responses.finish, log))
    for handled in responses.HANDLED:
        made.register_error_handler(handled, lambda error: own(responses.tell(error)))
    for name, views in FOR_EVERYONE.items():
        _declare(made, name, views)
    for name, views in FOR_CLIENTS.items():
        _declare(made, name, {method: for_clients(view) for method, view in views.items()})
    return made


def _check_prefix(state: BlueprintSetupState) -> None:
    """Look at the prefix under which an application registers the blueprint.

    Raises:
        ValueError: a variable in it has a name that one of the portal's own addresses has.
    """
    for name in re.findall(r"<(?:[^<>]*:)?(\w+)>", state.url_prefix or ""):
        if any(name in parts for parts in PARTS.values()):
            raise ValueError(f"url_prefix has a variable named {name!r}, as have addresses of the portal: rename it")


def _declare(made: flask.Blueprint, name: str, views: dict[str, View]) -> None:
    """Declare one route; Flask adds HEAD to GET itself, and would add OPTIONS, of which the portal has no use.

    The variables of a ``url_prefix`` are for whoever finds the office, not for the views.
    """
    rule = "/" + PATHS[name].replace("{", "<").replace("}", ">")

    def answer(**parts: object) -> Response:
        view = views["GET" if flask.request.method == "HEAD" else flask.request.method]
        return own(view(**own_parts(name, parts)))

    made.add_url_rule(rule, endpoint=name, view_func=answer, methods=list(views), provide_automatic_options=False)


def _arrive(site: Site, log: MountingLog, find_office: Callable[[flask.Request], OfficeId]) -> None:
    """Find out which office a request is for, and refuse what another site makes a browser send.

    Raises:
        CrossSite: another site's page sent the request.
    """
    request = flask.request
    flask.g.klantportaal_asked = True
    if files_are_gone():
        log.body_read_before(method=request.method, route=request.endpoint or "")
    office_id = find_office(request)
    setattr(flask.g, KEY, Visit(site=site, office_id=office_id, secure=site.is_secure(office_id)))
    site.check_mount(office_id, url().mount)
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
