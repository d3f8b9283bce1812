"""Renders templates: escaped by default, strict about names, one environment for each language and mount.

A page makes a few hundred small calls. Most of their results are computed beforehand: translations are inserted while a
template is compiled, macros are imported once instead of for each page, and the URLs of assets are made once. Parts
that many pages share, such as the menu, are drawn once (`remembered` in the templates). All mounts of a language share
the compiled code, so a thousand offices with their own prefixes compile it once.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import datetime
from itertools import groupby
from types import CodeType
from typing import Any
from urllib.parse import quote

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, Template
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import Markup, escape

from klantportaal.adapters.web.http.assets import Asset, drawings, load
from klantportaal.adapters.web.http.paths import Url
from klantportaal.adapters.web.language.translations import Wording, sentence, wordings
from klantportaal.adapters.web.language.upload_texts import upload_texts
from klantportaal.domain import looking, texting
from klantportaal.domain.contact_details import telephone_link, text_in
from klantportaal.domain.questionnaires import explanations
from klantportaal.domain.questionnaires.explanations import Part
from klantportaal.domain.questionnaires.signatures import HEIGHT, WIDTH
from klantportaal.domain.values import Language

REMEMBERED = 256
"""The number of different arguments for which a macro is remembered: the names of icons, the minutes of some hours."""
OPENS_A_TAB = sentence("(opens a new tab)")
MOUNTS = 64
"""The number of mounts whose templates are kept, in each language."""


class Rendering:
    """Turns templates into HTML."""

    def __init__(self, wordings: Mapping[Language, Wording], assets: Mapping[str, Asset]) -> None:
        """Keep the translations and the assets. Templates are compiled when they are first used."""
        compiled = {language: CompiledTemplates() for language in Language}
        make = functools.partial(_environment, wordings, assets, compiled)
        self._environment = functools.lru_cache(MOUNTS * len(Language))(make)

    def html(self, template: str, language: Language, url: Url, **values: object) -> str:
        """Render a template in a language, with links under the mount of *url*."""
        return self._environment(language, url).get_template(template).render(values)


class DirectContext(Context):
    """Calls functions and macros directly. Jinja would first look whether each of them wants the context: none does."""

    def call(
        self,
        called: Callable[..., object],
        /,
        *arguments: object,
        _block_vars: object = None,
        _loop_vars: object = None,
        **named: object,
    ) -> object:
        """Call a function or a macro. The variables of blocks and loops are for those that want the context."""
        return called(*arguments, **named)


class PageEnvironment(Environment):
    """The environment of pages. All templates have the same globals: those of the environment.

    So it finds each template once. Jinja would give each of them a view of two dictionaries, which is slow to copy.
    """

    context_class = DirectContext

    def __init__(self, **options: Any) -> None:
        """Take the options of Jinja's environment."""
        super().__init__(**options)
        self._found = functools.cache(super().get_template)

    def get_template(self, name: str | Template, *_other: object) -> Template:
        """Find a template. No template names another one relative to itself, or has globals of its own."""
        return self._found(name)

    def make_globals(self, _own: object) -> MutableMapping[str, Any]:
        """Give the globals of the environment, for every template."""
        return self.globals


class CompiledTemplates(BytecodeCache):
    """Keeps the code of the templates of one language, for the environments of all its mounts."""

    def __init__(self) -> None:
        """Begin with none."""
        self._codes: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template, if it was compiled before."""
        bucket.code = self._codes.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        if bucket.code is not None:
            self._codes[bucket.key] = bucket.code


class ConstantWords(Extension):
    """Translates ``_("…")`` without parameters while the template is compiled, which makes pages faster."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Replace each such call by its translation."""
        say: Callable[[str], str] = self.environment.globals["_"]  # type: ignore[assignment]
        tokens = list(stream)
        at = 0
        while at < len(tokens):
            call = tokens[at : at + 4]
            if [token.type for token in call] == ["name", "lparen", "string", "rparen"] and call[0].value == "_":
                yield Token(call[0].lineno, "string", say(call[2].value))
                at += 4
            else:
                yield tokens[at]
                at += 1


def _environment(
    wordings: Mapping[Language, Wording],
    assets: Mapping[str, Asset],
    compiled: Mapping[Language, CompiledTemplates],
    of: Language,
    url: Url,
) -> Environment:
    wording = wordings[of]
    environment = PageEnvironment(
        loader=PackageLoader("klantportaal.adapters.web"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[ConstantWords],
        bytecode_cache=compiled[of],
    )
    static = {name: url("static", file=asset.file) for name, asset in assets.items()}
    environment.globals.update(
        remembered=functools.lru_cache(REMEMBERED),
        _=_sayer(wording),
        ngettext=_counter(wording),
        url=url,
        static=static.__getitem__,
        drawings={name: Markup(drawing) for name, drawing in drawings().items()},  # noqa: S704 - built with the package
        own_icon=f"data:image/svg+xml,{quote(assets['icon.svg'].contents[''])}",
        tongue=of.value,
        drawing_box=(WIDTH, HEIGHT),
        upload_texts=functools.lru_cache(MOUNTS)(functools.partial(upload_texts, wording)),
    )
    environment.filters.update(moment=wording.moment, day=wording.day, size=wording.size, number=wording.number)
    environment.filters.update(machine=_machine, as_is=as_is, explained=functools.partial(_explained, wording))
    environment.tests.update(shown_here=_is_shown_here)
    environment.filters.update(in_language=functools.partial(text_in, language=of), tel=telephone_link)
    environment.filters.update(masked=texting.masked, ending=texting.ending)
    return environment


def _is_shown_here(name: str, converts: bool) -> bool:
    return looking.may_be_shown(name, converts=converts)


def as_is(text: str) -> Markup:
    """Mark a name, a number or a code, which a browser's translation leaves as it is."""
    return Markup(f'<span translate="no">{escape(text)}</span>')  # noqa: S704 - escaped here


def _explained(wording: Wording, text: str) -> Markup:
    """Show the emphasis and the links of an explanation. A link to a page opens a new tab: what was typed stays."""
    linked = groupby(explanations.parts(text), lambda part: part.link)
    return Markup("").join(_linked(wording, link, Markup("").join(map(_marked, parts))) for link, parts in linked)


def _marked(part: Part) -> Markup:
    shown = escape(part.text)
    if part.emphasis:
        shown = Markup("<em>%s</em>") % shown
    return Markup("<strong>%s</strong>") % shown if part.strong else shown


def _linked(wording: Wording, link: str, shown: Markup) -> Markup:
    if link.startswith("https:"):
        opening = '<a href="%s" target="_blank" rel="noopener noreferrer">%s</a> %s'
        return Markup(opening) % (link, shown, wording.say(OPENS_A_TAB))  # noqa: S704 - % escapes
    return Markup('<a href="%s">%s</a>') % (link, shown) if link else shown


def _machine(moment: datetime) -> str:
    """Write a moment for programs, for the attribute ``datetime``, which has at most three decimals of a second."""
    return moment.isoformat(timespec="seconds")


def _sayer(wording: Wording) -> Callable[..., str]:
    """Make ``_``, which translates a text. With parameters the result is escaped markup."""
    known = functools.cache(lambda text: escape(wording.gettext(text)))

    def say(text: str, **blanks: object) -> str:
        return known(text) % blanks if blanks else wording.gettext(text)

    return say


def _counter(wording: Wording) -> Callable[..., Markup]:
    """Make ``ngettext``, which translates a text by number. The parameter ``num`` is the number."""

    def say(one: str, many: str, number: int) -> Markup:
        return escape(wording.ngettext(one, many, number)) % {"num": number}

    return say


@functools.cache
def rendering() -> Rendering:
    """Give the rendering of this process. All portals share it, because their templates are the same."""
    return Rendering(wordings(), load())
