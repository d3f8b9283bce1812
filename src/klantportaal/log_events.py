"""Log lines with a stable name and with their values as fields.

``docs/reference/log-events.md`` lists all of them. A test compares it with the code.
"""

import logging
from collections.abc import Mapping


class EventLog:
    """Writes to one logger of Python's ``logging``.

    Each record has the attributes ``event``, the name, and one for each value, as ``extra`` makes them.
    """

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def log(
        self, level: int, event: str, text: str, /, *, error: BaseException | None = None, **values: object
    ) -> None:
        """Write one line.

        No value is a token, somebody's e-mail address or telephone number, or the name of a file that somebody typed.

        Args:
            level: such as ``logging.WARNING``.
            event: the name, which never changes.
            text: the line, with the values in places such as ``%(attempts)d``.
            error: an error whose traceback is logged too.
            values: the values. They become fields that JSON can hold: text, numbers, lists, and objects of them.
        """
        fields = {name: _plain(value) for name, value in values.items()}
        places = [values] if values else []
        self._logger.log(level, text, *places, exc_info=error, stacklevel=2, extra={"event": event, **fields})


def _plain(value: object) -> object:
    """Make a value of JSON. Everything that JSON does not have becomes text."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return str(value)
