"""An example of a vendor whose clients sign in with an OpenID provider: a DigiD broker, or the vendor's own."""
