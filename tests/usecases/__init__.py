"""Tests of the use cases with the memory adapters."""
