"""The form that checks a file against a receipt (RQ-4). With script, the browser sends only the SHA-256 of the file."""

from collections.abc import Iterable, Sequence

import attrs

from klantportaal.adapters.web.http.form_parts import Part, TextPart
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.uploads import shown_name
from klantportaal.domain.values import ReceiptId
from klantportaal.portal import Portal
from klantportaal.usecases.client.receipts import Receipts


def check(portal: Portal, visitor: Visitor, receipt_id: ReceiptId, code: str, parts: Iterable[Part]) -> Sequence[str]:
    """Give the names under which the file of a form is on a receipt. A file is read while it streams in.

    Raises:
        Refused: no file was chosen, or it is larger than any file that can be delivered.
        Absent, Unavailable: see ``portal.client.receipts.check``.
    """
    try:
        return _check(portal.client.receipts, visitor, receipt_id, code, parts)
    except Refused as error:
        raise Refused([attrs.evolve(fault, field="file") for fault in error.faults]) from error


def _check(calls: Receipts, visitor: Visitor, receipt_id: ReceiptId, code: str, parts: Iterable[Part]) -> Sequence[str]:
    for part in parts:
        if isinstance(part, TextPart):
            if part.name == "sha256" and part.value:
                return calls.check(visitor, receipt_id, code, part.value)
        elif part.name == "file" and part.file_name:
            name = shown_name(part.file_name)
            return calls.check_file(visitor, receipt_id, code, name=name, blocks=part.blocks)
    raise Refused([Fault(code=FaultCode.MISSING, field="file")])
