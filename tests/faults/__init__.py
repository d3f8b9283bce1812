"""What goes wrong outside the portal, done for real."""
