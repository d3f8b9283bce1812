"""``questionnaire_editor``: a blueprint with the editor of questionnaires, for the vendor's back office."""

from collections.abc import Callable, Collection

import flask

from klantportaal.adapters.flask.api_blueprint import blueprint_of
from klantportaal.adapters.web.editor.serving import QuestionnaireEditor
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.sessions import OfficeActor
from klantportaal.portal import Portal


@checked_call
def questionnaire_editor(
    portal: Portal,
    handler: Callable[[flask.Request], OfficeActor | None],
    *,
    back: str = "",
    proxies: Collection[str] = (),
) -> flask.Blueprint:
    """Make a blueprint that serves the editor at ``/vragenlijsten/``, under any ``url_prefix``.

    Args:
        portal: the portal.
        handler: tells from a request which office it is of, and which case handler. None refuses the request. Nothing
            else says whose questionnaires are shown.
        back: where the pages of your back office are: a path such as ``/kantoor``, or an address that starts with
            ``https://``. Each page of the editor has a link to it.
        proxies: the networks of your own proxies, as of ``blueprint``.

    Raises:
        ValueError: a name in *proxies* is no network, or *back* is no such address.
    """
    editor = QuestionnaireEditor(site=Site.assemble(portal, proxies), back=back)
    return blueprint_of("klantportaal_questionnaire_editor", editor, None, handler)
