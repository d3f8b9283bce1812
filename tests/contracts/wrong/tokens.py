"""Makers of tokens that break promises of their port."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import pytest

from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.domain.values import Fingerprint
from klantportaal.ports.secrets import Tokens
from klantportaal.testing.contracts.secrets import TokensContract
from tests.contracts.wrong import caught_by

PEPPER = b"pepper of the tests, for no-one!"


class _Wrong(TokensContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def tokens(self) -> Tokens:
        """Return the wrong adapter."""
        found: Tokens = type(self).makes(PEPPER)
        return found

    @pytest.fixture
    def reopened(self) -> Callable[[], Tokens]:
        """Return what makes another one with the same pepper."""
        return lambda: type(self).makes(PEPPER)


class _Short(HmacTokens):
    def new(self) -> str:
        return super().new()[:22]


@caught_by("test_a_secret_fits_a_link", "ON-2: a token has 256 bits")
class MakesShortTokens(_Wrong):
    """Its tokens have 128 bits."""

    makes = _Short


class _Escaped(HmacTokens):
    def new(self) -> str:
        return f"{super().new()[:42]}="


@caught_by("test_a_secret_fits_a_link", "ON-2: a token has 256 bits, in 43 characters that need no escaping in a URL")
class PadsItsTokens(_Wrong):
    """Its tokens need escaping in a URL."""

    makes = _Escaped


class _Same(HmacTokens):
    def new(self) -> str:
        return self.derived(UUID(int=0))[0]


@caught_by("test_no_secret_comes_twice", "SI-3: every token is new")
class RepeatsItsTokens(_Wrong):
    """It makes the same token each time."""

    makes = _Same


class _Drawn(HmacTokens):
    def derived(self, task_id: UUID) -> Sequence[str]:
        return [self.new()]


@caught_by("test_a_task_has_one_secret", "ON-6: the token of a task is the same each time")
class DrawsTheTokenOfATask(_Wrong):
    """It draws another token of a task each time."""

    makes = _Drawn


class _OfProcess(HmacTokens):
    def __init__(self, pepper: bytes) -> None:
        super().__init__([pepper, secrets.token_bytes(32)][::-1])


@caught_by("test_a_task_has_one_secret_in_every_process", "ON-6: a mail that another process sends again has the same")
class HasAKeyOfItsProcess(_Wrong):
    """Its key is drawn at the start of its process."""

    makes = _OfProcess


class _Shared(HmacTokens):
    def derived(self, task_id: UUID) -> Sequence[str]:
        return super().derived(UUID(int=task_id.int % 10))


@caught_by("test_a_task_has_one_secret", "ON-6: the token of a task is the same each time, fits a link, and is another")
class SharesTokens(_Wrong):
    """Several tasks have the same token."""

    makes = _Shared


class _Strict(HmacTokens):
    def fingerprint(self, token: str) -> Fingerprint:
        return Fingerprint(hashlib.sha256(token.encode("ascii")).digest())


@caught_by("test_any_text_has_a_fingerprint[\\xe9]", "SI-3: any text has a fingerprint")
class FailsOnOddTexts(_Wrong):
    """It fails on a text that is no token."""

    makes = _Strict
