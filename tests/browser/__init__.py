"""Tests of the real demo on both hosts, in a real Chromium."""
