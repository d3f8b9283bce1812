"""The demo: a portal with example data, a mailbox that shows its mail, and an office desk."""
