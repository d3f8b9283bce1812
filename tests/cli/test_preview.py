"""The preview of a questionnaire, as a process that serves its pages."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import attrs
import pytest
from click.testing import CliRunner

from klantportaal import ClientKind, Language
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.cli.commands import main
from klantportaal.cli.preview import Preview, staged
from klantportaal.usecases.background.dispatcher import Dispatcher

EXAMPLE = Path(__file__).parents[2] / "examples" / "questionnaires" / "testament.json"
URL = "http://127.0.0.1:8010"
TEXTS = {"nl": {"title": "Vraag", "label": "Vraag"}, "en": {"title": "Question", "label": "Question"}}
ONE_QUESTION = {
    "id": "vraag",
    "revision": 7,
    "texts": {language: {"title": texts["title"]} for language, texts in TEXTS.items()},
    "pages": [
        {
            "id": "pagina",
            "texts": {language: {"title": texts["title"]} for language, texts in TEXTS.items()},
            "questions": [
                {
                    "id": "naam",
                    "type": "text",
                    "texts": {language: {"label": texts["label"]} for language, texts in TEXTS.items()},
                }
            ],
        }
    ],
}


@attrs.frozen(kw_only=True)
class Running:
    """The command, and a browser's part of it."""

    process: "subprocess.Popen[str]"
    url: str
    file: Path
    folders: Path
    opener: OpenerDirector

    def get(self, **headers: str) -> tuple[int, str, str]:
        """Open the first page: the status, the address that it led to, and the page."""
        try:
            with self.opener.open(Request(self.url, headers=headers), timeout=60) as reply:
                return reply.status, reply.url, reply.read().decode()
        except HTTPError as error:
            return error.code, error.url or "", error.read().decode()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The preview of a copy of an example, in English."""
    file, folders = tmp_path / "testament.json", tmp_path / "folders"
    file.write_bytes(EXAMPLE.read_bytes())
    folders.mkdir()
    command = [sys.executable, "-m", "klantportaal.cli", "--json", "questionnaire", "preview", str(file)]
    environment = {**os.environ, "TMPDIR": str(folders)}
    with subprocess.Popen(
        [*command, "--port", "0", "--language", "en"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            said = json.loads("".join(process.stdout.readline() for _line in range(3)))
            opener = build_opener(HTTPCookieProcessor(CookieJar()))
            yield Running(process=process, url=said["url"], file=file, folders=folders, opener=opener)
        finally:
            process.kill()


def test_the_pages_of_a_file(running: Running) -> None:
    """QU-1: the preview shows the first page of the file as a client sees it, follows changes, and lists faults."""
    status, at, page = running.get()
    assert (status, at.endswith("/pagina/gezin"), "<h1>Your will" in page) == (200, True, True)
    assert running.get()[1] == at
    running.file.write_text("{}")
    status, _at, page = running.get()
    assert (status, "<code>$.pages</code>" in page) == (422, True)
    assert "testament.json is not a valid questionnaire" in page
    running.file.write_text(EXAMPLE.read_text().replace("Your will", "Your last &lt;will>"))
    status, other, page = running.get()
    assert (status, other != at, "Your last &amp;lt;will&gt;" in page) == (200, True, True)
    running.file.unlink()
    status, _at, page = running.get()
    assert (status, page) == (422, "testament.json cannot be read: No such file or directory. Load this page again.")


def test_strangers_and_the_end(running: Running) -> None:
    """AL-1: the preview answers no other name of this computer. At SIGTERM it ends, and leaves nothing behind."""
    assert running.get(Host="portal.example.nl")[0] == 403
    assert len(list(running.folders.iterdir())) == 1
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0
    assert list(running.folders.iterdir()) == []


def test_a_completed_one_comes_anew(tmp_path: Path) -> None:
    """QU-4: after completion the preview starts again; the revision in the file does not matter."""
    file, mail = tmp_path / "vraag.json", MemorySender()
    file.write_text(json.dumps(ONE_QUESTION))
    with staged(tmp_path / "data", mail, URL, kind=ClientKind.COMPANY, language=Language.DUTCH) as stage:
        portal, preview = stage.portal, Preview(stage=stage, file=file)
        first = preview.current()
        assert preview.current() == first
        actor = portal.client.sign_in.whoever(stage.office_id, stage.start(first)).actor
        portal.client.questionnaires.save(actor, first, "pagina", {"naam": "Jan"}, version=0)
        portal.client.questionnaires.complete(actor, first, version=1)
        second = preview.current()
        assert second != first
        stage.start(second)


def test_no_other_thread_sends_the_mail_of_the_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: the dispatcher starts once the stage has its mails, so no thread of it is sending one when it is read."""
    mail, sent, start = MemorySender(), list[int](), Dispatcher.start

    def noting(dispatcher: Dispatcher) -> None:
        sent.append(len(mail.sent))
        start(dispatcher)

    monkeypatch.setattr(Dispatcher, "start", noting)
    with staged(tmp_path, mail, URL, kind=ClientKind.PERSON, language=Language.ENGLISH) as stage:
        assert (sent, stage.portal.background.dispatcher.is_working()) == ([2], True)
    assert not stage.portal.background.dispatcher.is_working()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """AL-1: a file that does not exist is named."""
    result = CliRunner().invoke(main, ["questionnaire", "preview", str(tmp_path / "geen.json")])
    assert (result.exit_code, "geen.json' does not exist" in result.output) == (2, True)
