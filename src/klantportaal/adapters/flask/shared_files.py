"""The views of files that are the same for all visitors of an office: assets, its colours and its logo."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters import colours
from klantportaal.adapters.flask.visits import visit
from klantportaal.adapters.web.http import assets, headers


def static(file: str) -> Response:
    """Send an asset, without a visit: it is the same for all offices, and nothing is read from the storage.

    Raises:
        Absent: there is no asset of this name.
    """
    content, told = assets.reply(file, flask.request.headers.get("Accept-Encoding", ""))
    return Response(content, headers=dict(told))


def style() -> Response:
    """Send the style sheet with the office's colours (OF-3)."""
    colour = visit().office.profile.colour
    kept = headers.kept(for_good=flask.request.args.get("v") == colours.version(colour))
    return Response(colours.stylesheet(colour), content_type="text/css; charset=utf-8", headers=dict(kept))


def logo() -> Response:
    """Send the office's logo (OF-3)."""
    here = visit()
    download = here.site.portal.offices.logo(here.office_id)
    kept = headers.kept(for_good=flask.request.args.get("v") == download.file.sha256.hex()[:16])
    response = Response(download.blocks, content_type=download.file.media_type, headers=dict(kept))
    response.content_length = download.file.size
    response.call_on_close(download.close)
    return response
