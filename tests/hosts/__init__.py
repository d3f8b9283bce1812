"""One test suite that runs on both hosts."""
