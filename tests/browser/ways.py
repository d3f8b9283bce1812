"""On which host, with or without script, a test is done.

Both hosts draw the same pages and give out the same scripts, so what happens in the browser alone is seen on one of
them; what the hosts do with what comes from it is held on both, without a browser, in ``tests/hosts``.
"""

import pytest

BOTH_WAYS = pytest.mark.parametrize(
    "demo, javascript",
    [pytest.param("flask", True, id="flask-script"), pytest.param("fastapi", False, id="fastapi-plain")],
    indirect=["demo"],
)
"""With script on one host, without on the other."""
ON_FLASK = pytest.mark.parametrize("demo", ["flask"], indirect=True)
ON_FASTAPI = pytest.mark.parametrize("demo", ["fastapi"], indirect=True)
