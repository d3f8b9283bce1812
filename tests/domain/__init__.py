"""The rules of the portal, one module of tests for each module of the domain."""
