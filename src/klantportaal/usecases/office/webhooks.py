"""The endpoints of an office to which public events are posted, and what came of each delivery (WH-1 to WH-4)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain import webhooks
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import WebhookResent
from klantportaal.domain.public_events import PublicEvent
from klantportaal.domain.ranges import Range
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookDelivery
from klantportaal.domain.webhooks import NewWebhook, Webhook, WebhookSecret, WebhookSettings, WebhookState
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import PAGE, PageSize, WebhookRow
from klantportaal.ports.secrets import Ids, Tokens, Vault
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import webhook_queue
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.webhook_queue import Told

BATCH = 500
"""How many events are told again in one transaction."""


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeWebhooks:
    """The webhooks of an office."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _tokens: Tokens
    _vault: Vault
    _recorder: Recorder
    _settings: WebhookSettings
    _offered: bool
    """Whether the portal has a sender of webhooks."""

    def make(self, actor: OfficeActor, new: NewWebhook) -> WebhookSecret:
        """Make an endpoint. It is told of what happens from now on.

        Its secret is in the result, and can never be read again: storage has it encrypted.

        Args:
            actor: the office.
            new: its address, and what it is told of.

        Raises:
            Absent: there is no such office.
            Refused: one fault for each field that breaks a rule, or the portal sends no webhooks.
        """
        if not self._offered:
            raise Refused([Fault(code=FaultCode.WEBHOOKS_NOT_OFFERED, field="webhook")])
        webhook_id = WebhookId(self._ids.new())
        secret, sealed = self._new_secret(webhook_id)
        with self._storage.begin() as uow:
            uow.offices.get(actor.office_id)
            webhook, fact = webhooks.make_webhook(
                new,
                id=webhook_id,
                office_id=actor.office_id,
                sealed=sealed,
                others=uow.webhooks.count(actor.office_id),
                settings=self._settings,
                at=self._clock.now(),
            )
            uow.webhooks.add(webhook)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return WebhookSecret(webhook_id=webhook_id, secret=secret, former_until=None)

    def list(self, actor: OfficeActor) -> Sequence[WebhookRow]:
        """List all endpoints of the office, newest first, without their secrets."""
        return self._storage.read.office_webhooks(actor)

    def change(self, actor: OfficeActor, webhook_id: WebhookId, new: NewWebhook) -> None:
        """Change the address of an endpoint, and what it is told of. What waits goes to the new address.

        Args:
            actor: the office.
            webhook_id: the endpoint.
            new: its new address, and all that it is told of from now on.

        Raises:
            Absent: the office has no such endpoint.
            Refused: one fault for each field that breaks a rule.
        """
        with self._storage.begin() as uow:
            held = uow.webhooks.hold(actor.office_id, webhook_id)
            webhook, fact = webhooks.change_webhook(held, new, settings=self._settings, at=self._clock.now())
            uow.webhooks.save(webhook)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def rotate_secret(
        self,
        actor: OfficeActor,
        webhook_id: WebhookId,
        *,
        keep: Annotated[timedelta, Range(timedelta(0), timedelta(days=30))] = timedelta(days=1),
    ) -> WebhookSecret:
        """Give an endpoint another secret. Deliveries are signed with both for a while.

        Args:
            actor: the office.
            webhook_id: the endpoint.
            keep: how long the former secret signs too. A secret before that one signs no more.

        Raises:
            Absent: the office has no such endpoint.
        """
        secret, sealed = self._new_secret(webhook_id)
        with self._storage.begin() as uow:
            held = uow.webhooks.hold(actor.office_id, webhook_id)
            webhook, fact = webhooks.rotate_secret(held, sealed, keep=keep, at=self._clock.now())
            uow.webhooks.save(webhook)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return WebhookSecret(webhook_id=webhook_id, secret=secret, former_until=webhook.former_until)

    def switch(self, actor: OfficeActor, webhook_id: WebhookId, *, on: bool) -> None:
        """Switch an endpoint on or off, also one that the portal disabled.

        What waits while it is off is dropped. Tell it of that, and of what happened meanwhile, with ``resend_since``.

        Args:
            actor: the office.
            webhook_id: the endpoint.
            on: whether it is to be told.

        Raises:
            Absent: the office has no such endpoint.
            Refused: it is so already.
        """
        with self._storage.begin() as uow:
            held = uow.webhooks.hold(actor.office_id, webhook_id)
            webhook, fact = webhooks.switch(held, on=on, at=self._clock.now())
            uow.webhooks.save(webhook)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def remove(self, actor: OfficeActor, webhook_id: WebhookId) -> None:
        """Remove an endpoint, with its secret and what waits.

        Raises:
            Absent: the office has no such endpoint.
        """
        with self._storage.begin() as uow:
            webhook = uow.webhooks.hold(actor.office_id, webhook_id)
            uow.webhooks.remove(webhook)
            self._recorder.record(uow, actor, webhooks.remove(webhook, at=self._clock.now()))
            uow.commit()

    def deliveries(
        self,
        actor: OfficeActor,
        webhook_id: WebhookId,
        *,
        after: WebhookDeliveryId | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[WebhookDelivery]:
        """List the deliveries to an endpoint of the last 30 days, newest first, with what came of each.

        Args:
            actor: the office.
            webhook_id: the endpoint.
            after: the id of the last delivery of the previous page.
            size: the maximum number of deliveries.

        Raises:
            Absent: the office has no such endpoint.
        """
        if webhook_id not in {each.id for each in self.list(actor)}:
            raise Absent("webhook")
        return self._storage.read.office_webhook_deliveries(actor, webhook_id, after=after, size=size)

    def resend(self, actor: OfficeActor, delivery_id: WebhookDeliveryId) -> None:
        """Tell an endpoint again of the event of a delivery, whatever came of it. That is another delivery.

        Args:
            actor: the office.
            delivery_id: the delivery, from ``deliveries``.

        Raises:
            Absent: the office has no such delivery, or its endpoint was removed.
            Refused: the endpoint is not on.
        """
        with self._storage.begin() as uow:
            delivery = uow.webhook_deliveries.hold(actor.office_id, delivery_id)
            webhook = _listening(uow, actor, delivery.webhook_id)
            told = Told(webhook_id=webhook.id, event_id=delivery.event_id, event_type=delivery.event_type)
            self._tell(uow, actor, webhook, [told])
            uow.commit()

    def resend_since(self, actor: OfficeActor, webhook_id: WebhookId, since: datetime) -> int:
        """Tell an endpoint again of all that happened since a moment and is of its types, in the order of the feed.

        This is for an endpoint that was off, or lost what it got. What it has, it knows by the id. If the call is
        interrupted, call it again.

        Args:
            actor: the office.
            webhook_id: the endpoint.
            since: the moment. Events are kept for 30 days.

        Returns:
            The number of events.

        Raises:
            Absent: the office has no such endpoint.
            Refused: the endpoint is not on.
        """
        number = 0
        for events in self._feed(actor):
            with self._storage.begin() as uow:
                webhook = _listening(uow, actor, webhook_id)
                told = [
                    Told(webhook_id=webhook.id, event_id=each.id, event_type=each.type)
                    for each in events
                    if each.at >= since and each.type in webhook.types
                ]
                if told:
                    self._tell(uow, actor, webhook, told)
                    uow.commit()
            number += len(told)
        return number

    def _feed(self, actor: OfficeActor) -> Iterator[Sequence[PublicEvent]]:
        """Read the feed of the office up to its newest event of now. It gives one batch at least."""
        newest, cursor = self._storage.read.office_newest_event(actor), 0
        while True:
            events = self._storage.read.office_events(actor, after=cursor, size=BATCH)
            yield [each for each in events if each.number <= newest]
            if len(events) < BATCH or events[-1].number >= newest:
                return
            cursor = events[-1].number

    def _tell(self, uow: UnitOfWork, actor: OfficeActor, webhook: Webhook, told: Sequence[Told]) -> None:
        now = self._clock.now()
        webhook_queue.add(uow, self._ids, actor.office_id, told, at=now)
        self._recorder.record(uow, actor, WebhookResent(webhook_id=webhook.id, deliveries=len(told), at=now))

    def _new_secret(self, webhook_id: WebhookId) -> tuple[str, bytes]:
        """Make a secret, and encrypt it."""
        secret = webhooks.secret_of(self._tokens.new())
        return secret, self._vault.seal(secret, bound_to=webhook_id)


def _listening(uow: UnitOfWork, actor: OfficeActor, webhook_id: WebhookId) -> Webhook:
    """Give an endpoint that is on.

    Raises:
        Absent: the office has no such endpoint.
        Refused: it is not on.
    """
    webhook = uow.webhooks.hold(actor.office_id, webhook_id)
    if webhook.state is not WebhookState.ON:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="webhook")])
    return webhook
