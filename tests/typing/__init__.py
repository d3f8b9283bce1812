"""What type checkers report about a vendor's code."""
