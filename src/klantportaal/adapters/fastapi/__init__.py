"""The host for FastAPI: ``pages`` gives a router with all pages, to include in any app under any prefix."""

from klantportaal.adapters.fastapi.routes import pages

__all__ = ["pages"]
