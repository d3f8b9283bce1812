"""What the replies of mail servers mean: which of them say that a recipient does not exist (ON-3, AL-2)."""

import re

_FINAL = re.compile(r"5\.1\.(?:1|2|3|6|10)")
"""RFC 3463 3.2 and RFC 7505: no such mailbox, no such domain, not an address, mailbox moved, domain takes no mail."""
_ENHANCED = re.compile(r"\s*#?([245]\.\d{1,3}\.\d{1,3})\b")
_ANYWHERE = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")
"""An enhanced code in the words: qmail writes it at the end, in brackets. An IP address has four numbers."""
_BARE = frozenset({550, 553})
"""Without an enhanced code: no such mailbox, or its name is not allowed, or a policy refuses it (RFC 5321 4.2.3)."""
_WHO = re.compile(r"\b(?:user|recipient|mailbox|address|addressee|account|person)\b", re.IGNORECASE)
_NOBODY = re.compile(
    r"\b(?:unknown|no such|no (?:mailbox|user|recipient|account)|not (?:known|found|exist)|invalid|unrouteable)\b"
    r"|n't exist\b",
    re.IGNORECASE,
)
_ANOTHER_REASON = re.compile(
    r"sender|relay|auth|credential|block|black|spam|polic|reputation|helo|ehlo|client|dns", re.IGNORECASE
)
"""Words about what people can repair. Exim says "relay not permitted" and "Sender verify failed" with a bare 550."""


def is_final(code: int, text: str, *, to_recipient: bool) -> bool:
    """Tell whether a reply of SMTP says that the recipient does not exist, so that trying again is of no use.

    Other permanent errors are about the message, the sender, or the state of a mailbox: block lists, DMARC, relaying,
    quota. People can repair those, so the mail is retried for days. A bare 550 or 553 may mean any of it, so there the
    words decide: it is final only if they say that nobody is there, and give no other reason.

    Args:
        code: the reply code, such as 550.
        text: the rest of the reply. It may begin with an enhanced status code (RFC 3463), or have some elsewhere in the
            words. If these differ, that one is believed which says that trying again makes sense.
        to_recipient: whether it is the reply to the command that names the recipient (RCPT).
    """
    enhanced = status(text)
    if enhanced is not None:
        return 500 <= code <= 599 and _FINAL.fullmatch(enhanced) is not None
    if not to_recipient or code not in _BARE:
        return False
    named = _ANYWHERE.findall(text)
    return all(map(_FINAL.fullmatch, named)) if named else _says_nobody(text)


def _says_nobody(text: str) -> bool:
    """Tell whether words say that the recipient does not exist, and give no other reason."""
    return bool(_WHO.search(text) and _NOBODY.search(text)) and not _ANOTHER_REASON.search(text)


def status(text: str) -> str | None:
    """Read the enhanced status code at the start of a reply, such as "5.1.1" (RFC 3463)."""
    found = _ENHANCED.match(text)
    return None if found is None else found[1]
