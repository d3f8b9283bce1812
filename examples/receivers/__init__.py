"""Receivers of webhooks, in several languages."""
