"""The model of the state machine: the things that exist, and their owners."""

from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from klantportaal.domain.messages import MessageText
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    ClientId,
    DocumentId,
    DossierId,
    DraftId,
    MessageId,
    PersonId,
    UploadId,
)
from klantportaal.ports.storage import Storage
from tests.usecases.machine.twins import Twins
from tests.usecases.world import PASSWORD, PDF

Thing = TypeVar("Thing")

UNREACHABLE = "niemand@example.nl"
"""An address that the mail server refuses permanently."""
EXTRA = "extra@bedrijf.example"
NEW = "nieuw@example.nl"
"""An address that clients ask for, and that the office invites nobody at."""
ADDRESSES = ("jan@example.nl", "JAN@example.nl", "piet@example.nl", "zoë@bedrijf.example", UNREACHABLE)
PASSWORDS = (PASSWORD, "Anders2027", "te zwak")
FILES = (("brief.pdf", PDF), ("notitie.txt", "één".encode()), ("leeg.pdf", b""), ("fout.pdf", b"MZ"))

some = st.integers(min_value=0, max_value=1_000_000)
"""A number for ``pick``, which chooses one of the things that exist when a rule runs."""
addresses = st.sampled_from(ADDRESSES)
reachable = st.sampled_from([each for each in ADDRESSES if each != UNREACHABLE])
passwords = st.sampled_from(PASSWORDS)
texts = st.sampled_from(["Akte", "Größe 100% a_b", "👩‍⚖️ regel\r\ntwee", *["Klopt dit?"] * 3, "", "x" * 501])
drafts = st.builds(MessageText, subject=texts, body=texts)
files = st.sampled_from(FILES)
statuses = st.sampled_from(["in_progress", "on_hold", "completed", "onbekend"])


class Model(RuleBasedStateMachine):
    """Two portals, and what the machine has done with them so far."""

    def __init__(self, storage: Callable[[], AbstractContextManager[Storage]]) -> None:
        super().__init__()
        self.storage = storage()
        self.twins = Twins(self.storage.__enter__())
        self.desk = self.twins.memory.handler
        self.clients: list[ClientId] = []
        self.accounts: list[AccountId] = []
        self.tokens: list[str] = []
        """The tokens of the links in the mails, oldest first."""
        self.sessions: list[str] = []
        self.drafts: dict[DraftId, DossierId] = {}
        self.kept: dict[tuple[AccountId, DraftId], MessageText] = {}
        """What was last kept of each draft."""
        self.sent: defaultdict[AccountId, set[DraftId]] = defaultdict(set)
        self.uploads: list[tuple[DossierId, UploadId]] = []
        self.parties: dict[DossierId, set[ClientId]] = {}
        self.audiences: dict[DocumentId, tuple[DossierId, set[ClientId]]] = {}
        self.messages: dict[MessageId, tuple[DossierId, ClientId]] = {}
        self.asked: dict[AssignmentId, tuple[DossierId, ClientId]] = {}
        self.acknowledged: dict[AssignmentId, Answering] = {}
        """The answers that the portal last returned for each questionnaire that was started."""
        self.completed: set[AssignmentId] = set()
        self.staged: list[tuple[AssignmentId, str, UploadId]] = []
        """The staged files, each with its assignment and its question."""
        self.passwords_set: list[PersonId] = []
        """The person of each password that was set."""
        self.left: set[PersonId] = set()
        """The persons whose last account went to another person. They get no mail any more."""

    def signed_in(self, session: int) -> Actor | None:
        """Get the actor of one of the four newest sessions, or None if that session has ended."""
        token = pick(self.sessions[-4:], session)
        recognised = self.twins.both(lambda world: world.portal.client.sign_in.whoever(world.office, token))
        return None if recognised is None else recognised.actor


def pick(things: Collection[Thing], which: int) -> Thing:
    """Choose one of the things that exist."""
    return list(things)[which % len(things)]
