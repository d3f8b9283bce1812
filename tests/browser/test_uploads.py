"""The dialog for attachments when something goes wrong: what is said, what can be tried again, and what cannot."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
from playwright.sync_api import Dialog, FilePayload, Locator, Page, expect

from klantportaal import Language
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.adapters.web.language.upload_texts import SCRIPT
from klantportaal.domain.values import DossierId
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo, Person
from tests.browser.looking import too_wide, violations
from tests.browser.pages import choose, open_uploads, pdf
from tests.browser.watching import Watch
from tests.browser.ways import ON_FASTAPI, ON_FLASK
from tests.browser.words import DUTCH, WORDS, Words
from tests.conftest import lacking
from tests.support import nginx

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _failing_requests(watch: Watch) -> None:
    """Expect that requests of the script fail: Chromium logs each of them."""
    watch.expected += ["/bijlagen", "/static/upload_dialog"]


BIG = pdf("groot.pdf", b"%PDF-1.7\n" + bytes(2_000_000))


@attrs.frozen(kw_only=True)
class Writing:
    """A client that writes a message."""

    page: Page
    words: Words
    person: Person
    dossier: DossierId

    def say(self, key: str, **blanks: str) -> str:
        """Give a sentence of the script in the client's language, as pages show it."""
        return wordings()[self.words.language].gettext(SCRIPT[key].one).format_map(blanks)

    def choose(self, *files: FilePayload) -> Locator:
        """Choose files in the dialog, and give the dialog."""
        window = open_uploads(self.page, self.words)
        choose(self.page, *files)
        expect(window.locator(".uppy-Dashboard-Item")).not_to_have_count(0)
        return window

    def send(self, window: Locator) -> None:
        """Press the button that sends the files."""
        window.locator(".uppy-StatusBar-actionBtn--upload").click()

    def expect_attached(self, *names: str) -> None:
        """Expect exactly these files under the message, in the order in which they came in."""
        rows = self.page.locator(".file-row .file-name")
        expect(rows).to_have_count(len(names))
        assert sorted(rows.all_inner_texts()) == sorted(names)

    @property
    def refused(self) -> Locator:
        """The sentences about files that were refused."""
        return self.page.locator("[data-uploads-refused] li")

    @property
    def retry(self) -> Locator:
        """The button that tries again."""
        return self.page.locator(".uppy-StatusBar-actionBtn--retry")

    def why(self, watch: Watch) -> list[str]:
        """Press the question mark beside each file, and give what the browser shows."""
        shown: list[str] = []

        def read(dialog: Dialog) -> None:
            shown.append(dialog.message)
            dialog.dismiss()

        watch.on_dialog = read
        for each in self.page.locator(".uppy-Dashboard-Item-errorDetails").all():
            each.click()
        return shown

    @property
    def alert(self) -> Locator:
        """What the dialog says, which screen readers speak."""
        return self.page.locator(".upload-notices[role=alert]")


def writing(
    demo: Demo,
    open_window: OpenWindow,
    mark: str,
    *,
    language: Language = Language.DUTCH,
    width: int = 1280,
    url: str | None = None,
) -> Writing:
    """Let a new client begin a message. *url* is another address of the portal."""
    mark = f"bericht-{mark}-{demo.host}".lower()
    person, client_id = demo.newcomer(f"Klant {mark}", f"{mark}@example.nl", language=language)
    dossier = demo.open_dossier(f"{mark}-1", "Stukken", client_id)
    page = open_window(demo, person, width=width)
    page.goto(f"{url or demo.url}/dossiers/{dossier}/berichten/nieuw")
    return Writing(page=page, words=WORDS[language], person=person, dossier=dossier)


@pytest.mark.parametrize("language,width", [(Language.DUTCH, 1280), (Language.ENGLISH, 375)])
def test_a_lost_connection(demo: Demo, language: Language, width: int, open_window: OpenWindow, watch: Watch) -> None:
    """AT-1: without a connection the files stay, a sentence says what to do, and a key sends them again."""
    client = writing(demo, open_window, f"kwijt-{language}", language=language, width=width)
    window = client.choose(pdf("een.pdf"), pdf("twee.pdf"))
    client.page.context.set_offline(True)
    client.send(window)
    expect(client.alert).to_have_text(client.say("offline"))
    expect(window.locator(".uppy-Dashboard-Item")).to_have_count(2)
    assert client.why(watch) == [client.say("offline")] * 2
    assert violations(client.page) + too_wide(client.page) == []
    client.page.context.set_offline(False)
    client.retry.focus()
    client.page.keyboard.press("Enter")
    expect(window).to_be_hidden()
    client.expect_attached("een.pdf", "twee.pdf")
    expect(client.refused).to_have_count(0)
    expect(client.page.locator("[data-uploads-open]")).to_be_focused()


@ON_FASTAPI
def test_a_dialog_that_is_closed_too_early(demo: Demo, open_window: OpenWindow) -> None:
    """AT-3: closing the dialog tells by name which files did not come in."""
    client = writing(demo, open_window, "dicht")
    window = client.choose(pdf("een.pdf"))
    client.page.context.set_offline(True)
    client.send(window)
    expect(client.alert).to_have_text(client.say("offline"))
    client.page.context.set_offline(False)
    client.page.keyboard.press("Escape")
    expect(client.refused).to_have_text([client.say("notAdded", name="een.pdf")])
    expect(client.page.locator("[data-uploads-status]")).to_have_text(client.say("notAdded", name="een.pdf"))


@pytest.fixture(params=["pages", "JSON"])
def front(demo: Demo, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an nginx before the demo. It takes bodies of a megabyte and answers as proxies or gateways do."""
    if not nginx.is_there():
        lacking("no nginx", required_by="KLANTPORTAAL_REQUIRE_NGINX")
    in_json = request.param == "JSON"
    with nginx.stricter(urlsplit(demo.url).port or 0, tmp_path, largest="1m", json=in_json) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_proxy_that_takes_less(demo: Demo, front: str, open_window: OpenWindow) -> None:
    """AT-3: a file that a proxy holds up is told with the portal's own limit, and one as large is not sent again."""
    client = writing(demo, open_window, f"proxy-{urlsplit(front).port}", url=front)
    client.send(client.choose(BIG, pdf("klein.pdf")))
    client.expect_attached("klein.pdf")
    told = client.say("heldUp", name="groot.pdf", limit="25 MB").replace("\u202f", " ")
    expect(client.refused).to_have_text([told])
    expect(client.retry).to_have_count(0)
    sent: list[str] = []
    client.page.on("request", lambda request: sent.append(urlsplit(request.url).path))
    open_uploads(client.page, client.words)
    choose(client.page, BIG)
    expect(client.alert).to_have_text(told)
    assert not any(path.endswith("/bijlagen") for path in sent)


def test_an_answer_that_is_not_the_portals(demo: Demo, front: str, tmp_path: Path, open_window: OpenWindow) -> None:
    """AT-1: if a proxy answers in the portal's place, the file stays, and goes once the portal answers again."""
    client = writing(demo, open_window, f"ander-{urlsplit(front).port}", url=front, width=375)
    window = client.choose(pdf("een.pdf"))
    (tmp_path / "down").touch()
    client.send(window)
    expect(client.alert).to_have_text(client.say("unreadable"))
    assert violations(client.page) + too_wide(client.page) == []
    (tmp_path / "down").unlink()
    client.retry.click()
    client.expect_attached("een.pdf")


def test_a_draft_that_the_portal_did_not_answer(
    demo: Demo, front: str, tmp_path: Path, open_window: OpenWindow, watch: Watch
) -> None:
    """ST-1: what something in front of the portal answers is not said as if it were the portal's sentence."""
    watch.expected += ["/berichten"]
    client = writing(demo, open_window, f"concept-{urlsplit(front).port}", url=front)
    (tmp_path / "down").touch()
    client.page.get_by_label(client.words.message, exact=True).fill("Kan het morgen?")
    client.page.get_by_role("button", name="Bewaar als concept").click()
    told = client.page.locator("form[data-draft]").get_attribute("data-draft") or ""
    expect(client.page.locator("[data-draft-said]")).to_have_text(told)
    (tmp_path / "down").unlink()
    client.page.get_by_role("button", name="Bewaar als concept").click()
    expect(client.page.locator("[data-draft-said]")).to_contain_text("Concept bewaard om")


@ON_FLASK
def test_a_file_that_changed(demo: Demo, tmp_path: Path, open_window: OpenWindow) -> None:
    """AT-3: a file that changed after it was chosen is told by name, and the others are sent."""
    client = writing(demo, open_window, "anders")
    for name in ("blijft.pdf", "wijzigt.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.7\n" + bytes(1000))
    window = open_uploads(client.page, client.words)
    files = [tmp_path / "blijft.pdf", tmp_path / "wijzigt.pdf"]
    client.page.locator("input.uppy-Dashboard-input").first.set_input_files(files)
    expect(window.locator(".uppy-Dashboard-Item")).to_have_count(2)
    (tmp_path / "wijzigt.pdf").write_bytes(b"%PDF-1.7\n" + bytes(2000))
    client.send(window)
    client.expect_attached("blijft.pdf")
    expect(client.refused).to_have_text([client.say("changed", name="wijzigt.pdf")])
    expect(window).to_be_hidden()


def test_a_session_that_ended(demo: Demo, open_window: OpenWindow) -> None:
    """ST-2: if the session ended, the files stay until the client has signed in again in another tab."""
    client = writing(demo, open_window, "afgelopen", language=Language.ENGLISH)
    window = client.choose(pdf("een.pdf"))
    demo.portal.client.sign_in.sign_out(demo.actor(client.person))
    client.send(window)
    expect(client.alert).to_have_text(client.say("ended"))
    demo._tokens.pop(client.person.email)
    demo.let_in(client.page.context, client.person)
    client.retry.click()
    client.expect_attached("een.pdf")


@ON_FASTAPI
def test_more_files_than_fit(demo: Demo, open_window: OpenWindow) -> None:
    """AT-3: where more files are chosen than fit, the first ones stay, and the others are named."""
    client = writing(demo, open_window, "veel")
    window = client.choose(*(pdf(f"{number}.pdf") for number in range(1, 23)))
    expect(window.locator(".uppy-Dashboard-Item")).to_have_count(20)
    told = [client.say("leftOut", name=f"{number}.pdf", limit="20") for number in (21, 22)]
    expect(client.alert.locator("p")).to_have_text(told)
    expect(client.refused).to_have_text(told)


@ON_FLASK
def test_what_can_never_pass(demo: Demo, open_window: OpenWindow) -> None:
    """AT-3: an empty file, another type and wrong contents are told by name with what to do, and offer no retry."""
    client = writing(demo, open_window, "nooit")
    empty, program = pdf("leeg.pdf", b""), FilePayload(name="virus.exe", mimeType="", buffer=b"MZ")
    window = client.choose(pdf("goed.pdf"), empty, program, pdf("pagina.pdf", b"<html><script>1</script>"))
    client.send(window)
    expect(window).to_be_hidden()
    client.expect_attached("goed.pdf")
    empty_told = "“leeg.pdf”: Dit bestand is leeg. Controleer of u het goede bestand koos."
    type_told = (
        "“virus.exe”: Dit soort bestand kunt u niet versturen. Wel mogelijk: avif, csv, doc, docx, heic, jpg, ods, odt,"
        " pdf, png, tif, txt, webp, xls, xlsx. Sla het op als een van deze soorten, bijvoorbeeld als pdf, en voeg"
        " dat toe."
    )
    page_told = "“pagina.pdf” is beschadigd, of is geen pdf-bestand. Open het, sla het op als pdf en voeg dat toe."
    expect(client.refused).to_have_text([empty_told, type_told, page_told])
    expect(client.retry).to_have_count(0)
    said = client.page.locator("[data-uploads-status]").text_content()
    assert said == f"1 bestand toegevoegd. {empty_told} {type_told} {page_told}"


def test_uppy_is_loaded_when_it_is_needed(demo: Demo, open_window: OpenWindow) -> None:
    """AT-1: a page with a message does without Uppy until the button is pressed, and says so if it cannot be loaded."""
    asked: list[str] = []
    client = writing(demo, open_window, "later")
    client.page.on("request", lambda request: asked.append(urlsplit(request.url).path.rpartition("/")[2]))
    client.page.reload()
    client.page.get_by_label(client.words.message, exact=True).fill("Hierbij")
    button = client.page.get_by_role("button", name=client.words.attachments, exact=True)
    button.hover()
    button.focus()
    assert asked
    assert [name for name in asked if name.startswith("upload")] == []
    client.page.context.set_offline(True)
    button.click()
    expect(client.refused).to_have_text([client.say("notOpened")])
    client.page.context.set_offline(False)
    window = client.choose(pdf("een.pdf"))
    client.send(window)
    client.expect_attached("een.pdf")
    expect(client.refused).to_have_count(0)


@ON_FASTAPI
def test_dropping_files(demo: Demo, open_window: OpenWindow) -> None:
    """AT-1: files that are dropped on the attachments of a message are in the dialog."""
    client = writing(demo, open_window, "laat-los")
    files = client.page.evaluate_handle(
        """names => {
            const files = new DataTransfer();
            for (const name of names) files.items.add(new File(["%PDF-1.7"], name, {type: "application/pdf"}));
            return files;
        }""",
        ["een.pdf", "twee.pdf"],
    )
    client.page.dispatch_event("[data-uploads]", "drop", {"dataTransfer": files})
    window = client.page.get_by_role("dialog")
    expect(window.locator(".uppy-Dashboard-Item")).to_have_count(2)
    client.send(window)
    client.expect_attached("een.pdf", "twee.pdf")


@ON_FLASK
def test_one_set_of_sentences(demo: Demo, open_window: OpenWindow) -> None:
    """PR-1: the sentences are on the page once, in its language, and Uppy brings none of its own."""
    client = writing(demo, open_window, "teksten")
    texts = client.page.locator("template[data-uploads-texts]")
    expect(texts).to_have_count(1)
    said = json.loads(texts.evaluate("each => each.content.textContent"))
    assert said["uppy"]["retry"] == "Probeer opnieuw"
    assert DUTCH.upload_two == said["uppy"]["uploadXFiles"]["1"].replace("{smart_count}", "2")
