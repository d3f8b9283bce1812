"""What requests and responses need."""
