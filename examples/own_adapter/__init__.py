"""A vendor that hands mail to its own machinery."""
