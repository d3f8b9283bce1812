"""The mark on the page for signing in, by which ``klantportaal check`` tells whose page it is (OF-2).

It is a seal, as forms have, of no form and for nobody. It opens for its own office only, and only for a portal with one
of the keys. To anybody else it says nothing.
"""

import enum
import re
from uuid import UUID

from klantportaal.domain.errors import FormDead
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.domain.values import OfficeId, PersonId
from klantportaal.usecases.client.forms import Forms

NAME = "klantportaal-page"
"""The name of the element ``meta`` with the mark."""
_FORM = PageForm(route="page mark")
_NOBODY = PersonId(UUID(int=0))
_MARK = re.compile(rb'<meta name="%s" content="([^"]*)">' % NAME.encode())


class Marked(enum.Enum):
    """Whose page a page is."""

    OWN = enum.auto()
    """The page for signing in of this office, of this portal."""
    ANOTHER = enum.auto()
    """That of another office, or of a portal with other keys."""
    NONE = enum.auto()
    """It is no page for signing in."""


def page_mark(forms: Forms, office_id: OfficeId) -> str:
    """Make the mark of the page of an office. Each call gives other characters."""
    return forms.seal(FormOwner(office_id=office_id, person_id=_NOBODY), _FORM)


def whose(forms: Forms, office_id: OfficeId, page: bytes) -> Marked:
    """Tell whether a page is that for signing in of an office."""
    mark = _MARK.search(page)
    if mark is None:
        return Marked.NONE
    try:
        forms.shown(office_id, _FORM, mark[1].decode(errors="replace"))
    except FormDead:
        return Marked.ANOTHER
    return Marked.OWN
