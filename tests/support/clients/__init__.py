"""Clients that are made from an OpenAPI document."""
