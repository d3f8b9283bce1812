"""Willemijn's answers to the demo's questionnaires, page by page."""

from collections.abc import Mapping
from datetime import date

from klantportaal.questionnaires import Answers

Pages = Mapping[str, Answers]


def personal_details(*, valid_until: date) -> Pages:
    """Return all answers of ``persoonsgegevens``, except the file, which the caller adds."""
    return {
        "uw-naam": {
            "naam": "Willemijn de Groot",
            "voornamen": "Willemijn Johanna",
            "tussenvoegsel": "de",
            "achternaam": "Groot",
            "aanspreekvorm": "mevrouw",
        },
        "geboorte": {
            "geboortedatum": "1988-04-12",
            "geboorteplaats": "Haarlem",
            "geboren_in_nederland": True,
            "nationaliteit": ["nederlandse"],
        },
        "adres": {
            "woont_in_nederland": True,
            "straat": "Lindelaan",
            "huisnummer": 14,
            "postcode": "2023 AB",
            "woonplaats": "Haarlem",
            "telefoon": "06 12345678",
            "email": "w.degroot@example.nl",
        },
        "relatie": {"burgerlijke_staat": "gehuwd"},
        "partner": {
            "partner_voornamen": "Jonas",
            "partner_achternaam": "Bakker",
            "partner_geboortedatum": "1986-11-02",
            "getrouwd_op": "2025-06-14",
            "voorwaarden": "ja",
        },
        "identiteitsbewijs": {
            "document_soort": "paspoort",
            "document_nummer": "NX1A2B3C4",
            "document_geldig_tot": valid_until.isoformat(),
        },
        "wet": {"politieke_functie": "nee", "voor_uzelf": True, "belasting_land": "nederland"},
        "contact": {
            "bereikbaar": ["portaal", "telefoon"],
            "taal": "nederlands",
            "opmerkingen": "Overdag ben ik het beste per bericht te bereiken.\nBellen kan na vijf uur.",
        },
    }


def new_home(*, signed_on: date, transfer_on: date) -> Pages:
    """Return answers for the first half of ``koop-woning``."""
    return {
        "koper": {
            "koper_naam": "Willemijn de Groot",
            "koper_geboren": "1988-04-12",
            "koper_telefoon": "06 12345678",
            "burgerlijke_staat": "voorwaarden",
            "koopt": "partner",
        },
        "samen-kopen": {
            "medekopers": [
                {
                    "medekoper_naam": "Jonas Bakker",
                    "medekoper_geboren": "1986-11-02",
                    "medekoper_email": "jonas@example.nl",
                    "medekoper_telefoon": "06 87654321",
                }
            ],
            "verdeling": "gelijk",
            "ongelijke_inleg": False,
        },
        "woning": {
            "adres": "Havenkwartier, bouwnummer 8",
            "plaats": "Haarlem",
            "soort": "nieuwbouw",
            "koopsom": 48_950_000,
            "getekend_op": signed_on.isoformat(),
            "levering_op": transfer_on.isoformat(),
        },
        "belasting": {"zelf_wonen": True, "hypotheek": True, "eigen_geld": False},
    }
