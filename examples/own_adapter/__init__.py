"""An example of a vendor that sends mail with its own queue."""
