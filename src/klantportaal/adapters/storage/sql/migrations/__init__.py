"""The migrations, in the order of their numbers: each brings the tables from one revision to the next.

A migration is a module in ``versions/`` with a function ``upgrade(op)``. It works with the *op* that it is given:
``alembic.op`` is one for the whole process, and a vendor's own migrations may be in the midst of using it.
"""
