"""The language of the desk. Its texts are written in English, and ``nl.po`` has each of them in Dutch."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask, Response, request

from klantportaal import Language

COOKIE = "desk-language"
LANGUAGES = frozenset(Language)


def current() -> Language:
    """Return the language that was chosen in the address or before, or English."""
    for chosen in (request.args.get("language"), request.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return Language(chosen)
    return Language.ENGLISH


@cache
def dutch() -> dict[str, str]:
    """Read the Dutch texts."""
    with (Path(__file__).parent / "nl.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, locale="nl") if each.id}


def translate(text: str) -> str:
    """Return a text of the desk in the current language."""
    return dutch()[text] if current() is Language.DUTCH else text


def named(code: str) -> str:
    """Write a code, such as that of a state, as words in the current language."""
    return translate(code.replace("_", " "))


def remember(response: Response) -> Response:
    """Keep the language that was chosen in the address."""
    if request.args.get("language") in LANGUAGES:
        response.set_cookie(COOKIE, current(), httponly=True, samesite="Lax")
    return response


def teach(app: Flask) -> None:
    """Let templates translate, with ``_``, and remember the chosen language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        translate, lambda one, _more, _count: translate(one), newstyle=True
    )
    app.jinja_env.filters.update(named=named)
    app.after_request(remember)
