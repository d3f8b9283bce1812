"""The code that use cases of several sides share."""
