"""Who waits for whom, and reminders, at the office desk. HEAD opens nothing there."""

import re
from datetime import date

from klantportaal import Language, OfficeActor, ReminderRules, WaitingFor
from tests.examples.conftest import Demo
from tests.examples.test_desk import done, dossier_path, main_of, page, post
from tests.examples.test_desk_requests import seeded_request

WAITING, REMINDERS = "/office/waiting", "/office/reminders"


def desk(demo: Demo) -> OfficeActor:
    """Give the actor of the office."""
    return OfficeActor(office_id=demo.portal.offices.only(), handler="A")


def test_who_waits(demo: Demo) -> None:
    """PG-2: The desk lists who has to do something, and only one of the three if that is chosen."""
    rows = demo.portal.office.dossiers.waiting(desk(demo))
    assert len(rows) > 1
    shown = page(demo, WAITING)
    assert re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)', shown) == [row.number for row in rows]
    for whom in WaitingFor:
        some = page(demo, f"{WAITING}?whom={whom}")
        expected = [row.number for row in rows if row.waiting.whom is whom]
        assert re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)', some) == expected
    key = rows[0].key
    after = f"{WAITING}?since={key.since:%Y-%m-%dT%H:%M:%S.%f%%2B00:00}&dossier={key.dossier_id}&client={key.client_id}"
    assert re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)', page(demo, after)) == [r.number for r in rows[1:]]
    assert "De klant" in main_of(page(demo, f"{WAITING}?language=nl"))


def test_a_third_party(demo: Demo) -> None:
    """PG-2: The desk names whom it waits for, in both languages, to the chosen parties, and stops that."""
    path = dossier_path(demo, "2026-0117")
    party = re.findall(r'name="clients" value="([0-9a-f-]{36})"', page(demo, path))[0]
    fields = {"name_nl": "de bank", "name_en": "the bank", "expected_on": "2040-05-01", "clients": party}
    refused = post(demo, f"{path}/third-party", {**fields, "name_en": "", "expected_on": "2020-01-01"})
    assert (refused.status_code, "This day has passed" in refused.text) == (422, True)
    assert post(demo, f"{path}/third-party", {**fields, "clients": []}).status_code == 422
    assert "whom you are waiting for" in done(demo, f"{path}/third-party", fields)
    rows = demo.portal.office.dossiers.waiting(desk(demo), whom=WaitingFor.THIRD_PARTY)
    assert [(row.waiting.third_party, row.waiting.due_on) for row in rows] == [
        ({Language.DUTCH: "de bank", Language.ENGLISH: "the bank"}, date(2040, 5, 1))
    ]
    assert "the bank" in main_of(page(demo, f"{WAITING}?whom=third_party"))
    done(demo, f"{path}/third-party/clear")
    assert demo.portal.office.dossiers.waiting(desk(demo), whom=WaitingFor.THIRD_PARTY) == []


def test_the_days_of_reminders(demo: Demo) -> None:
    """RM-1: The desk shows and sets the days, and switches reminders off for a while."""
    calls = demo.portal.office.reminders
    assert "No reminders were sent yet." in page(demo, REMINDERS)
    done(demo, REMINDERS, {"before": ["14", "0"], "every": "", "most": "3", "invitations": ["7"]})
    assert calls.rules(desk(demo)) == ReminderRules(before=(14, 0), every=None, most=3, invitations=(7,))
    assert post(demo, REMINDERS, {"every": "5", "most": "3"}).status_code == 400
    assert post(demo, REMINDERS, {"every": "7", "most": "9"}).status_code == 400
    assert "Nobody is reminded." in done(demo, f"{REMINDERS}/stop")
    assert calls.rules(desk(demo)) is None


def test_switches(demo: Demo) -> None:
    """RM-1: A client, a questionnaire and a request each have a switch, which is an entry of the trail."""
    client = re.findall(r'href="(/office/clients/[0-9a-f-]{36})"', page(demo, "/office/clients?search=Willemijn"))[0]
    asked = re.findall(r'href="(/office/assignments/[0-9a-f-]{36})"', page(demo, dossier_path(demo, "2026-0412")))
    questionnaire = next(each for each in asked if "/reminders/off" in page(demo, each))
    for path in (client, questionnaire, seeded_request(demo)):
        assert buttons(demo, path) == ["off"]
        assert "Reminders are no longer sent automatically." in done(demo, f"{path}/reminders/off")
        assert buttons(demo, path) == ["on"]
        assert "Reminders are sent again." in done(demo, f"{path}/reminders/on")
        assert post(demo, f"{path}/reminders/misschien").status_code == 404
    entries = demo.portal.office.audit.entries(desk(demo))
    assert [each.entry.what for each in entries].count("RemindersSwitched") == 6


def buttons(demo: Demo, path: str) -> list[str]:
    """Give what the buttons for reminders on a page do."""
    return re.findall(f'action="{path}/reminders/(on|off)"', page(demo, path))


def test_head_opens_nothing(demo: Demo) -> None:
    """ME-6, RQ-3: HEAD opens no message, file or delivery, so the client can take it back after that."""
    dossier, request = dossier_path(demo, "2026-0205"), seeded_request(demo)
    [message] = [each for each in demo.portal.office.messages.inbox(desk(demo)) if each.message.opened_at is None]
    shown = page(demo, request)
    files = re.findall(r'href="(/office/requests/[^"]+/files/[^"]+)"', shown)
    files.append(f"/office/submissions/{message.attachments[0].id}/file")
    for path in (dossier, f"/office/messages/{message.message.id}", *files, f"{dossier}/dossier.zip"):
        assert demo.client.head(path).status_code == 405
    assert demo.portal.office.messages.peek(desk(demo), message.message.id).messages[-1].message.opened_at is None
    assert page(demo, request).count("Mark as opened") == shown.count("Mark as opened") == 2
    page(demo, f"/office/messages/{message.message.id}")
    assert demo.portal.office.messages.peek(desk(demo), message.message.id).messages[-1].message.opened_at is not None
