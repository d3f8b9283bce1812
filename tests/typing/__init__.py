"""What type checkers say of a vendor's code."""
