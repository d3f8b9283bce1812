"""Spectral with the Dutch design rules of APIs, for the test of the OpenAPI documents."""
