"""The promises of the ports as tests, one class per port. Inherit it, provide its fixture, and run pytest."""

import pytest

# Rewritten asserts show the found and the expected value in a vendor's test run.
_PORTS = (
    "addresses",
    "anchors",
    "clock",
    "files",
    "mail",
    "mail_messages",
    "pdf",
    "pictures",
    "promises",
    "scanner",
    "secrets",
    "sms",
    "storage",
    "webhooks",
)
pytest.register_assert_rewrite(*(f"{__name__}.{port}" for port in _PORTS))
