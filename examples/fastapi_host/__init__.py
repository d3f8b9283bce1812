"""A vendor with a FastAPI application."""
