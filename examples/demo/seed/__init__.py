"""Seeds a notary's office with a few weeks of data, through the same calls as in real use."""
