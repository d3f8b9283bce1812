"""An office desk: the vendor's side of the portal. It calls ``portal.office`` only."""
