"""What was typed in a form of which only the beginning came in."""

from contextlib import suppress
from urllib.parse import parse_qsl

from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.form_parts import ANSWER_PARTS, KIBIBYTE, FormLimits, TextPart
from klantportaal.adapters.web.http.multipart import FormReader

BEGINNING = 256 * KIBIBYTE
"""The number of bytes at the beginning of a form that a host keeps, to show it again."""
_LIMITS = FormLimits(parts=ANSWER_PARTS, field=BEGINNING, total=BEGINNING)


def fields_of(content_type: str, begun: bytes) -> list[TextPart]:
    """Read the text fields of the beginning of a form. The last one, which is cut off, is left out."""
    if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        whole = begun.rpartition(b"&")[0].decode(errors="replace")
        return [TextPart(name=name, value=value) for name, value in parse_qsl(whole, keep_blank_values=True)]
    fields: list[TextPart] = []
    with suppress(WebError):
        fields.extend(part for part in FormReader(content_type, [begun], _LIMITS) if isinstance(part, TextPart))
    return fields
