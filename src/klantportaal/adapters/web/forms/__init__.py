"""From what was submitted to the domain's values."""
