"""Ten questionnaires of notaries, lawyers and accountants, each a JSON document beside this module."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def library() -> Mapping[str, str]:
    """Give the questionnaires that come with the package: each document by its id, in alphabetical order.

    An office can publish a document as it is, or change it first.
    """
    documents = {each.name.removesuffix(".json"): each for each in files(__name__).iterdir() if ".json" in each.name}
    return MappingProxyType({id: documents[id].read_text("utf-8") for id in sorted(documents)})
