"""An office desk: the vendor's side of the portal, which calls ``portal.office`` and nothing else."""
