"""Converts the portal's values to JSON and back: ``to_json``, ``from_json``, and a cattrs ``converter`` to extend.

================================  ===========================================================
value                             JSON
================================  ===========================================================
ids                               text: ``"0198f0c2-…"``
moments                           text, RFC 3339 in UTC: ``"2026-01-31T12:00:00Z"``
days                              text, ISO 8601: ``"2026-01-31"``
lengths of time                   seconds
enumerations                      their value: ``"person"``
bytes, such as a SHA-256          hexadecimal digits
sequences, sets                   lists; those of sets are sorted
mappings                          objects
conditions, schemas of questions  as in the document of a questionnaire
================================  ===========================================================

Secrets are left out: session tokens, keys of authenticator apps, and other fields that their class keeps out of
``repr``. A value of a class with a secret cannot be read back. Reading is strict: unknown keys are refused, and so is
``1`` for ``"1"``.
"""

from klantportaal.serialisation.converters import converter
from klantportaal.serialisation.text import from_json, from_plain, to_json, to_plain

__all__ = ["converter", "from_json", "from_plain", "to_json", "to_plain"]
