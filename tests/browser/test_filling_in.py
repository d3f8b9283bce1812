"""Filling in a page: questions that appear and disappear, faults, leaving the page, and conflicts."""

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from klantportaal.domain.values import AssignmentId
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.browser.asking import ALONE, EVERYTHING, WRONG, Form, given, saved_answers, somebody, version
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo, wait_for
from tests.browser.looking import box
from tests.browser.pages import choose, click_through, pdf, press, stay
from tests.browser.watching import Watch
from tests.browser.ways import BOTH_WAYS, ON_FASTAPI
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser

FIRST, LAST = "soorten", "slot"
DEPENDENT = questionnaire(
    "afhankelijk",
    page(
        FIRST,
        question("voogden", "rows", columns=[question("wie", required=True)]),
        question("reserve", visible_when={"question": "voogden", "is": {}}),
        question("akte", "file"),
        question("uit-welk-jaar", "integer", visible_when={"question": "akte", "is": {}}),
    ),
)
"""Questions that depend on rows and on files."""
SUMS = questionnaire(
    "sommen",
    page(
        FIRST,
        question("loon", "amount"),
        question("bezit", "rows", columns=[question("waarde", "amount")]),
        question(
            "totaal", "computed", compute={"sum": [{"question": "loon"}, {"question": "bezit", "column": "waarde"}]}
        ),
    ),
)
"""A value that is computed from its own page."""
ROW_PARTS = (".row-number", ".question >> nth=0", ".question >> nth=1")
"""The name of a row, and its first and second column."""


def opened(
    window: Page, id: AssignmentId, page: str = FIRST, *, document: Content = EVERYTHING, javascript: bool = True
) -> Form:
    """Open a page of a questionnaire."""
    window.goto(f"/vragenlijsten/{id}/pagina/{page}")
    return Form(window=window, words=DUTCH, document=document, javascript=javascript)


# ------------------------------------------------------------------ questions that appear and disappear
@ON_FASTAPI
def test_a_question_that_appears(demo: Demo, open_window: OpenWindow) -> None:
    """QU-3: With script, questions appear and disappear while the user answers. Input and focus are kept."""
    id = given(demo, "erbij")
    form = opened(open_window(demo, WILLEMIJN), id)
    form.fill({"plaats": "Zwolle", "toelichting": "Een regel\nen nog een", "geboren": "1951-3-9", "dieren": ["kat"]})
    expect(form.question("hoe-heet")).to_have_count(0)
    form.answer("partner", True)
    expect(form.field("hoe-heet")).to_be_visible()
    expect(form.window.locator("[data-said]")).not_to_be_empty()
    expect(form.option("partner", True)).to_be_focused()
    form.answer("hoe-heet", "Alex")
    form.answer("partner", False)
    expect(form.question("hoe-heet")).to_have_count(0)
    form.answer("partner", True)
    expect(form.field("hoe-heet")).to_have_value("Alex")
    expect(form.field("plaats")).to_have_value("Zwolle")
    expect(form.field("toelichting")).to_have_value("Een regel\nen nog een")
    expect(form.question("geboren").get_by_label("Jaar")).to_have_value("1951")
    expect(form.option("dieren", "kat")).to_be_checked()
    assert version(demo, id) == 0


@ON_FASTAPI
def test_questions_that_appear_with_a_row_and_a_file(demo: Demo, open_window: OpenWindow) -> None:
    """QU-3: Questions that depend on rows or files appear and disappear at once, before `Volgende`."""
    form = opened(open_window(demo, WILLEMIJN), given(demo, "afhankelijk", document=DEPENDENT), document=DEPENDENT)
    form.add_row("voogden")
    expect(form.row("voogden", 1)).to_be_visible()
    expect(form.question("reserve")).to_have_count(0)
    form.answer("voogden.0.wie", "Anna")
    form.field("voogden.0.wie").blur()
    expect(form.question("reserve")).to_be_visible()
    expect(form.field("voogden.0.wie")).to_have_value("Anna")
    form.remove_row("voogden", 1)
    expect(form.question("reserve")).to_have_count(0)
    add_files(form, "een.pdf", "twee.pdf", key="akte")
    expect(form.question("uit-welk-jaar")).to_be_visible()


@ON_FASTAPI
def test_a_value_that_follows(demo: Demo, open_window: OpenWindow) -> None:
    """QU-3: With script, a computed value follows what is typed, in rows too; the fields keep their text and focus."""
    form = opened(open_window(demo, WILLEMIJN), given(demo, "sommen", document=SUMS), document=SUMS)
    value = form.question("totaal").locator(".lines").last
    expect(value).to_have_text("Niet te berekenen")
    form.answer("loon", "1.000")
    form.field("loon").press("Tab")
    expect(value).to_have_text("€ 1.000,00")
    form.add_row("bezit")
    form.answer("bezit.0.waarde", "250,50")
    form.field("bezit.0.waarde").press("Tab")
    expect(value).to_have_text("€ 1.250,50")
    expect(form.field("loon")).to_have_value("1.000")
    expect(form.field("bezit.0.waarde")).to_have_value("250,50")


@BOTH_WAYS
def test_rows_that_come_and_go(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """QU-3: Rows can be added up to the limit and removed. The other rows are kept, and nothing is saved."""
    id = given(demo, f"rijen-{javascript}".lower())
    form = opened(open_window(demo, WILLEMIJN, javascript=javascript), id, javascript=javascript)
    form.fill(ALONE)
    for number, name in enumerate(("Anna", "Bart", "Chris")):
        form.add_row("kinderen")
        expect(form.row("kinderen", number + 1)).to_be_visible()
        expect(form.field(f"kinderen.{number}.roep")).to_be_focused()
        form.answer(f"kinderen.{number}.roep", name)
    expect(form.window.locator('button[value="rij-erbij.kinderen"]')).to_have_count(0)
    form.remove_row("kinderen", 2)
    expect(form.question("kinderen").locator(".row")).to_have_count(2)
    expect(form.window.locator('button[value="rij-erbij.kinderen"]')).to_be_focused()
    assert [form.field(f"kinderen.{number}.roep").input_value() for number in (0, 1)] == ["Anna", "Chris"]
    assert version(demo, id) == 0
    form.turn({"kinderen.1.elders": True, "kinderen.1.adres": "Kade 1"})
    expect(form.title).to_have_text(LAST)
    assert saved_answers(demo, id)["kinderen"] == [
        {"roep": "Anna"},
        {"roep": "Chris", "elders": True, "adres": "Kade 1"},
    ]


@ON_FASTAPI
def test_a_row_begins_below_its_name(demo: Demo, open_window: OpenWindow) -> None:
    """QU-3: The first column of a row is below the name of the row, and as wide as the second, whatever its type is."""
    options = {"choice": ("een", "twee"), "choices": ("een", "twee"), "boolean": (), "date": (), "text": ()}
    asked = [
        question(kind, "rows", columns=[question(f"{kind}-1", kind, options=codes), question(f"{kind}-2")])
        for kind, codes in options.items()
    ]
    document = questionnaire("begin", page(FIRST, *asked))
    form = opened(open_window(demo, WILLEMIJN, width=360), given(demo, "begin", document=document), document=document)
    for kind in options:
        form.add_row(kind)
        expect(form.row(kind, 1)).to_be_visible()
        name, first, second = (box(form.row(kind, 1).locator(part).first) for part in ROW_PARTS)
        assert first["y"] >= name["y"] + name["height"]
        assert (first["x"], first["width"]) == (second["x"], second["width"])


@ON_FASTAPI
def test_typing_on_while_rows_are_asked_for(demo: Demo, open_window: OpenWindow) -> None:
    """QU-3: Input that is typed while a slow response is awaited is not lost, also in rows."""
    id = given(demo, "traag")
    form = opened(open_window(demo, WILLEMIJN), id)
    form.add_row("kinderen")
    expect(form.field("kinderen.0.roep")).to_be_focused()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    form.window.route("**/pagina/soorten", hold)
    form.answer("kinderen.0.elders", True)
    while not held:  # Playwright calls ``hold`` only while this waits. The test's own timeout ends the loop.
        form.window.wait_for_timeout(20)
    form.answer("kinderen.0.roep", "Anna")
    form.answer("plaats", "Zwolle")
    assert len(held) == 1
    held[0].continue_()
    expect(form.field("kinderen.0.adres")).to_be_visible()
    expect(form.field("kinderen.0.roep")).to_have_value("Anna")
    expect(form.field("plaats")).to_have_value("Zwolle")


@BOTH_WAYS
def test_files_stay(demo: Demo, javascript: bool, open_window: OpenWindow, watch: Watch) -> None:
    """AT-1, QU-3: An added file is still there after leaving and resuming, and its bin removes it."""
    id = given(demo, f"bestand-{javascript}".lower())
    window = open_window(demo, WILLEMIJN, javascript=javascript)
    form = opened(window, id, javascript=javascript)
    add_files(form, "een.pdf", "twee.pdf")
    watch.on_dialog = Dialog.accept  # With script the browser asks for confirmation, because the page was not saved.
    window.goto("/home")
    window.goto(f"/vragenlijsten/{id}")
    names = form.question("bewijs").locator(".file-name")
    expect(names).to_have_count(2)
    form.question("bewijs").get_by_role("button", name=DUTCH.remove.format("een.pdf")).click()
    expect(names).to_have_text(["twee.pdf"])
    form.turn(ALONE)
    expect(form.title).to_have_text(LAST)
    assert [file["name"] for file in saved_answers(demo, id)["bewijs"]] == ["twee.pdf"]


def add_files(form: Form, *names: str, key: str = "bewijs") -> None:
    """Add files: with script in the dialog for files, without script in the browser's own field."""
    place, files = form.question(key), [pdf(name) for name in names]
    if form.javascript:
        place.get_by_role("button", name=DUTCH.add_files).click()
        choose(form.window, *files)
        form.window.get_by_role("dialog").get_by_role("button", name=DUTCH.upload_two).click()
    else:
        place.locator("input[type=file]").set_input_files(files)
        click_through(place.get_by_role("button", name=f"{DUTCH.add}: "))
    expect(place.locator(".file-name")).to_have_count(len(names))


# ------------------------------------------------------------------ faults
MISSING = ("plaats", "partner", "kleur", "dieren", "kinderen.0.roep")


@BOTH_WAYS
def test_faults_of_every_type(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """AL-1: Each fault is at its field and in the summary, which is focused and links to it. Input is kept."""
    id = given(demo, f"fout-{javascript}".lower())
    window = open_window(demo, WILLEMIJN, javascript=javascript)
    form = opened(window, id, javascript=javascript)
    form.add_row("kinderen")
    expect(form.row("kinderen", 1)).to_be_visible()
    form.fill(WRONG)
    form.next()
    wrong = [key for key in (*WRONG, *MISSING) if len(form.faults(key)) != 1]
    assert wrong == []
    summary = window.get_by_role("alert")
    if javascript:
        expect(summary).to_be_focused()
    links = summary.get_by_role("link")
    expect(links).to_have_count(len(WRONG) + len(MISSING))
    for link in links.all():
        at = link.get_attribute("href") or ""
        assert window.locator(f'[id="{at.removeprefix("#")}"]').count() == 1, at
    summary.get_by_role("link", name="bedrag").click()
    expect(form.field("bedrag")).to_be_focused()
    expect(form.field("bedrag")).to_have_value("12,345,6")
    expect(form.field("post")).to_have_value("geen adres")
    assert version(demo, id) == 0


# ------------------------------------------------------------------ leaving
@ON_FASTAPI
def test_leaving_what_was_not_saved(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """QU-2: `Home` and `Uitloggen` ask before unsaved input is lost. `Volgende` does not ask."""
    asked, answers = [], iter([Dialog.dismiss, Dialog.dismiss, Dialog.accept])

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        next(answers)(dialog)

    watch.on_dialog = answer
    person = somebody(demo, "verlaten")
    id = given(demo, "verlaten", person)
    form = opened(open_window(demo, person), id)
    form.fill(ALONE)
    form.next()
    expect(form.title).to_have_text(LAST)
    assert asked == []
    form.answer("opmerking", "Nog iets")
    for leave in (
        form.window.get_by_role("link", name=DUTCH.home).first,
        form.window.get_by_role("button", name=DUTCH.sign_out),
    ):
        stay(leave)
        expect(form.field("opmerking")).to_have_value("Nog iets")
    assert asked == ["beforeunload", "beforeunload"]
    press(form.window, DUTCH.sign_out)
    expect(form.window.get_by_role("status")).to_contain_text(DUTCH.signed_out)
    assert asked == ["beforeunload"] * 3


@ON_FASTAPI
def test_continuing_later(demo: Demo, open_window: OpenWindow) -> None:
    """QU-2: the button to continue later saves what was typed and asks nothing. A page with a fault says so."""
    person = somebody(demo, "later")
    id = given(demo, "later", person)
    form = opened(open_window(demo, person), id)
    form.answer("plaats", "Zwolle")
    press(form.window, DUTCH.later)
    expect(form.window.get_by_role("heading", name="Deze pagina is nog niet opgeslagen")).to_be_visible()
    expect(form.field("plaats")).to_have_value("Zwolle")
    assert version(demo, id, person) == 0
    form.fill(ALONE)
    press(form.window, DUTCH.later)
    expect(form.window).to_have_url(f"{demo.url}/acties?melding=later-verder")
    assert version(demo, id, person) == 1


@ON_FASTAPI
def test_leaving_what_was_not_touched(demo: Demo, open_window: OpenWindow) -> None:
    """QU-2: Nothing is asked if nothing was typed, or if all input was undone."""
    person = somebody(demo, "ongemoeid")
    id = given(demo, "ongemoeid", person)
    form = opened(open_window(demo, person), id)
    form.answer("plaats", "Zwolle")
    form.answer("plaats", "")
    click_through(form.window.get_by_role("link", name=DUTCH.home).first)
    expect(form.window).to_have_url(f"{demo.url}/home")
    form = opened(form.window, id)
    form.field("plaats").click()
    press(form.window, DUTCH.sign_out)
    expect(form.window.get_by_role("status")).to_contain_text(DUTCH.signed_out)


@ON_FASTAPI
def test_back_to_a_page_that_was_faulty_at_first(demo: Demo, open_window: OpenWindow) -> None:
    """QU-2: The browser's Back opens the saved page, also if that page was first refused with faults."""
    form = opened(open_window(demo, WILLEMIJN), given(demo, "terug"))
    form.fill({**ALONE, "geboren": "1951-2-31"})
    form.next()
    expect(form.window.get_by_role("alert")).to_be_visible()
    form.turn({"geboren": "1951-3-9"})
    expect(form.title).to_have_text(LAST)
    form.window.go_back()
    expect(form.title).to_have_text(FIRST)
    expect(form.field("plaats")).to_have_value("Zwolle")
    form.next()
    expect(form.title).to_have_text(LAST)


# ------------------------------------------------------------------ conflicts and double clicks
@ON_FASTAPI
def test_two_tabs(demo: Demo, open_window: OpenWindow) -> None:
    """QU-3, property 8: A late tab shows the saved answers beside its own. After that `Volgende` saves its own."""
    id = given(demo, "tabbladen")
    first = opened(open_window(demo, WILLEMIJN), id)
    second = opened(first.window.context.new_page(), id)
    first.window.bring_to_front()
    first.fill({**ALONE, "plaats": "Kampen"})
    first.next()
    expect(first.title).to_have_text(LAST)
    second.window.bring_to_front()
    second.fill({**ALONE, "plaats": "Deventer"})
    with second.window.expect_response(lambda response: response.request.method == "POST") as coming:
        second.next()
    assert coming.value.status == 409
    expect(second.field("plaats")).to_have_value("Deventer")
    expect(second.question("plaats").locator(".meanwhile")).to_contain_text("Kampen")
    expect(second.window.locator(".meanwhile")).to_have_count(1)
    assert saved_answers(demo, id)["plaats"] == "Kampen"
    second.next()
    expect(second.title).to_have_text(LAST)
    assert saved_answers(demo, id)["plaats"] == "Deventer"


@BOTH_WAYS
def test_double_clicks(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """AT-5, property 9: A double click on `Volgende` saves once, and on `Voltooien` completes once."""
    id = given(demo, f"dubbelklik-{javascript}".lower())
    form = opened(open_window(demo, WILLEMIJN, javascript=javascript), id, javascript=javascript)
    form.fill(ALONE)
    form.window.get_by_role("button", name=DUTCH.next, exact=True).dblclick()
    expect(form.title).to_have_text(LAST)
    assert version(demo, id) == 1
    form.next()
    expect(form.title).to_have_text(DUTCH.overview)
    form.window.get_by_role("button", name=DUTCH.complete, exact=True).dblclick()
    expect(form.window.get_by_role("status").first).to_contain_text(DUTCH.completed_it)
    assert delivered(demo, id) == 1


def delivered(demo: Demo, id: AssignmentId) -> int:
    """Wait for the PDF, and count the submissions in the dossier."""
    actor = demo.actor(WILLEMIJN)
    dossier_id = demo.portal.client.questionnaires.open(actor, id).dossier.id
    wait_for(lambda: demo.portal.client.questionnaires.open(actor, id).assignment.submission_id is not None, "a PDF")
    return len(demo.portal.client.dossiers.submissions(actor, dossier_id))


@ON_FASTAPI
def test_withdrawn_while_it_is_open(demo: Demo, open_window: OpenWindow) -> None:
    """QU-1: If the office withdraws an open questionnaire, the client gets a notice, not an error."""
    id = given(demo, "ingetrokken")
    form = opened(open_window(demo, WILLEMIJN), id)
    form.fill(ALONE)
    desk = open_window(demo)
    desk.goto(f"/demo/office/assignments/{id}")
    press(desk, "Withdraw the questionnaire")
    form.next()
    expect(form.window).to_have_url(f"{demo.url}/acties?melding=ingetrokken")
    expect(form.window.get_by_role("status")).to_contain_text("Het kantoor heeft deze vragenlijst ingetrokken.")
    expect(form.window.get_by_role("link", name=f"ingetrokken-{demo.host}")).to_have_count(0)
