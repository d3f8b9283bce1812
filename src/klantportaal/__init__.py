"""A complete digital client portal for offices, to import into one's own product.

Start with ``klantportaal.embedded.portal`` (SQLite and files in one folder), or assemble a ``Portal`` from ports of
one's own; mount its pages with ``klantportaal.adapters.flask`` or ``klantportaal.adapters.fastapi``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klantportaal.domain.accounts import ClientKind, NewClient
    from klantportaal.domain.documents import DocumentKind, Publication
    from klantportaal.domain.extra_accounts import NewExtraAccount
    from klantportaal.domain.messages import Draft
    from klantportaal.domain.offices import DossierStatus, OfficeProfile
    from klantportaal.domain.sessions import OfficeActor
    from klantportaal.domain.values import Language
    from klantportaal.portal import Portal
    from klantportaal.settings import Settings

__all__ = [
    "ClientKind",
    "DocumentKind",
    "DossierStatus",
    "Draft",
    "Language",
    "NewClient",
    "NewExtraAccount",
    "OfficeActor",
    "OfficeProfile",
    "Portal",
    "Publication",
    "Settings",
]

_HOMES = {
    "ClientKind": "domain.accounts",
    "DocumentKind": "domain.documents",
    "DossierStatus": "domain.offices",
    "Draft": "domain.messages",
    "Language": "domain.values",
    "NewClient": "domain.accounts",
    "NewExtraAccount": "domain.extra_accounts",
    "OfficeActor": "domain.sessions",
    "OfficeProfile": "domain.offices",
    "Portal": "portal",
    "Publication": "domain.documents",
    "Settings": "settings",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562), so that each part of the package costs only itself."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
