"""``Mijn gegevens``: the settings that a person changes itself (PR-1, PR-2)."""

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.outgoing import Notice
from klantportaal.domain.values import Language


@attrs.frozen(kw_only=True, field_transformer=checked)
class Notifications:
    """The notification mails that an account wants. All are on for a new account (PR-2)."""

    documents: bool = True
    """New documents, including correspondence."""
    questionnaires: bool = True
    """New questionnaires, and requests for documents."""
    messages: bool = True

    def wants(self, notice: Notice) -> bool:
        """Tell whether the account wants the mails about a subject."""
        if notice is Notice.DOCUMENTS:
            return self.documents
        return self.messages if notice is Notice.MESSAGES else self.questionnaires


@attrs.frozen(kw_only=True, field_transformer=checked)
class Profile:
    """The settings of the page."""

    language: Language
    """Pages use it from the next sign-in. Mails use it at once (PR-1). It holds for all accounts of the person."""
    notifications: Notifications
    """Those of the account that the person acts for."""
