"""How many ways a regular expression can read one text: what a backtracking engine may have to try, one after another.

The patterns of offices are found by RE2, which never backtracks; but other tools that read the same definition may.
A pattern becomes an automaton. Two runs that part at a choice, read the same characters and meet again are two ways to
read them. Where that happens within a repeat, the ways multiply with each turn: exponential. Outside of repeats each
such choice multiplies them once.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import prod
from re import _parser  # type: ignore[attr-defined]  # Python's own reading of a pattern has no public name.
from typing import Any

import attrs

Ranges = tuple[tuple[int, int], ...]
"""A set of characters: the first and last code point of each stretch, in ascending order."""
Item = tuple[Any, Any]
"""A part of a parsed pattern: what it is, and of what."""

_ENDLESS = 100
"""The ways to read a text that one endless repeat is counted for: a text of a hundred characters."""
_WAYS = _ENDLESS**2
"""The ways that are let in: those of two endless repeats (``^.+@.+[.].+$``)."""
_EXPANDED = 40
"""The highest count that is written out; a higher one is taken for endless, which has all its ways and more."""
_STATES = 1_000
"""The largest automaton to judge."""
_PAIRS = 20_000
"""The most pairs of runs to follow in one pattern: a few hundredths of a second."""

_ANY: Ranges = ((0, 0x10FFFF),)
_CATEGORIES: dict[str, Ranges] = {
    "CATEGORY_DIGIT": ((0x30, 0x39),),
    "CATEGORY_SPACE": ((0x09, 0x0D), (0x20, 0x20)),
    "CATEGORY_WORD": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
}
_ALTERNATIVES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?|(?P<bar>\|)", re.DOTALL)


class _Risky(Exception):
    """The pattern can be read in too many ways, or is too intricate to tell."""


def backtracks(pattern: str) -> bool:
    """Tell whether a backtracking engine may take very long over *pattern*, or it looks ahead, behind or back.

    Raises:
        re.error: it is no regular expression.
        OverflowError: it repeats more often than can be counted.
    """
    # Python makes `a|b` into a set and `ab|ac` into `a(b|c)`, as other engines do not; an assertion in front stops it.
    kept = _ALTERNATIVES.sub(lambda found: r"|\B" if found["bar"] else found[0], pattern)
    try:
        tree = _parser.parse(kept)
        left = iter(range(_PAIRS))
        return any(_reads(left, [repeat]).exceeds(1) for repeat in _repeats(tree)) or _reads(left, tree).exceeds(_WAYS)
    except (_Risky, RecursionError):
        return True


def _repeats(items: Sequence[Item]) -> Iterator[Item]:
    """Give every outermost part that can be repeated: one way to read all its turns is one for what is inside."""
    for kind, value in items:
        match str(kind), value:
            case "MAX_REPEAT" | "MIN_REPEAT", (_, high, body):
                if high > 1:
                    yield kind, value
                else:
                    yield from _repeats(body)
            case "SUBPATTERN", (*_, body):
                yield from _repeats(body)
            case "BRANCH", (_, bodies):
                for body in bodies:
                    yield from _repeats(body)


@attrs.define
class _Automaton:
    """What reads a text: states that read one character and go on, and states that choose where to go on."""

    left: Iterator[int]
    """Counts the pairs of runs that may still be followed."""
    reads: list[Ranges] = attrs.field(factory=list)
    """By state, what it reads; nothing for a choice, and for the end."""
    exits: list[tuple[int, ...]] = attrs.field(factory=list)
    choices: list[tuple[int, int]] = attrs.field(factory=list)
    """Each state that chooses, with the part of the pattern that it belongs to."""
    ways: dict[int, int] = attrs.field(factory=dict)
    """By part of the pattern, the ways to read a text that it has where it is ambiguous."""
    repeat: int | None = None
    """The outermost repeat that is being built: what is inside has no ways of its own, only those of leaving it."""
    seen: set[tuple[int, int]] = attrs.field(factory=set)
    sets: dict[tuple[str, int], Ranges] = attrs.field(factory=dict)
    """The characters of each part that reads one, once, however often that is repeated."""
    overlaps: dict[tuple[int, int], bool] = attrs.field(factory=dict)
    """By the identities of two of those, whether they have a character in common."""

    def read(self, items: Sequence[Item]) -> None:
        """Build the states for the whole of *items*."""
        self._sequence(items, self._state((), ()))

    def exceeds(self, limit: int) -> bool:
        """Tell whether a text of a hundred characters may be read in more ways than *limit*."""
        found: dict[int, int] = {}
        for state, part in self.choices:
            pairs = combinations(self.exits[state], 2)
            if part not in found and any(self._meet(*pair) for pair in pairs):
                found[part] = self.ways[part]
                if prod(found.values()) > limit:
                    return True
        return False

    def _state(self, reads: Ranges, exits: tuple[int, ...]) -> int:
        if len(self.reads) == _STATES:
            raise _Risky
        self.reads.append(reads)
        self.exits.append(exits)
        return len(self.reads) - 1

    def _choice(self, part: int, ways: int, exits: tuple[int, ...]) -> int:
        state = self._state((), exits)
        if self.repeat is None:
            self.ways[part] = ways
        self.choices.append((state, part if self.repeat is None else self.repeat))
        return state

    def _sequence(self, items: Sequence[Item], after: int) -> int:
        for kind, value in reversed(items):
            after = self._part(kind, value, after)
        return after

    def _part(self, kind: Any, value: Any, after: int) -> int:
        """Build one part of the pattern, and give the state to begin it in."""
        match str(kind), value:
            case "AT", _:
                return after
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN", _:
                which = (str(kind), id(value))
                if which not in self.sets:
                    self.sets[which] = _characters(kind, value)
                return self._state(self.sets[which], (after,))
            case "SUBPATTERN", (*_, body):
                return self._sequence(body, after)
            case "BRANCH", (_, bodies):
                return self._choice(id(value), len(bodies), tuple(self._sequence(each, after) for each in bodies))
            case "MAX_REPEAT" | "MIN_REPEAT", _:
                return self._repeat(value, after)
            case _:  # It looks ahead, behind or back, or keeps to what it found.
                raise _Risky

    def _repeat(self, value: tuple[int, int, Any], after: int) -> int:
        low, high, body = value
        if high == 1:
            return self._turns(value, after)
        outermost = self.repeat is None
        if outermost:
            # It can be left after each character that it reads; where it reads none, there are still two ways to do so.
            self.ways[id(value)] = min(_ENDLESS, max(2, high * body.getwidth()[1] + 1))
            self.repeat = id(value)
        if max(low, 0 if high == _parser.MAXREPEAT else high) > _EXPANDED:
            low, high = 0, _parser.MAXREPEAT
        after = self._turns((low, high, body), after, part=id(value))
        if outermost:
            self.repeat = None
        return after

    def _turns(self, value: tuple[int, int, Any], after: int, part: int | None = None) -> int:
        """Write a repeat out: first the turns that must be, then those that may be."""
        low, high, body = value
        part, end = part or id(value), after
        if high == _parser.MAXREPEAT:
            after = self._choice(part, _ENDLESS, ())
            self.exits[after] = (self._sequence(body, after), end)
        else:
            for _ in range(high - low):
                after = self._choice(part, 2, (self._sequence(body, after), end))
        for _ in range(low):
            after = self._sequence(body, after)
        return after

    def _meet(self, one: int, other: int) -> bool:
        """Tell whether runs from two states can read the same characters and come to the same state.

        Pairs that were seen before led nowhere: the first that meet end the search for their part of the pattern.
        """
        waiting, here = [(one, other)], set[tuple[int, int]]()
        while waiting:
            one, other = pair = waiting.pop()
            if one == other:
                return True
            if pair in here or pair in self.seen:
                continue
            here.add(pair)
            if next(self.left, None) is None:
                raise _Risky
            waiting += self._next(one, other)
        self.seen |= here
        return False

    def _next(self, one: int, other: int) -> list[tuple[int, int]]:
        if not self.reads[one]:
            return [(each, other) for each in self.exits[one]]
        if not self.reads[other]:
            return [(one, each) for each in self.exits[other]]
        if self._overlap(self.reads[one], self.reads[other]):
            return [(self.exits[one][0], self.exits[other][0])]
        return []

    def _overlap(self, some: Ranges, others: Ranges) -> bool:
        both = (id(some), id(others))
        if both not in self.overlaps:
            self.overlaps[both] = _overlap(some, others)
        return self.overlaps[both]


def _reads(left: Iterator[int], items: Sequence[Item]) -> _Automaton:
    automaton = _Automaton(left)
    automaton.read(items)
    return automaton


def _overlap(some: Ranges, others: Ranges) -> bool:
    """Tell whether two sets have a character in common, going once over both."""
    mine, theirs = iter(some), iter(others)
    one, other = next(mine, None), next(theirs, None)
    while one and other:
        if one[1] < other[0]:
            one = next(mine, None)
        elif other[1] < one[0]:
            other = next(theirs, None)
        else:
            return True
    return False


def _characters(kind: Any, value: Any) -> Ranges:
    """Give the characters that one part of a pattern, or of a set in it, stands for."""
    match str(kind):
        case "LITERAL":
            return ((value, value),)
        case "NOT_LITERAL":
            return _others(((value, value),))
        case "ANY":
            return _others(((0x0A, 0x0A),))
        case "RANGE":
            return (value,)
        case "CATEGORY":
            name = str(value)
            known = _CATEGORIES[name.replace("_NOT_", "_")]
            return _others(known) if "_NOT_" in name else known
        case _:
            negated = str(value[0][0]) == "NEGATE"
            found = tuple(sorted(stretch for each in value[negated:] for stretch in _characters(*each)))
            return _others(found) if negated else found


def _others(ranges: Ranges) -> Ranges:
    """Give the characters that are not in *ranges*."""
    gaps, first = [], 0
    for low, high in ranges:
        if low > first:
            gaps.append((first, low - 1))
        first = max(first, high + 1)
    return (*gaps, (first, _ANY[0][1])) if first <= _ANY[0][1] else tuple(gaps)
