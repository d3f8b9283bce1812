"""An example of a vendor with a Flask application."""
