"""The profile and password of an account, and the profile of the office (PR-1, PR-2, PW-4, OF-3)."""

from collections.abc import Callable

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, NotSignedIn, Refused, SignInFailed
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Language
from klantportaal.ports.secrets import Verdict
from tests.usecases.world import PASSWORD, PROFILE, World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def test_view_and_save(world: World, jan: Actor) -> None:
    """PR-1, PR-2: language and notifications are saved; saving the same values again is not recorded."""
    profile = Profile(language=Language.ENGLISH, notifications=Notifications(messages=False))
    world.portal.client.profile.save(jan, profile)
    world.portal.client.profile.save(jan, profile)
    view = world.portal.client.profile.view(jan)
    assert (view.profile, view.name, view.email) == (profile, "Jan Jansen", "jan@example.nl")
    assert world.audit().count("ProfileChanged") == 1


def test_change_password(world: World, jan: Actor) -> None:
    """PW-4: the current password allows a new one; other sessions end, this one is renewed, and a mail is sent."""
    other = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    entrance = world.portal.client.profile.change_password(
        jan, current=PASSWORD, password="Anders2026", repeated="Anders2026"
    )
    assert world.actor(entrance.token).account_id == jan.account_id
    with pytest.raises(NotSignedIn):
        world.actor(other.token)
    with pytest.raises(SignInFailed):
        world.sign_in()
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]


def test_change_password_refused(world: World, jan: Actor) -> None:
    """PW-4, PW-3, AL-1: a wrong current password, or an invalid new one, changes nothing and ends no session."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    attempts = {
        ("wrong", "Anders2026", "Anders2026"): Fault(code=FaultCode.PASSWORD_WRONG, field="current"),
        (PASSWORD, "Anders2026", "Anders2027"): Fault(code=FaultCode.PASSWORDS_DIFFER, field="repeated"),
        (PASSWORD, "Qwerty2026", "Qwerty2026"): Fault(code=FaultCode.PASSWORD_COMMON, field="password"),
        (PASSWORD, "Jansen2026", "Jansen2026"): Fault(code=FaultCode.PASSWORD_GUESSABLE, field="password"),
    }
    for (current, password, repeated), fault in attempts.items():
        with pytest.raises(Refused) as refusal:
            world.portal.client.profile.change_password(jan, current=current, password=password, repeated=repeated)
        assert refusal.value.faults == (fault,)
    assert world.actor(token).account_id == jan.account_id
    assert world.deliver() == []


@pytest.mark.parametrize("meanwhile", ["password", "close", "client"])
def test_changed_meanwhile(world: World, jan: Actor, meanwhile: str) -> None:
    """PW-4: a change of password is a conflict if the account changes at the same time."""
    verify = world.passwords.verify

    def crossing(password: str, stored: str | None) -> Verdict:
        world.passwords.verify = verify  # type: ignore[method-assign]
        if meanwhile == "password":
            world.portal.client.profile.change_password(
                jan, current=PASSWORD, password="Eerder2026", repeated="Eerder2026"
            )
        elif meanwhile == "close":
            world.portal.office.clients.close_account(world.handler, jan.account_id)
        else:
            world.portal.office.clients.close(world.handler, jan.client_id)
        return verify(password, stored)

    world.passwords.verify = crossing  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        world.portal.client.profile.change_password(jan, current=PASSWORD, password="Anders2026", repeated="Anders2026")


@pytest.mark.parametrize("how", ["signed out", "elsewhere"])
def test_session_ended_meanwhile(world: World, jan: Actor, how: str) -> None:
    """SI-4, PW-4: a session that ends while the password is compared changes nothing and is not renewed."""
    owner, verify = world.sign_in(), world.passwords.verify

    def crossing(password: str, stored: str | None) -> Verdict:
        world.passwords.verify = verify  # type: ignore[method-assign]
        if how == "signed out":
            world.portal.client.sign_in.sign_out(jan)
        else:
            world.portal.client.sessions.end_others(owner)
        return verify(password, stored)

    world.passwords.verify = crossing  # type: ignore[method-assign]
    with pytest.raises(NotSignedIn):
        world.portal.client.profile.change_password(jan, current=PASSWORD, password="Anders2026", repeated="Anders2026")
    assert world.sign_in().account_id == jan.account_id


def test_office_profile(world: World) -> None:
    """OF-3: the office changes its texts; invalid texts are refused by field and change nothing."""
    changed = attrs.evolve(PROFILE, name="Van der Meer & Zn.", welcome={Language.DUTCH: "Welkom!"})
    world.portal.office.profile.change(world.handler, changed)
    assert world.portal.office.profile.get(world.handler).profile == changed
    with pytest.raises(Refused) as refusal:
        world.portal.office.profile.change(world.handler, attrs.evolve(PROFILE, colour="red"))
    assert refusal.value.faults == (Fault(code=FaultCode.NOT_A_COLOUR, field="colour"),)
    assert world.portal.offices.get(world.office).profile == changed


def test_logo(world: World) -> None:
    """OF-3: the office can upload a logo as a PNG or JPEG; other and too large files are refused."""
    with pytest.raises(Absent):
        world.portal.offices.logo(world.office)
    world.portal.office.profile.change_logo(world.handler, name="logo.png", blocks=[PNG])
    logo = world.portal.offices.logo(world.office)
    assert (logo.file.media_type, b"".join(logo.blocks)) == ("image/png", PNG)
    for name, content in (("logo.svg", b"<svg/>"), ("logo.png", PNG + bytes(1024 * 1024))):
        with pytest.raises(Refused):
            world.portal.office.profile.change_logo(world.handler, name=name, blocks=[content])
    assert len(world.files.contents) == 1


def test_dark_logo(world: World) -> None:
    """OF-3: the office can have another logo for dark pages, of the same types and sizes, and do without it again."""
    profile, logos = world.portal.office.profile, world.portal.offices
    with pytest.raises(Absent):
        logos.dark_logo(world.office)
    profile.change_logo(world.handler, name="logo.png", blocks=[PNG])
    profile.change_dark_logo(world.handler, name="donker.png", blocks=[PNG + b"x"])
    assert [b"".join(give(world.office).blocks) for give in (logos.logo, logos.dark_logo)] == [PNG, PNG + b"x"]
    for name, content, code in (
        ("donker.svg", b"<svg/>", FaultCode.FILE_TYPE_FORBIDDEN),
        ("donker.png", PNG + bytes(1024 * 1024), FaultCode.FILE_TOO_LARGE),
    ):
        with pytest.raises(Refused) as refusal:
            profile.change_dark_logo(world.handler, name=name, blocks=[content])
        (fault,) = refusal.value.faults
        assert (fault.code, fault.params["name"]) == (code, name)
    profile.remove_dark_logo(world.handler)
    before = world.audit()
    profile.remove_dark_logo(world.handler)
    assert world.audit() == before
    assert logos.get(world.office).dark_logo is None
    assert b"".join(logos.logo(world.office).blocks) == PNG


def test_clients_side_of_the_office(world: World, jan: Actor) -> None:
    """OF-1: the office lists, finds, closes and reopens clients; closing or reopening twice is refused."""
    clients = world.portal.office.clients
    assert [card.client.name for card in clients.list(world.handler, search="jans")] == ["Jan Jansen"]
    assert clients.get(world.handler, jan.client_id).accounts[0].email == "jan@example.nl"
    for call, id in ((clients.reopen, jan.client_id), (clients.reopen_account, jan.account_id)):
        with pytest.raises(Refused):
            call(world.handler, id)  # type: ignore[arg-type]
    clients.close(world.handler, jan.client_id)
    clients.close_account(world.handler, jan.account_id)
    for call, id in ((clients.close, jan.client_id), (clients.close_account, jan.account_id)):
        with pytest.raises(Refused):
            call(world.handler, id)  # type: ignore[arg-type]
    other = world.other_office()
    calls: list[Callable[[], object]] = [
        lambda: clients.get(other, jan.client_id),
        lambda: clients.close(other, jan.client_id),
        lambda: clients.reopen(other, jan.client_id),
        lambda: clients.close_account(other, jan.account_id),
        lambda: clients.reopen_account(other, jan.account_id),
    ]
    for absent in calls:
        with pytest.raises(Absent):
            absent()
