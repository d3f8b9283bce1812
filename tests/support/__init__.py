"""What the tests share: a real PostgreSQL, a real browser."""
