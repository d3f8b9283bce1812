"""An example of production: two hosts behind nginx, two workers, PostgreSQL, an object store and a virus scanner."""
