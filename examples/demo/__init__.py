"""The demo: a portal with a life in it, a mailbox that catches its mail, and an office desk."""
