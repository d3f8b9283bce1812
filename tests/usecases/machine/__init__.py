"""A machine that does what office and clients do, at random, on two portals at once."""
