"""The use cases of the office, which the vendor's own code calls."""
