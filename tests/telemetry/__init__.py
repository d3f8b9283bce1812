"""Spans and metrics, recorded with the SDK of OpenTelemetry."""
