"""Templates of requests: publishing them, and making requests of them (RQ-1)."""

import hashlib
import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import attrs
import pytest

from klantportaal.domain import request_templates, templates
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.events import RequestTemplatePublished
from klantportaal.domain.request_templates import Template
from klantportaal.domain.requests import FILES_LIMIT, ITEMS_LIMIT, NewItem, NewRequest
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.values import NAME_LIMIT, Language
from tests.domain.given import AT, HANDLER, OFFICE_ID, fault, refusal
from tests.domain.requesting import TODAY
from tests.usecases.request_template import TEMPLATE


def faults(**changes: Any) -> list[Fault]:
    """List the faults of a template with other values for some keys."""
    return refusal(lambda: request_templates.read(json.dumps({**TEMPLATE, **changes})))


def item_faults(**changes: Any) -> list[Fault]:
    """List the faults of a template whose second item has other values for some keys."""
    items = deepcopy(TEMPLATE["items"])
    items[1] |= changes
    return faults(items=items)


def publish(
    template: Template, text: str, newest: PublishedTemplate | None = None
) -> tuple[PublishedTemplate, RequestTemplatePublished | None]:
    """Publish a template."""
    return templates.publish(
        template, text, RequestTemplatePublished, office_id=OFFICE_ID, newest=newest, handler=HANDLER, at=AT
    )


def test_a_request_of_a_template() -> None:
    """RQ-1: a request of a template has its title and items, and due dates that count from today."""
    template, _text = request_templates.read(json.dumps(TEMPLATE))
    request = request_templates.request_of(template, today=TODAY)
    assert request == NewRequest(
        subject={Language.DUTCH: "Stukken voor de hypotheek", Language.ENGLISH: "Documents for the mortgage"},
        items=[
            NewItem(
                title={Language.DUTCH: "Loonstrook", Language.ENGLISH: "Payslip"},
                explanation={Language.DUTCH: "Van de laatste maand.", Language.ENGLISH: ""},
                files=2,
                due_on=TODAY + timedelta(days=14),
            ),
            NewItem(
                title={Language.DUTCH: "Taxatierapport", Language.ENGLISH: "Valuation report"},
                explanation=dict.fromkeys(Language, ""),
                required=False,
            ),
        ],
    )
    named = request_templates.request_of(template, subject="Uw hypotheek", today=TODAY)
    assert named == attrs.evolve(request, subject="Uw hypotheek")


def test_publishing() -> None:
    """RQ-1: a revision is published with its digest; the same again changes nothing; a lower one is refused."""
    template, text = request_templates.read(json.dumps(TEMPLATE, indent=2).encode())
    published, fact = publish(template, text)
    assert published == PublishedTemplate(
        office_id=OFFICE_ID,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        template="hypotheek",
        revision=1,
        titles=template.title,
        document=text,
        published_at=AT,
        published_by=HANDLER,
    )
    assert request_templates.restored(text) == template
    assert fact == RequestTemplatePublished(template="hypotheek", revision=1, digest=published.digest, at=AT)
    assert publish(template, text, published) == (published, None)
    other, other_text = request_templates.read(json.dumps({**TEMPLATE, "revision": 2}))
    newer, _fact = publish(other, other_text, published)
    assert newer.revision == 2
    taken = [fault(FaultCode.REVISION_TAKEN, "$.revision", newest=2)]
    assert refusal(lambda: publish(template, text, newer)) == taken


def test_all_faults_at_once() -> None:
    """RQ-1: every fault of a template is reported at once, with its path."""
    items = deepcopy(TEMPLATE["items"])
    items[0]["texts"]["nl"]["title"] = "x" * (NAME_LIMIT + 1)
    items[1] |= {"id": "loonstrook", "files": 0, "verplicht": True}
    del items[1]["texts"]["en"]
    assert sorted(faults(items=items, revision="1"), key=lambda each: str(each.field)) == [
        fault(FaultCode.TOO_LONG, "$.items[0].texts.nl.title", limit=NAME_LIMIT),
        fault(FaultCode.NOT_AS_FORMAT, "$.items[1].files"),
        fault(FaultCode.DUPLICATE_ID, "$.items[1].id", id="loonstrook"),
        fault(FaultCode.LANGUAGE_MISSING, "$.items[1].texts.en"),
        fault(FaultCode.UNKNOWN_KEY, "$.items[1].verplicht"),
        fault(FaultCode.NOT_AS_FORMAT, "$.revision"),
    ]


@pytest.mark.parametrize("items", [[], [TEMPLATE["items"][1]] * 500, "geen", None])
def test_the_number_of_items(items: Any) -> None:
    """RQ-1: a template has 1 to 50 items."""
    assert fault(FaultCode.NOT_AS_FORMAT, "$.items") in faults(items=items)
    many = [{**TEMPLATE["items"][1], "id": f"stuk-{number}"} for number in range(ITEMS_LIMIT)]
    assert len(request_templates.read(json.dumps({**TEMPLATE, "items": many}))[0].items) == ITEMS_LIMIT


@pytest.mark.parametrize("changes", [{"files": FILES_LIMIT + 1}, {"files": 200}, {"due_in_days": -1}, {"id": "Stuk 1"}])
def test_limits_of_an_item(changes: dict[str, Any]) -> None:
    """RQ-1: an item of a template keeps to the limits of an item."""
    [name] = changes
    assert item_faults(**changes) == [fault(FaultCode.NOT_AS_FORMAT, f"$.items[1].{name}")]


@pytest.mark.parametrize("document", ["[]", "7", "{", '{"items": [1, {"id": 2}]}'])
def test_what_is_no_template(document: str) -> None:
    """AL-1: a document of another shape is refused."""
    assert refusal(lambda: request_templates.read(document))


def test_the_limits_are_those_of_the_rules() -> None:
    """RQ-1: the JSON Schema of the format has the same limits as the rules."""
    schema = request_templates.request_template_schema()
    item = schema["$defs"]["item"]["properties"]
    assert schema["properties"]["items"]["maxItems"] == ITEMS_LIMIT
    assert (item["files"]["maximum"], item["files"]["default"]) == (FILES_LIMIT, NewItem(title="").files)
    assert item["required"]["default"] == NewItem(title="").required
