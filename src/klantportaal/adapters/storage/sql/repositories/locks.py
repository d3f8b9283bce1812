"""The lock for what one account begins: its drafts and its staged uploads."""

from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.statements import matching

# On PostgreSQL a second one waits for this lock. SQLite has one writer at a time, and leaves FOR NO KEY UPDATE out.
ONE_OF_ACCOUNT = (
    select(schema.accounts.c.id)
    .where(matching(schema.accounts, "office_id"), schema.accounts.c.id == bindparam("account_id"))
    .with_for_update(key_share=True)
)
"""Locks an account until the end of the transaction: parameters ``office_id`` and ``account_id``."""
