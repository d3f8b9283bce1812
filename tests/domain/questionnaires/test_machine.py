"""One assignment under any sequence of calls."""

from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from klantportaal.domain.errors import Conflict, Refused
from klantportaal.domain.questionnaires import answering, assignments, results
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import KNOWN, TODAY, definitions, submissions, valid_answers
from tests.domain.given import ACCOUNT_ID, AT
from tests.domain.questionnaires.given import assigned
from tests.domain.questionnaires.model import Seen


class Filling(RuleBasedStateMachine):
    """The calls of an office and of a client's accounts, allowed and not allowed."""

    definition: Definition
    assignment: Assignment

    @initialize(definition=definitions())
    def assign(self, definition: Definition) -> None:
        """Assign a questionnaire."""
        self.definition, self.assignment = definition, assigned(definition)
        self.last: tuple[str, dict[str, Any], int] | None = None
        self.rebased: Answering | None = None
        self.seen = Seen()

    @property
    def is_filled_in(self) -> bool:
        """Tell whether it is open and started."""
        return self.assignment.state is AssignmentState.OPEN and self.assignment.answering is not None

    @rule()
    def start(self) -> None:
        """Start it."""
        try:
            after, fact = assignments.start(
                self.assignment, self.definition, KNOWN, account_id=ACCOUNT_ID, today=TODAY, at=AT
            )
        except Refused:
            assert self.assignment.state is not AssignmentState.OPEN
        else:
            assert (fact is None) == (self.assignment.answering is not None)
            self.assignment = after

    @precondition(lambda self: self.is_filled_in)
    @rule(data=st.data())
    def press_on(self, data: st.DataObject) -> None:
        """Save a page with arbitrary answers."""
        assert self.assignment.answering is not None
        self._save(*data.draw(submissions(self.definition, self.assignment.answering)))

    @precondition(lambda self: self.is_filled_in)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Save the resume page with valid answers."""
        assert self.assignment.answering is not None
        if (shown := answering.resume(self.definition, self.assignment.answering)) is not None:
            sound = data.draw(valid_answers(self.definition, self.assignment.answering, shown.page))
            version = self.assignment.answering.version
            self._save(shown.page.id, sound, version)
            assert self.assignment.answering.version == version + 1

    @precondition(lambda self: self.is_filled_in and self.last is not None)
    @rule()
    def press_twice(self) -> None:
        """Repeat the last save."""
        assert self.last is not None
        before = self.assignment
        self._save(*self.last)
        assert self.assignment == before

    def _save(self, page: str, submitted: dict[str, Any], version: int) -> None:
        before = self.assignment
        try:
            after, fact = assignments.save(
                before, self.definition, page, submitted, version=version, account_id=ACCOUNT_ID, at=AT
            )
        except (Refused, Conflict):
            return
        if fact is None:
            assert after is before
        else:
            self.assignment, self.last = after, (page, submitted, version)
            self._remember(page)

    def _remember(self, *pages: str) -> None:
        """Note what these pages show."""
        state = self.assignment.answering
        assert state is not None
        answers = answering.view(self.definition, state).answers
        for page in self.definition.pages:
            if page.id in pages:
                self.seen.save(page, state.raw, answers)

    @precondition(lambda self: self.is_filled_in)
    @rule()
    def complete(self) -> None:
        """Complete it, which succeeds if and only if progress is 100 %."""
        assert self.assignment.answering is not None
        progress = answering.progress(self.definition, self.assignment.answering)
        by: dict[str, Any] = {"account_id": ACCOUNT_ID, "language": Language.DUTCH, "at": AT}
        version = self.assignment.answering.version
        try:
            after, _fact = assignments.complete(self.assignment, self.definition, version=version, **by)
        except Refused:
            assert progress < 100
        else:
            assert progress == 100
            assert assignments.complete(after, self.definition, version=0, **by) == (after, None)
            self.assignment = after
            assert after.answering is not None
            self._remember(*after.answering.saved)

    @precondition(lambda self: self.assignment.state is AssignmentState.OPEN)
    @rule(new=definitions(revision=2))
    def rebase(self, new: Definition) -> None:
        """Rebase it to another revision, which reveals nothing of the answers."""
        told = self.assignment.progress
        self.assignment, _fact = assignments.rebase(self.assignment, self.definition, new, at=AT)
        assert self.assignment.progress == told
        self.rebased = self.assignment.answering
        self.definition, self.last = new, None
        if self.rebased is not None:
            self.seen.rebase(new, self.rebased.saved)

    @precondition(lambda self: self.assignment.state is AssignmentState.OPEN and self.assignment.progress > 50)
    @rule()
    def withdraw(self) -> None:
        """Withdraw it."""
        self.assignment, _fact = assignments.withdraw(self.assignment, at=AT)

    @invariant()
    def adds_up(self) -> None:
        """QU-3: after each call, progress, resume page, saved pages and effective answers agree."""
        state = self.assignment.answering
        if state is None:
            assert self.assignment.progress == 0
            return
        fresh = attrs.evolve(state)
        shown = answering.view(self.definition, fresh)
        left = [
            page
            for page in shown.pages
            if not self.seen.was_shown(page.page, fresh.raw, shown.answers)
            or answering.page_faults(page, shown.answers, as_of=TODAY)
        ]
        number = len(shown.pages)
        assert answering.resume(self.definition, fresh) == (left[0] if left else None)
        if state is not self.rebased:  # From when the client saves again.
            assert self.assignment.progress == 100 * (number - len(left)) // number
        assert fresh.saved <= {page.id for page in self.definition.pages}
        if self.assignment.state is AssignmentState.COMPLETED:
            assert (fresh.raw, left) == (shown.answers, [])
            assert results.as_json(self.assignment, self.definition)


TestFilling = Filling.TestCase
TestFilling.settings = settings(max_examples=40, stateful_step_count=15)
