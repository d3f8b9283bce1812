"""Storage of files, on a disk or in memory."""
