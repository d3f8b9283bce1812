"""A notary's office with a few weeks of life in it, made the way it would have come about."""
