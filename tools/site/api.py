"""Writes the reference of calls and values from the code: one page for each side of the portal, in docs/api."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any, NewType, get_args, get_type_hints

import attrs
from docutils import nodes
from sphinx.addnodes import desc_annotation, desc_signature, pending_xref
from sphinx.application import Sphinx
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.inspect import stringify_signature
from sphinx.util.nodes import find_pending_xref_condition

import klantportaal
from klantportaal import Settings, _public, embedded, ports, questionnaires, serialisation, text, trail
from klantportaal.adapters import fastapi, flask, health
from klantportaal.ports import reading
from tests.support import surface
from tools.site import kit
from tools.site.arguments import ARGUMENTS, ERRORS
from tools.site.examples import examples
from tools.site.markup import heading

PAGES = Path(__file__).resolve().parents[2] / "docs" / "api"
SIDES = {
    "offices": "The vendor: portal.offices",
    "client": "Clients: portal.client",
    "office": "The office: portal.office",
    "events": "Events, for code in the process: portal.events",
    "background": "Background work: portal.background",
}
CALLED = "make these calls. :doc:`/reference/use-cases` says who calls, and which errors every call can raise."
NO_OTHER_ERRORS = "It raises only :doc:`what every call can raise </reference/use-cases>`."
INTRODUCTIONS = {
    "client": f"The pages of the hosts {CALLED}",
    "office": f"Your own code and screens {CALLED}",
    "offices": f"Your own start and tools {CALLED}",
    "settings": ":doc:`/reference/settings` has the defaults.",
    "fastapi": ":doc:`flask` describes ``SecurityContact`` and ``WithoutTokens``, which are the same.",
}
"""What stands above some of the pages."""
MODULES: Mapping[str, ModuleType] = {
    "questionnaires": questionnaires,
    "trail": trail,
    "serialisation": serialisation,
    "text": text,
    "flask": flask,
    "fastapi": fastapi,
    "health": health,
}
"""The public modules with a list of their names, by the page each is on."""
PORTAL = """
.. autoclass:: klantportaal.Portal
   :no-undoc-members:
"""


# ---------------------------------------------------------------------- calls
def described(call: Callable[..., Any]) -> str:
    """Give the docstring of a call as reStructuredText, with every argument and every error."""
    doc = re.sub(r" Raises: ([\w, ]+)\.$", _errors, inspect.getdoc(call) or "")
    names = [name for name in inspect.signature(call).parameters if name != "self"]
    missing = [name for name in names if not re.search(rf"^    {name}: ", doc, re.MULTILINE) and name in ARGUMENTS]
    extra = "\n".join(f":param {name}: {ARGUMENTS[name]}" for name in missing)
    return f"{GoogleDocstring(doc)}\n\n{extra}\n"


def _errors(named: re.Match[str]) -> str:
    """Write the errors that a docstring only names with what they mean."""
    return "\n\nRaises:\n" + "\n".join(f"    {name}: {ERRORS[name]}" for name in named[1].split(", "))


def signature(call: Callable[..., Any]) -> str:
    """Write the signature of a method, without *self*, and with the plain types of its arguments."""
    hints = get_type_hints(call)
    written = inspect.signature(call)
    own = [
        each.replace(annotation=hints.get(each.name, each.annotation))
        for each in written.parameters.values()
        if each.name != "self"
    ]
    return stringify_signature(
        written.replace(parameters=own, return_annotation=hints["return"]), unqualified_typehints=True
    )


def entry(name: str, call: Callable[..., Any], shown: Mapping[str, str]) -> str:
    """Write a call of the portal, such as ``office.clients.get``: signature, docstring and example."""
    body = described(call) + ("" if surface.errors(call) else f"\n{NO_OTHER_ERRORS}\n")
    return f".. py:method:: portal.{name}{signature(call)}\n\n{indent(body + example(name, shown), '   ')}\n"


def function(name: str, call: Callable[..., Any], shown: Mapping[str, str]) -> str:
    """Write a function, such as ``klantportaal.text.day``: signature, docstring and example."""
    body = described(call) + example(name, shown)
    return f".. py:function:: {name}{signature(call)}\n\n{indent(body, '   ')}\n"


def example(name: str, shown: Mapping[str, str]) -> str:
    """Write the example of a call. "" if there is none."""
    if name not in shown:
        return ""
    return f"\n.. code-block:: python\n   :caption: Example\n\n{indent(shown[name], '   ')}\n"


def side_page(side: str, shown: Mapping[str, str]) -> str:
    """Write the page of one side of the portal."""
    calls = {name: call for name, call in surface.calls().items() if name.split(".")[0] == side}
    page = [heading(SIDES[side], "="), f"{INTRODUCTIONS.get(side, '')}\n"]
    for part, kind in {side: surface.SIDES.get(side), **surface.parts()}.items():
        own = [(name, call) for name, call in calls.items() if name.rpartition(".")[0] == part]
        if kind is None or part.split(".")[0] != side or not own:
            continue
        page += [heading(f"portal.{part}", "-"), f"{inspect.getdoc(kind)}\n"]
        page += [entry(name, call, shown) for name, call in own]
    return "\n".join(page)


def opening_page(shown: Mapping[str, str]) -> str:
    """Write the page of what opens a portal, and of the portal's own calls."""
    opening = klantportaal.open_portal
    page = [heading("Opening a portal", "=")]
    page += [
        function("klantportaal.open_portal", type(opening).__call__, shown),
        function("klantportaal.open_portal.from_environment", type(opening).from_environment, shown),
        function("klantportaal.embedded.portal", embedded.portal, shown),
        function("klantportaal.embedded.restore", embedded.restore, shown),
    ]
    page += [PORTAL, heading("The portal's own calls", "-")]
    page += [entry(name, call, shown) for name, call in surface.calls().items() if "." not in name]
    return "\n".join(page)


# ---------------------------------------------------------------------- values
def functions() -> Mapping[str, Callable[..., Any]]:
    """Give each public function that is no call of the portal, by its whole name."""
    found = {
        f"{module.__name__}.{name}": getattr(module, name)
        for module in (klantportaal, *MODULES.values())
        for name in (dir(module) if module is klantportaal else module.__all__)
    }
    found |= {f"{embedded.__name__}.{name}": getattr(embedded, name) for name in ("portal", "restore")}
    return {name: thing for name, thing in found.items() if inspect.isfunction(thing)}


def value(name: str, thing: Any, shown: Mapping[str, str]) -> str:
    """Write the directive that documents a public name, such as ``klantportaal.DossierRow``."""
    if isinstance(thing, type):
        inherited = "   :inherited-members:\n" if attrs.has(thing.__base__ or object) else ""
        return f".. auto{'exception' if issubclass(thing, BaseException) else 'class'}:: {name}\n{inherited}"
    if inspect.isroutine(thing) or hasattr(thing, "__wrapped__"):
        return function(name, thing, shown)
    if isinstance(thing, NewType):
        return f".. py:class:: {name}\n\n   The type of an id: {thing.__supertype__.__name__} to the machine.\n"
    about = indent("\n".join(constant_doc(name)), "   ")
    told = f"\n   :value: {thing!r}" if isinstance(thing, (int, str)) else ""
    return f".. py:data:: {name}{told}\n\n{about}\n"


def constant_doc(name: str) -> Sequence[str]:
    """Give the lines under a constant or a type in the module that defines it."""
    of, _dot, own = name.rpartition(".")
    source = inspect.getsource(_public if of == "klantportaal" else MODULES[of.removeprefix("klantportaal.")])
    for each in ast.parse(source).body:
        if isinstance(each, ast.ImportFrom) and any(own == alias.name for alias in each.names):
            return ModuleAnalyzer.for_module(str(each.module)).find_attr_docs().get(("", own), [])
    return []


def kinds() -> Mapping[str, Sequence[str]]:
    """Give the public names of the package that are no modules or ways to open a portal, by the page they are on."""
    of_settings = [Settings, *(field.type for field in attrs.fields(Settings))]
    found: dict[str, list[str]] = {"views": [], "values": [], "settings": [], "errors": []}
    for name in dir(klantportaal):
        thing = getattr(klantportaal, name)
        if inspect.ismodule(thing) or name in ("open_portal", "Portal"):
            continue
        found[_page_of(thing, of_settings)].append(name)
    return found


def _page_of(thing: object, of_settings: Iterable[object]) -> str:
    if isinstance(thing, type) and issubclass(thing, BaseException):
        return "errors"
    if thing in of_settings:
        return "settings"
    made_by_calls = getattr(thing, "__module__", "").startswith(("klantportaal.usecases", reading.__name__))
    return "views" if made_by_calls and isinstance(thing, type) else "values"


TITLES = {
    "views": "Views: what calls give",
    "values": "Values: what calls take and give",
    "settings": "Settings",
    "errors": "Errors",
}


def value_pages(shown: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Write the pages of values: those of the package, and those of its modules."""
    for page, names in kinds().items():
        body = "\n".join(value(f"klantportaal.{name}", getattr(klantportaal, name), shown) for name in names)
        yield page, f"{heading(TITLES[page], '=')}\n{INTRODUCTIONS.get(page, '')}\n\n{body}"
    for page, module in MODULES.items():
        names = [name for name in module.__all__ if module is flask or not _is_on_page_of_flask(module, name)]
        yield page, module_page(module, names, "=", shown)
    inner = sorted(each.name for each in pkgutil.iter_modules(ports.__path__, f"{ports.__name__}."))
    yield "ports", "\n".join([heading("Ports", "="), *(port_section(each, shown) for each in inner)])


def _is_on_page_of_flask(module: ModuleType, name: str) -> bool:
    return getattr(flask, name, None) is getattr(module, name)


def port_section(name: str, shown: Mapping[str, str]) -> str:
    """Write the part of the page of ports about one module: its protocols, values and errors."""
    module = importlib.import_module(name)
    own = [each for each, kind in vars(module).items() if isinstance(kind, type) and kind.__module__ == name]
    return module_page(module, [each for each in own if not hasattr(klantportaal, each)], "-", shown)


def module_page(module: ModuleType, names: Iterable[str], line: str, shown: Mapping[str, str]) -> str:
    """Write what a module is, and some of its names."""
    body = "\n".join(value(f"{module.__name__}.{name}", getattr(module, name), shown) for name in names)
    about = INTRODUCTIONS.get(module.__name__.rpartition(".")[2], "")
    return f"{heading(module.__name__, line)}\n{inspect.getdoc(module)}\n\n{about}\n\n{body}"


# ---------------------------------------------------------------------- pages
def write_pages(_app: Sphinx) -> None:
    """Write all pages that are made from the code, those that changed only."""
    shown = examples()
    pages = {"opening": opening_page(shown)}
    pages |= {side: side_page(side, shown) for side in SIDES}
    pages |= dict(value_pages(shown)) | kit.pages()
    names = "\n".join(f"   {name}" for name in pages)
    pages["index"] = f"{heading('Calls and values', '=')}\n.. toctree::\n   :maxdepth: 2\n\n{names}\n"
    PAGES.mkdir(exist_ok=True)
    for name, content in pages.items():
        page = PAGES / f"{name}.rst"
        if not page.exists() or page.read_text() != content:
            page.write_text(content)


# ---------------------------------------------------------------------- links to types
def public_names() -> dict[str, str]:
    """Give the public name of each public class, by its own name and by that with its module."""
    found: dict[str, str] = {}
    for module in (klantportaal, *MODULES.values()):
        for name in dir(klantportaal) if module is klantportaal else module.__all__:
            thing = getattr(module, name)
            found.setdefault(name, f"{module.__name__}.{name}")
            if isinstance(thing, (type, NewType)):
                found.setdefault(f"{thing.__module__}.{thing.__name__}", f"{module.__name__}.{name}")
    return found


def in_google_style(_app: Sphinx, kind: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Read a docstring in Google's style. One of a field is plain text: it may begin with a word and a colon."""
    if kind in ("class", "exception", "function", "method"):
        lines[:] = str(GoogleDocstring(lines)).splitlines()


def write_ranges(_app: Sphinx, page: nodes.document) -> None:
    """Write the range of a number or a time as error messages do: ``int, at least 1``."""
    for field in page.findall(desc_signature):
        for annotation in field.findall(desc_annotation):
            if "Annotated[" in annotation.astext():
                of, _dot, name = field["fullname"].rpartition(".")
                hint = get_type_hints(getattr(importlib.import_module(field["module"]), of), include_extras=True)[name]
                kind, *ranges = get_args(hint)
                annotation.children = [nodes.Text(", ".join([f": {kind.__name__}", *map(str, ranges)]))]


def link_types(_app: Sphinx, page: nodes.document) -> None:
    """Let each type lead to where its public name is described. One of Python or of another library is only text.

    Without this, Sphinx takes ``bytes`` for any attribute of that name.
    """
    public = public_names()
    for link in list(page.findall(pending_xref)):
        if link.get("refdomain") != "py" or link["reftarget"].startswith("portal."):
            continue
        if name := public.get(link["reftarget"]):
            link["reftarget"] = name
        else:
            short = find_pending_xref_condition(link, "resolved") or link
            link.replace_self(short.children)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks for pages."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-process-docstring", in_google_style)
    app.connect("doctree-read", write_ranges)
    app.connect("doctree-read", link_types)
    return {"parallel_read_safe": True}
