"""The settings of a portal. The defaults are those of the manual."""

import attrs

from klantportaal.domain.api_keys import ApiLimits
from klantportaal.domain.boundary import checked
from klantportaal.domain.drafts import DraftLimits
from klantportaal.domain.extra_accounts import ExtraAccountLimits
from klantportaal.domain.health import DiskLimits
from klantportaal.domain.messages import MessageLimits
from klantportaal.domain.onboarding import OnboardingTimes
from klantportaal.domain.outgoing import DispatchTimes
from klantportaal.domain.passwords import PasswordPolicy
from klantportaal.domain.quotas import DailyQuotas
from klantportaal.domain.request_times import RequestTimes
from klantportaal.domain.scanning import ScanPolicy
from klantportaal.domain.sessions import SessionTimes
from klantportaal.domain.texting import SmsSettings
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.two_step import TwoStepRules
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.webhooks import WebhookSettings


@attrs.frozen(kw_only=True, field_transformer=checked)
class Settings:
    """The times, limits and policies of a portal, by subject."""

    passwords: PasswordPolicy = attrs.field(factory=PasswordPolicy)
    onboarding: OnboardingTimes = attrs.field(factory=OnboardingTimes)
    sessions: SessionTimes = attrs.field(factory=SessionTimes)
    throttling: ThrottlePolicy = attrs.field(factory=ThrottlePolicy)
    two_step: TwoStepRules = attrs.field(factory=TwoStepRules)
    messages: MessageLimits = attrs.field(factory=MessageLimits)
    drafts: DraftLimits = attrs.field(factory=DraftLimits)
    uploads: UploadLimits = attrs.field(factory=UploadLimits)
    scanning: ScanPolicy = attrs.field(factory=ScanPolicy)
    quotas: DailyQuotas = attrs.field(factory=DailyQuotas)
    extra_accounts: ExtraAccountLimits = attrs.field(factory=ExtraAccountLimits)
    requests: RequestTimes = attrs.field(factory=RequestTimes)
    dispatch: DispatchTimes = attrs.field(factory=DispatchTimes)
    disk: DiskLimits = attrs.field(factory=DiskLimits)
    sms: SmsSettings = attrs.field(factory=SmsSettings)
    api: ApiLimits = attrs.field(factory=ApiLimits)
    webhooks: WebhookSettings = attrs.field(factory=WebhookSettings)
