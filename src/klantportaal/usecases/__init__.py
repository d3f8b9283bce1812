"""What the portal does: each use case opens a unit of work, fetches, applies a rule, records what happened, commits."""
