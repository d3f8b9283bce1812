"""A release in a folder."""

from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
URLS = {"Repository": "https://code.example.nl/klantportaal", "Documentation": "https://docs.example.nl"}


@attrs.frozen(kw_only=True)
class Built:
    """A release in a folder."""

    folder: Path

    @property
    def sdist(self) -> Path:
        """The source distribution."""
        (found,) = self.folder.glob("*.tar.gz")
        return found

    @property
    def wheel(self) -> Path:
        """The wheel."""
        (found,) = self.folder.glob("*.whl")
        return found
