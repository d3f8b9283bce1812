"""A wrong value from a vendor's code is refused at once, and nothing is written (AL-5)."""
