"""What several sides share."""
