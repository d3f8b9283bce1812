"""What the tests share, such as a real PostgreSQL and a real browser."""
