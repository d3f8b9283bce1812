"""Forms whose connection breaks and that the browser then sends again: each file is delivered once (AT-5)."""

import re
from collections.abc import Iterator

import attrs
import pytest

from klantportaal.domain.uploads import MEBIBYTE
from tests.hosts.serving import PREFIX
from tests.hosts.test_streams import Server, received, running

KIND = "Content-Type: multipart/form-data; boundary=grens"
SCAN, DEED = (b"%PDF-1.7 scan " + b"x" * 70_000, b"%PDF-1.7 akte " + b"y" * 3 * MEBIBYTE)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture(params=["flask", "fastapi"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of either host."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@attrs.frozen(kw_only=True)
class Page:
    """The page of a new message, as a browser without script has it open."""

    server: Server
    fields: dict[str, str]

    @property
    def path(self) -> str:
        """Where it sends its form."""
        return f"{PREFIX}/dossiers/{self.server.known.dossier}/berichten/nieuw"

    def send(self, body: str, files: dict[str, bytes], *, break_after: int | None = None, read: bool = True) -> bytes:
        """Send the form: the whole of it, or so many bytes of it; read the answer, or do not."""
        whole = form({**self.fields, "subject": "Stukken", "body": body}, files)
        with self.server.connect(f"POST {self.path} HTTP/1.1\r\n{KIND}\r\nContent-Length: {len(whole)}") as connection:
            if break_after is not None:
                connection.sendall(whole[:break_after])
                assert self.server.comes_to(staged=1)
                return b""
            connection.sendall(whole)
            if read:
                return received(connection)
            return connection.recv(1)  # The portal has done its work, and nobody reads the rest of what it says.


def form(fields: dict[str, str], files: dict[str, bytes]) -> bytes:
    """Write the body of a form with files."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [
        f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode() + content
        for name, content in files.items()
    ]
    return b"".join(b"--grens\r\n" + part + b"\r\n" for part in parts) + b"--grens--\r\n"


def shown(server: Server, path: str) -> str:
    """Look at a page."""
    with server.connect(f"GET {PREFIX}/dossiers/{server.known.dossier}/{path} HTTP/1.1") as connection:
        return received(connection).decode()


def opened(server: Server) -> Page:
    """Open the page of a new message, with the draft whose files the server counts."""
    html = shown(server, "berichten/nieuw")
    fields = dict(HIDDEN.findall(html[html.index("data-unsent") : html.index("</form>", html.index("data-unsent"))]))
    return Page(server=server, fields={**fields, "draft": server.known.draft})


def delivered(server: Server) -> list[str]:
    """Name what the client delivered, and of how many messages."""
    return sorted(re.findall(r"(?:akte|scan|nog-een)\.pdf(?=</a>)", shown(server, "aangeleverd")))


def messages(server: Server) -> int:
    """Count the messages in the dossier."""
    return shown(server, "berichten").count('class="main"')


def test_a_form_that_breaks_off_after_its_first_file(server: Server) -> None:
    """AT-5: the connection breaks after the first file, the browser sends the form again: each file arrives once."""
    page, files = opened(server), {"scan.pdf": SCAN, "akte.pdf": DEED}
    page.send("Hierbij", files, break_after=2 * MEBIBYTE)
    assert messages(server) == 0
    assert page.send("Hierbij", files).startswith(b"HTTP/1.1 303")
    assert (messages(server), delivered(server)) == (1, ["akte.pdf", "scan.pdf"])
    assert server.comes_to(staged=0, files=3)


def test_an_answer_that_nobody_reads(server: Server) -> None:
    """AT-5: the connection breaks before the answer comes, the browser sends the form again: nothing arrives twice."""
    page, files = opened(server), {"scan.pdf": SCAN, "akte.pdf": DEED}
    page.send("Hierbij", files, read=False)
    assert messages(server) == 1
    for _time in range(2):
        assert page.send("Hierbij", files).startswith(b"HTTP/1.1 303")
        assert (messages(server), delivered(server)) == (1, ["akte.pdf", "scan.pdf"])
        assert server.comes_to(staged=0, files=3)
    assert page.send("Hierbij", {**files, "nog-een.pdf": DEED}).startswith(b"HTTP/1.1 303")
    assert (messages(server), delivered(server)) == (2, ["akte.pdf", "nog-een.pdf", "scan.pdf"])


def test_an_upload_by_script_whose_answer_nobody_reads(server: Server) -> None:
    """AT-5: a file that a script uploads again, since it never heard whether it arrived, waits once."""
    part = b'--grens\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n' + SCAN
    body = part + b"\r\n--grens--\r\n"
    with server.begin_upload(len(body)) as connection:
        connection.sendall(body)
        assert server.comes_to(staged=1)
    with server.begin_upload(len(body)) as connection:
        connection.sendall(body)
        assert received(connection).startswith(b"HTTP/1.1 201")
    assert server.comes_to(staged=1, files=2)
