"""Parts of reStructuredText."""


def heading(title: str, line: str) -> str:
    """Write a heading."""
    return f"{title}\n{line * len(title)}\n"
