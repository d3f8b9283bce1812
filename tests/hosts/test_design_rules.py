"""The OpenAPI document follows the Dutch design rules of APIs (NLGov REST API Design Rules 2.1 and 2.2)."""

import json
from pathlib import Path
from typing import Any

import pytest

from klantportaal.adapters.web.api import client
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.documentation import Described, document
from klantportaal.adapters.web.api.office import DESCRIBED
from tests.conftest import lacking
from tests.support.design_rules import checker

CONTACT = ApiContact(name="De leverancier", email="api@example.nl", url="https://example.nl/developers")


@pytest.fixture(autouse=True)
def _checker() -> None:
    """Skip without a checker. CI requires one."""
    if not checker.is_there():
        lacking("no checker of design rules", required_by="KLANTPORTAAL_REQUIRE_NODE")


def _found(described: Any, folder: Path) -> list[tuple[str, str]]:
    place = folder / "openapi.json"
    place.write_text(json.dumps(described))
    return checker.check(place)


@pytest.mark.parametrize("api", [DESCRIBED, client.DESCRIBED], ids=["office", "client"])
def test_an_api(api: Described, tmp_path: Path) -> None:
    """AP-6, AP-9: the documents of both APIs break no rule, and give no warning."""
    assert _found(document(api, f"/portaal{api.path}", CONTACT), tmp_path) == []


def test_each_rule_finds_what_breaks_it(tmp_path: Path) -> None:
    """AP-6: each rule that is written here finds what breaks it."""
    described = document(DESCRIBED, "/portaal/office/v1", CONTACT)
    described["openapi"] = "3.x"
    described["info"] |= {"version": "1.0", "contact": {"name": "De leverancier"}}
    described["servers"][0]["url"] = "/portaal/office"
    paths = described["paths"]
    paths["/openapi.json"]["put"] = paths["/openapi.json"]["get"] | {"operationId": "put_openapi"}
    del paths["/openapi.json"]["get"]["responses"]["200"]["headers"]["access-control-allow-origin"]
    paths["/case_handlers/"] = paths.pop("/case-handlers")
    dossiers = paths["/dossiers"]["get"]
    dossiers["responses"]["200"]["headers"].pop("API-Version")
    dossiers["parameters"].append({"name": "oldest_first", "in": "query", "schema": {"type": "boolean"}})
    paths["/dossiers"]["trace"] = dossiers | {"operationId": "trace_dossiers"}
    del paths["/dossiers"]["post"]["responses"]["400"]
    dossiers["responses"]["404"] = {"description": "Gone.", "content": {"text/html": {"schema": {"type": "string"}}}}
    problem = {"schema": {"type": "object", "properties": {"error": {"type": "string"}}}}
    dossiers["responses"]["409"] = {"description": "Now.", "content": {"application/problem+json": problem}}
    client = described["components"]["schemas"]["Client"]["properties"]
    client |= {"birth_date": {"type": "string"}, "opens": {"type": "string", "format": "time"}}
    described["components"]["schemas"]["client_row"] = {"type": "object"}
    assert {rule for rule, _message in _found(described, tmp_path)} >= {
        "contact-is-whole",
        "dates-are-dates",
        "document-is-for-all-origins",
        "document-is-published",
        "no-trailing-slash",
        "openapi-3",
        "paths-in-kebab-case",
        "problems-have-their-members",
        "problems-have-their-type",
        "queries-in-camel-case",
        "schemas-in-pascal-case",
        "standard-methods",
        "times-have-a-zone",
        "version-in-address",
        "version-in-answers",
        "version-is-semantic",
        "wrong-input-is-answered",
    }
