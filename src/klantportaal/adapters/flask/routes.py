"""The blueprint: which view answers which address, and what happens before and after each."""

import functools
from collections.abc import Callable, Collection

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask import (
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
from klantportaal.adapters.flask.visits import KEY, Visit, for_clients, url
from klantportaal.adapters.web.http.errors import CrossSite
from klantportaal.adapters.web.http.form_parts import PLAIN_FORM
from klantportaal.adapters.web.http.origin import SAFE_METHODS
from klantportaal.adapters.web.http.paths import PATHS
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
    """Give the portal's pages as a blueprint, to register under any ``url_prefix``.

    Args:
        portal: whose pages they are.
        office: which office they are of; or how to find that from the request; or None, where there is only one.
        proxies: the networks of your own proxies, such as ``["10.0.0.0/8"]``, or ``unix``; what they write in
            ``X-Forwarded-For`` is believed, and nobody else's. Without them everybody seems to come from the proxy, and
            slows down everybody else (SI-2).
    """
    site = Site.assemble(portal, proxies)
    made = flask.Blueprint("klantportaal", __name__)
    made.before_request(functools.partial(_arrive, site, office_finder(portal, office)))
    made.after_request(responses.finish)
    for handled in responses.HANDLED:
        made.register_error_handler(handled, responses.tell)
    for name, views in FOR_EVERYONE.items():
        _declare(made, name, views)
    for name, views in FOR_CLIENTS.items():
        _declare(made, name, {method: for_clients(view) for method, view in views.items()})
    return made


def _declare(made: flask.Blueprint, name: str, views: dict[str, View]) -> None:
    """Declare one route; Flask adds HEAD to GET itself, and would add OPTIONS, of which the portal has no use."""
    rule = "/" + PATHS[name].replace("{", "<").replace("}", ">")

    def answer(**parts: str) -> Response:
        return views["GET" if flask.request.method == "HEAD" else flask.request.method](**parts)

    made.add_url_rule(rule, endpoint=name, view_func=answer, methods=list(views), provide_automatic_options=False)


def _arrive(site: Site, find_office: Callable[[flask.Request], OfficeId]) -> None:
    """Find out which office a request is for, and refuse what another site makes a browser send.

    Raises:
        CrossSite: the request changes something and does not come from a page of the portal.
    """
    request = flask.request
    office_id = find_office(request)
    setattr(flask.g, KEY, Visit(site=site, office_id=office_id, secure=site.is_secure(office_id)))
    site.check_mount(office_id, url().mount)
    request.max_content_length = PLAIN_FORM.total
    if request.method in SAFE_METHODS:
        return
    sent = request.headers
    if not site.is_own_request(office_id, fetch_site=sent.get("Sec-Fetch-Site"), origin=sent.get("Origin")):
        raise CrossSite
