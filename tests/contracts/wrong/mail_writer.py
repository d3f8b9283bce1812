"""Mail writers that break promises of their port."""

import html
from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.domain.values import Language
from klantportaal.ports.mail import Letter, Mail, MailWriter
from klantportaal.testing.contracts.mail import MailWriterContract
from tests.contracts.wrong import caught_by


class _Wrong(MailWriterContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def writer(self) -> MailWriter:
        """Return the wrong adapter."""
        found: MailWriter = type(self).makes()
        return found


class _Unescaped(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        mail = super().write(letter)
        return attrs.evolve(mail, html=html.unescape(mail.html))


@caught_by("test_nothing_typed_becomes_markup[account_added-nl]", "ON-1: names and numbers appear as they are")
class WritesMarkup(_Wrong):
    """It writes names as HTML."""

    makes = _Unescaped


class _Linkless(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        mail = super().write(letter)
        return attrs.evolve(mail, text=mail.text.replace(letter.url, ""))


@caught_by("test_every_letter_can_be_written[invitation-nl]", "PR-1: every kind is written in every language")
class LeavesTheLinkOut(_Wrong):
    """Its plain text has no link."""

    makes = _Linkless


class _Logoless(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        return super().write(attrs.evolve(letter, logo=None))


@caught_by("test_a_mail_shows_the_logo[nl]", "OF-3: a mail shows the logo of its office")
class LeavesTheLogoOut(_Wrong):
    """Its mails have no logo."""

    makes = _Logoless


class _Anonymous(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        return attrs.evolve(super().write(letter), sender_name="Klantenportaal")


@caught_by("test_every_letter_can_be_written[invitation-nl]", "PR-1: every kind is written in every language")
class NamesNoOffice(_Wrong):
    """Its sender is the portal, not the office."""

    makes = _Anonymous


class _Dutch(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        return super().write(attrs.evolve(letter, language=Language.DUTCH))


@caught_by("test_every_letter_can_be_written[invitation-en]", "PR-1: every kind is written in every language")
class WritesDutchOnly(_Wrong):
    """It writes every mail in Dutch."""

    makes = _Dutch


class _Numberless(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        mail = super().write(letter)
        for each in letter.awaiting:
            mail = attrs.evolve(mail, html=mail.html.replace(each.dossier_number, ""))
        return mail


@caught_by("test_a_notification_names_dossiers_and_what_awaits[nl]", "PR-2: each form has each dossier number once")
class NamesNoDossier(_Wrong):
    """Its HTML does not name the dossiers."""

    makes = _Numberless


class _TwoLines(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        mail = super().write(letter)
        return attrs.evolve(mail, subject=f"{letter.office.profile.name}: {mail.subject}")


@caught_by(
    "test_a_subject_is_one_line[invitation-nl]", "ON-1: the subject is one line, whatever the name of the office"
)
class WritesTwoLines(_Wrong):
    """Its subject has the line ends of the office's name."""

    makes = _TwoLines


class _More(JinjaMailWriter):
    def write(self, letter: Letter) -> Mail:
        mail = super().write(letter)
        return attrs.evolve(mail, text=f"{mail.text}\nDit staat alleen hier.\n")


@caught_by("test_both_forms_say_the_same[invitation-nl]", "PR-1: every line of the text form is also in the HTML form")
class SaysMoreInText(_Wrong):
    """Its plain text says more than its HTML."""

    makes = _More
