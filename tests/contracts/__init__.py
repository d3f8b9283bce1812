"""Runs the contract of each port on its adapters."""
