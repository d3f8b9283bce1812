"""The audit trail as ``portal.office.audit`` gives it: entries, their seals, and what a verification found."""

from klantportaal.domain.auditing import Entry
from klantportaal.domain.events import KINDS
from klantportaal.domain.sealing import Break, BreakKind, Line, Seal, Verification, read_anchor

__all__ = ["KINDS", "Break", "BreakKind", "Entry", "Line", "Seal", "Verification", "read_anchor"]
