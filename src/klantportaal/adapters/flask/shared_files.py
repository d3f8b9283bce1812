"""The views of files that are the same for all visitors of an office: assets, its colours, logo, icon and manifest."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.visits import visit
from klantportaal.adapters.web.http import assets, headers
from klantportaal.adapters.web.pages import home_screen, office_style
from klantportaal.usecases.shared.downloading import Download


def static(file: str) -> Response:
    """Send an asset, without a visit: it is the same for all offices, and nothing is read from the storage.

    Raises:
        Absent: there is no asset of this name.
    """
    content, told = assets.reply(file, flask.request.headers.get("Accept-Encoding", ""))
    return Response(content, headers=dict(told))


def style() -> Response:
    """Send the style sheet of the office (OF-3)."""
    profile = visit().office.profile
    kept = headers.kept(for_good=flask.request.args.get("v") == office_style.version(profile))
    return Response(office_style.stylesheet(profile), content_type="text/css; charset=utf-8", headers=dict(kept))


def logo() -> Response:
    """Send the office's logo (OF-3)."""
    here = visit()
    return _picture(here.site.portal.offices.logo(here.office_id))


def dark_logo() -> Response:
    """Send the office's logo on dark pages (OF-3)."""
    here = visit()
    return _picture(here.site.portal.offices.dark_logo(here.office_id))


def _picture(download: Download) -> Response:
    kept = headers.kept(for_good=flask.request.args.get("v") == download.file.sha256.hex()[:16])
    response = Response(download.blocks, content_type=download.file.media_type, headers=dict(kept))
    response.content_length = download.file.size
    response.call_on_close(download.close)
    return response


def icon() -> Response:
    """Send the office's icon for home screens (OF-3)."""
    office, asked = visit().office, flask.request.args
    kept = headers.kept(for_good=asked.get("v") == home_screen.icon_version(office))
    return Response(home_screen.icon(office, asked.get("size")), content_type="image/png", headers=dict(kept))


def manifest() -> Response:
    """Send the office's web app manifest (OF-3)."""
    here = visit()
    written = home_screen.manifest(here.office, here.url, here.site.logo_size(here.office))
    kept = headers.kept(for_good=False)
    return Response(written, content_type=home_screen.MANIFEST_TYPE, headers=dict(kept))
