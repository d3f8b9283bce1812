"""The content of a letter by post about what nobody of a party opened, as strips of text (RM-1)."""

from collections.abc import Iterator

from klantportaal.adapters.figures import long_day
from klantportaal.adapters.pdf.composing import HEADING, QUIET, TEXT, Composer
from klantportaal.adapters.pdf.sheets import Strip
from klantportaal.adapters.pdf.words import LETTER_WORDS, WORDS, waiting, ways
from klantportaal.ports.pdf import PostalLetter

ADDRESS_BEFORE = 64.0
"""Puts the address of the client 5 cm below the top of the sheet, where envelopes have their window."""
OFFICE_X = 290.0
"""The position of the address of the office, beside that of the client."""


def strips(composer: Composer, letter: PostalLetter) -> Iterator[Strip]:
    """Make the strips: the addresses, the day, the dossier, what waits in it, and how to read it."""
    words, language, office = LETTER_WORDS[letter.language], letter.language, letter.office
    lines = (*office.visiting_address.split("\n"), office.telephone, office.contact_address)
    yield composer.office(office.name)
    yield Strip(
        columns=(
            composer.column("\n".join((letter.client_name, *letter.address)), TEXT, width=OFFICE_X - 20),
            composer.column("\n".join(filter(None, lines)), QUIET, x=OFFICE_X),
        ),
        before=ADDRESS_BEFORE,
    )
    yield Strip(columns=(composer.column(long_day(letter.written_on, language), TEXT),), before=56)
    yield Strip(columns=(composer.column(words.title, HEADING),), before=28)
    yield from composer.facts(((WORDS[language].dossier, letter.dossier_number),))
    yield Strip(columns=(composer.column(words.opening, TEXT),), before=20)
    for each in letter.unseen:
        columns = (composer.column("•", TEXT), composer.column(waiting(words, each, language), TEXT, x=12))
        yield Strip(columns=columns, before=6)
    yield Strip(columns=(composer.column(words.how, TEXT),), before=20, keep=True)
    yield Strip(columns=(composer.column(letter.url, TEXT),), before=6)
    by = words.help_by.format(ways=ways(letter))
    yield Strip(columns=(composer.column(f"{words.help} {by}", TEXT),), before=20)
    yield Strip(columns=(composer.column(words.greeting, TEXT),), before=28, keep=True)
    yield Strip(columns=(composer.column(office.name, TEXT),), before=6)
