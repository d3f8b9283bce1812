"""The part of JSON Schema (2020-12) that a fragment may use.

A keyword that is not listed is refused: JSON Schema would ignore it as it ignores a spelling mistake, or it reaches out
of the fragment, or it costs too much to check.
"""

SCHEMA = ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then")
"""Keywords that hold one schema."""
SCHEMA_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords that hold a list of schemas."""
SCHEMA_BY_NAME = ("$defs", "properties")
"""Keywords that hold an object of schemas."""
REFERENCE = "$ref"
NUMERIC = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties"),
)
"""Keywords that hold a number."""
OTHER = (
    *("type", "const", "enum", "format", "pattern", "uniqueItems", "required"),
    *("title", "description", "default", "examples", "$comment"),
)
"""Keywords that hold neither a schema nor a number."""

FORMATS = ("date", "email", "idn-email", "ipv4", "ipv6", "uuid")
"""The values of ``format`` that are checked. JSON Schema would ignore any other."""
