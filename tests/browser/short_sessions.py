"""A portal whose sessions end within seconds, in this process, for the tests that wait for that."""
