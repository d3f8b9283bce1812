"""Journeys through the real demo, on both hosts, in a real Chromium."""
