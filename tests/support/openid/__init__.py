"""A real OpenID provider, for the tests of a vendor's own sign-in."""
