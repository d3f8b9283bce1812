"""One installation may have a prefix for each of many offices."""

from collections import Counter
from types import SimpleNamespace

import jinja2
import pytest

from klantportaal.adapters.web.http.assets import load
from klantportaal.adapters.web.http.paths import PARTS, Url, own_parts, prefix_parts, written
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.adapters.web.pages.rendering import MOUNTS, Rendering
from klantportaal.domain.values import Language


def test_mounts_share_what_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """OF-2: a template is compiled once a language, however many mounts there are, and links of each are its own."""
    compiled: Counter[str | None] = Counter()
    compile_template = jinja2.Environment.compile

    def counting(
        environment: jinja2.Environment, source: str, name: str | None = None, filename: str | None = None
    ) -> object:
        compiled[name] += 1
        return compile_template(environment, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "compile", counting)
    rendering, row = Rendering(wordings(), load()), SimpleNamespace(name="akte.pdf", size=1, remove=None)
    for number in range(MOUNTS * 2 + 1):
        for language in Language:
            shown = rendering.html("_staged.html", language, Url(f"/kantoor-{number}/portaal/"), row=row)
            assert f"/kantoor-{number}/portaal/static/" in shown
    assert compiled == dict.fromkeys(["_staged.html", "_components.html"], len(Language))


def test_parts_of_an_address() -> None:
    """OF-2: what stands in the vendor's prefix is told from what stands in the portal's own path."""
    found = {"office": "smit", "dossier_id": "1"}
    assert PARTS["download_document"] == {"dossier_id", "document_id"}
    assert own_parts("messages", found) == {"dossier_id": "1"}
    assert prefix_parts("messages", found) == {"office": "smit"}


def test_a_path_as_it_is_written() -> None:
    """OF-2: a path that holds anything but plain letters is written as browsers write it."""
    assert written("/kantoor é?/home") == "/kantoor%20%C3%A9%3F/home"
