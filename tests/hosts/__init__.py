"""One suite for both hosts."""
