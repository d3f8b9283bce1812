"""Writes the OpenAPI documents of both APIs, `office.json` and `client.json`: `python -m tools.openapi FOLDER`."""

import json
import sys
from pathlib import Path

from klantportaal.adapters.web.api import client, office
from klantportaal.adapters.web.api.documentation import document

if __name__ == "__main__":
    for name, api in (("office", office.DESCRIBED), ("client", client.DESCRIBED)):
        (Path(sys.argv[1]) / f"{name}.json").write_text(json.dumps(document(api, api.path), indent=2))
