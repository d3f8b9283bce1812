"""The logo of an office in its mails and PDFs (OF-3)."""

from collections.abc import Callable, Sequence

import pytest

from klantportaal.adapters.logos import small_logo
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.sessions import Actor
from klantportaal.ports.mail import Mail
from klantportaal.testing.contracts.logos import a_picture
from tests.usecases.world import World

LOGO = a_picture(300, 100)
OTHER = a_picture(200, 100)
ADDRESS = "Dam 1\n1012 JS Amsterdam"


def change(world: World, logo: bytes) -> None:
    """Give the office a logo."""
    world.portal.office.profile.change_logo(world.handler, name="logo.png", blocks=[logo])


def mailed(world: World, jan: Actor) -> Mail:
    """Send one notification."""
    world.write_to(world.dossier(jan, number=str(len(world.mail.sent))), jan)
    world.later(minutes=5)
    (mail,) = world.deliver()
    return mail


def small(logo: bytes) -> bytes:
    """Make a logo as small as it is in mails."""
    made = small_logo(logo)
    assert made is not None
    return made.png


def test_mails_have_the_logo(world: World, jan: Actor) -> None:
    """OF-3: a mail has the logo that the office has when it is sent. Without one, it has none."""
    assert mailed(world, jan).logo is None
    for logo in (LOGO, OTHER):
        change(world, logo)
        assert mailed(world, jan).logo == small(logo)


def test_no_mail_waits_for_a_logo(world: World, jan: Actor) -> None:
    """OF-3, AL-2: while files are away, or if the logo is damaged, mails go out without it."""
    change(world, LOGO)
    world.files.down = True
    assert mailed(world, jan).logo is None
    world.files.down = False
    (key,) = world.files.contents
    world.files.contents[key] = LOGO[:-1]
    assert mailed(world, jan).logo is None
    world.files.contents[key] = LOGO
    world.later(hours=1)
    assert mailed(world, jan).logo == small(LOGO)


def test_a_logo_is_read_once(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """OF-3: a logo is read from the files once, not for each mail."""
    change(world, LOGO)
    mailed(world, jan)
    monkeypatch.setattr(world.files, "down", True)
    assert mailed(world, jan).logo == small(LOGO)


def _letter(world: World, jan: Actor) -> Callable[[], bytes]:
    dossier = world.dossier(jan, number="brief")
    world.write_to(dossier, jan)
    return lambda: world.portal.office.reminders.letter(world.handler, dossier, jan.client_id, ADDRESS)


def test_letters_have_the_logo(world: World, jan: Actor) -> None:
    """OF-3: the PDF of a letter has the logo. While the files are away, it is made later, not without it."""
    letter = _letter(world, jan)
    assert b"logo" not in letter()
    change(world, LOGO)
    world.files.down = True
    with pytest.raises(Unavailable):
        letter()
    world.files.down = False
    assert f"logo of {len(LOGO)} bytes".encode() in letter()


def test_receipts_and_answers_have_the_logo(world: World, jan: Actor) -> None:
    """OF-3: the PDF of answers, which is made in the background, and that of its receipt have the logo."""
    change(world, LOGO)
    dossier = world.dossier(jan)
    world.complete(jan, world.ask(jan, dossier))
    world.deliver()
    said = f"logo of {len(LOGO)} bytes".encode()
    pdfs: Sequence[bytes] = [each for each in world.files.contents.values() if each.startswith(b"%PDF")]
    assert [said in each for each in pdfs] == [True]
    (row,) = world.portal.client.dossiers.submissions(jan, dossier)
    assert row.receipt_id is not None
    assert said in world.portal.client.receipts.pdf(jan, dossier, row.receipt_id)
