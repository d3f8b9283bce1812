"""Updates the translation catalogs from the templates and the code: ``python -m tools.catalogs``.

The key of each text is its English wording. ``nl.po`` and ``en.po`` hold the Dutch and the English text. Unused keys
are removed. New keys have no Dutch text, and a test fails until there is one.
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
    """Return the path of a catalog."""
    return WEB / "language" / "catalogs" / f"{language}.po"


def said() -> Catalog:
    """Collect the texts of the templates and the code."""
    catalog = Catalog(project="klantportaal", charset="utf-8")
    found = extract_from_dir(WEB, METHODS, {"templates/**.html": {"trimmed": "true"}}, KEYWORDS)
    for file, _line, text, _comments, context in found:
        catalog.add(text, locations=[(file, 1)], context=context)
    return catalog


def read(language: str) -> Catalog:
    """Read a catalog. Returns an empty one if the file does not exist."""
    if not path(language).exists():
        return Catalog(locale=language)
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def is_said(message: Message) -> bool:
    """Tell whether a catalog has a text for a key, including all plural forms."""
    if isinstance(message.string, str):
        return bool(message.string)
    return bool(message.string) and all(message.string or ())


def renew(language: str) -> None:
    """Update a catalog. English texts that are missing are copied from their key."""
    catalog = read(language)
    created = catalog.creation_date
    catalog.update(said(), no_fuzzy_matching=True)
    catalog.creation_date = created  # A date that changes each time would be a conflict in each merge.
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
