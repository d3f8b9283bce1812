"""The owner of a form, which the form carries in its seal (PE-4), and forms that wait for their owner (ST-2)."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import FormDead, FormForAnother
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import SKEW, AccountId, OfficeId, PersonId

KEPT_FOR = timedelta(hours=1)
"""How long a form waits in the browser for its owner to sign in again."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class PageForm:
    """One form of the portal's pages, by the route that it is sent to and the ids in the path."""

    route: str
    ids: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, field_transformer=checked)
class FormOwner:
    """For whom a form is shown: a person, and the account that it acts for."""

    office_id: OfficeId
    person_id: PersonId
    account_id: AccountId | None = None
    """The account. None before signing in."""
    name: str | None = None
    """The name that the portal shows to another person who sends the form. None before signing in."""

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """Give the owner of the forms that are shown to an actor."""
        alone = actor.name == actor.client_name
        name = actor.name if alone else f"{actor.client_name} ({actor.name})"
        return cls(office_id=actor.office_id, person_id=actor.person_id, account_id=actor.account_id, name=name)

    def is_same(self, other: "FormOwner") -> bool:
        """Tell whether the other owner may send the form. Names are not compared, because they change."""
        return (self.office_id, self.person_id, self.account_id) == (other.office_id, other.person_id, other.account_id)


@attrs.frozen(kw_only=True, field_transformer=checked)
class ShownForm:
    """A form and its owner: what the seal of a form says."""

    form: PageForm
    owner: FormOwner


@attrs.frozen(kw_only=True, field_transformer=checked)
class KeptForm:
    """A form that was sent after its session had ended. It waits, encrypted, in the browser (ST-2)."""

    shown: ShownForm
    typed: Mapping[str, tuple[str, ...]]
    """The text fields by name, without passwords and codes."""
    left_out: tuple[str, ...] = ()
    """The names of the files that have to be chosen again."""
    until: datetime


def require_kept(kept: KeptForm, owner: FormOwner, *, at: datetime) -> None:
    """Require that a form that waited is shown to its owner, and in time.

    Raises:
        FormForAnother: it was shown to another person or account.
        FormDead: it waited too long, or the clock was set back since.
    """
    if not kept.shown.owner.is_same(owner):
        raise _for_another(kept.shown.owner, owner)
    if not timedelta(0) < kept.until - at <= KEPT_FOR + SKEW:
        raise FormDead


def require_own(shown: ShownForm, owner: FormOwner, sent: PageForm, *, pages: Collection[str] = ()) -> None:
    """Require that a form was shown to who sends it, and for the route that it is sent to.

    Args:
        shown: what the seal says.
        owner: who sends the form.
        sent: the route and the ids of the request.
        pages: the routes whose forms this route takes. Without, only its own.

    Raises:
        FormForAnother: it was shown to another person or account.
        FormDead: it was shown for another page, or before signing in to somebody else.
    """
    if not shown.owner.is_same(owner):
        raise _for_another(shown.owner, owner) if shown.owner.name and owner.name else FormDead
    require_place(shown.form, sent, pages=pages)


def _for_another(shown_to: FormOwner, sender: FormOwner) -> FormForAnother:
    same = (shown_to.office_id, shown_to.person_id) == (sender.office_id, sender.person_id)
    return FormForAnother(shown_to.name or "", same_person=same)


def require_place(form: PageForm, sent: PageForm, *, pages: Collection[str] = ()) -> None:
    """Require that a form is for the route and the ids that it is sent to. Arguments as above. Raises: FormDead."""
    ids = form.ids
    is_same_place = all(ids[name] == value for name, value in sent.ids.items() if name in ids)
    if form.route not in (pages or {sent.route}) or not is_same_place:
        raise FormDead


def written(shown: ShownForm) -> str:
    """Write what a seal says as text."""
    return json.dumps(_plain(shown), ensure_ascii=False)


def _plain(shown: ShownForm) -> list[object]:
    owner, form = shown.owner, shown.form
    ids = [str(id) if id else None for id in (owner.office_id, owner.person_id, owner.account_id)]
    return [*ids, owner.name, form.route, dict(form.ids)]


def read(text: str) -> ShownForm:
    """Read what ``written`` wrote. Raises: FormDead, if another version of the portal wrote it otherwise."""
    try:
        return _shown(json.loads(text))
    except (ValueError, TypeError, AttributeError) as error:
        raise FormDead from error


def _shown(plain: list[Any]) -> ShownForm:
    office_id, person_id, account_id, name, route, ids = plain
    owner = FormOwner(
        office_id=OfficeId(UUID(office_id)),
        person_id=PersonId(UUID(person_id)),
        account_id=AccountId(UUID(account_id)) if account_id else None,
        name=name,
    )
    return ShownForm(form=PageForm(route=route, ids=ids), owner=owner)


def written_kept(kept: KeptForm) -> str:
    """Write a form that waits as text."""
    typed = {name: list(values) for name, values in kept.typed.items()}
    plain = [_plain(kept.shown), typed, list(kept.left_out), kept.until.isoformat()]
    return json.dumps(plain, ensure_ascii=False)


def read_kept(text: str) -> KeptForm:
    """Read what ``written_kept`` wrote. Raises: FormDead, if another version of the portal wrote it otherwise."""
    try:
        shown, typed, left_out, until = json.loads(text)
        return KeptForm(
            shown=_shown(shown),
            typed={name: tuple(values) for name, values in typed.items()},
            left_out=tuple(left_out),
            until=datetime.fromisoformat(until),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise FormDead from error
