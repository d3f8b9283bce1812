"""The texts of archives in Dutch and English: the index page, messages, requests, receipts, and what is missing (NW-4).

``index.html`` is the index page. Both languages share it. It has no script, and loads nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import attrs
from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined

from klantportaal.adapters.archives.receipts import receipt_text
from klantportaal.adapters.archives.requests import STATES, request_text
from klantportaal.adapters.figures import file_size, locale_of, long_day
from klantportaal.domain.archives import CHECKSUMS, ArchivedMessage, ArchiveIndex, Folder, Presence
from klantportaal.domain.messages import Direction
from klantportaal.domain.progress import StepState
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.requests import DocumentRequest, RequestState
from klantportaal.domain.values import AMSTERDAM, Language, SubmissionId


@attrs.frozen(kw_only=True)
class Words:
    """The words of one language."""

    index_name: str
    language_name: str
    folders: Mapping[Folder, str]
    directions: Mapping[Direction, str]
    absences: Mapping[Presence, str]
    """Why a file is not in the archive, with a place for its title."""
    presences: Mapping[Presence, str]
    """The same in a few words."""
    contents: str
    dossier: str
    made: str
    checksums: str
    title: str
    sender: str
    date: str
    size: str
    direction: str
    subject: str
    attachments: str
    request: str
    question: str
    state: str
    receipt: str
    questionnaires: str
    unanswered: str
    due: str
    progress: str
    steps: Mapping[StepState, str]
    since: str
    nothing: str


DUTCH = Words(
    index_name="Inhoud.html",
    language_name="Nederlands",
    folders={
        Folder.CORRESPONDENCE: "Correspondentie",
        Folder.DOCUMENTS: "Documenten",
        Folder.SUBMISSIONS: "Door mij aangeleverd",
        Folder.RECEIPTS: "Ontvangstbewijzen",
        Folder.REQUESTS: "Verzoeken om stukken",
        Folder.MESSAGES: "Berichten",
    },
    directions={Direction.INBOUND: "Inkomend", Direction.OUTBOUND: "Uitgaand"},
    absences={
        Presence.DAMAGED: "Het bestand “%s” is beschadigd, en zit daarom niet in dit archief. Vraag het kantoor erom.",
        Presence.WITHHELD: "Het bestand “%s” is nog niet op virussen gecontroleerd, of is daarbij afgekeurd.",
        Presence.GONE: "“%s” is verwijderd terwijl dit archief werd gemaakt.",
    },
    presences={
        Presence.DAMAGED: "beschadigd, zit er niet in",
        Presence.WITHHELD: "nog niet op virussen gecontroleerd, of afgekeurd",
        Presence.GONE: "verwijderd",
        Presence.REPLACED: "vervangen door een nieuwere versie",
        Presence.WITHDRAWN: "ingetrokken",
        Presence.TAKEN_BACK: "teruggenomen",
    },
    contents="Inhoud",
    dossier="Dossier",
    made="Gemaakt op",
    checksums="Controlegetallen van alle bestanden (SHA-256)",
    title="Titel",
    sender="Van",
    date="Datum",
    size="Grootte",
    direction="Richting",
    subject="Onderwerp",
    attachments="Bijlagen",
    request="Verzoek",
    question="Vraag",
    state="Status",
    receipt="Ontvangstbewijs",
    questionnaires="Openstaande vragenlijsten",
    unanswered="De antwoorden van een vragenlijst zitten in het archief zodra de vragenlijst is voltooid.",
    due="Uiterlijk",
    progress="Voortgang",
    steps={StepState.DONE: "klaar", StepState.CURRENT: "bezig", StepState.AHEAD: "komt nog"},
    since="sinds",
    nothing="Niets",
)
ENGLISH = Words(
    index_name="Contents.html",
    language_name="English",
    folders={
        Folder.CORRESPONDENCE: "Correspondence",
        Folder.DOCUMENTS: "Documents",
        Folder.SUBMISSIONS: "Submitted by me",
        Folder.RECEIPTS: "Receipts",
        Folder.REQUESTS: "Requests for documents",
        Folder.MESSAGES: "Messages",
    },
    directions={Direction.INBOUND: "Incoming", Direction.OUTBOUND: "Outgoing"},
    absences={
        Presence.DAMAGED: "The file “%s” is damaged, and is therefore not in this archive. Ask the office for it.",
        Presence.WITHHELD: "The file “%s” has not been checked for viruses yet, or was rejected.",
        Presence.GONE: "“%s” was removed while this archive was being made.",
    },
    presences={
        Presence.DAMAGED: "damaged, not included",
        Presence.WITHHELD: "not checked for viruses yet, or rejected",
        Presence.GONE: "removed",
        Presence.REPLACED: "replaced by a newer version",
        Presence.WITHDRAWN: "withdrawn",
        Presence.TAKEN_BACK: "taken back",
    },
    contents="Contents",
    dossier="Dossier",
    made="Made on",
    checksums="Checksums of all files (SHA-256)",
    title="Title",
    sender="From",
    date="Date",
    size="Size",
    direction="Direction",
    subject="Subject",
    attachments="Attachments",
    request="Request",
    question="Question",
    state="Status",
    receipt="Receipt",
    questionnaires="Open questionnaires",
    unanswered="The answers to a questionnaire are in the archive once it is completed.",
    due="By",
    progress="Progress",
    steps={StepState.DONE: "done", StepState.CURRENT: "under way", StepState.AHEAD: "still to come"},
    since="since",
    nothing="Nothing",
)
WORDS: Mapping[Language, Words] = {Language.DUTCH: DUTCH, Language.ENGLISH: ENGLISH}


class JinjaArchiveWriter:
    """Writes the texts of archives."""

    def __init__(self) -> None:
        """Prepare the template."""
        self._templates = Environment(
            loader=PackageLoader("klantportaal.adapters.archives", ""),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["address"] = _address

    def folder(self, folder: Folder, language: Language) -> str:
        """Name a folder."""
        return WORDS[language].folders[folder]

    def index_name(self, language: Language) -> str:
        """Name the index page."""
        return WORDS[language].index_name

    def index(self, index: ArchiveIndex, language: Language) -> str:
        """Write the index page."""
        return self._templates.get_template("index.html").render(
            index=index,
            words=WORDS[language],
            language=language.value,
            others={each.value: words for each, words in WORDS.items() if each is not language},
            folders=[Folder.CORRESPONDENCE, Folder.DOCUMENTS, Folder.SUBMISSIONS, Folder.RECEIPTS],
            states=STATES[language],
            waits=STATES[language][RequestState.WAITING],
            day=lambda on: long_day(on, language),
            checksums=CHECKSUMS,
            moment=lambda at: _moment(at, language),
            file_size=lambda size: file_size(size, language),
        )

    def message(self, message: ArchivedMessage, body: str, language: Language) -> str:
        """Write a message as plain text, with the paths of its attachments beneath."""
        words = WORDS[language]
        head = [
            f"{words.subject}: {message.subject}",
            f"{words.direction}: {words.directions[message.direction]}",
            f"{words.sender}: {message.author}",
            f"{words.date}: {_moment(message.sent_at, language)}",
        ]
        attached = [f"{words.attachments}:", *(f"- {path}" for path in message.attachments), ""]
        return "\n".join([*head, "", body, "", *(attached if message.attachments else [])])

    def receipt_title(self, language: Language) -> str:
        """Name a receipt."""
        return WORDS[language].receipt

    def receipt(self, receipt: Receipt, url: str, language: Language) -> str:
        """Write a receipt as plain text."""
        return receipt_text(receipt, url, language, moment=lambda at: _moment(at, language))

    def request(self, request: DocumentRequest, paths: Mapping[SubmissionId, str], language: Language) -> str:
        """Write a request as plain text."""
        return request_text(request, paths, language, moment=lambda at: _moment(at, language))

    def absence(self, title: str, presence: Presence, language: Language) -> str:
        """Say why a file is not in the archive."""
        return WORDS[language].absences[presence] % title


def _moment(at: datetime, language: Language) -> str:
    return str(format_datetime(at, "d MMM y HH:mm", tzinfo=AMSTERDAM, locale=locale_of(language)))


def _address(path: str) -> str:
    """Write the path of a file as the address of a link from the index."""
    return quote(path, safe="/")
