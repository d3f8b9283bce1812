"""Exemption from Flask-WTF's CSRF protection of the whole app: the portal checks request origins instead of tokens."""

import flask


def exempt(blueprint: flask.Blueprint) -> None:
    """Exempt the portal's blueprint, and nothing else, from the application's ``CSRFProtect``, if it has one."""
    extension = flask.current_app.extensions.get("csrf")
    if extension is None:
        return
    try:
        from flask_wtf import CSRFProtect
    except ImportError:
        return  # Another extension has the name "csrf".
    if isinstance(extension, CSRFProtect):
        extension.exempt(blueprint)
