"""A real radosgw, the object store of Ceph, on this machine. It checks signatures, rights and clocks.

It stores in a Ceph of one monitor and one OSD, which keeps everything in memory. All of them listen on loopback, and
everything that they write is in one temporary folder.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import attrs

from tests.support.demo import free_port
from tests.support.s3 import HOST, Store

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
SECONDS = 60
"""The time limit for each step of the start."""
CONFIGURATION = """
[global]
fsid = {id}
mon initial members = a
mon host = [v2:{host}:{monitor}/0]
public addr = {host}
ms bind msgr1 = false
# A radosgw asks for an encrypted connection to the monitor, which there is only with keys.
ms mon client mode = crc
auth cluster required = none
auth service required = none
auth client required = none
# A step of the monitor takes no second.
paxos propose interval = 0.02
paxos min wait = 0.01
mon allow pool size one = true
mon data avail crit = 1
mon data = {folder}/mon
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = {folder}
log file = {folder}/$name.log
admin socket = {folder}/$name.$pid.sock
[client.rgw]
rgw data = {folder}/rgw
rgw frontends = beast endpoint={host}:{port} tcp_nodelay=1
rgw thread pool size = 32
"""


class NoRadosgw(Exception):
    """This machine has no radosgw, or it does not start."""


@contextmanager
def running() -> Iterator[Store]:
    """Run a radosgw, with a user and an empty bucket.

    Raises:
        NoRadosgw: there is none.
    """
    if missing := [each for each in PROGRAMS if shutil.which(each) is None]:
        raise NoRadosgw(f"no {', '.join(missing)}: run tools/radosgw")
    with tempfile.TemporaryDirectory(prefix="klantportaal-ceph-") as name, ExitStack() as stack:
        folder, port, monitor = Path(name), free_port(), free_port()
        for each in ("mon", "osd", "rgw"):
            (folder / each).mkdir()
        told = CONFIGURATION.format(folder=folder, host=HOST, port=port, monitor=monitor, id=uuid.uuid4())
        (folder / "ceph.conf").write_text(told)
        _call(folder, "monmaptool", "--create", "--addv", "a", f"[v2:{HOST}:{monitor}]", str(folder / "monmap"))
        _call(folder, "ceph-mon", "--mkfs", "-i", "a", "--monmap", str(folder / "monmap"))
        stack.enter_context(_started(folder, "ceph-mon", "-i", "a"))
        _call(folder, "ceph", "osd", "create")
        _call(folder, "ceph", "osd", "crush", "add", "osd.0", "1.0", "host=localhost", "root=default")
        _call(folder, "ceph-osd", "-i", "0", "--mkfs")
        stack.enter_context(_started(folder, "ceph-osd", "-i", "0"))
        guest = _make_user(folder, "gast", port)
        store = attrs.evolve(_make_user(folder, "kantoor", port), guest=guest)
        stack.enter_context(_started(folder, "radosgw", "-n", "client.rgw"))
        _wait(lambda: bool(urlopen(store.endpoint, timeout=SECONDS)))
        store.make_bucket()
        yield store


def _make_user(folder: Path, name: str, port: int) -> Store:
    """Make a user, and give the store as it uses it."""
    told = json.loads(
        _call(folder, "radosgw-admin", "-n", "client.rgw", "user", "create", "--uid", name, "--display-name", name)
    )
    keys = told["keys"][0]
    return Store(port=port, access_key=keys["access_key"], secret_key=keys["secret_key"])


def _call(folder: Path, program: str, *arguments: str) -> str:
    """Run a program to its end. Give what it printed. Raises: NoRadosgw, with what it said instead."""
    command = [program, "-c", str(folder / "ceph.conf"), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS, env=_environment())
    except subprocess.TimeoutExpired:
        raise NoRadosgw(f"{program} does not end: {_logs(folder)}") from None
    if done.returncode:
        raise NoRadosgw(f"{program} fails: {done.stderr} {_logs(folder)}")
    return done.stdout


@contextmanager
def _started(folder: Path, program: str, *arguments: str) -> Iterator[None]:
    """Run a program while the context is open."""
    command = [program, "-f", "-c", str(folder / "ceph.conf"), *arguments]
    with (
        (folder / f"{program}.out").open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=_environment()) as process,
    ):
        try:
            yield
        finally:
            process.kill()  # Nothing of it is kept.


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CEPH_")}


def _wait(is_there: Callable[[], bool]) -> None:
    """Wait until the server answers. Raises: NoRadosgw."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            if is_there():
                return
        except OSError:
            time.sleep(0.05)
    raise NoRadosgw("radosgw does not answer")


def _logs(folder: Path) -> str:
    """Give the last lines of all logs."""
    return "\n".join(line for log in folder.glob("*.log") for line in log.read_text().splitlines()[-5:])
