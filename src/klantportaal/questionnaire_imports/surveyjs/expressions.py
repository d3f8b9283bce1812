"""Reads the expressions of SurveyJS: ``{age} >= 18 and ({partner} = 'yes' or {children} notempty)``.

The grammar is that of SurveyJS, ``expressions/grammar.pegjs``. From weak to strong: ``or``; ``and``; comparisons;
``+ -``; ``* / %``; ``^``; ``contains``, ``notcontains``, ``anyof``, ``allof``, ``noneof``; ``empty`` and ``notempty``
behind an operand, and ``!`` before one. Words of operators may be in capitals. A word by itself is text. Unlike
SurveyJS, brackets must be closed.

A parser of its own, by recursive descent: a parser library would still leave the limit on brackets to us, and every
vendor would install it.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NoReturn

import attrs

LENGTH_LIMIT = 20_000
"""Characters of an expression."""
BRACKETS_LIMIT = 25
"""Brackets, ``!`` and functions within one another."""
CHAIN_LIMIT = 50
"""Calculations and comparisons that take the outcome of one before: ``1 + 2 + 3`` has one."""

_TOKEN = re.compile(
    r"""
      (?P<name> \{ [^{}]+ \} )
    | (?P<text> ' (?: [^'\\] | \\. )* ' | " (?: [^"\\] | \\. )* " )
    | (?P<number> 0x[0-9A-Fa-f]{1,15}(?![0-9A-Za-z]) | [0-9]{1,30}(?:\.[0-9]{1,30})?(?![0-9A-Za-z_.]) )
    | (?P<sign> <= | >= | =< | => | <> | != | == | && | \|\| | \*= | [=<>!()\[\],+\-*/%^] )
    | (?P<word> [A-Za-z_][A-Za-z0-9_]* )
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")
_ESCAPED = re.compile(r"\\(['\"])")
_SIGNS = {
    "==": "=",
    "equal": "=",
    "equals": "=",
    "<>": "!=",
    "notequal": "!=",
    "notequals": "!=",
    "=<": "<=",
    "lessorequal": "<=",
    "less": "<",
    "=>": ">=",
    "greaterorequal": ">=",
    "greater": ">",
    "&&": "and",
    "||": "or",
    "*=": "contains",
    "contain": "contains",
    "notcontain": "notcontains",
    "negate": "!",
    "power": "^",
}
"""The other ways to write an operator."""
_LEVELS = (
    ("=", "!=", "<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/", "%"),
    ("^",),
    ("contains", "notcontains", "anyof", "allof", "noneof"),
)
"""The operators between two operands, from weak to strong."""


class Unreadable(Exception):
    """The text is no expression."""

    def __init__(self, position: int) -> None:
        """Keep the place, from 1."""
        super().__init__(position)
        self.position = position


@attrs.frozen
class Literal:
    """A text, a number, true or false; None for ``null`` and ``undefined``."""

    value: str | bool | Decimal | None


@attrs.frozen
class Name:
    """The answer to a question: ``{name}``."""

    name: str


@attrs.frozen
class Listed:
    """A list: ``['a', 'b']``."""

    items: "Sequence[Node]"


@attrs.frozen
class Call:
    """A function: ``today()``."""

    function: str
    arguments: "Sequence[Node]"


@attrs.frozen
class Negated:
    """``!``."""

    node: "Node"


@attrs.frozen
class Emptiness:
    """``empty`` and ``notempty``."""

    node: "Node"
    empty: bool


@attrs.frozen
class Binary:
    """A comparison or a calculation."""

    operator: str
    left: "Node"
    right: "Node"


@attrs.frozen
class Combined:
    """``and`` and ``or``."""

    operator: str
    parts: "Sequence[Node]"


Node = Literal | Name | Listed | Call | Negated | Emptiness | Binary | Combined


def parse(text: str) -> Node:
    """Read an expression.

    Raises:
        Unreadable: it is no expression, or too long, or has too many brackets within one another.
    """
    if len(text) > LENGTH_LIMIT:
        raise Unreadable(LENGTH_LIMIT + 1)
    parser = _Parser(_tokens(text), len(text) + 1)
    found = parser.either()
    if parser.kind:
        parser.stop()
    return found


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Give the tokens: kind, text in one spelling, and place from 1."""
    found, position = [], 0
    while (position := _end_of_space(text, position)) < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise Unreadable(position + 1)
        kind, said = str(token.lastgroup), token[0]
        found.append((kind, _SIGNS.get(said.lower(), said) if kind in ("sign", "word") else said, position + 1))
        position = token.end()
    return found


def _end_of_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


@attrs.define
class _Parser:
    """Reads tokens from first to last."""

    _tokens: Sequence[tuple[str, str, int]]
    _end: int
    _at: int = 0
    _depth: int = 0
    _chained: int = 0

    @property
    def kind(self) -> str:
        """The kind of the next token; "" at the end."""
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    @property
    def next(self) -> str:
        """The next token as an operator: in lower case; "" if it is none."""
        kind, said, _position = self._tokens[self._at] if self._at < len(self._tokens) else ("", "", 0)
        return said.lower() if kind in ("sign", "word") else ""

    def stop(self) -> NoReturn:
        """Refuse the next token."""
        raise Unreadable(self._tokens[self._at][2] if self._at < len(self._tokens) else self._end)

    def take(self) -> str:
        """Read the next token."""
        if not self.kind:
            self.stop()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def expect(self, sign: str) -> None:
        """Read a sign that must be there."""
        if self.next != sign:
            self.stop()
        self.take()

    # -------------------------------------------------------------- operators
    def either(self) -> Node:
        """Read operands of ``or``."""
        return self._combined("or", lambda: self._combined("and", lambda: self._level(0)))

    def _combined(self, operator: str, operand: Callable[[], Node]) -> Node:
        parts = [operand()]
        while self.next == operator:
            self.take()
            parts.append(operand())
        return Combined(operator, parts) if len(parts) > 1 else parts[0]

    def _level(self, level: int) -> Node:
        """Read the operands of the operators of a level, from left to right."""
        if level == len(_LEVELS):
            return self._unary()
        found = self._level(level + 1)
        while self.next in _LEVELS[level]:
            self._count(found, Binary)
            found = Binary(self.take().lower(), found, self._level(level + 1))
        return found

    def _unary(self) -> Node:
        if self.next == "!":
            self.take()
            return Negated(self._deeper(self._unary))
        found = self._operand()
        while self.next in ("empty", "notempty"):
            self._count(found, Emptiness)
            found = Emptiness(found, self.take().lower() == "empty")
        return found

    def _count(self, found: Node, kind: type) -> None:
        """Refuse the next operator if too many take the outcome of one before."""
        self._chained += isinstance(found, kind)
        if self._chained > CHAIN_LIMIT:
            self.stop()

    # -------------------------------------------------------------- operands
    def _deeper(self, read: Callable[[], Node]) -> Node:
        """Read what is within something else."""
        if self._depth == BRACKETS_LIMIT:
            self.stop()
        self._depth += 1
        found = read()
        self._depth -= 1
        return found

    def _operand(self) -> Node:  # noqa: PLR0911 - one return for each case
        match self.kind:
            case "name":
                return Name(self.take()[1:-1].strip())
            case "text":
                return Literal(_ESCAPED.sub(r"\1", self.take()[1:-1]))
            case "number":
                return Literal(_number(self.take()))
            case "word":
                return self._word()
        if self.next == "-" and self._after() == "number":
            self.take()
            return Literal(-_number(self.take()))
        if self.next == "[":
            self.take()
            return Listed(self._sequence("]"))
        self.expect("(")
        found = self._deeper(self.either)
        self.expect(")")
        return found

    def _after(self) -> str:
        """Give the kind of the token after the next one."""
        return self._tokens[self._at + 1][0] if self._at + 1 < len(self._tokens) else ""

    def _word(self) -> Node:
        word = self.take()
        if self.next == "(":
            self.take()
            return Call(word, self._sequence(")"))
        match word.lower():
            case "true" | "false":
                return Literal(word.lower() == "true")
            case "null" | "undefined":
                return Literal(None)
        return Literal(word)

    def _sequence(self, end: str) -> Sequence[Node]:
        """Read what stands between commas, up to a closing bracket."""
        found: list[Node] = []
        while self.next != end:
            if found:
                self.expect(",")
            found.append(self._deeper(self.either))
        self.take()
        return found


def _number(text: str) -> Decimal:
    return Decimal(int(text, 16)) if text.startswith("0x") else Decimal(text)
