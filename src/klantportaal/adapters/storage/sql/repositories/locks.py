"""The lock for what the accounts of one person begin: their drafts and their staged uploads."""

from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.statements import matching

# On PostgreSQL a second count waits for this lock. SQLite has one writer at a time, and leaves FOR NO KEY UPDATE out.
# It locks the person: `SqlAccounts.hold`, which follows, locks that before the account.
ONE_OF_PERSON = (
    select(schema.persons.c.id)
    .where(matching(schema.persons, "office_id"), schema.persons.c.id == bindparam("person_id"))
    .with_for_update(key_share=True)
)
"""Locks a person until the end of the transaction: parameters ``office_id`` and ``person_id``."""
