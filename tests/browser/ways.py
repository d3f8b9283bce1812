"""Parameters for tests: on which host, and with or without script.

Both hosts have the same pages and scripts, so behaviour inside the browser is tested on one of them. How the hosts
handle requests is tested on both, without a browser, in ``tests/hosts``.
"""

import pytest

BOTH_WAYS = pytest.mark.parametrize(
    "demo, javascript",
    [pytest.param("flask", True, id="flask-script"), pytest.param("fastapi", False, id="fastapi-plain")],
    indirect=["demo"],
)
"""With script on one host, without script on the other."""
ON_FLASK = pytest.mark.parametrize("demo", ["flask"], indirect=True)
ON_FASTAPI = pytest.mark.parametrize("demo", ["fastapi"], indirect=True)
