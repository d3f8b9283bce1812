"""A tour of the editor of questionnaires, at the desk of the demo."""

import json
import re
from collections.abc import Iterator

from playwright.sync_api import Page

from klantportaal.adapters.web.editor.frame import place_text
from klantportaal.domain.questionnaires import editing
from klantportaal.questionnaires import library
from tests.browser.pages import click_through
from tests.browser.words import Words

EDITOR = "/demo/office/vragenlijsten/"


def press(page: Page, value: str) -> None:
    """Press the button of a form with this value."""
    click_through(page.locator(f"button[value='{value}']").first)


def send(page: Page) -> None:
    """Send the last form of the page."""
    click_through(page.locator("main form button[type=submit]:visible").last)


def tour(page: Page, words: Words) -> Iterator[str]:
    """Visit every page of the editor, refused forms included."""
    page.goto(f"{EDITOR}?taal={words.language}")
    yield "the list of questionnaires"
    page.locator("#file").set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b"[]"})
    send(page)
    yield "a file that is no questionnaire"
    survey = b'{"pages": [{"elements": [{"type": "text", "name": "naam"}, {"type": "?", "name": "x"}]}]}'
    page.locator("#from").select_option("import")
    page.locator("#file").set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": survey})
    send(page)
    yield "an imported questionnaire"
    page.goto(EDITOR)
    page.locator("#source").select_option("empty")
    click_through(page.locator("form.form button[type=submit]").first)
    yield "a new questionnaire"
    press(page, "save")
    yield "the overview of a new questionnaire"
    page.goto(EDITOR)
    page.locator("#source").select_option("library:intake-wwft-onderneming")
    click_through(page.locator("form.form button[type=submit]").first)
    draft = page.url
    yield "the overview of a whole questionnaire"
    paths = re.findall(rf"{re.escape(draft)}/(pages[.0-9a-z_]*)$", "\n".join(links(page)), re.MULTILINE)
    rules, columns = ([path for path in paths if part in path] for part in ("must_hold", "columns"))
    rows = columns[0].rpartition(".columns")[0]
    for path in ("document", "pages.0", rows, columns[0], rules[0], f"{rules[0]}.when", "json", "publiceren"):
        page.goto(f"{draft}/{path}")
        yield f"the form of {path}"
    page.goto(f"{draft}/{rows}/weghalen")
    yield "taking rows out"
    page.goto(f"{draft}/pages.1.visible_when")
    press(page, "add")
    yield "a condition"
    page.goto(f"{draft}/{place_text(compared_with_several())}.visible_when")
    page.locator("input[name*='.of.']").first.focus()
    yield "a comparison with several options"
    yield from faulty(page, draft)
    yield from groups(page, draft)
    yield from between_questions(page)
    yield from building_blocks(page, draft)
    page.goto(f"{EDITOR}hulp")
    yield "the help"
    page.goto(f"{EDITOR}nergens")
    yield "no page of the editor"
    page.goto(f"{draft}/weggooien")
    yield "discarding"
    send(page)
    yield "discarded"


def building_blocks(page: Page, draft: str) -> Iterator[str]:
    """Visit the pages of a building block that is made, used in a draft, and cannot be deleted then."""
    page.goto(f"{EDITOR}bouwstenen")
    yield "no building blocks"
    send(page)
    yield "a building block without a name"
    for language in ("nl", "en"):
        page.locator(f"[name='name.{language}']").fill("Persoon")
    send(page)
    block = page.url.partition("?")[0]
    yield "a new building block"
    click_through(page.locator("form[action$='/toevoegen'] button").first)
    yield "a question of a building block"
    press(page, "save")
    yield "a building block with faults"
    page.goto(f"{block}/document")
    yield "the name of a building block"
    page.goto(f"{block}/verwijderen")
    yield "deleting a building block"
    page.goto(draft)
    click_through(page.locator("form:has(select[name=block]) button").first)
    yield "a building block on a page"
    page.goto(block)
    yield "a building block that is used"
    page.goto(f"{block}/verwijderen")
    yield "a building block that cannot be deleted"
    page.goto(f"{EDITOR}bouwstenen")
    yield "the building blocks"


def between_questions(page: Page) -> Iterator[str]:
    """Visit the forms of values between questions: a computed one, a default, and a comparison with another answer."""
    purchase = json.loads(library()["intake-koop-hypotheek"])
    found = {key: path for path in editing.asked(purchase) for key in editing.at(purchase, path)}
    page.goto(EDITOR)
    page.locator("#source").select_option("library:intake-koop-hypotheek")
    click_through(page.locator("form.form button[type=submit]").first)
    draft = page.url
    for key in ("compute", "default"):
        page.goto(f"{draft}/{place_text(found[key])}")
        yield f"a question with {key}"
    page.goto(f"{draft}/{place_text(found['compute'])}.visible_when")
    new = page.locator("#new")
    new.select_option(new.locator("option").last.get_attribute("value"))
    press(page, "add")
    row = page.locator("li.comparison").last
    row.locator("select[name$='.how']").select_option("at_most_answer")
    yield "a comparison with another answer"
    press(page, "save")
    yield "a comparison with an answer of nothing"


def compared_with_several() -> editing.Place:
    """Find a question that is shown with some options of another one."""
    owners = json.loads(library()["intake-wwft-onderneming"])
    asked = ((place, editing.at(owners, (*place, "visible_when", "is", "enum"))) for place in editing.asked(owners))
    return next(place for place, options in asked if options)


def groups(page: Page, draft: str) -> Iterator[str]:
    """Visit the form of a condition with groups: within one another, about rows, and with more than it can show."""
    owners = json.loads(library()["intake-wwft-onderneming"])
    rows = next(place for place in editing.asked(owners) if editing.at(owners, (*place, "type")) == "rows")
    free = (
        place for place in editing.asked(owners) if len(place) == 4 and "visible_when" not in editing.at(owners, place)
    )
    after, id = next(place for place in free if place[:2] > rows[:2]), editing.at(owners, (*rows, "id"))
    page.goto(f"{draft}/{place_text(after)}.visible_when")
    for action, group, option in (
        ("add", "", f"*{id}"),
        ("group", "", id),
        ("add-0", "row.0.", None),
        ("group-0", "row.0.", None),
        ("group-1", "row.1.", None),
    ):
        select = page.locator(f"select[name='{group}new']")
        select.select_option(option or select.locator("option").last.get_attribute("value"))
        press(page, action)
    yield "a condition with groups"
    page.locator("select[name='row.0.how']").select_option("count_at_least")
    press(page, "save")
    yield "a number of rows that is none"


def faulty(page: Page, draft: str) -> Iterator[str]:
    """Visit pages with faults, and forms of an older version."""
    page.goto(f"{draft}/pages.0.questions.0")
    page.locator("#type").select_option("choice")
    press(page, "save")
    yield "a choice without options"
    older = page.locator("input[name=version]").first.input_value()
    for label in ("Een", "Twee"):
        page.goto(f"{draft}/pages.0.questions.0")
        page.locator("[name='option.0.nl']").fill(label)
        page.locator("form.form input[name=version]").evaluate("(field, value) => { field.value = value }", older)
        press(page, "stay")
    yield "a form of an older version"
    page.goto(draft)
    yield "an overview with faults"
    for path in ("publiceren", "voorbeeld"):
        page.goto(f"{draft}/{path}")
        yield f"{path}, with faults"


def links(page: Page) -> list[str]:
    """Give where the links of a page lead."""
    found: list[str] = page.eval_on_selector_all("main a", "links => links.map(link => link.href)")
    return found
