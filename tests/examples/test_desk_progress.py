"""Progress at the office desk: templates of steps, and the steps of dossiers."""

import io
import json
from typing import Any

from tests.examples.conftest import Demo
from tests.examples.test_desk import done, dossier_path, main_of, page, post
from tests.support.demo import ROOT

LISTED = "/office/progress"


def test_steps(demo: Demo) -> None:
    """PG-1: The desk gives a dossier a template, moves it, shows faults at their field, and ends it."""
    path = dossier_path(demo, "2026-0412")
    assert "Instruction done" in main_of(page(demo, path))
    assert "Draft deed current" in main_of(page(demo, path))
    path = dossier_path(demo, "2026-0398")
    assert "Instruction current" in main_of(done(demo, f"{path}/progress", {"template": "verkoop-woning"}))
    moved = main_of(done(demo, f"{path}/progress/step", {"step": "concept", "reached_on": "2026-01-05"}))
    assert ("Draft deed current 5 Jan 2026" in moved, "Signing ahead" in moved) == (True, True)
    refused = post(demo, f"{path}/progress/step", {"step": "<geen>", "reached_on": "2999-01-01"})
    assert refused.status_code == 422
    assert "Step: “<geen>” is not one of the steps. Reached on: This day is still" in main_of(refused.text)
    assert post(demo, f"{path}/progress/step", {"step": "concept", "reached_on": "x"}).status_code == 400
    assert post(demo, f"{path}/progress", {"template": "x"}).status_code == 404
    assert "follows no steps" in main_of(done(demo, f"{path}/progress", {"template": ""}))


def test_templates(demo: Demo) -> None:
    """PG-1: The desk publishes a template of steps, and shows every fault with its path."""
    document: dict[str, Any] = json.loads((ROOT / "examples/progress/verkoop-woning.json").read_bytes())

    def sent(content: object) -> dict[str, Any]:
        return {"files": (io.BytesIO(json.dumps(content).encode()), "stappen.json")}

    assert "was published" in done(demo, LISTED, sent({**document, "revision": 2}))
    assert "verkoop-woning, revision 2" in page(demo, LISTED)
    refused = post(demo, LISTED, sent({**document, "revision": 3, "steps": [document["steps"][0]] * 2}))
    assert (refused.status_code, "$.steps[1].id" in refused.text) == (422, True)
    assert post(demo, LISTED, {}).status_code == 422
