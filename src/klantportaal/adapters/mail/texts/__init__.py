"""The words of every mail, in Dutch and in English.

Each kind of mail has one template a language, such as ``nl/invitation.txt``. It sets, in plain text:

``subject``    one line
``opening``    paragraphs before the link, parted by blank lines
``rows``       what awaits, a line each; only in notifications
``button``     what is written on the link
``closing``    paragraphs after the link

``nl/_phrases.txt`` has what several mails share, and ``fallback``: what to do where a button does not work.
``letter.txt`` and ``letter.html`` make both forms of the mail from these, so that they say the same.
"""

from collections.abc import Mapping

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.environment import TemplateModule

from klantportaal.adapters.colours import text_on
from klantportaal.domain.outgoing import Notice
from klantportaal.domain.values import plain_line
from klantportaal.ports.mail import Letter, Mail


@attrs.frozen(kw_only=True)
class Words:
    """What a mail says, before it has a form."""

    subject: str
    opening: tuple[str, ...]
    rows: tuple[str, ...]
    button: str
    closing: tuple[str, ...]
    fallback: str


class JinjaMailWriter:
    """Writes mails from the templates beside this module."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("klantportaal.adapters.mail", "texts"),
            # The words themselves are plain text; letter.html escapes them where it takes them in.
            autoescape=select_autoescape(["html"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def write(self, letter: Letter) -> Mail:
        """Write a letter in its language, as plain text and as HTML."""
        profile = letter.office.profile
        words = self.words(letter)
        page = {
            "words": words,
            "office": plain_line(profile.name),
            "language": letter.language.value,
            "url": letter.url,
            "colour": profile.colour,
            "text_colour": text_on(profile.colour),
        }
        return Mail(
            sender_name=profile.name,
            reply_to=profile.contact_address,
            to=letter.to,
            subject=words.subject,
            text=self._templates.get_template("letter.txt").render(page),
            html=self._templates.get_template("letter.html").render(page),
            language=letter.language,
        )

    def words(self, letter: Letter) -> Words:
        """Choose the words of a letter, in its language."""
        language = letter.language.value
        phrases = self._templates.get_template(f"{language}/_phrases.txt").module
        template = self._templates.get_template(f"{language}/{letter.kind.value}.txt")
        said = template.make_module(
            {
                "office": plain_line(letter.office.profile.name),
                "contact": letter.office.profile.contact_address,
                "name": plain_line(letter.name),
                "life": _life(letter.facts),
                "awaiting": letter.awaiting,
                "notices": list(Notice),
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


def _part(template: TemplateModule, name: str) -> str:
    """Give what a template sets under a name; nothing where it sets nothing."""
    return str(getattr(template, name, ""))


def _life(facts: Mapping[str, str]) -> tuple[int, str]:
    """Read how long a link lives, in the largest unit that says it exactly; (0, "") where there is no such link."""
    unit = next((each for each in ("days", "hours", "minutes") if each in facts), "")
    number = int(facts[unit]) if unit else 0
    return (number // 60, "hours") if unit == "minutes" and number % 60 == 0 else (number, unit)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (plain_line(each) for each in text.split("\n\n"))))
