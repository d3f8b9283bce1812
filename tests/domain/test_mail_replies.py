"""What the replies of mail servers mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.mail_replies import is_final, status

FINAL = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")


@pytest.mark.parametrize("code", FINAL)
@pytest.mark.parametrize("to_recipient", [True, False])
def test_no_such_recipient(code: str, to_recipient: bool) -> None:
    """AL-2: these enhanced codes say that the recipient does not exist, in whatever reply they stand."""
    assert is_final(550, f"{code} <jan@example.nl>: unknown", to_recipient=to_recipient)
    assert is_final(554, f"#{code} unknown", to_recipient=to_recipient)
    assert not is_final(450, f"{code} unknown", to_recipient=to_recipient)


@pytest.mark.parametrize("code", [550, 553])
@pytest.mark.parametrize(
    "text",
    [
        "no such user",
        "No Such User Here",
        "Unrouteable address",
        "Unknown user",
        "user not found",
        "sorry, no mailbox here by that name",
        "<jan@example.nl>, Recipient unknown",
        "Invalid recipient jan@example.nl",
        "Recipient address rejected: User unknown in local recipient table",
        "The account does not exist.",
        "The account doesn't exist.",
        "unknown or illegal alias (#5.1.1)",
        "host 10.5.7.1 knows no such user",
    ],
)
def test_without_an_enhanced_code(code: int, text: str) -> None:
    """AL-2: a bare 550 or 553 whose words say that nobody is there is final, as the reply to the recipient only."""
    assert is_final(code, text, to_recipient=True)
    assert not is_final(code, text, to_recipient=False)


@pytest.mark.parametrize(
    "code,text",
    [
        (554, "5.7.1 Relay access denied"),
        (550, "5.7.1 Blocked using a list"),
        (550, "5.7.26 DMARC"),
        (553, "5.7.1 Sender not owned by user"),
        (552, "5.2.2 Over quota"),
        (550, "5.2.1 Mailbox disabled"),
        (550, "5.1.8 Bad sender"),
        (550, "5.1.0 Address status"),
        (550, "5.1.11 What comes later"),
        (553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        (550, "Blocked, see https://example.com (#5.7.1)"),
        (550, "[5.7.1] denied"),
        (550, "User unknown 5.1.1, or blocked 5.7.1"),
        (550, ""),
        (553, "Not allowed"),
        (550, "relay not permitted"),
        (550, "Relaying denied"),
        (550, "jan@example.nl is not permitted to relay through this server without authentication"),
        (550, "Unknown user, or relay not permitted"),
        (550, "Authentication is required for relay"),
        (550, "Sender verify failed"),
        (550, "Verification failed for <a@example.nl> No Such User Here Sender verify failed"),
        (550, "Administrative prohibition"),
        (550, "Access denied - Invalid HELO name (See RFC2821 4.1.1.1)"),
        (550, "Rejected because 192.0.2.1 is in a black list at zen.example.org"),
        (550, "Unknown client address: reverse DNS"),
        (550, "High probability of spam"),
        (550, "Requested action not taken: mailbox unavailable"),
        (553, "sorry, that domain isn't in my list of allowed rcpthosts; no valid cert for gatewaying"),
        (551, "User not local"),
        (552, "Full"),
        (554, "No"),
        (500, ""),
    ],
)
@pytest.mark.parametrize("to_recipient", [True, False])
def test_everything_else_can_be_mended(code: int, text: str, to_recipient: bool) -> None:
    """AL-2: people can solve block lists, DMARC, relaying, quotas and the like, so the mail is tried again."""
    assert not is_final(code, text, to_recipient=to_recipient)


@given(st.integers(0, 999), st.text(), st.booleans())
def test_any_reply(code: int, text: str, to_recipient: bool) -> None:
    """AL-2: a reply is final only with one of these codes, or, with a bare code, if it is about the recipient."""
    enhanced = status(text)
    assert is_final(code, text, to_recipient=to_recipient) <= (
        (enhanced in FINAL and 500 <= code <= 599) or (enhanced is None and to_recipient and code in {550, 553})
    )


@pytest.mark.parametrize(
    "text,found",
    [("5.1.1 x", "5.1.1"), (" #4.7.0", "4.7.0"), ("5.1.1234 x", None), ("3.1.1 x", None), ("x 5.1.1", None)],
)
def test_status(text: str, found: str | None) -> None:
    """AL-2: the enhanced code stands at the start of the text (RFC 3463)."""
    assert status(text) == found
