"""Tables of requests for documents, and of the templates of requests and of progress."""

from sqlalchemy import Date, Integer, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    FILLED,
    HEX_64,
    at_least,
    belongs,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
    of_office,
)
from klantportaal.adapters.storage.sql.types import MOMENT, AsJson, Choice
from klantportaal.domain.requests import RequestedItem, RequestState
from klantportaal.domain.values import Texts


def _templates(name: str) -> Table:
    """Make the table of one kind of templates."""
    return Table(
        name,
        metadata,
        identifier("office_id"),
        must("digest", Text(), HEX_64),
        must("template", Text(), FILLED),
        must("revision", Integer(), at_least(1)),
        must("titles", AsJson(Texts)),
        must("published_at", MOMENT),
        must("published_by", Text()),
        # The last column: it may be megabytes, and SQLite reads a row from its beginning.
        must("document", Text(), FILLED),
        key("digest"),
        of_office(),
        index(f"{name}_revision", "office_id", "template", "revision", unique=True),
    )


request_templates = _templates("request_templates")
progress_templates = _templates("progress_templates")

requests = Table(
    "requests",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("client_id"),
    identifier("dossier_id"),
    must("subject", AsJson(Texts)),
    must("made_at", MOMENT),
    must("made_by", Text()),
    may("reminded_at", MOMENT),
    may("seen_at", MOMENT),
    must("version", Integer(), at_least(1)),
    # These seven follow from the items. They are copies for lists, and for who has to do something (PG-2).
    must("state", Choice(RequestState)),
    must("total", Integer(), at_least(0)),
    must("waiting", Integer(), at_least(0)),
    must("delivered", Integer(), at_least(0)),
    may("due_on", Date()),
    may("waiting_since", MOMENT),
    may("delivered_since", MOMENT),
    must("items", AsJson(tuple[RequestedItem, ...])),
    key("id"),
    belongs("clients", "client_id"),
    belongs("dossiers", "dossier_id"),
    index("requests_waiting", "office_id", "client_id", "dossier_id", where="state = 'waiting'"),
    index("requests_due", "office_id", "client_id", "due_on", "made_at", "id", where="state = 'waiting'"),
    index("requests_answered", "office_id", "client_id", "dossier_id", where="state = 'delivered'"),
    index("requests_handed_in", "office_id", "client_id", "made_at", "id", where="state = 'delivered'"),
    index("requests_delivered", "office_id", "id", where="delivered > 0"),
    index("requests_client", "office_id", "client_id", "dossier_id", "id"),
    index("requests_dossier", "office_id", "dossier_id", "id"),
    index("requests_state", "office_id", "state", "id"),
    index("requests_unseen", "office_id", "made_at", "id", where="state = 'waiting' AND seen_at IS NULL"),
)
