"""Builds the front-end assets into the wheel, so that installing it does not need Node.js."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "frontend"))

import assemble


class FrontendAssets(BuildHookInterface):  # type: ignore[type-arg]  # The parameter is the builder's configuration.
    """Builds the assets for a wheel. An editable install uses the assets of `make assets`."""

    def dependencies(self) -> list[str]:
        """Require fontTools, and Node.js from PyPI if the machine has none."""
        if self.target_name != "wheel":
            return []
        node = [] if assemble.machine_has_node() else [assemble.NODE_PACKAGE]
        return [assemble.FONTS_PACKAGE, *node]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  Hatchling passes it.
        """Build the assets, except for an editable install."""
        if self.target_name == "wheel" and version != "editable":
            assemble.assemble()
