"""Emphasis and links in the helps and intros of a questionnaire: a closed part of CommonMark. All else is plain text.

``*so*`` is emphasis, ``**so**`` is strong, and ``[our site](https://example.nl)`` is a link. A backslash before a mark
makes it plain text. There are no pictures, no lists, no headings and no HTML.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_LINK = re.compile(r"(https://|mailto:|tel:)\S+")
"""Where a link may lead. One that leads elsewhere stays as it was typed."""
_OPENING = "*_[\\"
"""A text without these has no marks. Most have none."""
_MARKS = re.compile(r"[\\*_\[\]()]")


@attrs.frozen(kw_only=True)
class Part:
    """Plain text, and how it is shown."""

    text: str
    emphasis: bool = False
    strong: bool = False
    link: str = ""
    """Where it leads to; empty if it is no link."""


@lru_cache(maxsize=4096)
def parts(text: str) -> Sequence[Part]:
    """Give the parts of a text. Together they have all of it but the marks."""
    return tuple(_parts(text))


def plain(text: str) -> str:
    """Give a text without marks, for programs. Behind a link stands where it leads to."""
    return "".join(f"{each.text} ({each.link})" if each.link else each.text for each in parts(text))


def verbatim(text: str) -> str:
    """Write text so that none of it is a mark: what a client answered is never read as one."""
    return _MARKS.sub(lambda found: f"\\{found[0]}", text)


@cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # Not at import: it takes a while.

    # Its documentation sets this method to say where links may lead.
    reader = MarkdownIt("zero").enable(["emphasis", "escape", "link"])
    reader.validateLink = lambda url: _LINK.fullmatch(url) is not None  # type: ignore[method-assign]
    return reader


def _parts(text: str) -> Iterator[Part]:
    if not any(mark in text for mark in _OPENING):
        yield from [Part(text=text)] if text else []
        return
    emphasis = strong = 0
    links: list[str] = []
    for token in _reader().parseInline(text)[0].children or ():
        step = token.nesting  # 1 opens, -1 closes, 0 is text.
        if token.type.startswith("em_"):
            emphasis += step
        elif token.type.startswith("strong_"):
            strong += step
        elif token.type == "link_open":
            links.append(str(token.attrs["href"]))
        elif token.type == "link_close":
            links.pop()
        elif token.content or token.type.endswith("break"):
            said = "\n" if token.type.endswith("break") else token.content
            yield Part(text=said, emphasis=emphasis > 0, strong=strong > 0, link=links[-1] if links else "")
