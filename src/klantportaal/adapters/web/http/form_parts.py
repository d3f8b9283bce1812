"""The parts of a form with files, as both hosts' readers give them while the body streams in."""

from collections.abc import Iterator

import attrs

from klantportaal.domain.uploads import UploadLimits

KIBIBYTE = 1024
OTHER_PARTS = 32
"""Fields of a form beside its files."""


@attrs.frozen(kw_only=True)
class FormLimits:
    """How much a form may bring, whatever its headers say."""

    parts: int
    """Fields and files together."""
    field: int
    """Bytes of one text field."""
    total: int
    """Bytes of the whole body; what comes after them is not read."""


@attrs.frozen(kw_only=True)
class TextPart:
    """A text field, whole."""

    name: str
    value: str


@attrs.frozen(kw_only=True)
class FilePart:
    """A file as it streams by; to be consumed before the next part is asked for."""

    name: str
    file_name: str
    """As the browser gave it; empty where no file was chosen."""
    blocks: Iterator[bytes]


Part = TextPart | FilePart

PLAIN_FORM = FormLimits(parts=OTHER_PARTS, field=64 * KIBIBYTE, total=256 * KIBIBYTE)
"""For a form without files."""


def with_files(limits: UploadLimits) -> FormLimits:
    """Say how much a message with attachments may bring: all files at their largest, one refused one among them.

    More files than a message may have are let through, so that each can be refused with its own sentence (AT-3).
    """
    return FormLimits(
        parts=OTHER_PARTS + 5 * limits.files,
        field=PLAIN_FORM.field,
        total=(limits.files + 1) * limits.file_size + PLAIN_FORM.total,
    )


ANSWER_PARTS = 12_000
"""Fields of a page of a questionnaire: of a hundred rows of twenty columns, some with three fields."""
ANSWERS_TOTAL = 2 * 1024 * KIBIBYTE
"""Characters of all that is typed on a page of a questionnaire."""


def with_answers(limits: UploadLimits) -> FormLimits:
    """Say how much a page of a questionnaire may bring; text is counted apart from files, which are never in memory."""
    files = with_files(limits)
    return FormLimits(parts=ANSWER_PARTS + files.parts, field=files.field, total=files.total + ANSWER_PARTS * KIBIBYTE)
