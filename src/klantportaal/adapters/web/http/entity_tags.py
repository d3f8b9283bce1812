"""Requests for what the client may have already (RFC 9110 13.1.2)."""

from collections.abc import Mapping


def is_known(sent: Mapping[str, str], tag: str) -> bool:
    """Tell whether a client has what the entity tag *tag* is of, as its header ``If-None-Match`` says.

    Args:
        sent: the headers of the request, by name in lower case.
        tag: the strong entity tag of what would be answered.
    """
    known = sent.get("if-none-match", "")
    return known.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in known.split(",")}
