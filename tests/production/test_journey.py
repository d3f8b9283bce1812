"""A client's whole journey on the example of production, while a host and a worker are killed."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import attrs
import pytest

from examples.demo.state import State
from examples.production.one_machine import Machine
from klantportaal import open_portal
from tests.browser import test_journey as steps
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo
from tests.browser.words import DUTCH, ENGLISH, Words
from tests.support.demo import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@attrs.frozen
class Arrived(State):
    """The mails that arrived are in the folder itself."""

    @property
    def mails(self) -> Path:
        """The folder of the mails."""
        return self.folder


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    """The script, with one kind of hosts, in a process of its own: Playwright's loop runs in this one."""
    command = [sys.executable, "-m", "examples.production.one_machine", str(tmp_path / "machine")]
    environment = {**os.environ, "HOST": request.param}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("The portal is at http://127.0.0.1:")
            yield Machine(**json.loads((tmp_path / "machine" / "machine.json").read_text()))
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
        finally:
            process.terminate()


@pytest.mark.parametrize(
    "machine, words, javascript",
    [pytest.param("flask", DUTCH, True, id="flask"), pytest.param("fastapi", ENGLISH, False, id="fastapi")],
    indirect=["machine"],
)
def test_the_whole_journey(
    machine: Machine, words: Words, javascript: bool, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2, AL-3: nobody notices that one of two hosts, and one of two workers, is killed; nothing is lost."""
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    with closing(open_portal.from_environment()) as portal:
        demo = Demo(host="production", url=machine.url, state=Arrived(Path(machine.mails)), portal=portal)
        journey = steps.Journey(
            demo=demo,
            words=words,
            javascript=javascript,
            desk=open_window(demo),
            client=open_window(demo, language=words.language, javascript=javascript),
            mark=f"production-{words.language}",
        )
        told(machine, "check", "--workers", "2")
        require_office_api(machine)
        before_the_kill(journey)
        for killed in ("host-1", "worker-1"):
            os.kill(machine.processes[killed], signal.SIGKILL)
        after_the_kill(journey)
    told(machine, "verify")
    require_logs_without_tokens(Path(machine.mails).parent, Path(machine.mails))


def require_logs_without_tokens(folder: Path, mails: Path) -> None:
    """ON-4: no log of a host, a worker or nginx has a token of a link that was mailed."""
    sent = "".join(message_from_bytes(mail.read_bytes(), policy=default).as_string() for mail in mails.glob("*.eml"))
    tokens = set(re.findall(r"/(?:uitnodiging|wachtwoord)/([A-Za-z0-9_-]{40,})", sent))
    assert len(tokens) > 1
    logs = {
        log: log.read_text() for log in [*folder.glob("host-*"), *folder.glob("worker-*"), *folder.glob("nginx/*.log")]
    }
    assert "/wachtwoord/..." in logs[folder / "nginx" / "access.log"]
    assert [log for log, lines in logs.items() for token in tokens if token in lines] == []


def before_the_kill(journey: steps.Journey) -> None:
    """Let the office prepare a dossier, and the client choose a password, look around and download."""
    steps.invite(journey)
    steps.open_dossiers(journey)
    steps.fill_dossier(journey)
    steps.follow_the_mails(journey)
    steps.look_around(journey)
    steps.search_and_filter(journey)


def after_the_kill(journey: steps.Journey) -> None:
    """Let the client download, answer with a file, sign out and in, and let the office read it."""
    steps.download(journey)
    steps.read_and_answer(journey)
    steps.see_what_was_delivered(journey)
    steps.sign_out_and_in(journey)
    steps.see_at_the_office(journey)


def require_office_api(machine: Machine) -> None:
    """AP-6: with a key that the command makes, a back office gets its office's name through nginx; without, nothing."""
    (office,) = json.loads(told(machine, "--json", "offices"))
    made = json.loads(told(machine, "--json", "keys", "make", office["id"], "backoffice", "--scope", "write"))
    asked = Request(f"{machine.url}/office/v1/profile", headers={"Authorization": f"Bearer {made['secret']}"})
    with urlopen(asked, timeout=60) as reply:
        assert json.load(reply)["profile"]["name"] == machine.environment["OFFICE_NAME"]
    with pytest.raises(HTTPError, match="401"):
        urlopen(f"{machine.url}/office/v1/profile", timeout=60)


def told(machine: Machine, *command: str) -> str:
    """Run a command of the portal, which must find nothing wrong. Give what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "klantportaal.cli", *command],
        capture_output=True,
        text=True,
        check=False,
        env=dict(machine.environment),
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout
