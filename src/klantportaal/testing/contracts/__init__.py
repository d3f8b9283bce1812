"""The ports' promises as tests, one class a port: inherit it, give its fixture, and pytest does the rest."""

import pytest

# So that a promise that is broken shows what was found and what was promised.
_PORTS = ("clock", "files", "mail", "mail_messages", "pdf", "scanner", "secrets", "sms", "storage")
pytest.register_assert_rewrite(*(f"{__name__}.{port}" for port in _PORTS))
