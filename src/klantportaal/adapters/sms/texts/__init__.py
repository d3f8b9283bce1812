"""The words of every SMS, in Dutch and in English: one template a language, ``nl/code.txt``.

What they say stays within one SMS, 160 characters of the GSM alphabet: the name of the office gives way. A reader's
telephone would show more than that as one too, but a gateway charges each part, and parts get lost.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from klantportaal.domain.values import plain_line
from klantportaal.ports.sms import Note, Sms

LENGTH = 160
"""Characters of one SMS in the GSM alphabet (GSM 03.38)."""
_ALPHABET = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""What takes one place; line ends are put in where they are meant."""
_ALIKE = {
    "Œ": "OE",
    "œ": "oe",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "€": "EUR",
    "|": "-",
    "~": "-",
    "[": "(",
    "{": "(",
    "]": ")",
    "}": ")",
    "\\": "/",
    "`": "'",
}
"""What is written otherwise in the GSM alphabet, where taking its accents off does not help."""
_SHORTEST_NAME = 12
"""An office is named by at least as much of its name, or by all of it; the line for telephones gives way to that."""
_HOST = re.compile(r"[a-z0-9.-]+")


class JinjaSmsWriter:
    """Writes SMSs from the templates beside this module."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("klantportaal.adapters.sms", "texts"),
            autoescape=False,  # noqa: S701 - an SMS is plain text
            undefined=StrictUndefined,
        )

    def write(self, note: Note) -> Sms:
        """Write a note in its language; the office's name is cut short where the whole would not fit."""
        name, bound = in_gsm(note.office.profile.name), _bound(note)
        room = LENGTH - len(self._said(note, "-")) + len("-")
        if room - len(bound) < min(len(name), _SHORTEST_NAME):
            bound = ""
        return Sms(to=note.to, text=self._said(note, _shortened(name, room - len(bound))) + bound)

    def _said(self, note: Note, office: str) -> str:
        template = self._templates.get_template(f"{note.language.value}/code.txt")
        return template.render({"office": office, "code": note.code, "minutes": note.minutes})


def in_gsm(text: str) -> str:
    """Write a line in the letters of the GSM alphabet: the same, alike, without its accent, or not at all."""
    parts = (each if each in _ALPHABET else _alike(each) for each in text)
    return plain_line("".join(each for part in parts for each in part if each in _ALPHABET or each.isspace()))


def _alike(each: str) -> str:
    match unicodedata.category(each):
        case "Pd":
            return "-"
        case "Pi" | "Pf":
            return "'" if "SINGLE" in unicodedata.name(each) else '"'
        case _:
            return _ALIKE.get(each) or unicodedata.normalize("NFKD", each)


def _shortened(name: str, room: int) -> str:
    return name if len(name) <= room else f"{name[: room - 3].rstrip()}..."


def _bound(note: Note) -> str:
    """Write the line that binds the code to the portal's host; nothing where the host is no domain."""
    try:
        host = (urlsplit(note.office.base_url).hostname or "").encode("idna").decode()
    except UnicodeError:  # A part of it is longer than a domain's can be.
        return ""
    return f"\n@{host} #{note.code}" if _HOST.fullmatch(host) else ""
