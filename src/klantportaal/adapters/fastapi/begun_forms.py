"""Forms whose beginning was read and whose rest has not come, and the memory that they use together (AL-7)."""

from collections.abc import Hashable, MutableMapping
from typing import Protocol

import attrs
from anyio.lowlevel import RunVar

from klantportaal.domain.request_times import Begun, to_drop


class Form(Hashable, Protocol):
    """A form that can be dropped."""

    def drop(self) -> None:
        """Drop what was read of it. Its request is refused."""


@attrs.define
class BegunForms:
    """The forms of one event loop whose rest has not come yet."""

    _forms: MutableMapping[Form, Begun] = attrs.field(factory=dict, init=False)
    _size: int = attrs.field(default=0, init=False)

    def keep(self, form: Form, begun: Begun, *, together: int) -> None:
        """Record the bytes that a form holds. If all forms hold more than *together* bytes, drop some."""
        self.forget(form)
        self._forms[form] = begun
        self._size += begun.size
        while self._size > together:
            dropped = to_drop(self._forms)
            self.forget(dropped)
            dropped.drop()

    def forget(self, form: Form) -> None:
        """Record that a form holds no bytes any more. A second call does nothing."""
        if (begun := self._forms.pop(form, None)) is not None:
            self._size -= begun.size


_of_loop: RunVar[BegunForms] = RunVar("klantportaal_begun_forms")


def of_this_loop() -> BegunForms:
    """Give the forms of the running event loop."""
    try:
        return _of_loop.get()
    except LookupError:
        forms = BegunForms()
        _of_loop.set(forms)
        return forms
