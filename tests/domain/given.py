"""Values that the tests of the rules start from: one of each kind, and hostile text."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import strategies as st

from klantportaal.domain import events
from klantportaal.domain.accounts import Account, AccountRole, AccountState, Client, ClientKind
from klantportaal.domain.documents import Document, DocumentKind, StoredFile
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import Event
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.offices import IN_PROGRESS, Office, OfficeProfile
from klantportaal.domain.persons import Person
from klantportaal.domain.values import (
    AccountId,
    ClientId,
    DocumentId,
    DossierId,
    DraftId,
    FileKey,
    Fingerprint,
    Language,
    MessageId,
    OfficeId,
    PersonId,
    ThreadId,
)

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The time of every act, unless a test says otherwise."""
BEFORE = AT - timedelta(days=1)
TICK = timedelta(microseconds=1)
"""The smallest difference between two times."""
OFFICE_ID = OfficeId(UUID(int=1))
CLIENT_ID = ClientId(UUID(int=2))
OTHER_CLIENT_ID = ClientId(UUID(int=3))
ACCOUNT_ID = AccountId(UUID(int=4))
OTHER_ACCOUNT_ID = AccountId(UUID(int=5))
DOSSIER_ID = DossierId(UUID(int=6))
DOCUMENT_ID = DocumentId(UUID(int=7))
NEW_DOCUMENT_ID = DocumentId(UUID(int=8))
MESSAGE_ID = MessageId(UUID(int=9))
NEW_MESSAGE_ID = MessageId(UUID(int=10))
DRAFT_ID = DraftId(UUID(int=11))
PERSON_ID = PersonId(UUID(int=13))
OTHER_PERSON_ID = PersonId(UUID(int=14))
FINGERPRINT = Fingerprint(bytes(32))
HANDLER = "Mr. A. de Boer"

OFFICE = Office(
    id=OFFICE_ID,
    key="voorbeeld",
    base_url="https://portaal.voorbeeld.test",
    profile=OfficeProfile(name="Voorbeeld Advocaten", contact_address="info@voorbeeld.test"),
)
CLIENT = Client(id=CLIENT_ID, office_id=OFFICE_ID, kind=ClientKind.PERSON, name="J. Jansen", made_at=BEFORE)
CLOSED_CLIENT = attrs.evolve(CLIENT, closed_at=BEFORE)
OTHER_CLIENT = attrs.evolve(CLIENT, id=OTHER_CLIENT_ID, name="Erven Smit")
NEWCOMER = Person(
    id=PERSON_ID,
    office_id=OFFICE_ID,
    email="Jan@voorbeeld.test",
    language=Language.DUTCH,
    made_at=BEFORE,
    epoch=3,
)
"""A person that was invited, and has no password yet."""
PERSON = attrs.evolve(NEWCOMER, password_hash="scheme$hash")
OTHER_PERSON = attrs.evolve(PERSON, id=OTHER_PERSON_ID, email="piet@voorbeeld.test")
INVITED = Account(
    id=ACCOUNT_ID,
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    client_id=CLIENT_ID,
    role=AccountRole.MAIN,
    name="J. Jansen",
    state=AccountState.INVITED,
    made_at=BEFORE,
    invited_at=BEFORE,
)
ACTIVE = attrs.evolve(INVITED, state=AccountState.ACTIVE, first_used_at=BEFORE)
CLOSED = attrs.evolve(ACTIVE, state=AccountState.CLOSED)
COMPANY = attrs.evolve(CLIENT, kind=ClientKind.COMPANY, name="Bakkerij Jansen B.V.")
EXTRA = attrs.evolve(ACTIVE, id=OTHER_ACCOUNT_ID, person_id=OTHER_PERSON_ID, role=AccountRole.EXTRA, name="P. Peters")
DELETED = attrs.evolve(EXTRA, state=AccountState.DELETED)
DOSSIER = Dossier(
    id=DOSSIER_ID,
    office_id=OFFICE_ID,
    number="2026-0001",
    description="Jansen tegen Pietersen",
    status=IN_PROGRESS,
    opened_at=BEFORE,
    changed_at=BEFORE,
)
FILE = StoredFile(
    key=FileKey("sleutel"), name="brief.pdf", media_type="application/pdf", size=12, sha256=bytes(range(32))
)
OTHER_FILE = attrs.evolve(FILE, key=FileKey("andere-sleutel"), name="brief-2.pdf", size=13)
DOCUMENT = Document(
    id=DOCUMENT_ID,
    office_id=OFFICE_ID,
    dossier_id=DOSSIER_ID,
    kind=DocumentKind.CORRESPONDENCE,
    title="Onze brief",
    file=FILE,
    published_at=BEFORE,
    published_by=HANDLER,
    version=4,
)
INBOUND = Message(
    id=MESSAGE_ID,
    office_id=OFFICE_ID,
    dossier_id=DOSSIER_ID,
    client_id=CLIENT_ID,
    direction=Direction.INBOUND,
    thread_id=ThreadId(UUID(int=12)),
    answers=None,
    subject="Uw zaak",
    body="Geachte heer,",
    author=HANDLER,
    account_id=None,
    draft_id=None,
    sent_at=BEFORE,
)
OUTBOUND = attrs.evolve(
    INBOUND, direction=Direction.OUTBOUND, author="J. Jansen", account_id=ACCOUNT_ID, draft_id=DRAFT_ID
)

EVENTS = [
    each for each in vars(events).values() if isinstance(each, type) and issubclass(each, Event) and each != Event
]
"""Every class of fact."""

ANY_CHARACTER = st.characters(exclude_categories=())
"""Every code point, surrogates included."""
_CONTROLS = "\0\a\b\t\n\v\f\r\x1b\x1c\x1f\x7f\x85\xa0\xad"
_FORMATS = "\u034f\u061c\u115f\u1680\u200b\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069"
_FILLERS = "\u2800\u3000\u3164\ud800\udfff\ufe0f\ufeff\uff0e\uffa0\U000e0041\U0001f600\u0301\u0327"
_LETTERS = "ßİ\u0131\u017fﬁǅΣς²\uff21\u212aé"
_PIECES = ("\r\n", "../", "..\\", ".", "@", "<", ">", ",", '"', "Re: ", "re:", "RE :", " ", "  ", ".pdf", ".exe", "CON")
AWKWARD = st.sampled_from([*_CONTROLS, *_FORMATS, *_FILLERS, *_LETTERS, *_PIECES])
ANY_TEXT = st.lists(st.one_of(AWKWARD, ANY_CHARACTER), max_size=40).map("".join)
SOUND_TEXT = ANY_TEXT.map(lambda text: re.sub("[\ud800-\udfff]", "\ufffd", text))
"""The same text without surrogates, which values refuse (AL-5)."""
"""Any text that a form, a JSON body or a multipart header can contain."""
INVISIBLE = st.sampled_from(
    " \t\n\r\x0b\x0c\x85\xa0\xad\u034f\u115f\u1160\u1680\u17b4\u180e\u200b\u200d\u200e\u2028\u202e\u2060\u2063\u2800"
    "\u3000\u3164\ufe00\ufe0f\ufeff\uffa0\U0001d159\U000e0020\U000e0100"
)
VISIBLE = st.characters(categories=["L", "N", "P"]).filter(lambda each: each not in "\u115f\u1160\u3164\uffa0")
PRINTABLE = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u2800"), min_size=1)


def refusal(call: Callable[[], object]) -> list[Fault]:
    """Return the faults with which *call* is refused."""
    with pytest.raises(Refused) as refused:
        call()
    return list(refused.value.faults)


def fault(code: FaultCode, field: str | None, **params: str | int) -> Fault:
    """Make a fault."""
    return Fault(code=code, field=field, params=params)


def is_storable(text: str) -> bool:
    """Tell whether every database can store *text*: it can be encoded and has no NUL."""
    return "\0" not in text and not any(unicodedata.category(each) == "Cs" for each in text)
