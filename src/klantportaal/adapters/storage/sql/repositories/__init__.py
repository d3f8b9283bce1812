"""What a unit of work changes, by subject."""
