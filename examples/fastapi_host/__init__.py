"""An example of a vendor with a FastAPI application."""
