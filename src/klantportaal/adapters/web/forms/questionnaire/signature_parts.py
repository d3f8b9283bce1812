"""The fields of a signature: their labels."""

from collections.abc import Mapping

from klantportaal.adapters.web.language.translations import Sentence, sentence

LABELS: Mapping[str, Sentence] = {"name": sentence("Full name"), "drawing": sentence("Drawing")}
"""By the part that it is for. The time has no field that somebody sees."""
