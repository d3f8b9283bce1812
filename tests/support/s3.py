"""Object stores on this machine: moto's, which checks no signatures, and what all tests of S3 do with one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import attrs
import boto3
import pytest
from moto.server import ThreadedMotoServer

HOST = "127.0.0.1"
BUCKET = "portaal"
REGION = "eu-central-1"
PREFIX = "kantoren/een"


@attrs.frozen(kw_only=True)
class Store:
    """A running object store, with a bucket."""

    port: int
    access_key: str = "AKIAPORTAALPORTAAL00"
    secret_key: str = "geheim-van-de-opslag"
    guest: "Store | None" = None
    """The same store as another user sees it, who has no rights of its own."""

    @property
    def endpoint(self) -> str:
        """Return its address."""
        return f"http://{HOST}:{self.port}"

    def word(self, *, bucket: str = BUCKET, prefix: str = PREFIX, port: int | None = None, more: str = "") -> str:
        """Name a place in it, by its own port or that of a proxy."""
        return f"s3://{bucket}/{prefix}?region={REGION}&endpoint=http://{HOST}:{port or self.port}{more}"

    def client(self) -> Any:
        """Return a client of another make."""
        return _client(self)

    def credentials(self, environment: pytest.MonkeyPatch) -> None:
        """Put its credentials into the environment."""
        environment.setenv("AWS_ACCESS_KEY_ID", self.access_key)
        environment.setenv("AWS_SECRET_ACCESS_KEY", self.secret_key)

    def make_bucket(self, bucket: str = BUCKET) -> None:
        """Make an empty bucket."""
        self.client().create_bucket(Bucket=bucket)

    def names(self, bucket: str = BUCKET) -> list[str]:
        """List all objects of a bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def empty(self, bucket: str = BUCKET) -> None:
        """Delete all objects of a bucket."""
        client = self.client()
        for name in self.names(bucket):
            client.delete_object(Bucket=bucket, Key=name)


@cache
def _client(store: Store) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        region_name="us-east-1",  # Where a bucket is made that is said to be nowhere.
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
    )


@contextmanager
def moto() -> Iterator[Store]:
    """Run moto's server, with an empty bucket."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # It would write a line for each request.
    server = ThreadedMotoServer(HOST, 0, verbose=False)
    server.start()
    try:
        store = Store(port=server.get_host_and_port()[1])
        store.make_bucket()
        yield store
    finally:
        server.stop()
