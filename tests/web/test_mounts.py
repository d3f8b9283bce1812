"""One mount whose prefix differs for each office."""

from collections import Counter

import jinja2
import pytest

from klantportaal.adapters.web.http.assets import load
from klantportaal.adapters.web.http.paths import PARTS, Url, own_parts, prefix_parts, written
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.adapters.web.pages.rendering import MOUNTS, Rendering
from klantportaal.domain.values import Language


def test_mounts_share_what_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """OF-2: A template is compiled once for each language, also with many mounts. Each mount has its own links."""
    compiled: Counter[str | None] = Counter()
    compile_template = jinja2.Environment.compile

    def counting(
        environment: jinja2.Environment, source: str, name: str | None = None, filename: str | None = None
    ) -> object:
        compiled[name] += 1
        return compile_template(environment, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "compile", counting)
    rendering = Rendering(wordings(), load())
    for number in range(MOUNTS * 2 + 1):
        for language in Language:
            shown = rendering.html(
                "fallback.html", language, Url(f"/kantoor-{number}/portaal/"), title="", text="", path=""
            )
            assert f"/kantoor-{number}/portaal/static/" in shown
    assert compiled == dict.fromkeys(["fallback.html", "_components.html"], len(Language))


def test_parts_of_an_address() -> None:
    """OF-2: The path parameters of the vendor's prefix are separated from those of the portal's own path."""
    found = {"office": "smit", "dossier_id": "1"}
    assert PARTS["download_document"] == {"dossier_id", "document_id"}
    assert own_parts("messages", found) == {"dossier_id": "1"}
    assert prefix_parts("messages", found) == {"office": "smit"}


def test_a_path_as_it_is_written() -> None:
    """OF-2: Special characters in a path are percent-encoded as browsers do."""
    assert written("/kantoor é?/home") == "/kantoor%20%C3%A9%3F/home"
