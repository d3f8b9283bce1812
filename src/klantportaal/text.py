"""Functions that read addresses, typed text and days as the portal does, for your own adapters and pages."""

from klantportaal.domain.values import AMSTERDAM, address, day, is_blank, plain_line, plain_text

__all__ = ["AMSTERDAM", "address", "day", "is_blank", "plain_line", "plain_text"]
