"""A receiver of webhooks in Python: a Flask application that verifies each one and keeps each event once.

It answers before it works: what takes longer than a second belongs into a queue.
"""

import json
import sqlite3
from contextlib import closing
from typing import Any

from flask import Flask, Response, request
from standardwebhooks.webhooks import Webhook


def receiver(secret: str, database: str) -> Flask:
    """Make the application.

    Args:
        secret: that of the endpoint, as ``portal.office.webhooks.make`` gave it.
        database: the path of the SQLite database with the events.
    """
    app, verifier = Flask("receiver"), Webhook(secret)
    with closing(sqlite3.connect(database)) as tables, tables:
        tables.execute(
            "CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, dossier TEXT, number INTEGER, type TEXT)"
        )

    @app.post("/hook")
    def hook() -> Response:
        try:
            event = verifier.verify(request.get_data(), dict(request.headers))
        except Exception:  # noqa: BLE001 - the library raises others than its own for signatures that are no base 64
            return Response(status=401)
        keep(database, event)
        return Response(status=204)

    return app


def keep(database: str, event: dict[str, Any]) -> None:
    """Keep an event, unless it is there: it may come several times, and later than others of its dossier."""
    data = event["data"]
    row = (event["id"], data["dossier_id"], data["dossier_number"], event["type"])
    with closing(sqlite3.connect(database)) as tables, tables:
        tables.execute("INSERT INTO events VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row)


def newest(database: str, dossier: str) -> str:
    """Give the type of the newest event of a dossier: that with the highest number, whichever came last. As JSON."""
    query = "SELECT number, type FROM events WHERE dossier = ? ORDER BY number DESC LIMIT 1"
    with closing(sqlite3.connect(database)) as tables:
        return json.dumps(tables.execute(query, (dossier,)).fetchone())
