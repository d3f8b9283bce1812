"""The acts of clients and of visitors who are not signed in."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from klantportaal.domain.messages import MessageText
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.values import DossierId, DraftId, Language, MessageId
from klantportaal.usecases.client.session_start import Entrance, Halfway
from tests.usecases.machine.model import (
    EXTRA,
    NEW,
    Model,
    addresses,
    drafts,
    files,
    passwords,
    pick,
    reachable,
    some,
)
from tests.usecases.machine.twins import whole
from tests.usecases.world import in_blocks


class ClientActs(Model):
    """The clients' acts, including acts that the portal refuses."""

    @rule(address=addresses, token=some, with_invitation=st.booleans())
    def ask_for_a_link(self, address: str, token: int, with_invitation: bool) -> None:
        """Ask for a link for an address, with or without the token of an earlier link."""
        invitation = pick(self.tokens, token) if with_invitation and self.tokens else None
        self.twins.both(
            lambda world: world.portal.client.onboarding.ask_link(world.visitor, address, invitation=invitation)
        )

    @precondition(lambda self: self.tokens)
    @rule(token=some, password=passwords, repeated=passwords)
    def set_a_password(self, token: int, password: str, repeated: str) -> None:
        """Use the token of some link to set a password, which is entered twice."""
        secret = pick(self.tokens, token)
        entrance = self.twins.both(
            lambda world: world.portal.client.onboarding.set_password(world.visitor, secret, password, repeated)
        )
        if entrance is not None:
            self.enter_with_a_new_password(entrance)

    def enter_with_a_new_password(self, entrance: Entrance | Halfway) -> None:
        """Remember the session that a new password gave, and whose password it is. Nobody has a second step."""
        assert isinstance(entrance, Entrance)
        self.sessions.append(entrance.token)
        if actor := self.signed_in(-1):
            self.passwords_set.append(actor.person_id)

    @rule(address=addresses | st.just(EXTRA), password=passwords)
    def sign_in(self, address: str, password: str) -> None:
        """Sign in."""
        entrance = self.twins.both(lambda world: world.portal.client.sign_in.sign_in(world.visitor, address, password))
        if entrance is not None:
            self.sessions.append(entrance.token)

    @rule(address=addresses | st.just(EXTRA), times=st.integers(min_value=2, max_value=9))
    def guess(self, address: str, times: int) -> None:
        """Try a wrong password several times."""
        for _ in range(times):
            self.twins.both(lambda world: world.portal.client.sign_in.sign_in(world.visitor, address, "geraden"))

    @rule(session=some)
    def sign_out(self, session: int) -> None:
        """Sign out."""
        if actor := self.signed_in(session):
            self.twins.both(lambda world: world.portal.client.sign_in.sign_out(actor))

    @rule(session=some, account=some, own=st.booleans())
    def switch(self, session: int, account: int, own: bool) -> None:
        """Act for some account, which may be another person's (PE-3)."""
        if actor := self.signed_in(session):
            others = self.twins.compare(lambda world: world.portal.client.accounts.others(actor))
            theirs = [each.account_id for each in others] if own else []
            id = pick(theirs or self.accounts, account)
            self.twins.both(lambda world: world.portal.client.accounts.switch(actor, id))

    @precondition(lambda self: self.messages)
    @rule(session=some, message=some)
    def read(self, session: int, message: int) -> None:
        """Open some message, which may belong to another client."""
        id = pick(self.messages, message)
        dossier, _client = self.messages[id]
        if actor := self.signed_in(session):
            self.twins.both(lambda world: world.portal.client.messages.read(actor, dossier, id))

    @precondition(lambda self: self.audiences)
    @rule(session=some, document=some)
    def download(self, session: int, document: int) -> None:
        """Download some document, which may belong to another client or no longer be available."""
        id = pick(self.audiences, document)
        dossier, _audience = self.audiences[id]
        if actor := self.signed_in(session):
            self.twins.both(lambda world: whole(world.portal.client.dossiers.download(actor, dossier, id)))

    @rule(session=some, dossier=some, draft=some, new=st.booleans(), file=files)
    def stage(self, session: int, dossier: int, draft: int, new: bool, file: tuple[str, bytes]) -> None:
        """Upload a file for a new message, for a draft, or for a message that was already sent."""
        if actor := self.signed_in(session):
            id = pick(self.parties, dossier)
            draft_id = self.begin_a_draft(id) if new or not self.drafts else pick(self.drafts, draft)
            name, content = file
            row = self.twins.both(
                lambda world: world.portal.client.attachments.stage(
                    actor, self.drafts[draft_id], draft_id, name=name, blocks=in_blocks(content)
                )
            )
            if row is not None:
                self.uploads.append((self.drafts[draft_id], row.id))

    def begin_a_draft(self, dossier: DossierId) -> DraftId:
        """Begin a new message."""
        draft_id: DraftId = self.twins.compare(lambda world: world.portal.client.messages.new_draft())
        self.drafts[draft_id] = dossier
        return draft_id

    @precondition(lambda self: self.uploads)
    @rule(session=some, upload=some)
    def unstage(self, session: int, upload: int) -> None:
        """Remove some uploaded file, which may belong to another account or already be sent."""
        dossier, id = pick(self.uploads, upload)
        if actor := self.signed_in(session):
            self.twins.both(lambda world: world.portal.client.attachments.unstage(actor, dossier, id))

    @rule(session=some, dossier=some, draft=drafts)
    def send_something_new(self, session: int, dossier: int, draft: MessageText) -> None:
        """Send a message without attachments."""
        self.send(session, self.begin_a_draft(pick(self.parties, dossier)), draft, None)

    @precondition(lambda self: self.drafts)
    @rule(session=some, begun=some, draft=drafts)
    def send_what_was_begun(self, session: int, begun: int, draft: MessageText) -> None:
        """Send a draft with its staged files. The draft may already be sent (AT-5)."""
        self.send(session, pick(self.drafts, begun), draft, None)

    @rule(session=some, dossier=some, draft=some, new=st.booleans(), text=drafts, version=st.integers(0, 3))
    def keep(self, session: int, dossier: int, draft: int, new: bool, text: MessageText, version: int) -> None:
        """Keep a draft, which may be new, in another window changed, or sent (ST-1)."""
        if actor := self.signed_in(session):
            id = pick(self.parties, dossier)
            draft_id = self.begin_a_draft(id) if new or not self.drafts else pick(self.drafts, draft)
            kept = self.twins.both(
                lambda world: world.portal.client.drafts.save(
                    actor, self.drafts[draft_id], draft_id, text, version=0 if new else version
                )
            )
            if kept is not None:
                self.kept[actor.account_id, draft_id] = MessageText(subject=kept.subject, body=kept.body)
                assert draft_id not in self.sent[actor.account_id]

    @precondition(lambda self: self.kept)
    @rule(session=some, draft=some)
    def throw_away(self, session: int, draft: int) -> None:
        """Delete some draft, which may be another's, or sent."""
        _whose, draft_id = pick(self.kept, draft)
        if actor := self.signed_in(session):
            self.twins.both(lambda world: world.portal.client.drafts.delete(actor, self.drafts[draft_id], draft_id))
            self.kept.pop((actor.account_id, draft_id), None)

    @precondition(lambda self: self.messages)
    @rule(session=some, answered=some, draft=drafts)
    def answer(self, session: int, answered: int, draft: MessageText) -> None:
        """Answer some message, which may belong to another client."""
        id = pick(self.messages, answered)
        dossier, _client = self.messages[id]
        self.send(session, self.begin_a_draft(dossier), draft, id)

    def send(self, session: int, draft_id: DraftId, draft: MessageText, answers: MessageId | None) -> None:
        """Send a message."""
        dossier = self.drafts[draft_id]
        if actor := self.signed_in(session):
            sent = self.twins.both(
                lambda world: world.portal.client.messages.send(actor, dossier, draft_id, draft, answers=answers)
            )
            if sent is not None:
                self.messages.setdefault(sent, (dossier, actor.client_id))
                self.sent[actor.account_id].add(draft_id)
                self.kept.pop((actor.account_id, draft_id), None)

    @rule(session=some, language=st.sampled_from(Language), documents=st.booleans(), messages=st.booleans())
    def choose(self, session: int, language: Language, documents: bool, messages: bool) -> None:
        """Save a language and notification settings."""
        profile = Profile(
            language=language, notifications=Notifications(documents=documents, questionnaires=True, messages=messages)
        )
        if actor := self.signed_in(session):
            self.twins.both(lambda world: world.portal.client.profile.save(actor, profile))

    @rule(session=some, address=reachable | st.sampled_from([NEW, "geen adres"]))
    def ask_for_another_address(self, session: int, address: str) -> None:
        """Ask for another e-mail address, which may be somebody's (PR-4)."""
        if actor := self.signed_in(session):
            self.twins.both(lambda world: world.portal.client.address_changes.ask(actor, address))

    @precondition(lambda self: self.tokens)
    @rule(token=some, newest=st.booleans())
    def confirm_another_address(self, token: int, newest: bool) -> None:
        """Confirm another e-mail address with the token of some link (PR-4)."""
        secret = self.tokens[-1] if newest else pick(self.tokens, token)
        self.twins.both(lambda world: world.portal.client.address_changes.look(world.visitor, secret))
        confirmed = self.twins.both(lambda world: world.portal.client.address_changes.confirm(world.visitor, secret))
        if confirmed is not None:
            person = self.twins.memory.person(confirmed)
            assert person is not None
            assert person.email == confirmed

    @rule(session=some, current=passwords, password=passwords)
    def change_the_password(self, session: int, current: str, password: str) -> None:
        """Change the password, with a current password that may be wrong."""
        if actor := self.signed_in(session):
            entrance = self.twins.both(
                lambda world: world.portal.client.profile.change_password(
                    actor, current=current, password=password, repeated=password
                )
            )
            if entrance is not None:
                self.enter_with_a_new_password(entrance)
