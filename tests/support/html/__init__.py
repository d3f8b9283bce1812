"""The Nu HTML checker, for the test of valid pages."""
