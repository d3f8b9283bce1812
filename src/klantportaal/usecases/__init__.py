"""The use cases. Each one opens a unit of work, reads, applies a rule, records an event, and commits."""
