"""Addresses, typed text and days, read as the portal reads them: for adapters and screens of one's own."""

from klantportaal.domain.values import AMSTERDAM, address, day, is_blank, plain_line, plain_text

__all__ = ["AMSTERDAM", "address", "day", "is_blank", "plain_line", "plain_text"]
