"""The texts of SMSs, in Dutch and in English: one template per language, such as ``nl/code.txt``.

A text fits in one SMS: 160 characters of the GSM alphabet. A long name of an office is shortened for that. A telephone
shows a longer text as one message, but the gateway charges each part, and parts can get lost.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from klantportaal.domain.values import plain_line
from klantportaal.ports.sms import Note, Sms

LENGTH = 160
"""The number of characters of one SMS in the GSM alphabet (GSM 03.38)."""
_ALPHABET = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of the GSM alphabet that count as one, without line ends. Only the templates add line ends."""
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
"""Replacements for characters that are not in the GSM alphabet and are not a letter with an accent."""
_SHORTEST_NAME = 12
"""The minimum length of a shortened name. If the line for telephones leaves less room, that line is left out."""
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
        """Write a note in its language. The name of the office is shortened if the text does not fit in one SMS."""
        name, bound = in_gsm(note.office.profile.name), _bound(note)
        room = LENGTH - len(self._said(note, "-")) + len("-")
        if room - len(bound) < min(len(name), _SHORTEST_NAME):
            bound = ""
        return Sms(to=note.to, text=self._said(note, _shortened(name, room - len(bound))) + bound)

    def _said(self, note: Note, office: str) -> str:
        template = self._templates.get_template(f"{note.language.value}/code.txt")
        return template.render({"office": office, "code": note.code, "minutes": note.minutes})


def in_gsm(text: str) -> str:
    """Convert text to one line in the GSM alphabet: replace or unaccent other characters, or leave them out."""
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
    """Give the line that binds the code to the portal's host, or an empty text if the host is not a domain."""
    try:
        host = (urlsplit(note.office.base_url).hostname or "").encode("idna").decode()
    except UnicodeError:  # A label of the host is too long for a domain.
        return ""
    return f"\n@{host} #{note.code}" if _HOST.fullmatch(host) else ""
