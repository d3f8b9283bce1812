"""Adapters that keep the anchors of audit trails."""
