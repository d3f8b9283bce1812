"""Storage, in memory and in SQL."""
