"""The texts of all mails, in Dutch and in English.

Each kind of mail has one template per language, such as ``nl/invitation.txt``. It sets these variables, in plain text:

``subject``    one line
``opening``    paragraphs before the link, separated by blank lines
``rows``       one line for each dossier with something new; only in notifications, reminders and mails to the office
``button``     the text of the link
``closing``    paragraphs after the link

``nl/_phrases.txt`` has the phrases that several mails share. It also has ``fallback``, which explains what to do if the
button does not work. ``letter.txt`` and ``letter.html`` make the plain text and the HTML from these variables, so both
have the same text.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.environment import TemplateModule

from klantportaal.adapters.colours import text_on
from klantportaal.adapters.figures import file_size, long_day
from klantportaal.adapters.logos import small_logo
from klantportaal.adapters.waiting_texts import waiting_sentence
from klantportaal.domain.office_notices import Arrival
from klantportaal.domain.outgoing import Notice
from klantportaal.domain.values import AMSTERDAM, Language, plain_line
from klantportaal.ports.mail import LOGO_ID, Due, Letter, Mail

LOGO_WIDTH, LOGO_HEIGHT = 200, 48
"""The room of the logo, in CSS pixels."""


@attrs.frozen(kw_only=True)
class Words:
    """The texts of a mail, before they are rendered as plain text and HTML."""

    subject: str
    opening: tuple[str, ...]
    rows: tuple[str, ...]
    button: str
    closing: tuple[str, ...]
    fallback: str


class JinjaMailWriter:
    """Writes mails from the templates beside this module."""

    def __init__(self) -> None:
        self._templates = _templates()

    def write(self, letter: Letter) -> Mail:
        """Write a letter in its language, as plain text and as HTML."""
        profile = letter.office.profile
        words = self.words(letter)
        logo = None if letter.logo is None else small_logo(letter.logo)
        page = {
            "words": words,
            "office": plain_line(profile.name),
            "language": letter.language.value,
            "url": letter.url,
            "colour": profile.colour,
            "text_colour": text_on(profile.colour),
            "logo_id": LOGO_ID,
            "logo_size": None if logo is None else [round(each) for each in logo.fitted(LOGO_WIDTH, LOGO_HEIGHT)],
        }
        return Mail(
            sender_name=profile.name,
            reply_to=profile.contact_address,
            to=letter.to,
            subject=words.subject,
            text=self._templates.get_template("letter.txt").render(page),
            html=self._templates.get_template("letter.html").render(page),
            language=letter.language,
            logo=None if logo is None else logo.png,
        )

    def words(self, letter: Letter) -> Words:
        """Render the texts of a letter, in its language."""
        language = letter.language.value
        phrases = self._templates.get_template(f"{language}/_phrases.txt").module
        template = self._templates.get_template(f"{language}/{letter.kind.value}.txt")
        said = template.make_module(
            {
                "office": plain_line(letter.office.profile.name),
                "contact": letter.office.profile.contact_address,
                "name": plain_line(letter.name),
                "life": _life(letter.facts),
                "client": plain_line(letter.facts.get("client", "")),
                "dossier": plain_line(letter.facts.get("dossier", "")),
                "host": plain_line(letter.facts.get("host", "")),
                "failure": letter.facts.get("failure", ""),
                "vendor": letter.office.vendor_sign_in,
                "awaiting": letter.awaiting,
                "notices": list(Notice),
                "place": letter.place,
                "arrivals": letter.arrivals,
                "due": letter.due,
                "kinds": list(Arrival),
                "receipt": letter.receipt,
                "day": partial(_moment, letter.language),
                "waits": partial(_waits, letter.language),
                "size": partial(file_size, language=letter.language),
                "phrases": phrases,
            }
        )
        return Words(
            subject=plain_line(_part(said, "subject")),
            opening=_paragraphs(_part(said, "opening")),
            rows=tuple(filter(None, map(plain_line, _part(said, "rows").split("\n")))),
            button=plain_line(_part(said, "button")),
            closing=_paragraphs(_part(said, "closing")),
            fallback=plain_line(_part(phrases, "fallback")),
        )


@cache
def _templates() -> Environment:
    """Make the environment of the templates. All writers of a process share it, so that each template compiles once."""
    return Environment(
        loader=PackageLoader("klantportaal.adapters.mail", "texts"),
        # The texts are plain text. letter.html escapes them when it includes them.
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _part(template: TemplateModule, name: str) -> str:
    """Give the value of a template's variable, or an empty text if it is not set."""
    return str(getattr(template, name, ""))


def _life(facts: Mapping[str, str]) -> tuple[int, str]:
    """Read the lifetime of the link, as a number and its unit; ``(0, "")`` if the facts have no lifetime.

    Minutes that make whole hours are given in hours.
    """
    unit = next((each for each in ("days", "hours", "minutes") if each in facts), "")
    number = int(facts[unit]) if unit else 0
    return (number // 60, "hours") if unit == "minutes" and number % 60 == 0 else (number, unit)


def _moment(language: Language, at: datetime) -> str:
    """Write a day and a time, in the office's time zone."""
    at = at.astimezone(AMSTERDAM)
    joined = "om" if language is Language.DUTCH else "at"
    return f"{long_day(at.date(), language)} {joined} {at:%H:%M}"


def _waits(language: Language, due: Due) -> str:
    """Say who has to do something in a dossier (PG-2). Nothing, if nobody has to."""
    if due.waiting is None:
        return ""
    written = partial(long_day, language=language)
    return waiting_sentence(due.waiting, language, today=due.today, written=written)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (plain_line(each) for each in text.split("\n\n"))))
