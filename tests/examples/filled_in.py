"""The answers of clients to the example questionnaires, page by page, on 31 January 2026.

The answers have their stored form, so that a test can compare the result with them.
"""

from collections.abc import Mapping

from klantportaal.domain.questionnaires.definition import Answers, ProfileValue

KNOWN = {
    ProfileValue.NAME: "Willemijn de Groot",
    ProfileValue.EMAIL: "w.degroot@example.nl",
    ProfileValue.CLIENT_NAME: "Willemijn de Groot",
    ProfileValue.DOSSIER_NUMBER: "2026-001",
    ProfileValue.DOSSIER_DESCRIPTION: "Levering woning",
    ProfileValue.CLIENT_KIND: "person",
}
FILE: Answers = {"id": "00000000-0000-0000-0000-000000000001", "name": "stuk.pdf", "size": 48_213}
ADDRESS: Answers = {
    "postcode": "2023 AB",
    "number": "14",
    "street": "Lindelaan",
    "place": "Haarlem",
    "country": "NL",
}

PERSONAL_DETAILS: Mapping[str, Answers] = {
    "uw-naam": {
        "naam": "Willemijn de Groot",
        "voornamen": "Willemijn Johanna",
        "tussenvoegsel": "de",
        "achternaam": "Groot",
        "aanspreekvorm": "mevrouw",
    },
    "geboorte": {
        "geboortedatum": "1988-04-12",
        "geboorteplaats": "Gent",
        "geboren_in_nederland": False,
        "geboorteland": "België",
        "nationaliteit": ["nederlandse", "andere"],
        "nationaliteit_andere": "Belgische",
    },
    "adres": {
        "woont_in_nederland": True,
        "straat": "Lindelaan",
        "huisnummer": 14,
        "toevoeging": "A",
        "postcode": "2023 AB",
        "woonplaats": "Haarlem",
        "telefoon": "+31612345678",
        "email": "w.degroot@example.nl",
    },
    "relatie": {"burgerlijke_staat": "gehuwd"},
    "partner": {
        "partner_voornamen": "Jonas",
        "partner_achternaam": "Bakker",
        "partner_geboortedatum": "1986-11-02",
        "getrouwd_op": "2019-06-14",
        "voorwaarden": "ja",
    },
    "identiteitsbewijs": {
        "document_soort": "paspoort",
        "document_nummer": "NX1A2B3C4",
        "document_geldig_tot": "2031-03-09",
        "document_kopie": [FILE],
    },
    "wet": {
        "politieke_functie": "familie",
        "politieke_functie_welke": "Mijn moeder is lid van de Eerste Kamer.",
        "voor_uzelf": False,
        "voor_wie": "Mijn broer, met een volmacht",
        "belasting_land": "ook_ander",
        "belasting_landen": [{"belasting_landnaam": "België", "belasting_nummer": "88.04.12-123.45"}],
    },
    "contact": {
        "bereikbaar": ["portaal", "telefoon"],
        "taal": "andere",
        "taal_andere": "Vlaamse Gebarentaal",
        "opmerkingen": "Ik ben doof.\nLiever een bericht.",
    },
}
WILL: Mapping[str, Answers] = {
    "gezin": {
        "naam": "Willemijn de Groot",
        "geboren": "1988-04-12",
        "relatie": "gehuwd",
        "partner_naam": "Jonas Bakker",
        "huwelijksvoorwaarden": "onbekend",
        "heeft_kinderen": True,
    },
    "uw-kinderen": {
        "kinderen": [
            {"kind_naam": "Fenna Bakker", "kind_geboren": "2019-09-30", "kind_van": "partner", "kind_overleden": False},
            {"kind_naam": "Tijs de Groot", "kind_geboren": "2006-02-01", "kind_van": "eerder"},
        ],
        "minderjarig": True,
        "onterven": True,
        "onterven_wie": "Tijs: alleen wat de wet hem geeft.",
    },
    "wie-erft": {
        "verdeling": "zelf",
        "delen": "verschillend",
        "erfgenamen": [
            {
                "erfgenaam_naam": "Jonas Bakker",
                "erfgenaam_is": "partner",
                "erfgenaam_geboren": "1986-11-02",
                "erfgenaam_deel": "1/2",
            },
            {"erfgenaam_naam": "Fenna Bakker", "erfgenaam_is": "kind", "erfgenaam_deel": "25%"},
            {"erfgenaam_naam": "Stichting Duinbehoud", "erfgenaam_is": "goed_doel", "erfgenaam_deel": "¼"},
        ],
        "plaatsvervulling": "kinderen",
        "opeisbaar": ["hertrouwen"],
    },
    "bedragen-en-voorwerpen": {
        "heeft_legaten": True,
        "legaten": [
            {"legaat_aan": "Mijn nicht Roos", "legaat_soort": "geld", "legaat_bedrag": 250_000},
            {"legaat_aan": "Olivia Carter", "legaat_soort": "zaak", "legaat_omschrijving": "De staande klok"},
        ],
    },
    "bescherming": {"uitsluiting": "overlijden", "bewind": True, "bewind_leeftijd": 23, "bewindvoerder": "Mijn broer"},
    "voogdij": {
        "gezag": "samen",
        "voogden": [{"voogd_naam": "Anke de Groot", "voogd_telefoon": "+31201234567", "voogd_is": "tante"}],
        "voogd_reserve": "Mijn broer",
    },
    "uitvoering": {
        "executeur": "ja",
        "executeur_naam": "Anke de Groot",
        "executeur_email": "anke@example.nl",
        "executeur_taken": "beheer",
        "uitvaart": "naasten",
        "wensen": "De hond gaat naar Anke.",
    },
    "eerder": {
        "eerder_testament": True,
        "eerder_datum": "2015",
        "eerder_notaris": "Een notaris in Zwolle",
        "eerder_akte": [FILE],
        "buitenland": True,
        "buitenland_wat": "België: ik ben er geboren.",
        "vermogen": -1_250_000,
    },
}
COHABITATION: Mapping[str, Answers] = {
    "partners": {
        "naam": "Willemijn de Groot",
        "geboren": "1988-04-12",
        "partner_naam": "Jonas Bakker",
        "partner_geboren": "1986-11-02",
        "partner_email": "jonas@example.nl",
        "nog_getrouwd": False,
        "familie": False,
    },
    "wonen": {
        "woont_samen": True,
        "samen_sinds": "2021-08-01",
        "adres": "Lindelaan 14",
        "postcode": "2023AB",
        "woonplaats": "Haarlem",
        "woning": "koop_samen",
    },
    "koopwoning": {
        "aandeel": 60,
        "hypotheek": True,
        "hypotheek_schuld": 28_500_000,
        "inbreng": "een",
        "inbreng_bedrag": 4_000_000,
        "inbreng_terug": "waarde",
    },
    "huishouden": {
        "kosten": "vast",
        "bijdrage": 120_000,
        "bijdrage_partner": 95_000,
        "betaald_van": "gezamenlijk",
        "gezamenlijke_rekening": True,
        "rekening_iban": "NL91ABNA0417164300",
        "rekening_saldo": "helft",
    },
    "bezit": {
        "inboedel": "lijst",
        "eigen_spullen": [{"spul_wat": "Piano", "spul_van": "een", "spul_waarde": 350_000}],
        "schulden": "Een studieschuld van Jonas, € 18.000.",
        "heeft_kinderen": True,
    },
    "uw-kinderen": {
        "kinderen": [
            {"kind_naam": "Fenna", "kind_geboren": "2019-09-30", "kind_van": "samen", "kind_erkend": True},
            {"kind_naam": "Tijs", "kind_geboren": "2006-02-01", "kind_van": "een"},
        ],
        "kosten_kinderen": "huishouden",
    },
    "overlijden": {
        "verblijving": "alles",
        "zorgplicht": True,
        "pensioen": ["een", "twee"],
        "pensioenfondsen": "ABP en PFZW",
        "testamenten": "ja",
    },
    "einde": {
        "woning_blijft": "kinderen",
        "alimentatie": "nee",
        "geschil": "mediator",
        "stukken": [FILE],
        "opmerkingen": "Wij willen graag in maart tekenen.",
    },
}
HOME: Mapping[str, Answers] = {
    "koper": {
        "koper_naam": "Willemijn de Groot",
        "koper_geboren": "1993-04-12",
        "koper_bsn": "111222333",
        "koper_telefoon": "+31612345678",
        "burgerlijke_staat": "samenwonend",
        "koopt": "partner",
    },
    "samen-kopen": {
        "medekopers": [
            {
                "medekoper_naam": "Jonas Bakker",
                "medekoper_geboren": "1986-11-02",
                "medekoper_email": "jonas@example.nl",
                "medekoper_telefoon": "+31687654321",
            }
        ],
        "verdeling": "anders",
        "mijn_deel": 60,
        "ongelijke_inleg": True,
        "afspraken": "wens",
    },
    "woning": {
        "adres": "Spaarneplein 3",
        "postcode": "2011 cd",
        "plaats": "Haarlem",
        "soort": "huis",
        "koopsom": 41_500_000,
        "roerende_zaken": 250_000,
        "getekend_op": "2026-01-16",
        "levering_op": "2026-04-01",
        "koopovereenkomst": [FILE],
    },
    "belasting": {"zelf_wonen": True, "startersvrijstelling": "nee", "hypotheek": True, "eigen_geld": True},
    "hypotheek-gegevens": {
        "bank": "nog niet bekend",
        "lening": 36_000_000,
        "voorbehoud_tot": "2026-02-27",
        "offerte": [FILE],
    },
    "eigen-geld-gegevens": {
        "eigen_bedrag": 7_500_000,
        "herkomst": ["spaargeld", "schenking", "beleggingen"],
        "schenkingen": [{"schenker": "H. de Groot", "schenker_is": "ouder", "schenking_bedrag": 2_500_000}],
        "herkomst_uitleg": "Aandelen, verkocht in december 2025 voor € 12.000.",
        "bewijs": [FILE],
        "rekening": "NL91ABNA0417164300",
    },
    "zekerheid": {
        "waarborg": "bankgarantie",
        "waarborg_voor": "2026-02-27",
        "koop_inschrijven": True,
        "opstalverzekering": False,
        "overlijdensrisico": True,
    },
    "tekenen": {"tekent": "zelf", "taal": "nederlands", "ook_regelen": ["testament"], "opmerkingen": "Tot dan."},
}
COMPANY: Mapping[str, Answers] = {
    "vennootschap": {
        "kvk": "12345678",
        "naam": "De Groot Beheer B.V.",
        "rechtsvorm": "anders",
        "rechtsvorm_anders": "Europese vennootschap",
        "rsin": "004495445",
        "btw": "NL004495445B01",
        "opgericht": "1998-05-01",
    },
    "bereikbaar": {
        "adres": ADDRESS,
        "telefoon": "+31612345678",
        "email": "w.degroot@example.nl",
        "bellen_vanaf": "09:30",
        "invuller": "Willemijn de Groot",
        "functie": "anders",
        "functie_anders": "Ik help mijn broer",
    },
    "activiteiten": {
        "activiteiten": "Wij beheren panden.\nVoor de familie.",
        "fte": 125,
        "omzet": 1_250_000_00,
        "contant": 150,
        "buitenland": True,
        "landen": [{"land": "Noorwegen", "land_omzet": 1250}, {"land": "Canada"}],
    },
    "belanghebbenden": {
        "heeft_ubo": True,
        "ubos": [
            {"ubo_naam": "Willemijn de Groot", "ubo_geboren": "1988-04-12"},
            {"ubo_naam": "Jonas Bakker", "ubo_geboren": "1986-11-02"},
            {"ubo_naam": "Bo Li", "ubo_geboren": "2001-01-01"},
        ],
    },
    "belanghebbende~4-0": {
        "ubo_document~4-0": "NX1A2B3C4",
        "ubo_aandeel~4-0": 3334,
        "ubo_zeggenschap~4-0": False,
        "ubo_politiek~4-0": "familie",
        "ubo_vermogen~4-0": "anders",
        "ubo_vermogen_anders~4-0": "Een prijs in een loterij",
        "ubo_identiteit~4-0": [FILE],
    },
    "belanghebbende~4-1": {
        "ubo_aandeel~4-1": 6666,
        "ubo_zeggenschap~4-1": False,
        "ubo_politiek~4-1": "nee",
        "ubo_vermogen~4-1": "onderneming",
    },
    "belanghebbende~4-2": {
        "ubo_aandeel~4-2": 0,
        "ubo_zeggenschap~4-2": True,
        "ubo_politiek~4-2": "zelf",
        "ubo_vermogen~4-2": "erfenis",
    },
    "bewijs": {"aanspreekpunt": "Jonas Bakker", "structuur": [FILE]},
    "geld": {
        "doel": ["aandelen", "anders"],
        "doel_anders": "Een schenking",
        "herkomst": ["bank", "aandeelhouders", "anders"],
        "herkomst_anders": "Een subsidie",
        "rekening": "NL91ABNA0417164300",
    },
    "verklaring": {
        "herkomst_meest": "bank",
        "opmerkingen": "Bel gerust.",
        "naar_waarheid": True,
        "handtekening": {"name": "Jan Jansen", "at": "2026-01-31T09:30:00Z", "drawing": "M12 80L40 96L52 70"},
    },
}
FILLED_IN = {
    "persoonsgegevens": PERSONAL_DETAILS,
    "testament": WILL,
    "samenlevingscontract": COHABITATION,
    "koop-woning": HOME,
    "wwft-vennootschap": COMPANY,
}
