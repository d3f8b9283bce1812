"""Parts of a state machine that runs random acts of the office and of clients on two portals at once."""

import pytest

# With this, a failed comparison of the two portals shows the difference.
pytest.register_assert_rewrite(f"{__name__}.twins")
