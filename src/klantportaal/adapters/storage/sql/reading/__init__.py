"""Reads for pages: each takes one or two statements."""

from klantportaal.adapters.storage.sql.reading.actions import ActionReading
from klantportaal.adapters.storage.sql.reading.door import DoorReading
from klantportaal.adapters.storage.sql.reading.dossier import DossierReading
from klantportaal.adapters.storage.sql.reading.drafts import DraftReading
from klantportaal.adapters.storage.sql.reading.extra_accounts import ExtraAccountReading
from klantportaal.adapters.storage.sql.reading.files import FileReading
from klantportaal.adapters.storage.sql.reading.health import HealthReading
from klantportaal.adapters.storage.sql.reading.home import HomeReading
from klantportaal.adapters.storage.sql.reading.keys import KeyReading
from klantportaal.adapters.storage.sql.reading.lists import ListReading
from klantportaal.adapters.storage.sql.reading.messages import MessageReading
from klantportaal.adapters.storage.sql.reading.office_clients import OfficeClientReading
from klantportaal.adapters.storage.sql.reading.office_dossiers import OfficeDossierReading
from klantportaal.adapters.storage.sql.reading.office_questionnaires import OfficeQuestionnaireReading
from klantportaal.adapters.storage.sql.reading.office_unseen import OfficeUnseenReading
from klantportaal.adapters.storage.sql.reading.office_waiting import OfficeWaitingReading
from klantportaal.adapters.storage.sql.reading.other_accounts import OtherAccountReading
from klantportaal.adapters.storage.sql.reading.public_events import PublicEventReading
from klantportaal.adapters.storage.sql.reading.quarantine import QuarantineReading
from klantportaal.adapters.storage.sql.reading.reminders import ReminderReading
from klantportaal.adapters.storage.sql.reading.requests import RequestReading
from klantportaal.adapters.storage.sql.reading.templates import TemplateReading
from klantportaal.adapters.storage.sql.reading.trail import TrailReading
from klantportaal.adapters.storage.sql.reading.usages import UsageReading
from klantportaal.adapters.storage.sql.reading.webhooks import WebhookReading


class SqlReading(
    DoorReading,
    HomeReading,
    ListReading,
    DossierReading,
    MessageReading,
    DraftReading,
    FileReading,
    ActionReading,
    ExtraAccountReading,
    OtherAccountReading,
    OfficeClientReading,
    OfficeDossierReading,
    OfficeQuestionnaireReading,
    OfficeUnseenReading,
    OfficeWaitingReading,
    RequestReading,
    ReminderReading,
    TemplateReading,
    QuarantineReading,
    PublicEventReading,
    WebhookReading,
    TrailReading,
    KeyReading,
    HealthReading,
    UsageReading,
):
    """All reads."""


__all__ = ["SqlReading"]
