"""A machine that does what office and clients do, at random, on two portals at once."""

import pytest

# So that a difference between the two shows what it is.
pytest.register_assert_rewrite(f"{__name__}.twins")
