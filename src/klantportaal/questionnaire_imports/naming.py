"""Ids and codes: what the source calls a question or an option, as an id or code of the portal."""

import re
import unicodedata

import attrs

_LONGEST = 64
_BEYOND_ID = re.compile(r"[^a-z0-9_-]+")
_BEYOND_CODE = re.compile(r"[^A-Za-z0-9_-]+")


@attrs.define
class Names:
    """Ids, or codes, that were given out: each once."""

    _taken: set[str] = attrs.field(factory=set)
    _next: dict[str, int] = attrs.field(factory=dict)

    def id(self, *wanted: str) -> str:
        """Give out an id that is like the first of the names that is free, or else like the last one with a number."""
        ids = [_id(each) for each in wanted]
        return self._free([id or "vraag" for id in ids])

    def code(self, value: str) -> str:
        """Give out a code for an option that is like its value."""
        return self._free([_BEYOND_CODE.sub("-", _ascii(value)).strip("-_")[:_LONGEST].rstrip("-") or "optie"])

    def _free(self, wanted: list[str]) -> str:
        found = next((each for each in wanted if each not in self._taken), None)
        base, number = wanted[-1][: _LONGEST - 8], self._next.get(wanted[-1], 2)
        while found is None:
            candidate = f"{base}-{number}"
            found, number = None if candidate in self._taken else candidate, number + 1
        self._next[wanted[-1]] = number
        self._taken.add(found)
        return found


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode()


def _id(name: str) -> str:
    """Make an id of a name: a letter, then letters, digits, hyphens and underscores; "" if nothing is left."""
    id = _BEYOND_ID.sub("-", _ascii(name).lower()).strip("-")
    if id and not id[0].isalpha():
        id = f"v-{id.lstrip('_-')}"
    return id[:_LONGEST].rstrip("-")
