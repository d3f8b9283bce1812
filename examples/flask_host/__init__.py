"""A vendor with a Flask application."""
