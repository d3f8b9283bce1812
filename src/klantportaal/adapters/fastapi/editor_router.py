"""``questionnaire_editor``: a router with the editor of questionnaires, for the vendor's back office."""

from collections.abc import Callable, Collection

from fastapi import APIRouter, Request

from klantportaal.adapters.fastapi.api_router import router_of
from klantportaal.adapters.web.editor.serving import QuestionnaireEditor
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.sessions import OfficeActor
from klantportaal.portal import Portal


@checked_call
def questionnaire_editor(
    portal: Portal,
    handler: Callable[[Request], OfficeActor | None],
    *,
    back: str = "",
    proxies: Collection[str] = (),
) -> APIRouter:
    """Make a router that serves the editor at ``/vragenlijsten/``, under any ``prefix``.

    Args:
        portal: the portal.
        handler: tells from a request which office it is of, and which case handler. It is called in a thread. None
            refuses the request. Nothing else says whose questionnaires are shown.
        back: where the pages of your back office are: a path such as ``/kantoor``, or an address that starts with
            ``https://``. Each page of the editor has a link to it.
        proxies: the networks of your own proxies, as of ``pages``.

    Raises:
        ValueError: a name in *proxies* is no network, or *back* is no such address.
    """
    editor = QuestionnaireEditor(site=Site.assemble(portal, proxies), back=back)
    return router_of(editor, None, handler)
