"""Prepares the portal and the settings from the environment, for both hosts."""

import os
from pathlib import Path

from examples.own_sign_in.broker import PREFIX, Broker
from klantportaal import OfficeActor, OfficeProfile, Portal, embedded
from klantportaal.adapters.mail.folder import FolderSender


def prepared() -> tuple[Portal, Broker, int]:
    """Give the portal, whose office has the vendor's sign-in, with the provider and the port to serve on."""
    folder, port = Path(os.environ.get("PORTAL_DATA", "portal-data")), int(os.environ.get("PORT", "8000"))
    pepper = bytes.fromhex(os.environ["PORTAL_PEPPER"])
    portal = embedded.portal(folder, mail=FolderSender(folder / "mail"), pepper=pepper)
    broker = Broker.from_environment(os.environ.get("ORIGIN", f"http://127.0.0.1:{port}"))
    profile = OfficeProfile(name="Notariskantoor", contact_address="info@notaris.example.nl")
    office_id = portal.offices.ensure("voorbeeld", f"{broker.origin}{PREFIX}", profile)
    office = OfficeActor(office_id=office_id, handler="beheer")
    portal.office.profile.use_vendor_sign_in(office, broker.vendor_sign_in)
    return portal, broker, port
