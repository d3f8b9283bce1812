"""Requests of the office API that schemathesis makes from its document: no answer is outside of it (AP-6)."""

import logging
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
import schemathesis
from fastapi import FastAPI
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.api_keys import ApiLimits
from klantportaal.portal import Portal
from tests.hosts.office_api import BY_ID, ROOT, secret
from tests.usecases.matrix.scene import build

EXAMPLES = 2
"""The number of requests of each operation, of each host. They are the same in each run."""
NOT_CHECKED = {"positive_data_acceptance", "ignored_auth", "use_after_free", "ensure_resource_availability"}
"""What rules refuse although the document describes it, and what needs several requests in a row."""


@schemathesis.serializer("message/rfc822")
def as_it_is(_context: Any, value: Any) -> bytes:
    """Write the body of a report of a mail."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def _flask(portal: Portal) -> Any:
    app = Flask("vendor")
    app.register_blueprint(flask.office_api(portal), url_prefix="/kantoor")
    return schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", app)


def _fastapi(portal: Portal) -> Any:
    app = FastAPI()
    app.include_router(fastapi.office_api(portal), prefix="/kantoor")
    return schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", app)


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Log nothing: the refusals of a run are thousands of lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("host", [_flask, _fastapi], ids=["flask", "fastapi"])
def test_requests_made_from_the_document(host: Any) -> None:
    """AP-6: whatever the document allows or forbids, the answer is one that it describes, and no defect."""
    world = build().world
    storage, checks = world.storage, [each for each in CHECKS.get_all() if each.__name__ not in NOT_CHECKED]
    assert isinstance(storage, MemoryStorage)
    entrance = attrs.evolve(world.portal._api, limits=ApiLimits(requests_a_minute=1_000_000))
    portal = attrs.evolve(world.portal, api=entrance)
    key, asked = {"Authorization": f"Bearer {secret(portal, world.handler)}"}, []
    rows = storage._committed

    for found in host(portal).get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            storage._committed = rows  # Each request finds the same scene.
            case.headers = {**(case.headers or {}), **key}
            case.call_and_validate(checks=checks)

        ask()
        asked.append(operation.label)
    assert len(asked) == len(BY_ID) + 1  # And what a problem means. Schemathesis leaves out the document itself.
