"""Warnings about what stands between the portal and its visitors in the vendor's application.

They go to the log ``klantportaal.mounting``, each once for every mount, as the cause is the same for all requests.
"""

import logging

import attrs

_LOG = logging.getLogger("klantportaal.mounting")
_HOW_TO = "docs/how-to/existing-application.md tells how"


@attrs.define
class MountingLog:
    """Says each thing once for one mount."""

    _said: set[str] = attrs.field(factory=set)

    def answered_before(self, *, method: str, route: str, status: int, blueprint: str) -> None:
        """Say that the application answered a request for the portal before the portal was asked (Flask)."""
        self._warn(
            "The application answered %s %s with status %d before the portal was asked. If a before_request does that "
            "for whoever is not signed in to the application, let requests pass whose request.blueprint is %r: %s.",
            method,
            route,
            status,
            blueprint,
        )

    def refused_before(self, *, method: str, route: str, error: Exception) -> None:
        """Say that a dependency of the application refused a request before the portal was asked (FastAPI)."""
        self._warn(
            "A dependency of the application refused %s %s by %s before the portal was asked. If it is there for the "
            "application's own users, give it to the application's own routers instead of to all: %s.",
            method,
            route,
            type(error).__name__,
        )

    def body_read_before(self, *, method: str, route: str) -> None:
        """Say that the application read a form before the portal could (Flask)."""
        self._warn(
            "The application read the body of %s %s before the portal was asked, so the portal finds no files in it. "
            "A before_request must not read request.form, files or data of the portal's requests: %s.",
            method,
            route,
        )

    def _warn(self, text: str, *values: object) -> None:
        if text not in self._said:
            self._said.add(text)
            _LOG.warning(text, *values, _HOW_TO)
