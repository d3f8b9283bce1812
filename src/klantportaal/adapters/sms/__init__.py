"""SMS: its words, and ways to hand it to a gateway."""
