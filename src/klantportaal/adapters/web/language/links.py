"""Escapes a text that somebody wrote, and makes links to the portal itself clickable (ME-5)."""

import re

from markupsafe import Markup, escape


def with_own_links(text: str, base_url: str) -> Markup:
    """Escape *text*, and turn each URL under *base_url* into a link."""
    address = re.compile(
        rf"(?<![\w/]){re.escape(base_url)}(?:[/?#][\w\-.~!$&*+,;=:@%/?#]*(?<![.,;:!?])|(?![\w:@%\-]|\.\w))", re.ASCII
    )
    shown = Markup()
    end = 0
    for found in address.finditer(text):
        shown += escape(text[end : found.start()]) + Markup('<a href="{0}">{0}</a>').format(found[0])
        end = found.end()
    return shown + escape(text[end:])
