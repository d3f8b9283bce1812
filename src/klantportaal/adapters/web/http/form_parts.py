"""The parts of a form with files, as the readers of both hosts yield them while the body streams in."""

from collections.abc import Iterator

import attrs

from klantportaal.domain.uploads import UploadLimits

KIBIBYTE = 1024
OTHER_PARTS = 32
"""The largest number of fields of a form besides its files."""


@attrs.frozen(kw_only=True)
class FormLimits:
    """The limits for one form. They apply to the bytes received, whatever the headers claim."""

    parts: int
    """The largest number of fields and files together."""
    field: int
    """The largest size of one text field, in bytes."""
    total: int
    """The largest size of the whole body, in bytes. Bytes beyond it are not read."""


@attrs.frozen(kw_only=True)
class TextPart:
    """A complete text field."""

    name: str
    value: str


@attrs.frozen(kw_only=True)
class FilePart:
    """A file that is still streaming in. Read its blocks before you ask for the next part."""

    name: str
    file_name: str
    """The name that the browser sent. Empty if no file was chosen."""
    blocks: Iterator[bytes]


Part = TextPart | FilePart

PLAIN_FORM = FormLimits(parts=OTHER_PARTS, field=64 * KIBIBYTE, total=256 * KIBIBYTE)
"""The limits for a form without files."""


def with_files(limits: UploadLimits) -> FormLimits:
    """Give the limits for a message with attachments.

    The body has room for the allowed number of files at their largest size and one more file. The number of parts
    allows more files than a message may have, so that each extra file is refused with its own fault (AT-3).
    """
    return FormLimits(
        parts=OTHER_PARTS + 5 * limits.files,
        field=PLAIN_FORM.field,
        total=(limits.files + 1) * limits.file_size + PLAIN_FORM.total,
    )


WITH_FILES = frozenset(
    {"new_message", "answer", "upload", "remove_upload", "request_item", "request_upload", "remove_request_upload"}
)
"""The routes of messages and requests whose form may have files."""
WITH_ANSWERS = frozenset({"questionnaire_page", "questionnaire_upload"})
"""The routes of questionnaires whose form may have files."""
CHECKING = "check_receipt"
"""The route that checks a file against a receipt. The file is read and not kept."""
ONE_FILE = frozenset({"upload", "questionnaire_upload", "request_upload"})
"""Those by which a script sends one file. Nothing is typed in such a form."""


def limits_of(route: str, limits: UploadLimits) -> FormLimits | None:
    """Give the limits for the form of a route that is read while it streams in. None for a plain form."""
    if route in WITH_FILES:
        return with_files(limits)
    if route == CHECKING:
        return FormLimits(parts=OTHER_PARTS, field=PLAIN_FORM.field, total=limits.file_size + PLAIN_FORM.total)
    return with_answers(limits) if route in WITH_ANSWERS else None


ANSWER_PARTS = 12_000
"""The largest number of fields on one questionnaire page: 100 rows of 20 columns, some with three fields each."""
ANSWERS_TOTAL = 2 * 1024 * KIBIBYTE
"""The largest number of characters in all text fields of one questionnaire page together, names included."""


def with_answers(limits: UploadLimits) -> FormLimits:
    """Give the limits for one questionnaire page.

    Text is also counted separately (``ANSWERS_TOTAL``), because it is kept in memory and files are not.
    """
    files = with_files(limits)
    return FormLimits(parts=ANSWER_PARTS + files.parts, field=files.field, total=files.total + ANSWER_PARTS * KIBIBYTE)
