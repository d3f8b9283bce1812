"""Builds the front-end assets into the sdist and the wheel, so that installing either does not need Node.js.

Also gives the distribution the addresses of the project, which its releaser says: no address is in the code.
"""

import os
import sys
from collections.abc import MutableMapping
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "frontend"))

import assemble

UNPACKED = Path(__file__).resolve().parent / "PKG-INFO"
"""An sdist has this file, and the built assets."""


class FrontendAssets(BuildHookInterface):  # type: ignore[type-arg]  # The parameter is the builder's configuration.
    """Builds the assets, unless this is an unpacked sdist. An editable install uses the assets of `make assets`."""

    def dependencies(self) -> list[str]:
        """Require what cuts fonts and compresses files, and Node.js from PyPI if the machine has none."""
        if UNPACKED.exists():
            return []
        node = [] if assemble.machine_has_node() else [assemble.NODE_PACKAGE]
        return [*assemble.PACKING_PACKAGES, *node]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  Hatchling passes it.
        """Build the assets."""
        if not UNPACKED.exists() and version != "editable":
            assemble.assemble()


class ProjectUrls(MetadataHookInterface):
    """Takes the addresses from ``KLANTPORTAAL_URLS``, such as ``Repository=https://…,Documentation=https://…``.

    An unpacked sdist has those that it was built with.
    """

    def update(self, metadata: MutableMapping[str, Any]) -> None:
        """Put them into the metadata."""
        metadata["urls"] = dict(urls())


def urls() -> list[tuple[str, str]]:
    """Give the name and the address of each.

    Raises:
        ValueError: the variable is no list of names and addresses with ``https://``.
    """
    if UNPACKED.exists():
        told = HeaderParser().parsestr(UNPACKED.read_text(encoding="utf-8"))
        pairs = [each.partition(", ") for each in told.get_all("Project-URL", [])]
    else:
        pairs = [each.partition("=") for each in os.environ.get("KLANTPORTAAL_URLS", "").split(",") if each]
    for name, _between, address in pairs:
        if not name.strip() or not address.strip().startswith("https://"):
            raise ValueError("KLANTPORTAAL_URLS must be Name=https://… for each address, with commas between")
    return [(name.strip(), address.strip()) for name, _between, address in pairs]
