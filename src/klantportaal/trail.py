"""The types of the audit trail that ``portal.office.audit`` gives: entries, seals and results of a verification."""

from klantportaal.domain.auditing import Entry
from klantportaal.domain.events import KINDS
from klantportaal.domain.sealing import Break, BreakKind, Line, Seal, Verification, read_anchor

__all__ = ["KINDS", "Break", "BreakKind", "Entry", "Line", "Seal", "Verification", "read_anchor"]
