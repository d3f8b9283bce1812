"""The migrations, in the order of their numbers: each brings the tables from one revision to the next.

A migration is a module in ``versions/`` with a function ``upgrade(op)``. It uses its argument *op*. ``alembic.op`` is
global, and a vendor's own migrations may be using it.
"""
