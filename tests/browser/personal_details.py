"""The answers of a client about itself: as they are typed, as the office reads them, and as they are printed."""

from collections.abc import Iterator
from typing import Any

from klantportaal.testing.questionnaires import Content
from tests.browser.asking import Answers, Form, example
from tests.browser.demos import Person
from tests.browser.pages import PDF

PASSPORT = PDF + b"paspoort"
DOCUMENT = example("persoonsgegevens")
BEFORE: dict[str, Answers] = {
    "uw-naam": {"voornamen": "Saskia Maria", "achternaam": "Bergsma", "aanspreekvorm": "mevrouw"},
    "geboorte": {
        "geboortedatum": "1951-3-9",
        "geboorteplaats": "Zwolle",
        "geboren_in_nederland": True,
        "nationaliteit": ["nederlandse"],
    },
    "adres": {
        "woont_in_nederland": True,
        "straat": "Grote Voort",
        "huisnummer": "12",
        "postcode": "8041 AM",
        "woonplaats": "Zwolle",
        "telefoon": "06 12345678",
    },
    "relatie": {"burgerlijke_staat": "samenwonend"},
    "partner": {
        "partner_voornamen": "Quirinus",
        "partner_achternaam": "Onzichtbaar",
        "partner_geboortedatum": "1949-12-1",
        "samenlevingscontract": False,
    },
}
"""The answers before the client signs out."""
AFTER: dict[str, Answers] = {
    "identiteitsbewijs": {
        "document_soort": "paspoort",
        "document_nummer": "NX1A2B3C4",
        "document_geldig_tot": "2040-11-30",
    },
    "wet": {
        "politieke_functie": "nee",
        "voor_uzelf": True,
        "belasting_land": "ook_ander",
        "belasting_landen.0.belasting_landnaam": "België",
        "belasting_landen.0.belasting_nummer": "BE-77",
    },
    "contact": {
        "bereikbaar": ["portaal", "telefoon"],
        "taal": "nederlands",
        "opmerkingen": "Overdag bereikbaar.\nBellen kan ná vijf uur: € 0,-",
    },
}
"""The answers after the client has signed in again."""


def answers_of(person: Person) -> dict[str, Any]:
    """Give the answers that the office reads, except the file, whose id only the portal knows."""
    return {
        "naam": person.name,
        **BEFORE["uw-naam"],
        "tussenvoegsel": None,
        **BEFORE["geboorte"],
        "geboortedatum": "1951-03-09",
        **BEFORE["adres"],
        "huisnummer": 12,
        "toevoeging": None,
        "telefoon": "+31612345678",
        "email": person.email,
        "burgerlijke_staat": "alleenstaand",
        **AFTER["identiteitsbewijs"],
        "politieke_functie": "nee",
        "voor_uzelf": True,
        "belasting_land": "ook_ander",
        "belasting_landen": [{"belasting_landnaam": "België", "belasting_nummer": "BE-77"}],
        **AFTER["contact"],
    }


def on_paper(form: Form, person: Person) -> Iterator[str]:
    """Yield every line that must be printed: titles, questions and answers, in the order of the document."""
    answers = answers_of(person) | {"document_kopie": f"paspoort.pdf ({len(PASSPORT) / 1024:.0f} kB)"}
    for page in DOCUMENT["pages"]:
        asked = [question for question in page["questions"] if question["id"] in answers]
        if asked:
            yield form.page_title(page["id"])
        for question in asked:
            yield form.label(question["id"])
            yield from in_words(form, question, answers[question["id"]])


def in_words(form: Form, question: Content, answer: Any) -> Iterator[str]:
    """Write an answer as it is shown."""
    words = form.words
    options = question["texts"][words.language].get("options", {})
    if question["type"] == "rows":
        for key, value in answer[0].items():
            yield from (form.label(f"{question['id']}.0.{key}"), value)
    elif isinstance(answer, bool):
        yield words.yes if answer else words.no
    elif isinstance(answer, list):
        yield from (options[code] for code in answer)
    elif answer is None:
        yield words.not_answered
    else:
        written = {"1951-03-09": words.birthday, "2040-11-30": words.last_day, "+31612345678": "+31 6 12345678"}
        yield from str(options.get(answer, written.get(answer, answer))).split("\n")
