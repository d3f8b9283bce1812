"""Tests of the examples and of the demo, which uses them."""
