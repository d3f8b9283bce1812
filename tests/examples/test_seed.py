"""The data of the demo when it starts."""

import json
import re
import stat
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from examples.demo.desk.serving import HANDLER
from examples.demo.mailbox import caught
from examples.demo.seed.story import (
    COLLEAGUE,
    COLLEAGUE_EMAIL,
    COLLEAGUE_PASSWORD,
    COMPANY,
    COMPANY_PASSWORD,
    INVITED,
    OWN_COMPANY,
    PERSON,
    PERSON_PASSWORD,
    SPOUSE,
    SPOUSE_PASSWORD,
    plant,
)
from examples.demo.state import State
from klantportaal import DocumentKind, OfficeActor, Portal
from klantportaal.domain.accounts import AccountRole, AccountState
from klantportaal.domain.documents import DocumentState
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import ItemState
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import Language
from klantportaal.ports.reading import DossierQuery, HomeCounts
from klantportaal.usecases.client.session_start import Entrance
from tests.examples.conftest import URL
from tests.support.dates import today
from tests.support.demo import ROOT

ALL = frozenset({"in_progress", "on_hold", "completed", "archived"})


def signed_in(portal: Portal, address: str, password: str) -> Actor:
    """Sign in to the only office."""
    office_id = portal.offices.only()
    entrance = portal.client.sign_in.sign_in(Visitor(office_id=office_id), address, password)
    assert isinstance(entrance, Entrance)
    assert not entrance.first
    return portal.client.sign_in.whoever(office_id, entrance.token).actor


def test_person(state: State) -> None:
    """HO-2: The person has four dossiers in three statuses, with read and unread items."""
    portal = state.portal()
    actor = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    assert actor.language is Language.DUTCH
    assert portal.client.home.counts(actor) == HomeCounts(in_progress=2, other=2, open_actions=3)
    rows = portal.client.dossiers.list(actor, DossierQuery(statuses=ALL)).rows
    assert {row.number: row.status for row in rows} == {
        "2026-0412": "in_progress",
        "2026-0398": "in_progress",
        "2026-0117": "on_hold",
        "2025-0873": "completed",
    }
    newest = portal.client.dossiers.open(actor, rows[0].id)
    assert {tab: (count.total, count.unread) for tab, count in newest.tabs.items()} == {
        Tab.CORRESPONDENCE: (2, 1),
        Tab.DOCUMENTS: (2, 1),
        Tab.SUBMISSIONS: (6, None),
        Tab.MESSAGES: (4, 1),
    }


def test_company(state: State) -> None:
    """DO-1: The company shares a dossier with the person and sees only its own documents there. It uses English."""
    portal = state.portal()
    company = signed_in(portal, COMPANY.email, COMPANY_PASSWORD)
    person = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    assert company.language is Language.ENGLISH
    ours = {row.number: row.id for row in portal.client.dossiers.list(company, DossierQuery()).rows}
    assert set(ours) == {"2026-0205", "2026-0398"}
    shared = ours["2026-0398"]
    titles = {
        actor.name: {
            (row.title, row.state)
            for kind in DocumentKind
            for row in portal.client.dossiers.documents(actor, shared, kind)
        }
        for actor in (company, person)
    }
    contract = ("Koop- en aannemingsovereenkomst bouwnummer 8", DocumentState.AVAILABLE)
    assert titles == {
        "Olivia Carter": {contract, ("Declaratie", DocumentState.AVAILABLE)},
        "Willemijn de Groot": {contract, ("Nota van afrekening (voorlopig)", DocumentState.WITHDRAWN)},
    }


def test_extra_accounts(state: State) -> None:
    """XA-2: The company has a colleague who sees its dossiers, and one who has not chosen a password yet."""
    portal = state.portal()
    company = signed_in(portal, COMPANY.email, COMPANY_PASSWORD)
    noah = signed_in(portal, COLLEAGUE_EMAIL, COLLEAGUE_PASSWORD)
    assert [(row.name, row.state) for row in portal.client.extra_accounts.list(company)] == [
        (INVITED, AccountState.INVITED),
        (COLLEAGUE, AccountState.ACTIVE),
    ]
    ours, his = ({row.id for row in portal.client.dossiers.list(each, DossierQuery()).rows} for each in (company, noah))
    assert his == ours


def test_one_person_with_two_accounts(state: State) -> None:
    """PE-1, PE-3: One person is a private client and the main account of a company, where something waits."""
    portal = state.portal()
    jonas = signed_in(portal, SPOUSE.email, SPOUSE_PASSWORD)
    assert (jonas.client_name, jonas.language) == (SPOUSE.name, Language.DUTCH)
    [other] = portal.client.accounts.others(jonas)
    assert (other.client_name, other.name, other.unread, other.open_actions) == (OWN_COMPANY.name, SPOUSE.name, 2, 1)
    portal.client.accounts.switch(jonas, other.account_id)
    for_company = signed_in(portal, SPOUSE.email, SPOUSE_PASSWORD)
    assert (for_company.client_name, for_company.role) == (OWN_COMPANY.name, AccountRole.MAIN)
    assert [row.number for row in portal.client.dossiers.list(for_company, DossierQuery(statuses=ALL)).rows] == [
        "2026-0405"
    ]


def test_two_spouses(state: State) -> None:
    """PE-4, DO-1: Two spouses are parties of the same dossiers, each as a person of its own."""
    portal = state.portal()
    jonas, willemijn = (
        signed_in(portal, SPOUSE.email, SPOUSE_PASSWORD),
        signed_in(portal, PERSON.email, PERSON_PASSWORD),
    )
    his, hers = (
        {row.number for row in portal.client.dossiers.list(each, DossierQuery(statuses=ALL)).rows}
        for each in (jonas, willemijn)
    )
    assert jonas.person_id != willemijn.person_id
    assert his == {"2025-0873", "2026-0398"}
    assert his < hers


def test_questionnaires(state: State) -> None:
    """QU-1, QU-2: All are published. One is half done and resumes there. Others wait, one due this week."""
    portal = state.portal()
    desk = OfficeActor(office_id=portal.offices.only(), handler="A")
    revisions = portal.office.questionnaires.revisions(desk)
    examples = {path.stem for path in (ROOT / "examples/questionnaires").glob("*.json")}
    assert {each.questionnaire for each in revisions} == examples
    person = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    will, home = portal.client.questionnaires.waiting(person)  # By due date.
    assert (home.dossier_number, home.progress, will.dossier_number, will.started_at) == (
        "2026-0398",
        57,
        "2026-0412",
        None,
    )
    opened = portal.client.questionnaires.start(person, home.id)
    assert opened.assignment.answering is not None
    page = answering.resume(opened.definition, opened.assignment.answering)
    assert (page and page.page.id) == "hypotheek-gegevens"
    assert will.due_on is not None
    assert 0 < (will.due_on - today()).days <= 4
    [director] = portal.client.questionnaires.waiting(signed_in(portal, COMPANY.email, COMPANY_PASSWORD))
    assert director.subject[Language.ENGLISH] == "Details of the director"


def test_a_completed_questionnaire(state: State) -> None:
    """QU-4: One is completed. The client has its PDF and its file, and the office has the PDF and the answers."""
    portal = state.portal()
    desk = OfficeActor(office_id=portal.offices.only(), handler="A")
    person = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    [completed] = portal.office.questionnaires.list(desk, state=AssignmentState.COMPLETED)
    rows = portal.client.dossiers.submissions(person, completed.dossier_id)
    assert [(row.kind, row.name) for row in rows if row.assignment_id == completed.id] == [
        (SubmissionKind.QUESTIONNAIRE, "Persoonsgegevens en identiteitsbewijs 2026-0412.pdf"),
        (SubmissionKind.ATTACHMENT, "kopie-paspoort.pdf"),
    ]
    read = b"".join(portal.office.questionnaires.pdf(desk, completed.id).blocks)
    [made] = [row for row in rows if row.kind is SubmissionKind.QUESTIONNAIRE]
    assert (read[:5], len(read)) == (b"%PDF-", made.size)
    answers = json.loads(portal.office.questionnaires.answers(desk, completed.id))["answers"]
    assert (answers["telefoon"], answers["document_kopie"][0]["name"]) == ("+31612345678", "kopie-paspoort.pdf")


def test_a_request(state: State) -> None:
    """RQ-1 to RQ-3: Of four items one is delivered, one returned, one not applicable, and one due later."""
    portal = state.portal()
    person = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    [waiting] = portal.client.requests.waiting(person)
    items = portal.client.requests.get(person, waiting.id).request.items
    assert [each.state for each in items] == [
        ItemState.DELIVERED,
        ItemState.RETURNED,
        ItemState.NOT_APPLICABLE,
        ItemState.OPEN,
    ]
    assert waiting.due_on == items[3].due_on
    assert waiting.due_on is not None
    assert waiting.due_on > today()


def test_contact(state: State) -> None:
    """OF-3: The dossiers have a case handler with a picture and a telephone number. The office has its details."""
    portal = state.portal()
    person = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    for row in portal.client.dossiers.list(person, DossierQuery(statuses=ALL)).rows:
        handler = portal.client.dossiers.open(person, row.id).dossier.handler
        assert handler is not None
        assert (handler.name, bool(handler.telephone)) == (HANDLER, True)
        picture = b"".join(portal.client.dossiers.handler_picture(person, row.id).blocks)
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    profile = portal.office.profile.get(OfficeActor(office_id=portal.offices.only(), handler="A")).profile
    details = (profile.telephone, profile.visiting_address, profile.hours, profile.privacy_page)
    assert all((*details, profile.help_text))


def test_papers_are_real(state: State) -> None:
    """DC-4: Every available document is a PDF that downloads whole. One other is replaced, and one withdrawn."""
    portal = state.portal()
    actor = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    states: Counter[DocumentState] = Counter()
    for dossier in portal.client.dossiers.list(actor, DossierQuery(statuses=ALL)).rows:
        for kind in DocumentKind:
            for row in portal.client.dossiers.documents(actor, dossier.id, kind):
                states[row.state] += 1
                if row.state is DocumentState.AVAILABLE:
                    content = b"".join(portal.client.dossiers.download(actor, dossier.id, row.id).blocks)
                    assert (content[:5], len(content)) == (b"%PDF-", row.size)
    assert states == {DocumentState.AVAILABLE: 7, DocumentState.REPLACED: 1, DocumentState.WITHDRAWN: 1}


def test_logo(state: State) -> None:
    """OF-3: The office has a logo, which is a PNG picture."""
    portal = state.portal()
    logo = portal.offices.logo(portal.offices.only())
    assert (logo.file.media_type, next(logo.blocks)[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")


def test_mails(seeded: State) -> None:
    """ON-6, PR-2: Both onboardings sent their three mails. Notifications followed, also about questionnaires."""
    mails = list(reversed(caught(seeded.mails)))
    words = {
        PERSON.email: ("Uitnodiging", "Instellen", "is ingesteld"),
        COMPANY.email: ("Invit", "Set your", "been set"),
    }
    for address, expected in words.items():
        subjects = [mail.subject for mail in mails if mail.to == address]
        assert len(subjects) > 3
        assert [word in subject for word, subject in zip(expected, subjects, strict=False)] == [True] * 3
    told = {
        (mail.to, number)
        for mail in mails
        for number in re.findall(r"(\S+): .+ (?:vragenlijsten|questionnaires)", mail.text)
    }
    assert told == {
        (PERSON.email, "2026-0398"),
        (PERSON.email, "2026-0412"),
        (COMPANY.email, "2026-0205"),
        (SPOUSE.email, "2026-0405"),
    }


def test_the_story_is_in_the_past(seeded: State) -> None:
    """AL-4: The last message of the demo is in the past, but less than five days ago."""
    portal = seeded.portal()
    actor = signed_in(portal, PERSON.email, PERSON_PASSWORD)
    newest = portal.client.dossiers.list(actor, DossierQuery()).rows[0]
    last = portal.client.dossiers.messages(actor, newest.id)[0].sent_at
    assert 0 < (datetime.now(UTC) - last).total_seconds() < 5 * 24 * 60 * 60


def test_seeding_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: Interrupted seeding leaves no portal. The next start seeds again, and later starts do not."""
    state = State(tmp_path / ".demo")

    def cut_off(folder: Path, *, pepper: bytes, base_url: str) -> None:
        plant(folder, pepper=pepper, base_url=base_url)
        raise KeyboardInterrupt

    monkeypatch.setattr("examples.demo.state.plant", cut_off)
    with pytest.raises(KeyboardInterrupt):
        state.seed(URL)
    assert not state.data.exists()
    monkeypatch.setattr("examples.demo.state.plant", plant)
    assert [state.seed(URL), state.seed(URL)] == [True, False]
    signed_in(state.portal(), PERSON.email, PERSON_PASSWORD)


def test_pepper(tmp_path: Path) -> None:
    """PW-2: The pepper is made once, and only its owner can read it."""
    state = State(tmp_path / ".demo")
    assert len(state.pepper()) == 32
    assert state.pepper() == state.pepper()
    assert stat.S_IMODE((state.folder / "pepper").stat().st_mode) == 0o600
