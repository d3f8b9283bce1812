"""A complete digital client portal for offices, to import into one's own product."""
