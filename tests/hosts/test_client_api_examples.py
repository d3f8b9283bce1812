"""Requests of the client API that schemathesis makes from its document: no answer is outside of it (AP-9)."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.portal import Portal
from tests.hosts.client_api import BY_ID, ROOT, entered
from tests.hosts.test_office_api_examples import EXAMPLES, NOT_CHECKED
from tests.usecases.matrix.scene import Things, build


def _flask(portal: Portal, of: Things) -> Any:
    app = Flask("vendor")
    app.register_blueprint(flask.client_api(portal, of.world.office), url_prefix="/portaal")
    return schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", app)


def _fastapi(portal: Portal, of: Things) -> Any:
    app = FastAPI()
    app.include_router(fastapi.client_api(portal, of.world.office), prefix="/portaal")
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
    """AP-9: whatever the document allows or forbids, the answer is one that it describes, and no defect."""
    of, asked = build(), list[str]()
    storage, checks = of.world.storage, [each for each in CHECKS.get_all() if each.__name__ not in NOT_CHECKED]
    assert isinstance(storage, MemoryStorage)
    token = {"Authorization": f"Bearer {entered(of, is_app=True).token}"}
    rows, account = storage._committed, str(of.owner.account_id)

    for found in host(of.world.portal, of).get_all_operations():
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
            case.headers = {**(case.headers or {}), **token}
            if "acting_for" in (case.path_parameters or {}):
                case.path_parameters["acting_for"] = account  # Of another one, nothing is there.
            case.call_and_validate(checks=checks)

        ask()
        asked.append(operation.label)
    assert len(asked) == len(BY_ID) + 1, "and what a problem means"
