"""What both hosts share, without a host."""
