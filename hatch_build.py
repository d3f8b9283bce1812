"""Puts the front-end assets into the wheel, so that who installs it needs no Node.js."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "frontend"))

import assemble


class FrontendAssets(BuildHookInterface):  # type: ignore[type-arg]  # Its parameter is the builder's own configuration.
    """Builds the assets for a wheel; an editable install takes those of `make assets`."""

    def dependencies(self) -> list[str]:
        """Ask for what cuts the fonts, and for Node.js from PyPI where the machine has none."""
        if self.target_name != "wheel":
            return []
        node = [] if assemble.machine_has_node() else [assemble.NODE_PACKAGE]
        return [assemble.FONTS_PACKAGE, *node]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  Hatchling hands it over.
        """Build the assets, unless the install is an editable one."""
        if self.target_name == "wheel" and version != "editable":
            assemble.assemble()
