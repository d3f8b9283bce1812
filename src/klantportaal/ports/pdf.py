"""The port that writes the PDF of a completed questionnaire."""

from datetime import datetime
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.values import Language


@attrs.frozen(kw_only=True, field_transformer=checked)
class Report:
    """The contents of the PDF of a completed questionnaire."""

    language: Language
    title: str
    office_name: str
    client_name: str
    dossier_number: str
    dossier_description: str
    completed_by: str
    """The name of the account that completed it."""
    completed_at: datetime
    asked: tuple[Asked, ...] = attrs.field(repr=False)
    """Every visible question with its answer, in order (property 10)."""
    attachment: bytes = attrs.field(repr=False)
    """The answers as JSON."""


class PdfWriter(Protocol):
    """Writes PDF files from reports."""

    def write(self, report: Report) -> bytes:
        """Write the PDF. The same report always gives the same bytes.

        The PDF has its language and title set, has its fonts embedded, and has the attachment under the name
        ``antwoorden.json``. All typed text is in it: a character that no font has is written as its code point.
        One exception: a run of blank lines may be shortened to two.
        """
        ...
