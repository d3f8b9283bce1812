"""Flask-Security as its quick start has it: ``python -m benchmarks.peers.flask_security DATABASE COST``."""

import sys
from typing import Any

from flask import Flask, render_template_string
from flask_security import (  # type: ignore[import-not-found, unused-ignore]
    MailUtil,
    Security,
    SQLAlchemyUserDatastore,
    auth_required,
    current_user,
    hash_password,
)
from flask_security.models import fsqla_v3 as fsqla  # type: ignore[import-not-found, unused-ignore]
from flask_sqlalchemy import SQLAlchemy  # type: ignore[import-not-found, unused-ignore]

from benchmarks.peers import ADDRESS, PASSWORD
from benchmarks.peers.serving import serve

PAGE = "<!doctype html><html lang=en><title>Home</title><h1>Home</h1><p>{{ current_user.email }}</p></html>"


class Mailed(MailUtil):  # type: ignore[misc]
    """Keeps the newest mail."""

    newest = ""

    def send_mail(self, *told: Any, **_more: Any) -> None:
        """Keep a mail: its fifth part is the text."""
        Mailed.newest = told[4]


def application(database: str, cost: int) -> Flask:
    """Make the application, with one account."""
    app = Flask("peer")
    is_postgresql = database.startswith("postgresql:")
    app.config |= {
        "SECRET_KEY": "only for measuring, never for use",
        "SECURITY_PASSWORD_SALT": "only for measuring",
        "SECURITY_PASSWORD_HASH": "bcrypt",
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"bcrypt__rounds": cost},
        "SECURITY_RECOVERABLE": True,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_EMAIL_SENDER": "portaal@kantoor.test",
        "SQLALCHEMY_DATABASE_URI": (
            database.replace("postgresql:", "postgresql+psycopg:", 1) if is_postgresql else f"sqlite:///{database}"
        ),
    }
    db = SQLAlchemy(app)
    fsqla.FsModels.set_db_info(db)

    class Role(db.Model, fsqla.FsRoleMixin):  # type: ignore[name-defined, misc]
        """A role."""

    class User(db.Model, fsqla.FsUserMixin):  # type: ignore[name-defined, misc]
        """A user."""

    store = SQLAlchemyUserDatastore(db, User, Role)
    app.security = Security(app, store, mail_util_cls=Mailed)  # type: ignore[attr-defined]

    @app.get("/sessie")
    @auth_required()  # type: ignore[untyped-decorator, unused-ignore]
    def session() -> str:
        return render_template_string(PAGE, current_user=current_user)

    @app.get("/laatste")
    def newest() -> str:
        return Mailed.newest

    with app.app_context():
        db.create_all()
        store.create_user(email=ADDRESS, password=hash_password(PASSWORD))
        db.session.commit()
    return app


if __name__ == "__main__":
    serve(application(sys.argv[1], int(sys.argv[2])))
