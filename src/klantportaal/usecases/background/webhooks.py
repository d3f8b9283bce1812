"""Makes one attempt of a delivery to an endpoint of an office (WH-2, WH-3).

What came of an attempt is stored with the task of the next one, in one transaction. So after a crash an attempt is made
again, and no delivery is lost.
"""

import logging
from contextlib import suppress
from uuid import UUID

import attrs

from klantportaal.domain import webhook_deliveries, webhooks
from klantportaal.domain.auditing import Background
from klantportaal.domain.errors import Absent
from klantportaal.domain.outgoing import Task, is_told
from klantportaal.domain.public_events import PublicEvent
from klantportaal.domain.values import OfficeId, TaskId, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookAttempt, WebhookDelivery, WebhookDeliveryState
from klantportaal.domain.webhooks import Webhook, WebhookFailure, WebhookSettings, WebhookState
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Ids, Vault
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.ports.webhooks import WebhookPost, WebhookSender, WebhookUnanswered
from klantportaal.usecases.background.outgoing_mail import Outcome
from klantportaal.usecases.background.pauses import Pauses
from klantportaal.usecases.shared.recording import Recorder

_LOG = EventLog(__name__)


@attrs.frozen(kw_only=True)
class OutgoingWebhooks:
    """Makes attempts of deliveries."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _vault: Vault
    _sender: WebhookSender
    _recorder: Recorder
    _settings: WebhookSettings
    _pauses: Pauses

    def attempt(self, task: Task) -> Outcome:
        """Make the attempt of a task, unless it was made already or its endpoint is not told any more.

        An endpoint that did not answer a moment ago is left alone for a while, so that it does not hold up the others.
        """
        begun = self._begin(task)
        if begun is None:
            return Outcome(tasks=[task])
        webhook, delivery, event = begun
        until = self._pauses.until(str(webhook.id), at=self._clock.now())
        if until is not None:
            return Outcome(tasks=[attrs.evolve(task, due_at=until)], is_put_off=True)
        attempt = self._send(webhook, event)
        if attempt.is_overload:
            self._pauses.fail(str(webhook.id), at=attempt.ended_at)
        else:
            self._pauses.succeed(str(webhook.id))
        self._settle(webhook.office_id, webhook.id, delivery.id, attempt)
        return Outcome(tasks=[task], is_sent=attempt.problem is None)

    def _begin(self, task: Task) -> tuple[Webhook, WebhookDelivery, PublicEvent] | None:
        """Find what a task is about. A delivery that cannot be sent any more is dropped."""
        with self._storage.begin() as uow:
            delivery = self._due(uow, task)
            if delivery is None:
                return None
            webhook = _found(uow, delivery.office_id, delivery.webhook_id)
            events = self._storage.read.public_events(delivery.office_id, [delivery.event_id])
            if webhook is not None and webhook.state is WebhookState.ON and events:
                self._seal_anew(uow, webhook)
                uow.commit()
                return webhook, delivery, events[0]
            uow.webhook_deliveries.save(webhook_deliveries.drop(delivery))
            uow.commit()
        return None

    def _due(self, uow: UnitOfWork, task: Task) -> WebhookDelivery | None:
        """Give the delivery of a task. None if the attempt was made, or the delivery was deleted."""
        with suppress(Absent):
            delivery = uow.webhook_deliveries.hold(task.office_id, WebhookDeliveryId(UUID(task.payload["delivery"])))
            is_next = int(task.payload["attempt"]) == delivery.attempts + 1
            return delivery if is_next and delivery.state is WebhookDeliveryState.WAITING else None
        return None

    def _seal_anew(self, uow: UnitOfWork, webhook: Webhook) -> None:
        """Encrypt secrets under the newest key, so that an older one can be given up."""
        if not any(map(self._vault.is_outdated, filter(None, (webhook.secret, webhook.former_secret)))):
            return
        former = webhook.former_secret
        sealed = attrs.evolve(
            webhook,
            secret=self._sealed_anew(webhook, webhook.secret),
            former_secret=None if former is None else self._sealed_anew(webhook, former),
        )
        uow.webhooks.save(sealed)

    def _sealed_anew(self, webhook: Webhook, secret: bytes) -> bytes:
        return self._vault.seal(self._vault.open(secret, bound_to=webhook.id), bound_to=webhook.id)

    def _send(self, webhook: Webhook, event: PublicEvent) -> WebhookAttempt:
        """Send an event to an endpoint once."""
        at, status = self._clock.now(), None
        secrets = [self._vault.open(each, bound_to=webhook.id) for each in webhooks.secrets_at(webhook, at)]
        try:
            status = self._sender.send(WebhookPost(url=webhook.url, secrets=tuple(secrets), event=event, at=at))
            problem = webhook_deliveries.problem_of(status)
        except WebhookUnanswered as unanswered:
            problem = unanswered.problem
        return WebhookAttempt(at=at, ended_at=self._clock.now(), status=status, problem=problem)

    def _settle(
        self, office_id: OfficeId, webhook_id: WebhookId, delivery_id: WebhookDeliveryId, attempt: WebhookAttempt
    ) -> None:
        """Store what came of an attempt, with the task of the next one. Give the endpoint up, if it is time."""
        with self._storage.begin() as uow:
            webhook = _found(uow, office_id, webhook_id)
            delivery = uow.webhook_deliveries.hold(office_id, delivery_id)
            delivery = webhook_deliveries.attempted(delivery, attempt, self._settings)
            uow.webhook_deliveries.save(delivery)
            if delivery.state is WebhookDeliveryState.WAITING:
                uow.outbox.add(webhook_deliveries.attempt_task(delivery, id=TaskId(self._ids.new())))
            failure = self._failure(uow, delivery)
            if failure is not None and webhook is not None and webhook.state is WebhookState.ON:
                webhook, fact = webhooks.disable(webhook, failure, at=attempt.ended_at)
                uow.webhooks.save(webhook)
                self._recorder.record(uow, Background(office_id=office_id), fact)
            uow.commit()
        self._tell(delivery, failure)

    def _failure(self, uow: UnitOfWork, delivery: WebhookDelivery) -> WebhookFailure | None:
        """Tell why the endpoint of a delivery that failed is given up. None if it is not.

        An endpoint that took other deliveries meanwhile works: it refuses this one only.
        """
        if delivery.status == webhook_deliveries.GONE:
            return WebhookFailure.GONE
        if delivery.state is not WebhookDeliveryState.FAILED:
            return None
        works = uow.webhook_deliveries.any_arrived(delivery.office_id, delivery.webhook_id, since=delivery.made_at)
        return None if works else WebhookFailure.FAILING

    def _tell(self, delivery: WebhookDelivery, failure: WebhookFailure | None) -> None:
        """Log a failure, and that an endpoint was given up. The URL may have a secret in it, so it is left out."""
        if failure is not None:
            _LOG.log(
                logging.WARNING,
                "webhook_disabled",
                "webhook %(webhook_id)s of office %(office_id)s is disabled: %(failure)s",
                webhook_id=delivery.webhook_id,
                office_id=delivery.office_id,
                failure=failure,
            )
        elif delivery.problem is not None and is_told(delivery.attempts):
            _LOG.log(
                logging.WARNING,
                "webhook_not_taken",
                "webhook %(webhook_id)s of office %(office_id)s did not take delivery %(delivery_id)s, attempt "
                "%(attempt)d: %(problem)s, status %(status)s",
                webhook_id=delivery.webhook_id,
                office_id=delivery.office_id,
                delivery_id=delivery.id,
                attempt=delivery.attempts,
                problem=delivery.problem,
                status=delivery.status or "none",
            )


def _found(uow: UnitOfWork, office_id: OfficeId, webhook_id: WebhookId) -> Webhook | None:
    with suppress(Absent):
        return uow.webhooks.hold(office_id, webhook_id)
    return None
