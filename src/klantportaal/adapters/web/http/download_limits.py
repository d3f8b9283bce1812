"""How many files are sent to one account at once (AL-7). Each host has its own way of letting the others wait."""

DOWNLOADS = frozenset({"download_document", "download_submission"})
"""The routes that send a file to one account."""
DOWNLOADS_OF_ONE = 4
"""The largest number of simultaneous downloads of one account in a process. Its other downloads wait for their turn."""
