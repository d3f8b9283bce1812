"""Flask-WTF's app-wide CSRF protection: the portal checks where its forms come from itself, and has no tokens."""

import flask


def exempt(blueprint: flask.Blueprint) -> None:
    """Exempt the portal's own blueprint, and nothing else, from the application's ``CSRFProtect`` if it has one."""
    extension = flask.current_app.extensions.get("csrf")
    if extension is None:
        return
    try:
        from flask_wtf import CSRFProtect
    except ImportError:
        return  # Another extension of that name.
    if isinstance(extension, CSRFProtect):
        extension.exempt(blueprint)
