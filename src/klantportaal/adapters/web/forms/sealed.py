"""The check that a form was shown to who sends it, before anything else is done with it (PE-4).

Both hosts call ``opened`` for every request that may change something, save those of ``EXEMPT`` and ``AT_THE_DOOR``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain

import attrs

from klantportaal.adapters.web.forms.plain import Submitted
from klantportaal.adapters.web.http.errors import NotCarriedOut, TooLarge, WebError
from klantportaal.adapters.web.http.form_parts import ANSWERS_TOTAL, Part, TextPart
from klantportaal.domain.errors import FormDead, FormForAnother
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.portal import Portal

FIELD = "shown_for"
"""The hidden field with the seal. It is the first field of its form."""
HEADER = "X-Shown-For"
"""The header in which a script sends the seal of the form on its page."""

EXEMPT: Mapping[str, str] = {
    "sign_in": "is shown to nobody in particular, and asks who it is, with the password",
    "ask_link": "is shown to nobody in particular, and answers every address alike (ON-3)",
    "check_receipt": "is shown to whoever holds the receipt, and changes nothing (RQ-4)",
}
"""The routes whose forms carry no seal, and why they need none."""
AT_THE_DOOR: Mapping[str, str] = {
    "second_step": "is shown to whoever gave its password just now",
    "second_step_recovery": "is shown to whoever gave its password just now",
    "set_password": "is shown to the account of a link",
    "confirm_address": "is shown to the person of a link, on whatever device it is opened",
}
"""The routes whose forms are sealed for somebody who is not signed in yet. Their views call ``at_the_door``."""
UNSEALED = EXEMPT.keys() | AT_THE_DOOR.keys()
"""The routes that a host does not check before their views."""
PAGES: Mapping[str, frozenset[str]] = {
    "upload": frozenset({"new_message", "answer"}),
    "remove_upload": frozenset({"new_message", "answer"}),
    "request_upload": frozenset({"request_item"}),
    "remove_request_upload": frozenset({"request_item"}),
    "questionnaire_upload": frozenset({"questionnaire_page"}),
}
"""The routes without a form of their own, and those whose forms they take."""
SECRET = frozenset({"password", "repeated", "current", "code", "recovery", FIELD})
"""The fields that are never shown again."""

Typed = Mapping[str, Sequence[str]]
"""The text fields of a form that was not carried out, without secrets."""


@attrs.frozen(kw_only=True)
class Check:
    """What the seal of a request must say."""

    portal: Portal
    owner: FormOwner
    sent: PageForm

    def __call__(self, seal: str) -> None:
        """Check a seal. Raises: FormForAnother, FormDead."""
        pages = PAGES.get(self.sent.route, frozenset())
        self.portal.client.forms.require_own(self.owner, self.sent, seal, pages=pages)


def check(portal: Portal, owner: FormOwner, route: str, ids: Mapping[str, object]) -> Check:
    """Give the check for a request: who sends it, and to which route, with the ids in its path."""
    return Check(
        portal=portal, owner=owner, sent=PageForm(route=route, ids={name: str(id) for name, id in ids.items()})
    )


def opened(check: Check, header: str | None, parts: Iterable[Part]) -> Iterator[Part]:
    """Check the seal of a form before its first file is read, and give all of its parts.

    Args:
        check: what the seal must say.
        header: the seal that a script sent. None if none did: then it is in the form.
        parts: the parts of the form.

    Raises:
        NotCarriedOut: the form was shown to another account, or its seal is not good.
        Malformed, TooLarge, TooSlow: the form cannot be read up to its seal, or to its end if the seal is not good.
    """
    rest = iter(parts)
    seal, read = first_seal(rest) if header is None else (header, [])
    try:
        check(seal)
    except FormForAnother as error:
        raise NotCarriedOut(error, _readable(chain(read, rest))) from error
    except FormDead as error:
        raise NotCarriedOut(error, typed(chain(read, rest))) from error
    return chain(read, rest)


def first_seal(parts: Iterator[Part]) -> tuple[str, list[Part]]:
    """Read the first part of a form, and give the seal in it: "" if it is something else. No more is read."""
    first = next(parts, None)
    seal = first.value if isinstance(first, TextPart) and first.name == FIELD else ""
    return seal, [] if first is None else [first]


def typed(parts: Iterable[Part]) -> Typed:
    """Collect the text fields of a form, without secrets. Files are passed over. Raises: TooLarge."""
    fields: dict[str, list[str]] = {}
    _collect(parts, fields)
    return fields


def _readable(parts: Iterable[Part]) -> Typed:
    """Collect the same of a form of another account, up to where it is damaged, or too large or too slow."""
    fields: dict[str, list[str]] = {}
    with suppress(WebError):
        _collect(parts, fields)
    return fields


def _collect(parts: Iterable[Part], fields: dict[str, list[str]]) -> None:
    room = ANSWERS_TOTAL
    for part in parts:
        if isinstance(part, TextPart) and part.name not in SECRET:
            room -= len(part.name) + len(part.value)
            if room < 0:
                raise TooLarge("there is too much text in the form")
            fields.setdefault(part.name, []).append(part.value)


def at_the_door(portal: Portal, owner: FormOwner, route: str, form: Submitted) -> None:
    """Require that a form before signing in was shown to the person of its cookie.

    Cookie and form can be of different persons: all tabs share one cookie, and another site can make the browser open
        another link.

    Raises:
        FormDead: it was shown to somebody else, or its seal is not good.
    """
    check(portal, owner, route, {})(form.get(FIELD, ""))
