"""Whom a developer asks about the API. Its document says so."""

import attrs

from klantportaal.domain.boundary import checked


@attrs.frozen(kw_only=True, field_transformer=checked)
class ApiContact:
    """Whom a developer of a back office asks about the API: somebody at the vendor."""

    name: str
    email: str
    url: str
    """The page with help, such as ``https://example.nl/developers``."""
