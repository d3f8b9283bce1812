"""The components of pages (templates/_components.html), and rules for every template."""

import json
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from klantportaal.adapters.answer_texts import AnswerText, Cell
from klantportaal.adapters.web.language.fault_texts import SaidFault
from klantportaal.adapters.web.pages.dossiers import TabLink
from klantportaal.adapters.web.pages.rendering import as_is
from klantportaal.domain.passwords import STRICT, PasswordPolicy

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "src/klantportaal/adapters/web/templates").rglob("*.html"))
NOT_COMMON = "Do not use a common password"
HOSTILE = '"><script>alert(1)</script>'


def drawn(macro: str, page: str = "_components.html", **values: object) -> str:
    """Render the call of one macro as a page does."""
    environment = Environment(
        loader=PackageLoader("klantportaal.adapters.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.globals["remembered"] = lambda macro: macro
    environment.globals["drawings"] = defaultdict(str)
    environment.filters["as_is"] = as_is
    environment.filters["explained"] = escape  # The real filter makes links and emphasis.
    environment.filters["size"] = str  # The real filter writes a size in the reader's language.
    source = '{% import "' + page + '" as ui with context %}{{ ui.' + macro + " }}"
    return environment.from_string(source).render(static=lambda name: f"/static/{name}", **values)


class Tags(HTMLParser):
    """Collects the tags of some HTML with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add a tag."""
        self.found.append((tag, dict(attrs)))

    def one(self, tag: str) -> dict[str, str | None]:
        """Give the attributes of the only tag with a name."""
        [attributes] = [attributes for name, attributes in self.found if name == tag]
        return attributes


def test_a_field_is_tied_to_its_hint_and_its_own_faults() -> None:
    """AL-1: A field shows only its own fault, and refers to its fault and its hint for screen readers."""
    faults = [SaidFault(field="subject", sentence="Vul in."), SaidFault(field="body", sentence="Te lang.")]
    html = drawn('field("subject", "Onderwerp", hint="Kort", required=True, faults=faults)', faults=faults)
    assert Tags(html).one("input") == {
        "class": "input",
        "type": "text",
        "id": "subject",
        "name": "subject",
        "required": "",
        "aria-describedby": "subject-hint subject-fault",
        "aria-invalid": "true",
        "value": "",
    }
    assert Tags(html).one("label")["for"] == "subject"
    assert "Vul in." in html
    assert "Te lang." not in html


def test_a_field_without_hint_or_fault_describes_nothing() -> None:
    """AL-1: A field without a fault is not announced as wrong."""
    assert Tags(drawn('field("email", "E-mailadres", kind="email", value="a@b.nl")')).one("input") == {
        "class": "input",
        "type": "email",
        "id": "email",
        "name": "email",
        "value": "a@b.nl",
    }


@pytest.mark.parametrize("kind", ["password", "file"])
def test_what_must_not_be_echoed_is_not(kind: str) -> None:
    """ON-5: A page never contains a typed password."""
    assert "geheim" not in drawn(f'field("password", "Wachtwoord", kind="{kind}", value="geheim")')


def test_a_text_with_a_limit_is_counted_not_cut() -> None:
    """ME-3: The page counts characters but does not cut the text. An empty first line is kept."""
    html = drawn('field("body", "Bericht", kind="textarea", limit=500, value="\\nregel")')
    textarea = Tags(html).one("textarea")
    assert textarea["data-limit"] == "500"
    assert "maxlength" not in textarea
    assert ">\n\nregel</textarea>" in html
    assert 'data-countdown="body"' in html


def test_a_bin_names_its_file_and_needs_no_complete_form() -> None:
    """AT-1: Each staged file has a bin that names it. The bin works while the message is empty."""
    html = drawn('file_row("akte.pdf", "1 kB", remove={"formaction": "/weg"})')
    button = Tags(html).one("button")
    assert (button["type"], button["formaction"], button["formnovalidate"]) == ("submit", "/weg", "")
    assert '<span class="visually-hidden">Remove akte.pdf</span>' in html


def test_a_file_of_a_question_says_that_it_is_there() -> None:
    """AT-2: A staged file of a question has a hidden field with its id. A file of a message has none."""
    keep = {"name": "q.akte", "value": "<7>"}
    assert Tags(drawn('file_row("akte.pdf", "1 kB", keep=keep)', keep=keep)).one("input") == {"type": "hidden", **keep}
    assert "<input" not in drawn('file_row("akte.pdf", "1 kB")')


def test_questions_have_their_own_place_for_files() -> None:
    """AT-3: Each question for files has its own field, label, help, limits and faults."""
    faults = [SaidFault(field="q.akte", sentence="Te groot.")]
    add = {"name": "actie", "value": "bestand-erbij.akte"}
    html = drawn(
        'attachments([], "/op", "Klein.", 2, 9, ["pdf"], faults, id="q.akte", label="De akte", help="Heel.", '
        'optional=False, name="q.akte.nieuw", add=add)',
        faults=faults,
        add=add,
    )
    field = next(attributes for tag, attributes in Tags(html).found if tag == "input")
    assert (field["id"], field["name"]) == ("q.akte", "q.akte.nieuw")
    assert field["aria-describedby"] == "q.akte-help q.akte-hint q.akte-fault"
    assert Tags(html).one("label")["for"] == "q.akte"
    assert 'value="bestand-erbij.akte"' in html
    assert 'aria-label="Add: De akte"' in html  # A page has such a button for each question.
    assert "Te groot." in html
    assert "(optional)" not in html


@pytest.mark.parametrize("label, marked", [("Naam", False), ("Wie is dat?", True)])
def test_a_label_in_a_row_keeps_its_own_mark(label: str, marked: bool) -> None:
    """QU-4: In a row, a label that ends with a punctuation mark gets no colon."""
    text = AnswerText(rows=((Cell(label=label, text=AnswerText(lines=("Partner",))),),))
    assert (Tags(drawn("answer(text)", "_questions.html", text=text)).one("dt") == {"class": "marked"}) is marked


def test_tabs_say_which_is_open_and_what_is_unread() -> None:
    """DO-4: Each tab shows its total. A tab with unread items says in words how many."""
    items = [
        TabLink(label="Documenten", href="/d", total=3, unread=2, current=True),
        TabLink(label="Door mij aangeleverd", href="/a", total=4, unread=None, current=False),
        TabLink(label="Berichten", href="/b", total=1, unread=0, current=False),
    ]
    html = drawn('tabs(items, "Onderdelen")', items=items)
    links = [attributes for tag, attributes in Tags(html).found if tag == "a"]
    assert [link.get("aria-current") for link in links] == ["page", None, None]
    assert html.count('class="pill"') == 1


@pytest.mark.parametrize(
    "macro",
    [
        'button(text, href="/x")',
        'icon_button(text, "x")',
        'tile("/x", text, "folder", figure=text, caption=text, lines=[text])',
        'field("name", text, value=text, hint=text)',
        'field("name", text, kind="textarea", value=text)',
        'checkbox("name", text, value=text, hint=text)',
        'choices("name", text, [(text, text, text)], hint=text)',
        'notice("info", text, title=text)',
        "empty(text, text)",
        "pager(next=text, first=text)",
        "status_badge(text)",
        'file_row(text, text, href=text, remove={"formaction": text})',
        "error_summary(faults)",
        'attachments([], text, text, 1, 1, ["pdf"], faults)',
    ],
)
def test_no_part_lets_mark_up_through(macro: str) -> None:
    """ME-5: Names, subjects and file names are shown as text, never as mark-up."""
    faults = [SaidFault(field="files", sentence=HOSTILE)]
    tags = {tag for tag, _attributes in Tags(drawn(macro, text=HOSTILE, faults=faults)).found}
    assert "script" not in tags


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_to_the_policy(template: Path) -> None:
    """ME-5: the content security policy forbids inline scripts and styles, so no template has any."""
    source = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


def test_the_sprite_has_the_icons_that_are_drawn_and_no_other() -> None:
    """OF-3: the sprite has every icon that a template uses, and no unused ones."""
    source = "\n".join(template.read_text() for template in TEMPLATES)
    sprite = set(json.loads((ROOT / "frontend/icons.json").read_text()))
    assert set(re.findall(r'\bicon(?:\(|_name=)"([a-z0-9-]+)"', source)) <= sprite
    assert sprite <= set(re.findall(r'"([a-z0-9-]+)"', source))


@pytest.mark.parametrize(
    "policy,said",
    [
        (PasswordPolicy(), ["At least 8 characters, including at least 1 capital letter and 1 digit.", NOT_COMMON]),
        (STRICT, ["At least 15 characters.", "A few words", NOT_COMMON]),
        (STRICT.where(two_step_required=True), ["At least 8 characters.", "A few words", NOT_COMMON]),
        (PasswordPolicy(minimum=10, capitals=0, digits=2), ["At least 10 characters, including at least 2 digits."]),
        (PasswordPolicy(capitals=3, digits=0, blocklist=False), ["including at least 3 capital letters."]),
    ],
)
def test_the_policy_in_words(policy: PasswordPolicy, said: list[str]) -> None:
    """PW-3: The hint names exactly the rules of the password policy, before anything is typed."""
    hint = " ".join(drawn("what_it_must_be(policy)", page="_new_password.html", policy=policy).split())
    assert all(sentence in hint for sentence in said), hint
    assert ("capital" in hint, "digit" in hint) == (policy.capitals > 0, policy.digits > 0)
    assert (NOT_COMMON in hint) is policy.blocklist
