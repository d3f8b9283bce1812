"""One suite for both hosts: what holds for the one holds for the other."""
