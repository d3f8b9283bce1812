"""Regular expressions of ECMA-262, run by Node.js, which also builds the front end."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "frontend"))

import assemble

_PROGRAM = """
const lines = require("node:readline").createInterface({input: process.stdin});
lines.on("line", line => {
  const [pattern, texts, flags] = JSON.parse(line);
  let found = null;
  try {
    const compiled = new RegExp(pattern, flags);
    found = texts.map(text => compiled.test(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  console.log(JSON.stringify(found));
});
"""
"""Writes a line for each line it reads: for each text whether the pattern is found; null if it is no pattern."""


class NoNode(Exception):
    """Node.js is neither on this machine nor installed from PyPI."""


class Engine:
    """Searches texts with ``new RegExp(pattern, "u")``, or with "iu"."""

    def __init__(self, questions: IO[str], answers: IO[str]) -> None:
        """Keep the two pipes of a process."""
        self._questions, self._answers = questions, answers

    def found(self, pattern: str, texts: Sequence[str], *, flags: str = "u") -> list[bool] | None:
        """Tell for each text whether it contains the pattern; None if the pattern is not valid in ECMA-262."""
        self._questions.write(json.dumps([pattern, list(texts), flags]) + "\n")
        self._questions.flush()
        answer: list[bool] | None = json.loads(self._answers.readline())
        return answer


@contextlib.contextmanager
def engine() -> Iterator[Engine]:
    """Run Node.js.

    Raises:
        NoNode: Node.js is not installed.
    """
    try:
        node, _npm = assemble.commands()
    except SystemExit as error:
        raise NoNode(str(error)) from None
    command = [*node, "-e", _PROGRAM]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Engine(process.stdin, process.stdout)
        process.stdin.close()
