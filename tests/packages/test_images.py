"""The images of the example of production: built from its files and the wheel, and started."""

import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import attrs
import pytest

from tests.conftest import lacking
from tests.packages.release import ROOT, Built
from tests.support import images, postgres
from tests.support.demo import free_port

EXAMPLE = ROOT / "examples" / "production"
PATIENCE = 120.0
"""The seconds that a container may take to answer."""

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[images.Builder]:
    """What builds images."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(images.builder(tmp_path_factory.mktemp("images")))
        except images.NoBuildah as error:
            lacking(str(error), required_by="KLANTPORTAAL_REQUIRE_BUILDAH")
        yield made


@attrs.frozen(kw_only=True)
class Container:
    """A container of an image, with its variables."""

    builder: images.Builder
    name: str
    variables: Mapping[str, str]
    shared: Path | None = None

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a command in it."""
        return self.builder.run(self.name, *command, variables=self.variables, shared=self.shared)

    def done(self, *command: str) -> int:
        """Run a command in it to its end. Give the exit code."""
        with self.start(*command) as process:
            return process.wait(PATIENCE)


def answers(url: str, process: "subprocess.Popen[bytes]") -> str:
    """Wait until an address answers, and give its text."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(url, timeout=PATIENCE) as reply:
                return str(reply.read().decode())
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")


def socket_folder(dsn: str) -> Path | None:
    """Give the folder of the socket of a PostgreSQL, and let every user reach it. None: it listens elsewhere."""
    hosts = parse_qs(urlsplit(dsn).query).get("host", [])
    if not hosts or not hosts[0].startswith("/"):
        return None
    Path(hosts[0]).chmod(0o711)
    return Path(hosts[0])


def test_the_image_of_hosts_and_workers(
    built: Built, builder: images.Builder, postgres_server: str, tmp_path: Path
) -> None:
    """OF-1, AL-6: in its container, a host serves its pages and says that it is ready; the commands work beside it."""
    context = shutil.copytree(EXAMPLE, tmp_path / "context", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(built.wheel, context)
    builder.build(context, "Dockerfile", name="portal")
    with postgres.temporary_database(postgres_server) as dsn:
        port = free_port()
        container = Container(
            builder=builder,
            name="portal",
            shared=socket_folder(dsn),
            variables={
                "KLANTPORTAAL_DATABASE": dsn,
                "KLANTPORTAAL_FILES": "file:///home/portal/files",
                "KLANTPORTAAL_MAIL": "folder:///home/portal/mail",
                "KLANTPORTAAL_ANCHORS": "file:///srv/portal-anchors",
                "KLANTPORTAAL_PEPPER": secrets.token_hex(32),
                "KLANTPORTAAL_MIGRATE": "no",
                "OFFICE_NAME": "Notariskantoor Van der Meer",
                "OFFICE_ADDRESS": "info@vandermeer.example.nl",
                "OFFICE_URL": f"http://127.0.0.1:{port}",
            },
        )
        assert container.done("klantportaal", "migrate") == 0
        command = ("gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "20", "--no-control-socket")
        with container.start(*command, "hosts:flask_application()") as host:
            try:
                assert answers(f"http://127.0.0.1:{port}/health/ready", host) == '{"status": "ok"}'
                assert "Notariskantoor Van der Meer" in answers(f"http://127.0.0.1:{port}/inloggen", host)
                assert container.done("klantportaal", "check") == 0
                assert container.done("klantportaal", "backup", "/home/portal/backup") == 0
                assert container.done("sh", "-c", "test $(id -un) = portal") == 0
            finally:
                host.terminate()


def test_the_image_of_the_object_store(builder: images.Builder) -> None:
    """AL-6: in its container, the object store starts, and its check of health finds the bucket."""
    builder.build(EXAMPLE, "store.Dockerfile", name="store")
    container = Container(
        builder=builder,
        name="store",
        variables={
            "AWS_ACCESS_KEY_ID": secrets.token_hex(10),
            "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
            "STORE_SIZE": "1G",
            "STORE_LISTEN": f"127.0.0.1:{free_port()}",
            "STORE_MONITOR": str(free_port()),
        },
    )
    with container.start("bash", "/srv/store.sh") as store:
        try:
            until = time.monotonic() + PATIENCE
            while container.done("bash", "/srv/store.sh", "check"):
                assert store.poll() is None
                assert time.monotonic() < until
        finally:
            store.terminate()
