"""The events at Notariskantoor Van der Meer in the last weeks."""

from datetime import timedelta
from pathlib import Path

from examples.demo.desk.serving import HANDLER
from examples.demo.seed import answers
from examples.demo.seed.logo import logo, portrait
from examples.demo.seed.printing import ADDRESS
from examples.demo.seed.telling import Telling
from klantportaal import Actor, ClientId, ClientKind, ContactCard, DossierId, Language, NewClient, OfficeProfile

PERSON = NewClient(kind=ClientKind.PERSON, name="Willemijn de Groot", email="w.degroot@example.nl")
PERSON_PASSWORD = "Duinroos7"
COMPANY = NewClient(
    kind=ClientKind.COMPANY,
    name="Havenkwartier Ontwikkeling B.V.",
    email="o.carter@havenkwartier.example.nl",
    account_name="Olivia Carter",
    language=Language.ENGLISH,
)
COMPANY_PASSWORD = "Kraanvogel9"
COLLEAGUE, COLLEAGUE_EMAIL, COLLEAGUE_PASSWORD = "Noah Visser", "n.visser@havenkwartier.example.nl", "Waterhoen6"
"""An extra account of the company."""
INVITED, INVITED_EMAIL = "Mila Brandt", "m.brandt@havenkwartier.example.nl"
"""An extra account that was invited and has no password yet."""
SPOUSE = NewClient(kind=ClientKind.PERSON, name="Jonas Bakker", email="jonas@example.nl")
"""Willemijn's husband, a party to two of her dossiers."""
SPOUSE_PASSWORD = "Roeiboot4"
OWN_COMPANY = NewClient(
    kind=ClientKind.COMPANY,
    name="Bakker Scheepstimmerwerk B.V.",
    email=SPOUSE.email,
    account_name=SPOUSE.name,
)
"""Jonas's company. He signs in for it with the address and password that he has already."""
COLOUR = "#1f4e5f"
WELCOME = {
    Language.DUTCH: "Welkom op het klantenportaal van Notariskantoor Van der Meer. Hier vindt u uw dossiers, leest u "
    "onze brieven en stelt u ons uw vragen.",
    Language.ENGLISH: "Welcome to the client portal of Notariskantoor Van der Meer. Here you can find your "
    "dossiers, read our letters and ask us questions.",
}
PROFILE = OfficeProfile(
    name="Notariskantoor Van der Meer",
    contact_address="info@vandermeer.example.nl",
    colour=COLOUR,
    welcome=WELCOME,
    telephone="023 555 01 00",
    hours={
        Language.DUTCH: "Maandag tot en met vrijdag, 8.30 tot 17.30 uur",
        Language.ENGLISH: "Monday to Friday, 8.30 am to 5.30 pm",
    },
    visiting_address=ADDRESS,
    privacy_page={
        Language.DUTCH: "https://vandermeer.example.nl/privacy",
        Language.ENGLISH: "https://vandermeer.example.nl/en/privacy",
    },
    help_text={
        Language.DUTCH: "Komt u er niet uit? Op werkdagen tussen 9.00 en 12.00 uur helpen wij u graag aan onze balie.\n"
        "Neem uw telefoon of laptop mee.",
        Language.ENGLISH: "If you need help, come to our front desk on weekdays between 9 am and noon.\n"
        "Please bring your phone or laptop.",
    },
)
NOTARY = ContactCard(
    name=HANDLER,
    role={Language.DUTCH: "notaris", Language.ENGLISH: "civil-law notary"},
    telephone="023 555 01 01",
    email="a.vandermeer@vandermeer.example.nl",
)
CANDIDATE = ContactCard(
    name="mr. S. Yilmaz",
    role={Language.DUTCH: "kandidaat-notaris", Language.ENGLISH: "candidate civil-law notary"},
    telephone="023 555 01 02",
)


def plant(folder: Path, *, pepper: bytes, base_url: str) -> None:
    """Play all events into an empty folder."""
    with Telling(folder, pepper=pepper, base_url=base_url, profile=PROFILE, ago=timedelta(days=21)) as telling:
        telling.portal.office.profile.change_logo(telling.office, name="logo.png", blocks=[logo(COLOUR)])
        telling.publish_questionnaires()
        telling.publish_templates()
        telling.handler_id = telling.introduce(NOTARY, picture=portrait(COLOUR))
        telling.introduce(CANDIDATE)
        person, willemijn = telling.welcome(PERSON, PERSON_PASSWORD)
        company, olivia = telling.welcome(COMPANY, COMPANY_PASSWORD)
        spouse, jonas = telling.welcome(SPOUSE, SPOUSE_PASSWORD)
        _prenuptial_agreement(telling, person, willemijn, spouse, jonas)
        _articles(telling, company, olivia)
        _colleagues(telling)
        _living_will(telling, person, willemijn)
        _new_home(telling, person, company, spouse, willemijn)
        _own_company(telling)
        _old_home(telling, person, willemijn)


def _prenuptial_agreement(telling: Telling, person: ClientId, willemijn: Actor, spouse: ClientId, jonas: Actor) -> None:
    """A completed dossier of two spouses, in which everything was read."""
    dossier = telling.open("2025-0873", "Huwelijkse voorwaarden", person, spouse)
    deed = telling.publish(dossier, "akte-huwelijkse-voorwaarden", person, spouse)
    invoice = telling.publish(dossier, "declaratie-2025-0873", person, letter=True)
    told = telling.tell(dossier, person, "akte-ingeschreven")
    telling.later(hours=5)
    telling.download(willemijn, dossier, deed, invoice)
    telling.look(willemijn, dossier, deed)
    telling.download(jonas, dossier, deed)
    answer = telling.ask(willemijn, dossier, "dank", answers=told)
    telling.morning(after=1)
    telling.portal.office.messages.handle(telling.office, answer)
    telling.change(dossier, "completed")
    telling.morning(after=1)


def _articles(telling: Telling, company: ClientId, olivia: Actor) -> None:
    """A dossier of the company, in English, with an open questionnaire."""
    dossier = telling.open("2026-0205", "Statutenwijziging Havenkwartier Ontwikkeling B.V.", company)
    telling.follow(dossier, "statutenwijziging")
    draft = telling.publish(dossier, "draft-deed-of-amendment", company)
    told = telling.tell(dossier, company, "draft-deed")
    telling.morning(after=2)
    telling.download(olivia, dossier, draft)
    telling.reach(dossier, "besluit")
    telling.ask(olivia, dossier, "resolution", answers=told, files=["shareholders-resolution"])
    telling.give(dossier, company, "persoonsgegevens", subject="Details of the director", days=16)
    telling.morning(after=3)


def _colleagues(telling: Telling) -> None:
    """Add two extra accounts to the company. One of them has no password yet."""
    telling.join(COMPANY, COMPANY_PASSWORD, COLLEAGUE, COLLEAGUE_EMAIL)
    telling.onboard(COLLEAGUE_EMAIL, COLLEAGUE_PASSWORD)
    telling.join(COMPANY, COMPANY_PASSWORD, INVITED, INVITED_EMAIL)


def _living_will(telling: Telling, person: ClientId, willemijn: Actor) -> None:
    """A dossier that is on hold."""
    dossier = telling.open("2026-0117", "Levenstestament en volmacht", person)
    draft = telling.publish(dossier, "concept-levenstestament", person)
    telling.morning(after=1)
    telling.download(willemijn, dossier, draft)
    question = telling.ask(willemijn, dossier, "toezichthouder")
    telling.morning(after=1)
    telling.tell(dossier, person, "toezichthouder-antwoord", answers=question)
    telling.portal.office.messages.handle(telling.office, question)
    telling.change(dossier, "on_hold")
    telling.morning(after=3)


def _new_home(telling: Telling, person: ClientId, company: ClientId, spouse: ClientId, willemijn: Actor) -> None:
    """A dossier with three parties, documents for all or for one of them, and a half-completed questionnaire."""
    dossier = telling.open("2026-0398", "Nieuwbouwwoning Havenkwartier, bouwnummer 8", person, company, spouse)
    telling.publish(dossier, "koopovereenkomst-bouwnummer-8", person, company, spouse)
    telling.publish(dossier, "declaratie-2026-0398", company, letter=True)
    bill = telling.publish(dossier, "nota-van-afrekening", person)
    telling.tell(dossier, company, "energy-label")
    telling.morning(after=1)
    asked = telling.give(dossier, person, "koop-woning", days=9)
    telling.later(hours=3)
    signed_on, transfer_on = telling.end - timedelta(days=40), telling.end + timedelta(days=75)
    telling.fill_in(willemijn, asked, answers.new_home(signed_on=signed_on, transfer_on=transfer_on))
    reason = "De koopsom was onjuist vermeld; u ontvangt een nieuwe nota."
    telling.portal.office.documents.withdraw(telling.office, bill, reason)
    telling.morning(after=3)


def _own_company(telling: Telling) -> None:
    """A dossier of a company whose main account is that of a private client. A draft, a message and a form wait."""
    company, _account = telling.portal.office.clients.invite(telling.office, OWN_COMPANY)
    telling.later(hours=2)
    telling.enter(SPOUSE, SPOUSE_PASSWORD)
    dossier = telling.open("2026-0405", "Wijziging aandeelhouders Bakker Scheepstimmerwerk B.V.", company)
    telling.publish(dossier, "concept-akte-levering-aandelen", company)
    telling.tell(dossier, company, "aandelen")
    known = {"kvk": "34567890", "naam": "Bakker Scheepstimmerwerk B.V.", "rechtsvorm": "bv"}
    telling.give(dossier, company, "wwft-vennootschap", days=14, known=known)
    telling.morning(after=1)


def _old_home(telling: Telling, person: ClientId, willemijn: Actor) -> None:
    """A dossier of this week, with a replaced document, delivered files and unread messages.

    One questionnaire is completed, and another is due soon.
    """
    dossier = telling.open("2026-0412", "Verkoop woning Lindelaan 14, Haarlem", person)
    telling.follow(dossier, "verkoop-woning")
    letter = telling.publish(dossier, "opdrachtbevestiging", person, letter=True)
    request = telling.tell(dossier, person, "stukken")
    draft = telling.publish(dossier, "concept-akte-van-levering", person)
    telling.morning(after=1)
    telling.reach(dossier, "onderzoek")
    telling.download(willemijn, dossier, letter, draft)
    files = ["jaaropgave-hypotheek", "koopovereenkomst-lindelaan-14"]
    answer = telling.ask(willemijn, dossier, "stukken-antwoord", answers=request, files=files)
    received = telling.tell(dossier, person, "stukken-ontvangen", answers=answer)
    _identify(telling, dossier, person, willemijn)
    telling.portal.client.messages.read(willemijn, dossier, received)
    _papers(telling, dossier, person, willemijn)
    telling.morning(after=1)
    telling.reach(dossier, "concept")
    telling.replace(draft, "concept-akte-van-levering-2")
    telling.publish(dossier, "uitnodiging-ondertekening", person, letter=True)
    telling.tell(dossier, person, "levering")
    telling.give(dossier, person, "testament", days=3)
    telling.later(minutes=10)


def _papers(telling: Telling, dossier: DossierId, person: ClientId, willemijn: Actor) -> None:
    """Ask for four documents. One is delivered, one comes back, one does not apply, and one waits until its date."""
    asked = telling.request(dossier, person, "verkoop-woning")
    valuation, movables, label, _statement = telling.portal.office.requests.get(telling.office, asked).request.items
    telling.deliver(willemijn, asked, movables.id, "lijst-van-zaken")
    telling.later(minutes=30)
    reason = "Bladzijde 2, met de handtekeningen, ontbreekt."
    telling.portal.office.requests.return_item(telling.office, asked, movables.id, reason)
    telling.deliver(willemijn, asked, valuation.id, "woz-beschikking", note="De rest volgt deze week.")
    requests = telling.portal.client.requests
    reason = "Het huis is een gemeentelijk monument."
    requests.declare_not_applicable(willemijn, asked, label.id, requests.new_delivery(), reason)


def _identify(telling: Telling, dossier: DossierId, person: ClientId, willemijn: Actor) -> None:
    """Assign ``persoonsgegevens`` and complete it, with a copy of the passport."""
    asked = telling.give(dossier, person, "persoonsgegevens", days=12)
    telling.portal.client.questionnaires.start(willemijn, asked)
    pages = answers.personal_details(valid_until=telling.end + timedelta(days=1200))
    copy = telling.add_file(willemijn, asked, "document_kopie", "kopie-paspoort")
    pages = {**pages, "identiteitsbewijs": {**pages["identiteitsbewijs"], "document_kopie": copy}}
    telling.fill_in(willemijn, asked, pages)
    telling.complete(willemijn, asked)
