"""The types of the audit trail: entries and seals, and the results of verifying and of sealing."""

from klantportaal.domain.anchoring import SealingProblem, SealingProblemKind, SealingRun
from klantportaal.domain.auditing import Entry
from klantportaal.domain.events import KINDS
from klantportaal.domain.sealing import Break, BreakKind, Line, Seal, Verification, read_anchor

__all__ = [
    "KINDS",
    "Break",
    "BreakKind",
    "Entry",
    "Line",
    "Seal",
    "SealingProblem",
    "SealingProblemKind",
    "SealingRun",
    "Verification",
    "read_anchor",
]
