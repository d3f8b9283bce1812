"""What the office does, through the vendor's own code."""
