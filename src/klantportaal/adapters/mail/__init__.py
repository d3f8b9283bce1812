"""Mail: its words, and ways to hand it to the world."""
