"""Writes the OpenAPI document of the office API to a file: `python -m tools.openapi FILE`."""

import json
import sys
from pathlib import Path

from klantportaal.adapters.web.api.documentation import document
from klantportaal.adapters.web.api.office import DESCRIBED, PATH

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(document(DESCRIBED, PATH), indent=2))
