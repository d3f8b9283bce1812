"""The texts that a client sees, copied from the manual and the pages. The tests do not read the catalogs."""

import attrs

from klantportaal import Language


@attrs.frozen(kw_only=True)
class Words:
    """The texts in one language."""

    language: Language
    invitation: str
    link_mail: str
    set_mail: str
    set_password: str
    email: str
    send_link: str
    link_sent: str
    new_password: str
    repeat: str
    weak: tuple[str, ...]
    my_details: str
    in_progress: str
    two_dossiers: str
    totals: str
    no_actions: str
    number_or_description: str
    search: str
    nothing_found: str
    completed: str
    apply: str
    tabs: tuple[str, str, str, str]
    unread: str
    not_downloaded: str
    downloaded: str
    answer: str
    new_message: str
    subject: str
    message: str
    attachments: str
    add: str
    upload_two: str
    remove: str
    send: str
    sent: str
    sign_out: str
    sign_out_elsewhere: str
    signed_in_where: str
    once_more: str
    continue_: str
    signed_out: str
    sign_in: str
    password: str
    show_typed: str
    home: str
    fill_in: str
    go_on: str
    actions: str
    next: str
    previous: str
    complete: str
    overview: str
    completed_it: str
    print: str
    pdf_waits: str
    again: str
    download_pdf: str
    to_dossier: str
    yes: str
    no: str
    not_answered: str
    day_parts: tuple[str, str, str]
    birthday: str
    last_day: str
    added: str
    optional: str
    add_files: str
    upload_one: str
    remove_row: str
    change: str
    later: str


DUTCH = Words(
    language=Language.DUTCH,
    invitation="Uitnodiging voor het klantenportaal",
    link_mail="Instellen wachtwoord voor het klantenportaal",
    set_mail="Uw wachtwoord voor het klantenportaal",
    set_password="Instellen wachtwoord",
    email="E-mailadres",
    send_link="Verstuur",
    link_sent="Controleer uw e-mail",
    new_password="Nieuw wachtwoord",
    repeat="Herhaal het wachtwoord",
    weak=(
        "Het wachtwoord moet minimaal 8 tekens bevatten.",
        "Het wachtwoord moet minimaal 1 hoofdletter bevatten.",
        "Het wachtwoord moet minimaal 1 cijfer bevatten.",
    ),
    my_details="Mijn gegevens",
    in_progress="in behandeling",
    two_dossiers="2 in behandeling",
    totals="3 in totaal, waarvan 1 met een andere status",
    no_actions="0 openstaande acties",
    number_or_description="Dossiernummer of dossieromschrijving",
    search="Zoek",
    nothing_found="Niets gevonden",
    completed="Afgerond",
    apply="Toepassen",
    tabs=("Correspondentie", "Documenten", "Door mij aangeleverd", "Berichten"),
    unread="ongelezen",
    not_downloaded="Nog niet door u gedownload",
    downloaded="Door u gedownload",
    answer="Beantwoorden",
    new_message="Nieuw bericht",
    subject="Onderwerp",
    message="Bericht",
    attachments="Bijlagen",
    add="Toevoegen",
    upload_two="Upload 2 bestanden",
    remove="{} verwijderen",
    send="Versturen",
    sent="Uw bericht is verstuurd.",
    sign_out="Uitloggen",
    sign_out_elsewhere="Uitloggen op alle andere apparaten",
    signed_in_where="Waar u bent ingelogd",
    once_more="Nog een keer uw wachtwoord",
    continue_="Verder",
    signed_out="U bent uitgelogd.",
    sign_in="Inloggen",
    password="Wachtwoord",
    show_typed="Laat zien wat ik typ",
    home="Home",
    fill_in="Invullen",
    go_on="Verder invullen",
    actions="Acties",
    next="Volgende",
    previous="Vorige",
    complete="Voltooien",
    overview="Overzicht van uw antwoorden",
    completed_it="U hebt de vragenlijst voltooid. Het kantoor heeft uw antwoorden ontvangen.",
    print="Printen",
    pdf_waits="De pdf wordt gemaakt.",
    again="Kijk of de pdf er al is",
    download_pdf="Pdf downloaden",
    to_dossier="Naar het dossier",
    yes="Ja",
    no="Nee",
    not_answered="Niet ingevuld",
    birthday="9 maart 1951",
    last_day="30 november 2040",
    day_parts=("Dag", "Maand", "Jaar"),
    added="Er zijn vragen bijgekomen",
    optional="niet verplicht",
    add_files="Bestanden toevoegen",
    upload_one="Upload 1 bestand",
    remove_row="Verwijderen",
    change="Wijzigen",
    later="Opslaan en later verder",
)

ENGLISH = Words(
    language=Language.ENGLISH,
    invitation="Invitation to the client portal",
    link_mail="Set your password for the client portal",
    set_mail="Your password for the client portal",
    set_password="Set password",
    email="E-mail address",
    send_link="Send link",
    link_sent="Check your e-mail",
    new_password="New password",
    repeat="Repeat the password",
    weak=(
        "The password needs at least 8 characters.",
        "The password needs at least 1 capital letter.",
        "The password needs at least 1 digit.",
    ),
    my_details="My details",
    in_progress="in progress",
    two_dossiers="2 in progress",
    totals="3 in total, 1 with another status",
    no_actions="0 actions waiting for you",
    number_or_description="Dossier number or description",
    search="Search",
    nothing_found="Nothing found",
    completed="Completed",
    apply="Apply",
    tabs=("Correspondence", "Documents", "Submitted by me", "Messages"),
    unread="unread",
    not_downloaded="Not downloaded by you yet",
    downloaded="Downloaded by you",
    answer="Reply",
    new_message="New message",
    subject="Subject",
    message="Message",
    attachments="Attachments",
    add="Add",
    upload_two="Upload 2 files",
    remove="Remove {}",
    send="Send",
    sent="Your message was sent.",
    sign_out="Sign out",
    sign_out_elsewhere="Sign out everywhere else",
    signed_in_where="Where you are signed in",
    once_more="Your password again",
    continue_="Continue",
    signed_out="You are signed out.",
    sign_in="Sign in",
    password="Password",
    show_typed="Show what I type",
    home="Home",
    fill_in="Fill in",
    go_on="Continue filling in",
    actions="Actions",
    next="Next",
    previous="Previous",
    complete="Complete",
    overview="Overview of your answers",
    completed_it="You completed the questionnaire. The office has received your answers.",
    print="Print",
    pdf_waits="The PDF is being made.",
    again="See whether it is ready",
    download_pdf="Download the PDF",
    to_dossier="Go to the dossier",
    yes="Yes",
    no="No",
    not_answered="Not answered",
    birthday="9 March 1951",
    last_day="30 November 2040",
    day_parts=("Day", "Month", "Year"),
    added="Questions were added",
    optional="optional",
    add_files="Add files",
    upload_one="Upload 1 file",
    remove_row="Remove",
    change="Change",
    later="Save and continue later",
)

WORDS = {words.language: words for words in (DUTCH, ENGLISH)}
