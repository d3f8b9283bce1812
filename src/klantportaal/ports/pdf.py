"""PDF: a completed questionnaire on paper."""

from datetime import datetime
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.values import Language


@attrs.frozen(kw_only=True, field_transformer=checked)
class Report:
    """What the PDF of a completed questionnaire says."""

    language: Language
    title: str
    office_name: str
    client_name: str
    dossier_number: str
    dossier_description: str
    completed_by: str
    """The name of the account that did."""
    completed_at: datetime
    asked: tuple[Asked, ...] = attrs.field(repr=False)
    """Every visible question with its answer, in order (property 10)."""
    attachment: bytes = attrs.field(repr=False)
    """The answers as JSON."""


class PdfWriter(Protocol):
    """Puts a report on pages."""

    def write(self, report: Report) -> bytes:
        """Write the PDF: the same bytes for the same report, whenever and however often.

        Its language and title are set, its fonts are embedded, and the attachment is in it as ``antwoorden.json``.
        Nothing that was typed is left out: a character that no font has is written as its code point.
        Only of blank lines, one after another, no more than two need be there.
        """
        ...
