"""How many files are sent to one account at once (AL-7). Each host has its own way of letting the others wait."""

DOWNLOADS = frozenset(
    {
        *("download_document", "download_submission", "download_dossier", "document_contents", "submission_contents"),
        *("look_at_document", "look_at_submission"),
    }
)
"""The routes that read a file, or the archive of a dossier, for one account. The page of a file reads it through."""
DOWNLOADS_OF_ONE = 4
"""The largest number of simultaneous downloads of one account in a process. Its other downloads wait for their turn."""
