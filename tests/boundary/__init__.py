"""What a vendor's code hands over wrongly is told at once, and nothing is written (AL-5)."""
