"""The host for Flask: ``blueprint`` gives all pages, to register in any app under any prefix."""

from klantportaal.adapters.flask.routes import blueprint

__all__ = ["blueprint"]
