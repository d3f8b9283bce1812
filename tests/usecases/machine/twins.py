"""Two portals that get the same calls and must return the same results."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import attrs

from klantportaal.domain.accounts import Account, Client
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.errors import Absent, PortalError
from klantportaal.domain.persons import Person
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import AssignmentId, DossierId, DraftId, Fingerprint, SessionId
from klantportaal.ports.mail import Mail
from klantportaal.ports.reading import DossierQuery, DraftView
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.downloading import Download
from tests.usecases.world import World

Result = TypeVar("Result")
EVERY_STATUS = DossierQuery(statuses=frozenset({"in_progress", "on_hold", "completed", "archived"}))
FILE_QUESTIONS = ("akte", "bewijs", "kopie")
_LINK = re.compile(r"/(?:uitnodiging|wachtwoord|e-mailadres)/([\w-]{43})\b")


class Twins:
    """A portal on memory and one on another storage, with the same clocks, ids and tokens."""

    def __init__(self, storage: Storage) -> None:
        self.worlds = (World(), World(storage=storage))

    @property
    def memory(self) -> World:
        """The portal on memory, which tests use to look things up."""
        return self.worlds[0]

    def both(self, act: Callable[[World], Result]) -> Result | None:
        """Do the same on both portals, and check that the outcomes are equal.

        Both clocks then advance by a millisecond, so that no two acts happen at the same time.

        Returns:
            The result, or None if the portals refused the call.
        """
        outcomes = [_outcome(act, world) for world in self.worlds]
        assert outcomes[0] == outcomes[1]
        for world in self.worlds:
            world.clock.advance(timedelta(milliseconds=1))
        result, _error, _faults = outcomes[0]
        return result

    def compare(self, look: Callable[[World], Any]) -> Any:
        """Read the same from both portals, check that the results are equal, and return the result."""
        seen, seen_by_other = (look(world) for world in self.worlds)
        assert seen == seen_by_other
        return seen


def _outcome(act: Callable[[World], Result], world: World) -> tuple[Result | None, type[PortalError] | None, Any]:
    try:
        return act(world), None, None
    except PortalError as error:
        return None, type(error), getattr(error, "faults", None)


def whole(download: Download) -> tuple[str, bytes]:
    """Read a download until its end."""
    return download.file.name, b"".join(download.blocks)


def tokens_in(mail: Mail) -> list[str]:
    """Find the token of the link in a mail; empty if it has none."""
    return _LINK.findall(mail.text)[:1]


def actor_of(person: Person, account: Account, client: Client) -> Actor:
    """Make the actor of a person and an account without signing in."""
    return Actor(
        office_id=account.office_id,
        person_id=person.id,
        client_id=client.id,
        account_id=account.id,
        session_id=SessionId(account.id),
        fingerprint=Fingerprint(bytes(32)),
        confirmed_at=account.made_at,
        language=person.language,
        kind=client.kind,
        role=account.role,
        name=account.name,
        client_name=client.name,
        epoch=person.epoch,
    )


@attrs.frozen(kw_only=True)
class Sight:
    """Everything that one account sees."""

    home: Any
    actions: Any
    list: Any
    profile: Any
    address: Any
    dossiers: Mapping[DossierId, "OpenDossier"]
    """The dossiers that the account can open."""
    questionnaires: Mapping[AssignmentId, "OpenQuestionnaire"]
    """The questionnaires that the account can open."""


def sight(
    world: World,
    actor: Actor,
    dossier_ids: Sequence[DossierId],
    drafts: Mapping[DraftId, DossierId],
    asked: Sequence[AssignmentId],
) -> Sight:
    """Read everything that an account sees."""
    portal = world.portal
    opened = {id: _open(world, actor, id, [each for each in drafts if drafts[each] == id]) for id in dossier_ids}
    return Sight(
        home=portal.client.home.counts(actor),
        actions=list(portal.client.questionnaires.waiting(actor)),
        list=portal.client.dossiers.list(actor, EVERY_STATUS),
        profile=portal.client.profile.view(actor),
        address=portal.client.address_changes.view(actor),
        dossiers={id: each for id, each in opened.items() if each is not None},
        questionnaires={id: each for id in asked if (each := _open_questionnaire(world, actor, id)) is not None},
    )


@attrs.frozen(kw_only=True)
class OpenQuestionnaire:
    """A questionnaire as one account sees it."""

    assignment: Assignment
    dossier: Any
    digest: str
    staged: list[Any]


def _open_questionnaire(world: World, actor: Actor, id: AssignmentId) -> OpenQuestionnaire | None:
    portal = world.portal
    try:
        opened = portal.client.questionnaires.open(actor, id)
    except Absent:
        return None
    return OpenQuestionnaire(
        assignment=opened.assignment,
        dossier=opened.dossier,
        digest=opened.definition.digest,
        staged=[list(portal.client.answer_files.staged(actor, id, each)) for each in FILE_QUESTIONS],
    )


@attrs.frozen(kw_only=True)
class OpenDossier:
    """Everything that one account sees of one dossier."""

    view: Any
    documents: list[Any]
    submissions: list[Any]
    messages: list[Any]
    opened: list[Any]
    """The full messages."""
    staged: list[Any]
    drafts: list[DraftView]


def _open(world: World, actor: Actor, id: DossierId, drafts: Sequence[DraftId]) -> OpenDossier | None:
    portal = world.portal
    try:
        view = portal.client.dossiers.open(actor, id)
    except Absent:
        return None
    messages = list(portal.client.dossiers.messages(actor, id))
    return OpenDossier(
        view=view,
        documents=[row for kind in DocumentKind for row in portal.client.dossiers.documents(actor, id, kind)],
        submissions=list(portal.client.dossiers.submissions(actor, id)),
        messages=messages,
        opened=[portal.client.messages.peek(actor, id, row.id) for row in messages],
        staged=[row for draft in drafts for row in portal.client.messages.uploads(actor, id, draft)],
        drafts=[portal.client.drafts.get(actor, id, row.id) for row in portal.client.drafts.list(actor, id)],
    )


def office_sight(world: World, desk: OfficeActor, dossier_ids: Sequence[DossierId]) -> list[Any]:
    """Read everything that the office sees."""
    office = world.portal.office
    with world.storage.begin() as uow:
        trail = list(uow.audit.entries(desk))
    return [
        office.profile.get(desk),
        list(office.clients.list(desk)),
        list(office.clients.mail_problems(desk)),
        list(office.dossiers.list(desk)),
        list(office.questionnaires.list(desk)),
        list(office.questionnaires.revisions(desk)),
        [office.dossiers.get(desk, id) for id in dossier_ids],
        [list(office.messages.inbox(desk, handled=handled)) for handled in (False, True)],
        trail,
    ]
