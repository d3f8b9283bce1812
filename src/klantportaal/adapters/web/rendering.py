"""Templates: escaped by default, strict about names, one environment a language."""

import functools
from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

from klantportaal.adapters.web.wording import Wording, wordings
from klantportaal.domain.values import Language


class Rendering:
    """Turns templates into HTML."""

    def __init__(self, wordings: Mapping[Language, Wording]) -> None:
        """Make the environments; templates are compiled when they are first used."""
        self._environments = {language: _environment(wording) for language, wording in wordings.items()}

    def html(self, template: str, language: Language, **values: object) -> str:
        """Render a template in a language."""
        return self._environments[language].get_template(template).render(values)


@functools.cache
def rendering() -> Rendering:
    """Give the one rendering of this process: however many portals there are, their templates are the same."""
    return Rendering(wordings())


def _environment(wording: Wording) -> Environment:
    environment = Environment(
        loader=PackageLoader("klantportaal.adapters.web"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The extension adds this method to the environment; its types do not say so.
    environment.install_gettext_callables(wording.gettext, wording.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(moment=wording.moment, day=wording.day, size=wording.size, number=wording.number)
    return environment
