"""``Mijn gegevens``: what an account sets for itself (PR-1, PR-2)."""

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.values import Language


@attrs.frozen(kw_only=True, field_transformer=checked)
class Notifications:
    """Which mails an account wants; all on for a new account (PR-2)."""

    documents: bool = True
    """New documents, correspondence included."""
    questionnaires: bool = True
    messages: bool = True


@attrs.frozen(kw_only=True, field_transformer=checked)
class Profile:
    """The settings as the page shows and saves them."""

    language: Language
    """Takes effect at the next sign-in; mails use it at once (PR-1)."""
    notifications: Notifications
