"""What the demo keeps between one start and the next: a pepper, a portal, and its mail."""

import os
import secrets
import shutil
from datetime import timedelta
from pathlib import Path

import attrs

from examples.demo.seed.story import plant
from klantportaal import DispatchTimes, Portal, Settings, embedded
from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.sms.folder import FolderSmsSender

MERGE = timedelta(seconds=15)
"""How long a notification waits for others; five minutes outside a demo (PR-2)."""


@attrs.frozen
class State:
    """The demo's folder."""

    folder: Path

    @property
    def data(self) -> Path:
        """Where the portal is; only there once it is seeded to the end."""
        return self.folder / "data"

    @property
    def mails(self) -> Path:
        """Where its mail and SMSs are caught."""
        return self.data / "mail"

    def pepper(self) -> bytes:
        """Give the pepper, made at the first start and kept for its owner's eyes only."""
        file = self.folder / "pepper"
        if not file.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = self.folder / "pepper.unfinished"
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
                writing.write(secrets.token_bytes(32))
            made.replace(file)
        return file.read_bytes()

    def seed(self, base_url: str) -> bool:
        """Fill the portal where there is none yet: in a folder aside, which takes its place only when it is whole."""
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
            pepper=self.pepper(),
            settings=settings,
        )
