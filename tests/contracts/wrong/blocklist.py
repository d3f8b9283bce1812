"""Lists of common passwords that break promises of their port."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from klantportaal.ports.secrets import Blocklist
from klantportaal.testing.contracts.secrets import BlocklistContract
from klantportaal.testing.fakes import COMMON, FewPasswords
from tests.contracts.wrong import caught_by


class _Wrong(BlocklistContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def blocklist(self) -> Blocklist:
        """Return the wrong adapter."""
        found: Blocklist = type(self).makes()
        return found

    @pytest.fixture
    def reopened(self) -> Callable[[], Blocklist]:
        """Return what makes another one."""
        return type(self).makes


class _Within(FewPasswords):
    def holds(self, password: str) -> bool:
        return any(each in password for each in COMMON)


@caught_by(
    "test_a_password_is_compared_whole[qwerty]", "PW-3: a password that contains a common password is not listed"
)
class LooksWithin(_Wrong):
    """It refuses a password that contains a common one."""

    makes = _Within


class _Beginnings(FewPasswords):
    def holds(self, password: str) -> bool:
        return any(each.startswith(password) for each in COMMON)


@caught_by(
    "test_a_password_is_compared_whole[qwerty]", "PW-3: a password that contains a common password is not listed"
)
class ComparesBeginnings(_Wrong):
    """It refuses the beginning of a common password."""

    makes = _Beginnings


class _Empty:
    def holds(self, _password: str) -> bool:
        return False


@caught_by("test_common_ones_are_listed[qwerty]", "PW-3: the most common passwords are listed, in lower case")
class ListsNothing(_Wrong):
    """Its list is empty."""

    makes = _Empty


class _Strict(FewPasswords):
    def holds(self, password: str) -> bool:
        return password.encode("ascii").decode() in COMMON


@caught_by("test_any_text_is_answered[\\ud83d]", "PW-3: an uncommon text is not listed and raises no error")
class FailsOnOddTexts(_Wrong):
    """It fails on a text that is not ASCII."""

    makes = _Strict


class _Learning:
    def __init__(self) -> None:
        self._asked = set(COMMON)

    def holds(self, password: str) -> bool:
        is_known = password in self._asked
        self._asked.add(password)
        return is_known


@caught_by("test_any_text_is_answered[]", "PW-3: an uncommon text is not listed and raises no error")
class Learns(_Wrong):
    """It lists what it was asked before."""

    makes = _Learning


class _OnlyOnce:
    made: ClassVar[int] = 0

    def __init__(self) -> None:
        self._listed = COMMON if _OnlyOnce.made == 0 else ()
        _OnlyOnce.made += 1

    def holds(self, password: str) -> bool:
        return password in self._listed


@caught_by("test_every_process_has_the_same_list", "PW-3: every process refuses the same passwords")
class LoadsItsListOnce(_Wrong):
    """Only the first process has the list."""

    makes = _OnlyOnce
