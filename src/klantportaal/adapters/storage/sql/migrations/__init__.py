"""The history of the tables, in the order of their numbers; Alembic runs what a database lacks."""
