"""The data that the demo keeps between starts: a pepper, a portal, and its mail."""

import os
import secrets
import shutil
from datetime import timedelta
from pathlib import Path

import attrs

from examples.demo.seed.story import plant
from klantportaal import DispatchTimes, FoundAddress, Portal, Settings, embedded
from klantportaal.adapters.addresses.memory import MemoryAddresses
from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.sms.folder import FolderSmsSender

MERGE = timedelta(seconds=15)
"""The time for which notifications are collected into one mail. Shorter than the default, which is five minutes."""
ADDRESSES = MemoryAddresses(
    {
        ("2513 AA", "1"): FoundAddress(street="Binnenhof", place="'s-Gravenhage"),
        ("8711 HE", "2"): FoundAddress(street="Merk", place="Workum"),
    }
)
"""The addresses that the demo finds: it asks no service."""


@attrs.frozen
class State:
    """The demo's folder."""

    folder: Path

    @property
    def data(self) -> Path:
        """The folder of the portal. It exists only after the seeding is complete."""
        return self.folder / "data"

    @property
    def mails(self) -> Path:
        """The folder of its mails and SMSs."""
        return self.data / "mail"

    def pepper(self) -> bytes:
        """Return the pepper. It is made at the first start, in a file that only its owner can read."""
        file = self.folder / "pepper"
        if not file.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = self.folder / "pepper.unfinished"
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
                writing.write(secrets.token_bytes(32))
            made.replace(file)
        return file.read_bytes()

    def seed(self, base_url: str) -> bool:
        """Seed the portal if it does not exist yet. Return whether it was seeded.

        Uses another folder until all data is there, and then renames it.
        """
        if self.data.exists():
            return False
        aside = self.folder / "data.unfinished"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700, parents=True)
        plant(aside, pepper=self.pepper(), base_url=base_url)
        aside.replace(self.data)
        return True

    def portal(self) -> Portal:
        """Open the portal."""
        settings = Settings(dispatch=DispatchTimes(merge=MERGE))
        return embedded.portal(
            self.data,
            mail=FolderSender(self.mails),
            sms=FolderSmsSender(self.mails),
            addresses=ADDRESSES,
            pepper=self.pepper(),
            settings=settings,
        )
