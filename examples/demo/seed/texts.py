"""What people wrote in the story: a file each, with a header or two and then the text."""

from email import message_from_string
from email.message import Message
from pathlib import Path


def read(folder: Path, name: str) -> "Message[str, str]":
    """Read one text; its headers say what it is called."""
    return message_from_string((folder / f"{name}.txt").read_text("utf-8"))
