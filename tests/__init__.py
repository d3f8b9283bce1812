"""The tests of klantportaal."""
