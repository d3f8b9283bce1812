"""The page with all operations of the office API, which Swagger UI shows from the OpenAPI document.

Its files come from npm and stand in the site, so the page loads nothing from another host, and works as a file too.
"""

import json
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from klantportaal.adapters.web.api.documentation import document
from klantportaal.adapters.web.api.office import DESCRIBED, PATH

ROOT = Path(__file__).resolve().parents[2]
PAGE = "reference/office-api"
MADE = ROOT / ".build" / "site"
"""The folder of the script with the document."""
PACKAGE = Path(__file__).parent / "node_modules" / "swagger-ui-dist"
FILES = [PACKAGE / "swagger-ui.css", PACKAGE / "swagger-ui-bundle.js", MADE / "office-api.js"]
OPTIONS = {
    "dom_id": "#office-api",
    "deepLinking": True,
    "defaultModelsExpandDepth": -1,
    "docExpansion": "list",
    "supportedSubmitMethods": [],
    "validatorUrl": None,
}
"""The settings of Swagger UI: it lists the operations, closed, and sends no requests."""


def _make(app: Sphinx) -> None:
    """Install Swagger UI, and write the script that shows the document."""
    sys.path.insert(0, str(ROOT / "frontend"))
    import assemble

    assemble.install(assemble.SITE)
    shown = json.dumps({**OPTIONS, "spec": document(DESCRIBED, PATH)}).replace("</", "<\\/")
    MADE.mkdir(parents=True, exist_ok=True)
    (MADE / "office-api.js").write_text(f'addEventListener("DOMContentLoaded", () => SwaggerUIBundle({shown}));\n')
    app.config.html_static_path.extend(map(str, FILES))


def _add(app: Sphinx, name: str, _template: str, _context: dict[str, Any], _doctree: object) -> None:
    if name == PAGE:
        app.add_css_file("swagger-ui.css")
        app.add_js_file("swagger-ui-bundle.js")
        app.add_js_file("office-api.js")


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the files before the build, and add them to the page."""
    app.connect("config-inited", lambda app, _config: _make(app))
    app.connect("html-page-context", _add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
