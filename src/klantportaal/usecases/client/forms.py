"""The seals of forms (PE-4), and forms that wait, encrypted, in the browser for their owner (ST-2)."""

import base64
import binascii
import functools
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid5

import attrs

from klantportaal.domain import forms
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import FormDead
from klantportaal.domain.forms import KEPT_FOR, FormOwner, KeptForm, PageForm, ShownForm
from klantportaal.domain.values import AccountId, OfficeId
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import SealBroken, Vault

OFFICES = 1024
"""The number of offices whose ids for seals are remembered. To compute one takes as long as to encrypt a seal."""


@checked_calls
@attrs.frozen(kw_only=True)
class Forms:
    """Seals forms and checks the seals, and encrypts forms that wait. Nothing is stored.

    A seal has no lifetime. It opens as long as the portal has the key with which it was made.
    """

    _vault: Vault
    _clock: Clock

    def seal(self, owner: FormOwner, form: PageForm) -> str:
        """Make the seal of a form, in URL-safe base 64."""
        return self._sealed(forms.written(ShownForm(form=form, owner=owner)), _form(owner.office_id))

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

    def shown(self, office_id: OfficeId, sent: PageForm, seal: str, *, pages: Collection[str] = ()) -> ShownForm:
        """Tell for whom a form was shown that is sent while nobody is signed in. Arguments as for ``require_own``.

        Raises:
            FormDead: as for ``require_own``.
        """
        shown = self._read(office_id, seal)
        forms.require_place(shown.form, sent, pages=pages)
        return shown

    def keep(self, shown: ShownForm, typed: Mapping[str, Sequence[str]], *, left_out: Sequence[str] = ()) -> str:
        """Encrypt a form whose session had ended, so that it can wait in the browser for an hour (ST-2).

        Args:
            shown: for whom the form was shown.
            typed: its text fields by name. Leave out passwords and codes.
            left_out: the names of its files that were not kept.
        """
        texts = {name: tuple(values) for name, values in typed.items()}
        until = self._clock.now() + KEPT_FOR
        kept = KeptForm(shown=shown, typed=texts, left_out=tuple(left_out), until=until)
        return self._sealed(forms.written_kept(kept), _waiting(shown.owner.office_id))

    def kept(self, owner: FormOwner, text: str) -> KeptForm:
        """Give a form that waited to who has signed in since (ST-2).

        Raises:
            FormForAnother: it was shown to another person or account.
            FormDead: it waited too long, was changed, or is of another office, or its key is gone.
        """
        kept = forms.read_kept(self._opened(text, _waiting(owner.office_id)))
        forms.require_kept(kept, owner, at=self._clock.now())
        return kept

    def kept_account(self, owner: FormOwner, text: str) -> AccountId | None:
        """Tell for which account the same person was shown a form that waited, to switch to it (PE-3, ST-2).

        Raises:
            FormForAnother, FormDead: as for ``kept``, for another person.
        """
        kept = forms.read_kept(self._opened(text, _waiting(owner.office_id)))
        account_id = kept.shown.owner.account_id
        forms.require_kept(kept, attrs.evolve(owner, account_id=account_id), at=self._clock.now())
        return account_id

    def _read(self, office_id: OfficeId, seal: str) -> ShownForm:
        return forms.read(self._opened(seal, _form(office_id)))

    def _sealed(self, text: str, bound_to: UUID) -> str:
        return base64.urlsafe_b64encode(self._vault.seal(text, bound_to=bound_to)).decode()

    def _opened(self, sealed: str, bound_to: UUID) -> str:
        try:
            return self._vault.open(base64.b64decode(sealed.encode(), altchars=b"-_", validate=True), bound_to=bound_to)
        except (binascii.Error, UnicodeError, SealBroken) as error:
            raise FormDead from error


@functools.lru_cache(OFFICES)
def _form(office_id: OfficeId) -> UUID:
    """Give the id that the seals of an office's forms are bound to. Nothing else in the vault is bound to it."""
    return uuid5(office_id, "klantportaal form")


@functools.lru_cache(OFFICES)
def _waiting(office_id: OfficeId) -> UUID:
    """Give the id that an office's forms that wait are bound to."""
    return uuid5(office_id, "klantportaal waiting form")
