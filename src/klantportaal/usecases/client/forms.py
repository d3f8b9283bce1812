"""The seals of forms: which account a form was shown to, encrypted in the form itself (PE-4)."""

import base64
import binascii
from collections.abc import Collection
from uuid import UUID, uuid5

import attrs

from klantportaal.domain import forms
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import FormDead
from klantportaal.domain.forms import FormOwner, PageForm, ShownForm
from klantportaal.domain.values import OfficeId
from klantportaal.ports.secrets import SealBroken, Vault


@checked_calls
@attrs.frozen(kw_only=True)
class Forms:
    """Seals forms and checks the seals. Nothing is stored.

    A seal has no lifetime. It opens as long as the portal has the key with which it was made.
    """

    _vault: Vault

    def seal(self, owner: FormOwner, form: PageForm) -> str:
        """Make the seal of a form, in URL-safe base 64."""
        said = forms.written(ShownForm(form=form, owner=owner))
        return base64.urlsafe_b64encode(self._vault.seal(said, bound_to=_bound(owner.office_id))).decode()

    def require_own(self, owner: FormOwner, sent: PageForm, seal: str, *, pages: Collection[str] = ()) -> None:
        """Require that a form was shown to who sends it, and for the route that it is sent to.

        Args:
            owner: who sends the form.
            sent: the route and the ids of the request.
            seal: the seal in the form.
            pages: the routes whose forms this route takes. Without, only its own.

        Raises:
            FormForAnother: it was shown to another person or account.
            FormDead: the seal is missing, was changed, is of another office or another page, or its key is gone.
        """
        forms.require_own(self._read(owner.office_id, seal), owner, sent, pages=pages)

    def _read(self, office_id: OfficeId, seal: str) -> ShownForm:
        try:
            sealed = base64.b64decode(seal.encode(), altchars=b"-_", validate=True)
            return forms.read(self._vault.open(sealed, bound_to=_bound(office_id)))
        except (binascii.Error, UnicodeError, SealBroken) as error:
            raise FormDead from error


def _bound(office_id: OfficeId) -> UUID:
    """Give the id that the seals of an office are bound to. Nothing else in the vault is bound to it."""
    return uuid5(office_id, "klantportaal form")
