"""Short examples of a vendor's code around the portal. The tests run all of them."""
