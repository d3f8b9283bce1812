"""Images of containers, built and run by buildah, from bases that ``tools/buildah`` made of Debian's packages.

What runs has a file system of its own. It shares the network and the processes of this machine.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

from tests.support.demo import ROOT

BASES = ROOT / ".build" / "images"
AUTHORITIES = Path("/usr/local/share/ca-certificates")
"""Whom this machine trusts besides: what is installed while an image is built may come through its proxy."""
ALONE = ("--isolation", "chroot", "--network", "host")


class NoBuildah(Exception):
    """This machine cannot build images."""


@attrs.frozen(kw_only=True)
class Builder:
    """Builds and runs images. All of them are in one folder."""

    folder: Path

    def build(self, context: Path, file: str, *, name: str) -> None:
        """Build an image of a file, and make a container of it, both of that name."""
        trusting = ["--volume", f"{AUTHORITIES}:{AUTHORITIES}:ro"] if AUTHORITIES.exists() else []
        self.call("build", "--pull=never", *ALONE, *trusting, "--tag", name, "--file", context / file, context)
        self.call("from", "--pull=never", "--name", name, name)

    def run(
        self, name: str, *command: str, variables: Mapping[str, str], shared: Path | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start a command in a container. *shared* is a folder of this machine that it sees too."""
        given = [word for pair in variables.items() for word in ("--env", "=".join(pair))]
        volumes = [] if shared is None else ["--volume", f"{shared}:{shared}"]
        return subprocess.Popen(self._command("run", *ALONE, *given, *volumes, name, "--", *command))

    def call(self, *words: str | Path) -> str:
        """Run buildah, and give what it prints. Raises: RuntimeError, with what it says."""
        done = subprocess.run(self._command(*words), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"buildah {words[0]}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
        return done.stdout.strip()

    def _command(self, *words: str | Path) -> Sequence[str]:
        place = ("--root", self.folder / "root", "--runroot", self.folder / "run", "--storage-driver", "overlay")
        return ["buildah", *map(str, (*place, *words))]


@contextmanager
def builder(folder: Path) -> Iterator[Builder]:
    """Make a builder with the bases ``debian:12-slim`` and ``debian:13-slim``. At the end, everything is removed.

    Raises:
        NoBuildah: this machine has no buildah, or no bases.
    """
    bases = {name: BASES / f"debian-{name}.tar" for name in ("12", "13")}
    if shutil.which("buildah") is None or os.geteuid() or not all(map(Path.exists, bases.values())):
        raise NoBuildah("no buildah, or no bases of images: run tools/buildah .build/images as root")
    made = Builder(folder=folder)
    try:
        for name, base in bases.items():
            container = made.call("from", "scratch")
            made.call("add", "--quiet", container, base, "/")
            made.call("commit", "--quiet", "--rm", container, f"docker.io/library/debian:{name}-slim")
        yield made
    finally:
        made.call("rm", "--all")
        subprocess.run(["umount", folder / "root" / "overlay"], check=False)
