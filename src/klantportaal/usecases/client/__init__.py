"""The use cases of clients."""
