"""The texts of the story: one file each, with some headers and then the body."""

from email import message_from_string
from email.message import Message
from pathlib import Path


def read(folder: Path, name: str) -> "Message[str, str]":
    """Read a text and its headers."""
    return message_from_string((folder / f"{name}.txt").read_text("utf-8"))
