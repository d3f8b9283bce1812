"""The acts of the office."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.messages import MessageText
from tests.usecases.machine.model import Model, addresses, drafts, files, pick, reachable, some, statuses, texts
from tests.usecases.world import in_blocks


class OfficeActs(Model):
    """The office's acts, including acts that the portal refuses."""

    @rule(address=addresses, name=texts, kind=st.sampled_from(ClientKind))
    def invite(self, address: str, name: str, kind: ClientKind) -> None:
        """Invite a client."""
        new = NewClient(kind=kind, name=name, email=address)
        made = self.twins.both(lambda world: world.portal.office.clients.invite(self.desk, new))
        if made is not None:
            self.clients.append(made[0])
            self.accounts.append(made[1])

    @rule(account=some, act=st.sampled_from(["invite_again", "close_account", "reopen_account"]))
    def do_to_an_account(self, account: int, act: str) -> None:
        """Invite again, close or reopen an account."""
        id = pick(self.accounts, account)
        self.twins.both(lambda world: getattr(world.portal.office.clients, act)(self.desk, id))

    @rule(account=some, name=texts, address=reachable)
    def correct_an_account(self, account: int, name: str, address: str) -> None:
        """Correct the name and address of an account. The address accepts mail, so that password mails arrive."""
        id = pick(self.accounts, account)
        self.twins.both(lambda world: world.portal.office.clients.correct(self.desk, id, name=name, email=address))

    @rule(allowed=st.booleans())
    def switch_changes_of_address(self, allowed: bool) -> None:
        """Let clients change their own address, or not (PR-4)."""
        self.twins.both(lambda world: world.portal.office.profile.allow_address_changes(self.desk, allowed))

    @rule(client=some, act=st.sampled_from(["close", "reopen"]))
    def do_to_a_client(self, client: int, act: str) -> None:
        """Close or reopen a client."""
        id = pick(self.clients, client)
        self.twins.both(lambda world: getattr(world.portal.office.clients, act)(self.desk, id))

    @rule(
        number=st.sampled_from(["2026-1", "2026-2", "2026-3", "2026-4"]),
        description=texts,
        status=statuses,
        client=some,
        others=st.booleans(),
    )
    def open_a_dossier(self, number: str, description: str, status: str, client: int, others: bool) -> None:
        """Open a dossier for one client, or for all."""
        chosen = set(self.clients) if others else {pick(self.clients, client)}
        opened = self.twins.both(
            lambda world: world.portal.office.dossiers.open(
                self.desk, number=number, description=description, parties=chosen, status=status
            )
        )
        if opened is not None:
            self.parties[opened] = chosen

    @rule(dossier=some, description=st.none() | texts, status=st.none() | statuses)
    def change_a_dossier(self, dossier: int, description: str | None, status: str | None) -> None:
        """Give a dossier another description or status."""
        id = pick(self.parties, dossier)
        self.twins.both(
            lambda world: world.portal.office.dossiers.change(self.desk, id, description=description, status=status)
        )

    @rule(dossier=some, client=some)
    def add_a_party(self, dossier: int, client: int) -> None:
        """Make a client a party."""
        id, newcomer = pick(self.parties, dossier), pick(self.clients, client)
        self.twins.both(lambda world: world.portal.office.dossiers.add_party(self.desk, id, newcomer))
        self.parties[id].add(newcomer)

    @rule(dossier=some, client=some)
    def remove_a_party(self, dossier: int, client: int) -> None:
        """Remove a party. The last party of a dossier cannot be removed."""
        id, leaver = pick(self.parties, dossier), pick(self.clients, client)
        self.twins.both(lambda world: world.portal.office.dossiers.remove_party(self.desk, id, leaver))
        if len(self.parties[id]) > 1 and leaver in self.parties[id]:
            self.parties[id].remove(leaver)
            for document_dossier, audience in self.audiences.values():
                if document_dossier == id:
                    audience.discard(leaver)

    @rule(
        dossier=some,
        client=some,
        title=texts,
        kind=st.sampled_from(DocumentKind),
        file=files,
        others=st.booleans(),
    )
    def publish(
        self, dossier: int, client: int, title: str, kind: DocumentKind, file: tuple[str, bytes], others: bool
    ) -> None:
        """Publish a file for all parties, or for one client that may not be a party."""
        id = pick(self.parties, dossier)
        audience = frozenset(self.parties[id]) if others else frozenset({pick(self.clients, client)})
        publication = Publication(kind=kind, title=title, for_clients=audience)
        name, content = file
        published = self.twins.both(
            lambda world: world.portal.office.documents.publish(
                self.desk, id, publication, name=name, blocks=in_blocks(content)
            )
        )
        if published is not None:
            self.audiences[published] = (id, set(audience))

    @precondition(lambda self: self.audiences)
    @rule(document=some, file=files)
    def replace(self, document: int, file: tuple[str, bytes]) -> None:
        """Publish a new version of a document."""
        id = pick(self.audiences, document)
        name, content = file
        replaced = self.twins.both(
            lambda world: world.portal.office.documents.replace(self.desk, id, name=name, blocks=in_blocks(content))
        )
        if replaced is not None:
            dossier, audience = self.audiences[id]
            self.audiences[replaced] = (dossier, set(audience))

    @precondition(lambda self: self.audiences)
    @rule(document=some, reason=texts)
    def withdraw(self, document: int, reason: str) -> None:
        """Withdraw a document."""
        id = pick(self.audiences, document)
        self.twins.both(lambda world: world.portal.office.documents.withdraw(self.desk, id, reason))

    @rule(dossier=some, client=some, draft=drafts, answered=some, answering=st.booleans())
    def write_to_a_client(self, dossier: int, client: int, draft: MessageText, answered: int, answering: bool) -> None:
        """Send a message to a client that may not be a party. It may answer some other message."""
        id, reader = pick(self.parties, dossier), pick(self.clients, client)
        answers = pick(self.messages, answered) if answering and self.messages else None
        sent = self.twins.both(
            lambda world: world.portal.office.messages.send(self.desk, id, reader, draft, answers=answers)
        )
        if sent is not None:
            self.messages[sent] = (id, reader)

    @precondition(lambda self: self.messages)
    @rule(message=some)
    def handle(self, message: int) -> None:
        """Mark a message as handled."""
        id = pick(self.messages, message)
        self.twins.both(lambda world: world.portal.office.messages.handle(self.desk, id))
