"""Real faults outside the portal."""
