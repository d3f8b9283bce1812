"""Use cases, on memory."""
