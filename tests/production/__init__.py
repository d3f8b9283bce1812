"""The example of production, on one machine: real PostgreSQL, radosgw, clamd and nginx, two hosts and two workers."""
