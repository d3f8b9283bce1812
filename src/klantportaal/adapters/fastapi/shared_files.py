"""The endpoints of files that are the same for all visitors of an office: assets, its colours, logo, icon, manifest."""

from typing import Annotated

from fastapi import Header, Response

from klantportaal.adapters.fastapi import responses
from klantportaal.adapters.fastapi.visits import Here
from klantportaal.adapters.web.http import assets, headers
from klantportaal.adapters.web.pages import home_screen, office_style
from klantportaal.usecases.shared.downloading import Download


async def static(file: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Send an asset, without a visit: it is the same for all offices, and nothing is read from the storage.

    It needs no thread, so assets are sent even while all threads wait for a database that does not answer.

    Raises:
        Absent: there is no asset of this name.
    """
    content, told = assets.reply(file, accept_encoding)
    return Response(content, headers=told)


def style(here: Here, v: str = "") -> Response:
    """Send the style sheet of the office (OF-3)."""
    kept = headers.kept(for_good=v == office_style.version(here.office.profile))
    return Response(
        office_style.stylesheet(here.office.profile), headers={"Content-Type": "text/css; charset=utf-8", **kept}
    )


def logo(here: Here, v: str = "") -> Response:
    """Send the office's logo (OF-3)."""
    return _picture(here, here.site.portal.offices.logo(here.office_id), v)


def dark_logo(here: Here, v: str = "") -> Response:
    """Send the office's logo on dark pages (OF-3)."""
    return _picture(here, here.site.portal.offices.dark_logo(here.office_id), v)


def _picture(here: Here, download: Download, v: str) -> Response:
    kept = headers.kept(for_good=v == download.file.sha256.hex()[:16])
    told = {"Content-Type": download.file.media_type, "Content-Length": str(download.file.size), **kept}
    return responses.file(here, download, told)


def icon(here: Here, size: str = "", v: str = "") -> Response:
    """Send the office's icon for home screens (OF-3)."""
    kept = headers.kept(for_good=v == home_screen.icon_version(here.office))
    return Response(home_screen.icon(here.office, size), headers={"Content-Type": "image/png", **kept})


def manifest(here: Here) -> Response:
    """Send the office's web app manifest (OF-3)."""
    written = home_screen.manifest(here.office, here.url, here.site.logo_size(here.office))
    kept = headers.kept(for_good=False)
    return Response(written, headers={"Content-Type": home_screen.MANIFEST_TYPE, **kept})
