"""Tests of the code that both hosts share, without a host."""
