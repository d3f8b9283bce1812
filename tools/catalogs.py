"""Renew the catalogs of translations from what templates and code say: python -m tools.catalogs.

Every text is a key in English; ``nl.po`` and ``en.po`` say it in Dutch and English. A key that nothing says any more is
dropped, a new one comes without translation, which a test refuses.
"""

from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parents[1] / "src" / "klantportaal" / "adapters" / "web"
LANGUAGES = ("nl", "en")
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "sentence": None, "counted": (1, 2)}


def path(language: str) -> Path:
    """Say where a catalog is."""
    return WEB / "language" / "catalogs" / f"{language}.po"


def said() -> Catalog:
    """Collect every text that the pages can say."""
    catalog = Catalog(project="klantportaal", charset="utf-8")
    found = extract_from_dir(WEB, METHODS, {"templates/**.html": {"trimmed": "true"}}, KEYWORDS)
    for file, _line, text, _comments, context in found:
        catalog.add(text, locations=[(file, 1)], context=context)
    return catalog


def read(language: str) -> Catalog:
    """Read a catalog; an empty one where there is none yet."""
    if not path(language).exists():
        return Catalog(locale=language)
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def is_said(message: Message) -> bool:
    """Tell whether a catalog has words for a text, all its plural forms included."""
    if isinstance(message.string, str):
        return bool(message.string)
    return bool(message.string) and all(message.string or ())


def renew(language: str) -> None:
    """Bring a catalog up to date; what is English already is taken as it is."""
    catalog = read(language)
    catalog.update(said(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.header_comment = "# What the portal says. Texts are added and dropped by: python -m tools.catalogs"
    for message in catalog:
        if language == "en" and message.id and not is_said(message):
            message.string = message.id
    with path(language).open("wb") as file:
        write_po(file, catalog, sort_output=True, no_location=True, width=120, omit_header=False)


if __name__ == "__main__":
    for each in LANGUAGES:
        renew(each)
