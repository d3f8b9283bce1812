"""The hooks that gunicorn calls in each worker, as docs/how-to/production.md describes."""

from typing import Any


def post_worker_init(worker: Any) -> None:
    """Start the worker's dispatcher."""
    worker.wsgi.extensions["portal"].background.dispatcher.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Stop the dispatcher, and close the worker's connections."""
    worker.wsgi.extensions["portal"].close()
