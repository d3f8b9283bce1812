"""A complete digital client portal for offices, to import into one's own product.

Start with ``klantportaal.embedded.portal`` (SQLite and files in one folder), or assemble a ``Portal`` from ports of
one's own; mount its pages with ``klantportaal.adapters.flask`` or ``klantportaal.adapters.fastapi``.
"""

from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.documents import DocumentKind, Publication
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
    "OfficeActor",
    "OfficeProfile",
    "Portal",
    "Publication",
    "Settings",
]
