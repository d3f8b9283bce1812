"""Files: on a disk, or in memory."""
