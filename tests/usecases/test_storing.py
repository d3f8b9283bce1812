"""Checks on the blocks that a vendor streams into the portal (AL-3, AL-5)."""

import pytest

from klantportaal.usecases.shared.storing import only_bytes


def test_each_block_is_bytes() -> None:
    """AL-5: a block of another type is an error when it is read; earlier blocks are passed on."""
    blocks = only_bytes([b"a", "b"])  # type: ignore[list-item]
    assert next(blocks) == b"a"
    with pytest.raises(TypeError, match="blocks must be bytes, each of them, not str"):
        next(blocks)
