"""Saving, sending and staging at the same time, on databases that allow concurrent units of work."""

import functools
from contextlib import suppress

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.drafts import DraftLimits
from klantportaal.domain.errors import Absent, Conflict, Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, DraftId
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import PDF, World, in_blocks

TEXT = MessageText(subject="Vraag", body="Wanneer is de afspraak?")


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """A portal on either database."""
    return World(storage=storage, settings=Settings(drafts=DraftLimits(per_dossier=3)))


@pytest.fixture
def jan(world: World) -> Actor:
    """A client that was onboarded and is signed in."""
    return world.onboard()


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier of Jan's."""
    return world.dossier(jan)


def typed(number: int) -> MessageText:
    """Type something else in each window."""
    return MessageText(subject="Vraag", body=f"Venster {number}")


def stage(world: World, jan: Actor, dossier: DossierId, draft: DraftId, _number: int = 0) -> object:
    """Stage the same file."""
    return world.portal.client.attachments.stage(jan, dossier, draft, name="pas.pdf", blocks=in_blocks(PDF)).id


def test_saves_on_their_way_while_it_is_sent(world: World, jan: Actor, dossier: DossierId) -> None:
    """ST-1: whether saves arrive before, while or after their message is sent, no draft is left, and one is sent."""
    for turn in range(5):  # The first finds the connections still to be made, one after the other.
        draft = world.portal.client.messages.new_draft()
        if turn % 2:
            world.portal.client.drafts.save(jan, dossier, draft, TEXT)

        def act(number: int, draft: DraftId = draft) -> None:
            if number == 0:
                world.portal.client.messages.send(jan, dossier, draft, TEXT)
                return
            with suppress(Conflict, Refused):
                world.portal.client.drafts.save(jan, dossier, draft, typed(number), version=number % 3)

        all_at_once(act, threads=8)
        assert list(world.portal.client.drafts.list(jan, dossier)) == []
        assert len(world.portal.client.dossiers.messages(jan, dossier)) == turn + 1


def test_windows_that_save_at_once(world: World, jan: Actor, dossier: DossierId) -> None:
    """ST-1: of windows that save over one version at once, one succeeds; the others get a conflict."""
    drafts = world.portal.client.drafts
    draft = drafts.save(jan, dossier, world.portal.client.messages.new_draft(), TEXT)
    for version in range(1, 6):

        def save(number: int, version: int = version) -> bool:
            try:
                drafts.save(jan, dossier, draft.id, typed(100 * version + number), version=version)
            except Conflict:
                return False
            return True

        assert sum(all_at_once(save, threads=8)) == 1
        assert drafts.get(jan, dossier, draft.id).version == version + 1


def test_the_limit_holds(world: World, jan: Actor, dossier: DossierId) -> None:
    """ST-1: however many drafts are begun at once, there are no more than the settings allow."""

    def begin(_number: int) -> bool:
        try:
            world.portal.client.drafts.save(jan, dossier, world.portal.client.messages.new_draft(), TEXT)
        except Refused:
            return False
        return True

    assert sum(all_at_once(begin, threads=8)) == 3
    assert len(world.portal.client.drafts.list(jan, dossier)) == 3


def test_the_same_form_at_once(world: World, jan: Actor, dossier: DossierId) -> None:
    """AT-5: the same form that comes in several times at once stages its file once, and sends once."""
    for turn in range(1, 4):
        draft = world.portal.client.messages.new_draft()
        staging = functools.partial(stage, world, jan, dossier, draft)
        assert len(set(all_at_once(staging, threads=8))) == 1

        def act(_number: int, draft: DraftId = draft) -> object:
            stage(world, jan, dossier, draft)
            return world.portal.client.messages.send(jan, dossier, draft, TEXT)

        assert len(set(all_at_once(act, threads=8))) == 1
        assert len(world.portal.client.dossiers.submissions(jan, dossier)) == turn
        assert list(world.portal.client.messages.uploads(jan, dossier, draft)) == []
        assert len(world.files.contents) == turn


def test_a_bin_that_is_pressed_while_it_is_sent(world: World, jan: Actor, dossier: DossierId) -> None:
    """AT-2, AL-3: a file that is removed while it is sent is either not sent, or can be downloaded."""
    for _turn in range(6):
        draft = world.portal.client.messages.new_draft()
        upload = world.portal.client.attachments.stage(jan, dossier, draft, name="pas.pdf", blocks=in_blocks(PDF))

        def act(number: int, draft: DraftId = draft, upload_id: object = upload.id) -> None:
            with suppress(Absent, Conflict):
                if number:
                    world.portal.client.attachments.unstage(jan, dossier, upload_id)  # type: ignore[arg-type]
                else:
                    world.portal.client.messages.send(jan, dossier, draft, TEXT)

        all_at_once(act, threads=2)
        for row in world.portal.client.dossiers.submissions(jan, dossier):
            download = world.portal.client.dossiers.download_submission(jan, dossier, row.id)
            assert b"".join(download.blocks) == PDF
