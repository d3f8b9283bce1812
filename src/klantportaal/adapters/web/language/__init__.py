"""What the reader's language decides."""
