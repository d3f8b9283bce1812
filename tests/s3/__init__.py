"""Tests on a real object store that checks signatures and rights: radosgw. Run by ``make test-s3``."""
