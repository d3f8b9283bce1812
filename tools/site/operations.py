"""The pages with all operations of the office API and of the client API: Swagger UI shows them from their documents.

Its files come from npm and stand in the site, so the pages load nothing from another host, and work as files too.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from klantportaal.adapters.web.api import client, office
from klantportaal.adapters.web.api.documentation import Described, document

ROOT = Path(__file__).resolve().parents[2]
APIS: Mapping[str, Described] = {"office-api": office.DESCRIBED, "client-api": client.DESCRIBED}
"""Each API by the name of its page in the reference, of its script and of its element."""
MADE = ROOT / ".build" / "site"
"""The folder of the scripts with the documents."""
PACKAGE = Path(__file__).parent / "node_modules" / "swagger-ui-dist"
SHOWING = [PACKAGE / "swagger-ui.css", PACKAGE / "swagger-ui-bundle.js"]
OPTIONS = {
    "deepLinking": True,
    "defaultModelsExpandDepth": -1,
    "docExpansion": "list",
    "supportedSubmitMethods": [],
    "validatorUrl": None,
}
"""The settings of Swagger UI: it lists the operations, closed, and sends no requests."""


def _make(app: Sphinx) -> None:
    """Install Swagger UI, and write for each API the script that shows its document."""
    sys.path.insert(0, str(ROOT / "frontend"))
    import assemble

    assemble.install(assemble.SITE)
    MADE.mkdir(parents=True, exist_ok=True)
    for name, api in APIS.items():
        options = {**OPTIONS, "dom_id": f"#{name}", "spec": document(api, api.path)}
        shown = json.dumps(options).replace("</", "<\\/")
        script = f'addEventListener("DOMContentLoaded", () => SwaggerUIBundle({shown}));\n'
        (MADE / f"{name}.js").write_text(script)
    app.config.html_static_path.extend(str(each) for each in (*SHOWING, *(MADE / f"{name}.js" for name in APIS)))


def _add(app: Sphinx, page: str, _template: str, _context: dict[str, Any], _doctree: object) -> None:
    name = page.removeprefix("reference/")
    if name in APIS:
        app.add_css_file("swagger-ui.css")
        app.add_js_file("swagger-ui-bundle.js")
        app.add_js_file(f"{name}.js")


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the files before the build, and add them to the pages."""
    app.connect("config-inited", lambda app, _config: _make(app))
    app.connect("html-page-context", _add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
